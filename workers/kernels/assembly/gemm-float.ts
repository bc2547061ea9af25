// C = A · B in float32: 4 rows × 8 columns in registers, multiply then add (never fused: the same bits on every machine).
import { GemmField } from './memory';

/** Rows of A that stay in the second cache while all panels pass. */
const ROW_BLOCK: i32 = 64;

export function gemmFloat(call: usize): void {
  const panels = <usize>load<u32>(call, GemmField.panels);
  const depth = load<i32>(call, GemmField.depth);
  const columns = load<i32>(call, GemmField.columns);
  const source = <usize>load<u32>(call, GemmField.source);
  if (source) packColumns(source, panels, depth, columns, load<i32>(call, GemmField.depthStep), load<i32>(call, GemmField.columnStep));
  gemmPanels(
    <usize>load<u32>(call, GemmField.a),
    load<i32>(call, GemmField.rows),
    depth,
    panels,
    columns,
    <usize>load<u32>(call, GemmField.c),
    <usize>columns << 2,
    <usize>load<u32>(call, GemmField.rowBias),
    <usize>load<u32>(call, GemmField.columnBias),
    load<f32>(call, GemmField.low),
    load<f32>(call, GemmField.high),
  );
}

function packColumns(source: usize, panels: usize, depth: i32, columns: i32, depthStep: i32, columnStep: i32): void {
  let to = panels;
  for (let column = 0; column < columns; column += 8) {
    const count = min(8, columns - column);
    let from = source + <usize>column * columnStep;
    for (let k = 0; k < depth; k++) {
      if (count == 8 && columnStep == 4) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
      } else {
        for (let i = 0; i < 8; i++) store<f32>(to + (<usize>i << 2), i < count ? load<f32>(from + <usize>i * columnStep) : 0);
      }
      to += 32;
      from += depthStep;
    }
  }
}

/** C [rows, columns], rows `stride` bytes apart. A's rows lie one after another; bias addresses may be 0. */
export function gemmPanels(
  a: usize, rows: i32, depth: i32, panels: usize, columns: i32, c: usize, stride: usize,
  rowBias: usize, columnBias: usize, low: f32, high: f32,
): void {
  const rowBytes = <usize>depth << 2;
  const l = f32x4.splat(low);
  const h = f32x4.splat(high);
  for (let block = 0; block < rows; block += ROW_BLOCK) {
    const end = min(rows, block + ROW_BLOCK);
    let panel = panels;
    for (let column = 0; column < columns; column += 8) {
      const count = columns - column;
      const at = c + (<usize>column << 2);
      let bias0 = f32x4.splat(0);
      let bias1 = f32x4.splat(0);
      if (columnBias) {
        bias0 = v128.load(columnBias + (<usize>column << 2));
        bias1 = v128.load(columnBias + (<usize>column << 2), 16);
      }
      let row = block;
      for (; row + 4 <= end; row += 4) {
        rows4(a + <usize>row * rowBytes, rowBytes, panel, at + <usize>row * stride, stride, count, rowBias ? rowBias + (<usize>row << 2) : 0, bias0, bias1, l, h);
      }
      for (; row < end; row++) {
        row1(a + <usize>row * rowBytes, rowBytes, panel, at + <usize>row * stride, count, rowBias ? rowBias + (<usize>row << 2) : 0, bias0, bias1, l, h);
      }
      panel += rowBytes << 3;
    }
  }
}

@inline
function rows4(
  a: usize, rowBytes: usize, panel: usize, c: usize, stride: usize, count: i32, rowBias: usize,
  bias0: v128, bias1: v128, low: v128, high: v128,
): void {
  let c00 = bias0, c01 = bias1, c10 = bias0, c11 = bias1;
  let c20 = bias0, c21 = bias1, c30 = bias0, c31 = bias1;
  if (rowBias) {
    c00 = c01 = v128.load32_splat(rowBias);
    c10 = c11 = v128.load32_splat(rowBias, 4);
    c20 = c21 = v128.load32_splat(rowBias, 8);
    c30 = c31 = v128.load32_splat(rowBias, 12);
  }
  const a2 = rowBytes << 1;
  const a3 = rowBytes * 3;
  const end = a + rowBytes;
  let b = panel;
  for (; a < end; a += 4) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = f32x4.add(c00, f32x4.mul(x, b0));
    c01 = f32x4.add(c01, f32x4.mul(x, b1));
    x = v128.load32_splat(a + rowBytes);
    c10 = f32x4.add(c10, f32x4.mul(x, b0));
    c11 = f32x4.add(c11, f32x4.mul(x, b1));
    x = v128.load32_splat(a + a2);
    c20 = f32x4.add(c20, f32x4.mul(x, b0));
    c21 = f32x4.add(c21, f32x4.mul(x, b1));
    x = v128.load32_splat(a + a3);
    c30 = f32x4.add(c30, f32x4.mul(x, b0));
    c31 = f32x4.add(c31, f32x4.mul(x, b1));
    b += 32;
  }
  store8(c, c00, c01, count, low, high);
  store8(c + stride, c10, c11, count, low, high);
  store8(c + (stride << 1), c20, c21, count, low, high);
  store8(c + stride * 3, c30, c31, count, low, high);
}

@inline
function row1(a: usize, rowBytes: usize, panel: usize, c: usize, count: i32, rowBias: usize, bias0: v128, bias1: v128, low: v128, high: v128): void {
  let c0 = bias0, c1 = bias1;
  if (rowBias) c0 = c1 = v128.load32_splat(rowBias);
  const end = a + rowBytes;
  let b = panel;
  for (; a < end; a += 4) {
    const x = v128.load32_splat(a);
    c0 = f32x4.add(c0, f32x4.mul(x, v128.load(b)));
    c1 = f32x4.add(c1, f32x4.mul(x, v128.load(b, 16)));
    b += 32;
  }
  store8(c, c0, c1, count, low, high);
}

/** The first `count` of 8 values, clamped; NaN stays NaN. */
@inline
function store8(at: usize, a: v128, b: v128, count: i32, low: v128, high: v128): void {
  a = f32x4.min(f32x4.max(a, low), high);
  b = f32x4.min(f32x4.max(b, low), high);
  if (count >= 8) {
    v128.store(at, a);
    v128.store(at, b, 16);
    return;
  }
  for (let i = 0; i < count; i++) {
    store<f32>(at + (<usize>i << 2), f32x4.extract_lane(a, 0));
    a = v128.shuffle<i32>(a, b, 1, 2, 3, 4);
    b = v128.shuffle<i32>(b, b, 1, 2, 3, 3);
  }
}
