// One invocation per input: dY of each window whose first maximum, in row-major order, it is.

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> y: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;

fn isFirst(map: u32, out: vec2<i32>, k: vec2<i32>, best: f32) -> bool {
  for (var ky = 0; ky <= k.x; ky++) {
    let end = select(w.kernelWidth, k.y, ky == k.x);
    for (var kx = 0; kx < end; kx++) {
      let p = source(out, vec2<i32>(ky, kx));
      if (isInside(p) && x[map + u32(p.x * w.width + p.y)] == best) { return false; }
    }
  }
  return true;
}

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
  let value = x[index];
  var sum = 0.0;
  for (var oy = rows.x; oy <= rows.y; oy++) {
    for (var ox = columns.x; ox <= columns.y; ox++) {
      let away = t - vec2<i32>(oy * w.strideY, ox * w.strideX);
      if (away.x % w.dilationY != 0 || away.y % w.dilationX != 0) { continue; }
      let at = plane * outArea() + u32(oy * w.outWidth + ox);
      let k = away / vec2<i32>(w.dilationY, w.dilationX);
      if (value == y[at] && isFirst(plane * area(), vec2<i32>(oy, ox), k, value)) { sum += dy[at]; }
    }
  }
  dx[index] = sum;
}
