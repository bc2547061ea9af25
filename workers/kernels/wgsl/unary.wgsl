// y = f(x) for every element; FUNCTION says which f, `alpha` and `beta` are that function's attributes.

struct Sizes { count: u32, alpha: f32, beta: f32, low: f32, high: f32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flatIndex(group, groups, local);
  if (index >= sizes.count) { return; }
  var value = valueOf(x[index], sizes.alpha, sizes.beta);
  if (CLAMPS) { value = limited(value, sizes.low, sizes.high); }
  y[index] = value;
}
