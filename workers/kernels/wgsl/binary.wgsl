// y = a ∘ b for every element, operands broadcast by their strides (0 along an axis of size 1). OPERATION says which; SAME:
// both operands have the output's shape. A truth value is 1 or 0.

struct Sizes { count: u32, rank: u32, low: f32, high: f32, axes: array<vec4<i32>, 8> }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

fn power(p: f32, q: f32) -> f32 {
  if (q == 2.0) { return p * p; }
  if (q == 0.0) { return 1.0; }
  if (p == 0.0) { return select(0.0, 1.0 / p, q < 0.0); }
  if (p > 0.0) { return pow(p, q); }
  let magnitude = pow(-p, q);
  return select(magnitude, -magnitude, abs(q % 2.0) == 1.0);
}

fn combined(p: f32, q: f32) -> f32 {
  switch OPERATION {
    case 0u: { return p + q; }
    case 1u: { return p - q; }
    case 2u: { return p * q; }
    case 3u: { return p / q; }
    case 4u: { return power(p, q); }
    case 5u: { return select(p, q, q > p); }
    case 6u: { return select(p, q, q < p); }
    case 7u: { return select(p, p * q, p < 0.0); }
    case 8u: { return select(0.0, 1.0, p > q); }
    case 9u: { return select(0.0, 1.0, p >= q); }
    case 10u: { return select(0.0, 1.0, p < q); }
    case 11u: { return select(0.0, 1.0, p <= q); }
    case 12u: { return select(0.0, 1.0, p == q); }
    case 13u: { return p * q; }
    case 14u: { return max(p, q); }
    default: { return p; }
  }
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flatIndex(group, groups, local);
  if (index >= sizes.count) { return; }
  var atA = i32(index);
  var atB = i32(index);
  if (!SAME) {
    atA = 0;
    atB = 0;
    var rest = i32(index);
    for (var axis = i32(sizes.rank) - 1; axis >= 0; axis--) {
      let row = sizes.axes[axis];
      let at = rest % row.x;
      rest /= row.x;
      atA += at * row.y;
      atB += at * row.z;
    }
  }
  var value = combined(a[atA], b[atB]);
  if (CLAMPS) { value = limited(value, sizes.low, sizes.high); }
  y[index] = value;
}
