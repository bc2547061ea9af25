// One work group per row: dX = Y · (dY − Σ dY · Y), or of the logarithm (LOGARITHM) dX = dY − e^Y · Σ dY.

struct Sizes { rows: u32, size: u32, inner: u32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> y: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let row = group.y * groups.x + group.x;
  let end = select(0u, sizes.size, row < sizes.rows);
  let first = (row / sizes.inner) * sizes.size * sizes.inner + row % sizes.inner;
  var sum = 0.0;
  for (var i = local; i < end; i += GROUP) {
    let at = first + i * sizes.inner;
    sum += dy[at] * select(y[at], 1.0, LOGARITHM);
  }
  let all = groupSum(local, sum);
  for (var i = local; i < end; i += GROUP) {
    let at = first + i * sizes.inner;
    if (LOGARITHM) { dx[at] = dy[at] - exp(y[at]) * all; } else { dx[at] = y[at] * (dy[at] - all); }
  }
}
