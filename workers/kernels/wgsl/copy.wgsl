// y[yFirst + Σ index · step] = x[xFirst + Σ index · step]: Transpose, Slice, Concat, Split, Expand, the inside of Pad.

struct Sizes { count: u32, rank: u32, xFirst: i32, yFirst: i32, axes: array<vec4<i32>, 8> }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flatIndex(group, groups, local);
  if (index >= sizes.count) { return; }
  var source = sizes.xFirst;
  var place = sizes.yFirst;
  var rest = i32(index);
  for (var axis = i32(sizes.rank) - 1; axis >= 0; axis--) {
    let row = sizes.axes[axis];
    let at = rest % row.x;
    rest /= row.x;
    source += at * row.y;
    place += at * row.z;
  }
  y[place] = x[source];
}
