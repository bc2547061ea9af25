// y[o, k, i] = x[o, indices[k], i].

struct Sizes { count: u32, picked: u32, size: u32, inner: u32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> indices: array<i32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flatIndex(group, groups, local);
  if (index >= sizes.count) { return; }
  let k = (index / sizes.inner) % sizes.picked;
  let outer = index / (sizes.inner * sizes.picked);
  y[index] = x[(outer * sizes.size + u32(indices[k])) * sizes.inner + index % sizes.inner];
}
