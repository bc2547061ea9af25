// Statistics of a batch from those of its parts (Chan, Golub, LeVeque 1979), and the running ones moved towards them.

struct Sizes { channels: u32, count: u32, partCount: u32, partSize: u32, momentum: f32, rest: f32, epsilon: f32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> parts: array<f32>;
@group(0) @binding(2) var<storage, read> mean: array<f32>;
@group(0) @binding(3) var<storage, read> variance: array<f32>;
@group(0) @binding(4) var<storage, read_write> newMean: array<f32>;
@group(0) @binding(5) var<storage, read_write> newVariance: array<f32>;
@group(0) @binding(6) var<storage, read_write> batchMean: array<f32>;
@group(0) @binding(7) var<storage, read_write> inverse: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let c = flatIndex(group, groups, local);
  if (c >= sizes.channels) { return; }
  var known = 0.0;
  var center = 0.0;
  var squares = 0.0;
  for (var p = 0u; p < sizes.partCount; p++) {
    let at = 2u * (c * sizes.partCount + p);
    let size = f32(min(sizes.partSize, sizes.count - p * sizes.partSize));
    let shift = parts[at] - center;
    let all = known + size;
    center += shift * size / all;
    squares += parts[at + 1u] + shift * shift * known * size / all;
    known = all;
  }
  let spread = squares / known;
  newMean[c] = sizes.momentum * mean[c] + sizes.rest * center;
  newVariance[c] = sizes.momentum * variance[c] + sizes.rest * spread;
  batchMean[c] = center;
  inverse[c] = 1.0 / sqrt(spread + sizes.epsilon);
}
