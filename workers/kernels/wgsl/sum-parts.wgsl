// y[i] = Σ over parts of parts[p · count + i], in the order of the parts.

struct Sizes { count: u32, parts: u32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> parts: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flatIndex(group, groups, local);
  if (index >= sizes.count) { return; }
  var sum = 0.0;
  for (var p = 0u; p < sizes.parts; p++) { sum += parts[p * sizes.count + index]; }
  y[index] = sum;
}
