// Of a part of a channel: Σ dY · normalized X, and Σ dY; one work group per part. parts[part · 2 · channels + {0, channels} + channel].

struct Sizes { channels: u32, inner: u32, count: u32, partCount: u32, partSize: u32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> mean: array<f32>;
@group(0) @binding(4) var<storage, read> inverse: array<f32>;
@group(0) @binding(5) var<storage, read_write> parts: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let number = group.y * groups.x + group.x;
  let part = number % sizes.partCount;
  let c = number / sizes.partCount;
  let first = part * sizes.partSize;
  let end = select(first, min(first + sizes.partSize, sizes.count), c < sizes.channels);
  let own = min(c, sizes.channels - 1u);
  var sum = vec2<f32>(0.0);
  for (var i = first + local; i < end; i += GROUP) {
    let at = ((i / sizes.inner) * sizes.channels + c) * sizes.inner + i % sizes.inner;
    sum += vec2<f32>(dy[at] * (x[at] - mean[own]) * inverse[own], dy[at]);
  }
  let all = groupSums(local, sum);
  if (local == 0u && end > first) {
    parts[2u * part * sizes.channels + c] = all.x;
    parts[(2u * part + 1u) * sizes.channels + c] = all.y;
  }
}
