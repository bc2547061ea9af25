// What averages divide by, and which outputs read an input position. COUNT_PADDING as in pool.wgsl.

fn cellsAlong(first: i32, kernel: i32, dilation: i32, size: i32, padEnd: i32) -> i32 {
  var cells = 0;
  for (var k = 0; k < kernel; k++) {
    let p = first + k * dilation;
    if (COUNT_PADDING) { cells += select(0, 1, p < size + padEnd); } else { cells += select(0, 1, p >= 0 && p < size); }
  }
  return cells;
}
/** Cells of an output's window that an average counts. */
fn cellsOf(out: vec2<i32>) -> i32 {
  let first = source(out, vec2<i32>(0));
  return cellsAlong(first.x, w.kernelHeight, w.dilationY, w.height, w.padBottom)
    * cellsAlong(first.y, w.kernelWidth, w.dilationX, w.width, w.padRight);
}
/** First and last output along an axis whose window may hold position `t` (padding added). */
fn readers(t: i32, kernel: i32, stride: i32, dilation: i32, outputs: i32) -> vec2<i32> {
  let reach = t - (kernel - 1) * dilation;
  return vec2<i32>(max(0, (max(reach, 0) + stride - 1) / stride), min(outputs - 1, t / stride));
}
