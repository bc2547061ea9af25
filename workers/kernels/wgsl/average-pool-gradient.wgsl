// One invocation per input: its share of dY of each window it lies in.

@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flatIndex(group, groups, local);
  if (index >= w.batch * area()) { return; }
  let plane = index / area();
  let t = place(index % area(), w.width) + vec2<i32>(w.padTop, w.padLeft);
  let rows = readers(t.x, w.kernelHeight, w.strideY, w.dilationY, w.outHeight);
  let columns = readers(t.y, w.kernelWidth, w.strideX, w.dilationX, w.outWidth);
  var sum = 0.0;
  for (var oy = rows.x; oy <= rows.y; oy++) {
    for (var ox = columns.x; ox <= columns.y; ox++) {
      let away = t - vec2<i32>(oy * w.strideY, ox * w.strideX);
      if (away.x % w.dilationY != 0 || away.y % w.dilationX != 0) { continue; }
      sum += dy[plane * outArea() + u32(oy * w.outWidth + ox)] / f32(cellsOf(vec2<i32>(oy, ox)));
    }
  }
  dx[index] = sum;
}
