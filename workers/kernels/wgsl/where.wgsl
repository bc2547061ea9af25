// y = condition ? a : b, broadcast by strides.

struct Sizes { count: u32, rank: u32, axes: array<vec4<i32>, 8> }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> condition: array<f32>;
@group(0) @binding(2) var<storage, read> a: array<f32>;
@group(0) @binding(3) var<storage, read> b: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flatIndex(group, groups, local);
  if (index >= sizes.count) { return; }
  var place = vec3<i32>(0);
  var rest = i32(index);
  for (var axis = i32(sizes.rank) - 1; axis >= 0; axis--) {
    let row = sizes.axes[axis];
    place += (rest % row.x) * row.yzw;
    rest /= row.x;
  }
  if (condition[place.x] != 0.0) { y[index] = a[place.y]; } else { y[index] = b[place.z]; }
}
