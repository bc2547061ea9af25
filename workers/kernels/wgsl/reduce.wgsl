// One work group per output: y = finish(Σ, max, min or Π of load(x) over the reduced axes). `axes[0 … rank)` are the kept axes
// (size, step), the reduced ones follow. REDUCTION: 0 sum, 1 max, 2 min, 3 product. LOAD: 0 x, 1 x², 2 |x|. FINISH: 0 as it is, 1 √, 2 log.

struct Sizes { outputs: u32, reduced: u32, rank: u32, reducedRank: u32, scale: f32, axes: array<vec4<i32>, 8> }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

var<workgroup> partial: array<f32, GROUP>;

fn place(index: u32, first: u32, rank: u32) -> i32 {
  var rest = i32(index);
  var at = 0;
  for (var axis = i32(first + rank) - 1; axis >= i32(first); axis--) {
    let row = sizes.axes[axis];
    at += (rest % row.x) * row.y;
    rest /= row.x;
  }
  return at;
}

fn merged(p: f32, q: f32) -> f32 {
  switch REDUCTION {
    case 1u: { return select(p, q, q > p); }
    case 2u: { return select(p, q, q < p); }
    case 3u: { return p * q; }
    default: { return p + q; }
  }
}

fn loaded(at: i32) -> f32 {
  let value = x[at];
  switch LOAD {
    case 1u: { return value * value; }
    case 2u: { return abs(value); }
    default: { return value; }
  }
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let output = group.y * groups.x + group.x;
  let count = select(0u, sizes.reduced, output < sizes.outputs);
  let base = place(output, 0u, sizes.rank);
  var value = 0.0;
  if (local < count) { value = loaded(base + place(local, sizes.rank, sizes.reducedRank)); }
  for (var i = local + GROUP; i < count; i += GROUP) {
    value = merged(value, loaded(base + place(i, sizes.rank, sizes.reducedRank)));
  }
  partial[local] = value;
  workgroupBarrier();
  for (var step = GROUP / 2u; step > 0u; step /= 2u) {
    if (local < step && local + step < count) { partial[local] = merged(partial[local], partial[local + step]); }
    workgroupBarrier();
  }
  if (local == 0u && count > 0u) {
    var result = partial[0] * sizes.scale;
    if (FINISH == 1u) { result = sqrt(result); }
    if (FINISH == 2u) { result = log(result); }
    y[output] = result;
  }
}
