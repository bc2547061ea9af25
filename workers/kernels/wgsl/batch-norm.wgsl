// y = (x − mean) · factor · scale + bias per channel; factor is the inverse deviation, or comes from the variance (FROM_VARIANCE).

struct Sizes { count: u32, channels: u32, inner: u32, epsilon: f32, low: f32, high: f32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> scale: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read> mean: array<f32>;
@group(0) @binding(5) var<storage, read> spread: array<f32>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flatIndex(group, groups, local);
  if (index >= sizes.count) { return; }
  let c = (index / sizes.inner) % sizes.channels;
  var factor = spread[c];
  if (FROM_VARIANCE) { factor = 1.0 / sqrt(factor + sizes.epsilon); }
  var value = (x[index] - mean[c]) * factor * scale[c] + bias[c];
  if (CLAMPS) { value = limited(value, sizes.low, sizes.high); }
  y[index] = value;
}
