// One work group per row: y = (x − mean) · inverse · scale + bias over the row; mean and inverse deviation are kept.

struct Sizes { rows: u32, inner: u32, epsilon: f32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> scale: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<storage, read_write> means: array<f32>;
@group(0) @binding(6) var<storage, read_write> inverses: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let row = group.y * groups.x + group.x;
  let end = select(0u, sizes.inner, row < sizes.rows);
  let first = row * sizes.inner;
  var sum = 0.0;
  for (var i = local; i < end; i += GROUP) { sum += x[first + i]; }
  let mean = groupSum(local, sum) / f32(sizes.inner);
  var squares = 0.0;
  for (var i = local; i < end; i += GROUP) {
    let deviation = x[first + i] - mean;
    squares += deviation * deviation;
  }
  let inverse = 1.0 / sqrt(groupSum(local, squares) / f32(sizes.inner) + sizes.epsilon);
  for (var i = local; i < end; i += GROUP) {
    var value = (x[first + i] - mean) * inverse * scale[i];
    if (HAS_BIAS) { value += bias[i]; }
    y[first + i] = value;
  }
  if (local == 0u && end > 0u) {
    means[row] = mean;
    inverses[row] = inverse;
  }
}
