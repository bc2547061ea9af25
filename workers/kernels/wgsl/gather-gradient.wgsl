// dData[o, s, i] = Σ over k with indices[k] = s of dY[o, k, i].

struct Sizes { count: u32, picked: u32, size: u32, inner: u32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> indices: array<i32>;
@group(0) @binding(3) var<storage, read_write> dData: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flatIndex(group, groups, local);
  if (index >= sizes.count) { return; }
  let slot = i32((index / sizes.inner) % sizes.size);
  let outer = index / (sizes.inner * sizes.size);
  var sum = 0.0;
  for (var k = 0u; k < sizes.picked; k++) {
    if (indices[k] == slot) { sum += dy[(outer * sizes.picked + k) * sizes.inner + index % sizes.inner]; }
  }
  dData[index] = sum;
}
