// One work group per row: dX = inverse · (dY · scale − (Σ dY · scale + normalized X · Σ dY · scale · normalized X) / inner).

struct Sizes { rows: u32, inner: u32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> scale: array<f32>;
@group(0) @binding(4) var<storage, read> means: array<f32>;
@group(0) @binding(5) var<storage, read> inverses: array<f32>;
@group(0) @binding(6) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let row = group.y * groups.x + group.x;
  let end = select(0u, sizes.inner, row < sizes.rows);
  let first = row * sizes.inner;
  let own = min(row, sizes.rows - 1u);
  var sum = vec2<f32>(0.0);
  for (var i = local; i < end; i += GROUP) {
    let inside = dy[first + i] * scale[i];
    sum += vec2<f32>(inside, inside * (x[first + i] - means[own]) * inverses[own]);
  }
  let all = groupSums(local, sum) / f32(sizes.inner);
  for (var i = local; i < end; i += GROUP) {
    let normalized = (x[first + i] - means[own]) * inverses[own];
    dx[first + i] = inverses[own] * (dy[first + i] * scale[i] - all.x - normalized * all.y);
  }
}
