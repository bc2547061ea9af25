// One work group per row of `size` values that lie `inner` apart: y = e^x / Σ e^x, or its logarithm (LOGARITHM).

struct Sizes { rows: u32, size: u32, inner: u32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn groupMax(local: u32, value: f32) -> f32 {
  partial[local] = value;
  workgroupBarrier();
  for (var step = GROUP / 2u; step > 0u; step /= 2u) {
    if (local < step) { partial[local] = max(partial[local], partial[local + step]); }
    workgroupBarrier();
  }
  return partial[0];
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let row = group.y * groups.x + group.x;
  let end = select(0u, sizes.size, row < sizes.rows);
  let first = (row / sizes.inner) * sizes.size * sizes.inner + row % sizes.inner;
  var top = -3.4028234e38;
  for (var i = local; i < end; i += GROUP) { top = max(top, x[first + i * sizes.inner]); }
  top = groupMax(local, top);
  var sum = 0.0;
  for (var i = local; i < end; i += GROUP) { sum += exp(x[first + i * sizes.inner] - top); }
  let all = groupSum(local, sum);
  for (var i = local; i < end; i += GROUP) {
    let away = x[first + i * sizes.inner] - top;
    if (LOGARITHM) { y[first + i * sizes.inner] = away - log(all); } else { y[first + i * sizes.inner] = exp(away) / all; }
  }
}
