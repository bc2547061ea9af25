// Part of the sum of squares of x, one per work group: parts[first + group]. The groups take turns in steps of all invocations.

struct Sizes { count: u32, first: u32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> parts: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  var sum = 0.0;
  for (var i = group.x * GROUP + local; i < sizes.count; i += groups.x * GROUP) { sum += x[i] * x[i]; }
  let all = groupSum(local, sum);
  if (local == 0u) { parts[sizes.first + group.x] = all; }
}
