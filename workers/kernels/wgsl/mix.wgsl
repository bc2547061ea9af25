// Mixing along one axis: y[o, m, i] = Σ over taps t of share(m, t) · x[o, at(m, t), i]. table: for each m `tapCount` pairs of
// position and share (a float's bits).

struct Sizes { count: u32, inputSize: u32, outputSize: u32, inner: u32, tapCount: u32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> table: array<vec2<i32>>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flatIndex(group, groups, local);
  if (index >= sizes.count) { return; }
  let m = (index / sizes.inner) % sizes.outputSize;
  let outer = index / (sizes.inner * sizes.outputSize);
  let first = outer * sizes.inputSize * sizes.inner + index % sizes.inner;
  var sum = 0.0;
  for (var t = 0u; t < sizes.tapCount; t++) {
    let tap = table[m * sizes.tapCount + t];
    sum += bitcast<f32>(tap.y) * x[first + u32(tap.x) * sizes.inner];
  }
  y[index] = sum;
}
