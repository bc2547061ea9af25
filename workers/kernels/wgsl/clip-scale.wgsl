// scale = min(1, maximum / norm), 1 where maximum is 0; not a number where the norm is not finite. Bits in, bits out.

struct Sizes { maximum: f32, notANumber: u32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> norm: array<u32>;
@group(0) @binding(2) var<storage, read_write> scale: array<u32>;

@compute @workgroup_size(1)
fn main() {
  let bits = norm[0];
  if (isNotFinite(bits)) {
    scale[0] = sizes.notANumber;
    return;
  }
  let value = bitcast<f32>(bits);
  var factor = 1.0;
  if (sizes.maximum > 0.0 && value > sizes.maximum) { factor = sizes.maximum / value; }
  scale[0] = bitcast<u32>(factor);
}
