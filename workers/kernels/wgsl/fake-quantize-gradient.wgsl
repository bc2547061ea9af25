// Straight through inside the range; terms of the step's gradient are added up by `reduce`.

struct Sizes { count: u32, low: f32, high: f32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> v: array<f32>;
@group(0) @binding(2) var<storage, read> step: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read_write> dv: array<f32>;
@group(0) @binding(5) var<storage, read_write> terms: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flatIndex(group, groups, local);
  if (index >= sizes.count) { return; }
  let code = v[index] / step[0];
  let isInside = code > sizes.low && code < sizes.high;
  var slope = limited(code, sizes.low, sizes.high);
  if (isInside) { slope = sign(code) * floor(abs(code) + 0.5) - code; }
  dv[index] = select(0.0, dy[index], isInside);
  terms[index] = dy[index] * slope;
}
