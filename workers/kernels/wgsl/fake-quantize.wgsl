// v̂ = roundAway(clip(v / step, low … high)) · step. The division and rounding are those of methods A.8.

struct Sizes { count: u32, low: f32, high: f32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> v: array<f32>;
@group(0) @binding(2) var<storage, read> step: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flatIndex(group, groups, local);
  if (index >= sizes.count) { return; }
  let code = limited(v[index] / step[0], sizes.low, sizes.high);
  y[index] = sign(code) * floor(abs(code) + 0.5) * step[0];
}
