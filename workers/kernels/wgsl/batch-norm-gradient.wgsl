// dX = scale · inverse · (dY − (Σ dY + normalized X · Σ dY · normalized X) / count); sums: those with X of all channels, then those of dY.

struct Sizes { count: u32, channels: u32, inner: u32, share: f32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> scale: array<f32>;
@group(0) @binding(4) var<storage, read> mean: array<f32>;
@group(0) @binding(5) var<storage, read> inverse: array<f32>;
@group(0) @binding(6) var<storage, read> sums: array<f32>;
@group(0) @binding(7) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flatIndex(group, groups, local);
  if (index >= sizes.count) { return; }
  let c = (index / sizes.inner) % sizes.channels;
  let normalized = (x[index] - mean[c]) * inverse[c];
  let away = (sums[sizes.channels + c] + normalized * sums[c]) * sizes.share;
  dx[index] = scale[c] * inverse[c] * (dy[index] - away);
}
