// One work group per column: dScale = Σ over rows of dY · normalized X, dBias = Σ dY.

struct Sizes { rows: u32, inner: u32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> means: array<f32>;
@group(0) @binding(4) var<storage, read> inverses: array<f32>;
@group(0) @binding(5) var<storage, read_write> dScale: array<f32>;
@group(0) @binding(6) var<storage, read_write> dBias: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let column = group.y * groups.x + group.x;
  let end = select(0u, sizes.rows, column < sizes.inner);
  var sum = vec2<f32>(0.0);
  for (var row = local; row < end; row += GROUP) {
    let at = row * sizes.inner + column;
    sum += vec2<f32>(dy[at] * (x[at] - means[row]) * inverses[row], dy[at]);
  }
  let all = groupSums(local, sum);
  if (local == 0u && end > 0u) {
    dScale[column] = all.x;
    dBias[column] = all.y;
  }
}
