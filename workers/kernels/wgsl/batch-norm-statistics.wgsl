// Mean and sum of squared deviations of a part of a channel; one work group per part. parts[2 · (channel · partCount + part)].

struct Sizes { channels: u32, inner: u32, count: u32, partCount: u32, partSize: u32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> parts: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let number = group.y * groups.x + group.x;
  let c = number / sizes.partCount;
  let first = (number % sizes.partCount) * sizes.partSize;
  let end = select(first, min(first + sizes.partSize, sizes.count), c < sizes.channels);
  var sum = 0.0;
  for (var i = first + local; i < end; i += GROUP) {
    sum += x[((i / sizes.inner) * sizes.channels + c) * sizes.inner + i % sizes.inner];
  }
  let mean = groupSum(local, sum) / f32(max(1u, end - first));
  var squares = 0.0;
  for (var i = first + local; i < end; i += GROUP) {
    let deviation = x[((i / sizes.inner) * sizes.channels + c) * sizes.inner + i % sizes.inner] - mean;
    squares += deviation * deviation;
  }
  let all = groupSum(local, squares);
  if (local == 0u && end > first) {
    parts[2u * number] = mean;
    parts[2u * number + 1u] = all;
  }
}
