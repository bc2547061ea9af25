// C = A · B in float32: 4 rows × 8 columns in registers, multiply then add (never fused: the same bits on every machine).
// An element is one sum in order of depth, whatever lies around it: slices of rows or columns give the same bits.
import { GemmField } from './memory';
import { packPanels } from './pack-float';

/** Rows of A that stay in the second cache while all panels pass. */
const ROW_BLOCK: i32 = 64;

export function gemmFloat(call: usize): void {
  const rows = load<i32>(call, GemmField.rows);
  const depth = load<i32>(call, GemmField.depth);
  const columns = load<i32>(call, GemmField.columns);
  const panels = <usize>load<u32>(call, GemmField.panels);
  const start = <usize>load<u32>(call, GemmField.start);
  const batches = load<i32>(call, GemmField.batches);
  const table = <usize>load<u32>(call, GemmField.table);
  const resultBytes = <usize>(rows * columns) << 2;
  let c = <usize>load<u32>(call, GemmField.c);
  let packed: usize = 0;
  for (let batch = 0; batch < batches; batch++) {
    const entry = table + (<usize>batch << 3);
    const a = <usize>load<u32>(call, GemmField.a) + <usize>load<u32>(entry);
    let b = <usize>load<u32>(call, GemmField.b) + <usize>load<u32>(entry, 4);
    let panelStep = <usize>load<u32>(call, GemmField.panelStep);
    let bStep = <usize>load<u32>(call, GemmField.bStep);
    if (panels) {
      if (b != packed) packPanels(b, bStep, panelStep, depth, columns, load<f32>(call, GemmField.factor), panels);
      packed = b;
      b = panels;
      panelStep = <usize>depth << 5;
      bStep = 32;
    }
    if (start) fillStart(call, start, c, rows, columns);
    gemmStrided(
      a, <usize>load<u32>(call, GemmField.aRowStep), <usize>load<u32>(call, GemmField.aDepthStep), rows, depth,
      b, panelStep, bStep, columns, c, <usize>columns << 2,
      <usize>load<u32>(call, GemmField.rowBias), <usize>load<u32>(call, GemmField.columnBias), start != 0,
      load<f32>(call, GemmField.low), load<f32>(call, GemmField.high),
    );
    c += resultBytes;
  }
}

/** C = startFactor · start, `start` broadcast by its steps (0: the same row, the same column). */
function fillStart(call: usize, start: usize, c: usize, rows: i32, columns: i32): void {
  const rowStep = <usize>load<u32>(call, GemmField.startRowStep);
  const columnStep = <usize>load<u32>(call, GemmField.startColumnStep);
  const factor = load<f32>(call, GemmField.startFactor);
  for (let row = 0; row < rows; row++) {
    let from = start + <usize>row * rowStep;
    for (let column = 0; column < columns; column++) {
      store<f32>(c, load<f32>(from) * factor);
      c += 4;
      from += columnStep;
    }
  }
}

/** C [rows, columns], rows `stride` bytes apart, of A by rows and panels of 8 columns of B. Bias addresses may be 0. */
export function gemmPanels(
  a: usize, rows: i32, depth: i32, panels: usize, columns: i32, c: usize, stride: usize,
  rowBias: usize, columnBias: usize, low: f32, high: f32,
): void {
  const rowBytes = <usize>depth << 2;
  gemmStrided(a, rowBytes, 4, rows, depth, panels, rowBytes << 3, 32, columns, c, stride, rowBias, columnBias, false, low, high);
}

/**
 * C [rows, columns] = clamp(bias + A · B), or clamp(C + A · B) with `accumulate`. Element (row, k) of A lies at
 * a + row · rowStep + k · depthStep, so A may be given transposed. Eight neighbouring columns of B lie at
 * b + panel · panelStep + k · bStep: packed panels (depth · 32, 32), or a matrix as it is (32, bytes of its rows).
 * Up to 28 bytes past the end of B, C and the column bias are read, never written.
 */
export function gemmStrided(
  a: usize, rowStep: usize, depthStep: usize, rows: i32, depth: i32, b: usize, panelStep: usize, bStep: usize,
  columns: i32, c: usize, stride: usize, rowBias: usize, columnBias: usize, accumulate: bool, low: f32, high: f32,
): void {
  const whole = rows & ~3;
  if (bStep == 32 && depthStep == 4) wholeRows(a, rowStep, 4, whole, depth, b, panelStep, 32, columns, c, stride, rowBias, columnBias, accumulate, low, high);
  else wholeRows(a, rowStep, depthStep, whole, depth, b, panelStep, bStep, columns, c, stride, rowBias, columnBias, accumulate, low, high);
  for (let row = whole; row < rows; row++) {
    oneRow(
      a + <usize>row * rowStep, depthStep, depth, b, panelStep, bStep, columns, c + <usize>row * stride,
      rowBias ? rowBias + (<usize>row << 2) : 0, columnBias, accumulate, f32x4.splat(low), f32x4.splat(high),
    );
  }
}

@inline
function wholeRows(
  a: usize, rowStep: usize, depthStep: usize, rows: i32, depth: i32, b: usize, panelStep: usize, bStep: usize,
  columns: i32, c: usize, stride: usize, rowBias: usize, columnBias: usize, accumulate: bool, low: f32, high: f32,
): void {
  const l = f32x4.splat(low);
  const h = f32x4.splat(high);
  for (let block = 0; block < rows; block += ROW_BLOCK) {
    const end = min(rows, block + ROW_BLOCK);
    let panel = b;
    for (let column = 0; column < columns; column += 8) {
      const at = c + (<usize>column << 2);
      const bias = columnBias ? columnBias + (<usize>column << 2) : 0;
      for (let row = block; row < end; row += 4) {
        fourRows(
          a + <usize>row * rowStep, rowStep, depthStep, depth, panel, bStep, at + <usize>row * stride, stride, columns - column,
          rowBias ? rowBias + (<usize>row << 2) : 0, bias, accumulate, l, h,
        );
      }
      panel += panelStep;
    }
  }
}

@inline
function fourRows(
  a: usize, rowStep: usize, depthStep: usize, depth: i32, b: usize, bStep: usize, c: usize, stride: usize, count: i32,
  rowBias: usize, columnBias: usize, accumulate: bool, low: v128, high: v128,
): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  if (accumulate) {
    c00 = v128.load(c);
    c01 = v128.load(c, 16);
    c10 = v128.load(c + stride);
    c11 = v128.load(c + stride, 16);
    c20 = v128.load(c + (stride << 1));
    c21 = v128.load(c + (stride << 1), 16);
    c30 = v128.load(c + stride * 3);
    c31 = v128.load(c + stride * 3, 16);
  } else if (rowBias) {
    c00 = c01 = v128.load32_splat(rowBias);
    c10 = c11 = v128.load32_splat(rowBias, 4);
    c20 = c21 = v128.load32_splat(rowBias, 8);
    c30 = c31 = v128.load32_splat(rowBias, 12);
  } else if (columnBias) {
    c00 = c10 = c20 = c30 = v128.load(columnBias);
    c01 = c11 = c21 = c31 = v128.load(columnBias, 16);
  }
  const a2 = rowStep << 1;
  const a3 = rowStep * 3;
  for (let k = depth; k > 0; k--) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = f32x4.add(c00, f32x4.mul(x, b0));
    c01 = f32x4.add(c01, f32x4.mul(x, b1));
    x = v128.load32_splat(a + rowStep);
    c10 = f32x4.add(c10, f32x4.mul(x, b0));
    c11 = f32x4.add(c11, f32x4.mul(x, b1));
    x = v128.load32_splat(a + a2);
    c20 = f32x4.add(c20, f32x4.mul(x, b0));
    c21 = f32x4.add(c21, f32x4.mul(x, b1));
    x = v128.load32_splat(a + a3);
    c30 = f32x4.add(c30, f32x4.mul(x, b0));
    c31 = f32x4.add(c31, f32x4.mul(x, b1));
    a += depthStep;
    b += bStep;
  }
  storeEight(c, c00, c01, count, low, high);
  storeEight(c + stride, c10, c11, count, low, high);
  storeEight(c + (stride << 1), c20, c21, count, low, high);
  storeEight(c + stride * 3, c30, c31, count, low, high);
}

/** One row of C, 32 columns at a time: eight sums go on at once, as in a block of four rows. */
function oneRow(
  a: usize, depthStep: usize, depth: i32, b: usize, panelStep: usize, bStep: usize, columns: i32, c: usize,
  rowBias: usize, columnBias: usize, accumulate: bool, low: v128, high: v128,
): void {
  const row = rowBias ? v128.load32_splat(rowBias) : f32x4.splat(0);
  const from = accumulate ? c : columnBias;
  let column = 0;
  for (; column + 32 <= columns; column += 32) {
    const p1 = b + panelStep;
    thirtyTwo(a, depthStep, depth, b, p1, p1 + panelStep, p1 + (panelStep << 1), bStep, c + (<usize>column << 2), row, from ? from + (<usize>column << 2) : 0, low, high);
    b += panelStep << 2;
  }
  for (; column < columns; column += 8) {
    const at = <usize>column << 2;
    let c0 = from ? v128.load(from + at) : row;
    let c1 = from ? v128.load(from + at, 16) : row;
    let x = a;
    let p = b;
    for (let k = depth; k > 0; k--) {
      const value = v128.load32_splat(x);
      c0 = f32x4.add(c0, f32x4.mul(value, v128.load(p)));
      c1 = f32x4.add(c1, f32x4.mul(value, v128.load(p, 16)));
      x += depthStep;
      p += bStep;
    }
    storeEight(c + at, c0, c1, columns - column, low, high);
    b += panelStep;
  }
}

@inline
function thirtyTwo(
  a: usize, depthStep: usize, depth: i32, p0: usize, p1: usize, p2: usize, p3: usize, bStep: usize,
  c: usize, row: v128, from: usize, low: v128, high: v128,
): void {
  let c0 = row, c1 = row, c2 = row, c3 = row, c4 = row, c5 = row, c6 = row, c7 = row;
  if (from) {
    c0 = v128.load(from);
    c1 = v128.load(from, 16);
    c2 = v128.load(from, 32);
    c3 = v128.load(from, 48);
    c4 = v128.load(from, 64);
    c5 = v128.load(from, 80);
    c6 = v128.load(from, 96);
    c7 = v128.load(from, 112);
  }
  for (let k = depth; k > 0; k--) {
    const x = v128.load32_splat(a);
    c0 = f32x4.add(c0, f32x4.mul(x, v128.load(p0)));
    c1 = f32x4.add(c1, f32x4.mul(x, v128.load(p0, 16)));
    c2 = f32x4.add(c2, f32x4.mul(x, v128.load(p1)));
    c3 = f32x4.add(c3, f32x4.mul(x, v128.load(p1, 16)));
    c4 = f32x4.add(c4, f32x4.mul(x, v128.load(p2)));
    c5 = f32x4.add(c5, f32x4.mul(x, v128.load(p2, 16)));
    c6 = f32x4.add(c6, f32x4.mul(x, v128.load(p3)));
    c7 = f32x4.add(c7, f32x4.mul(x, v128.load(p3, 16)));
    a += depthStep;
    p0 += bStep;
    p1 += bStep;
    p2 += bStep;
    p3 += bStep;
  }
  storeEight(c, c0, c1, 8, low, high);
  storeEight(c + 32, c2, c3, 8, low, high);
  storeEight(c + 64, c4, c5, 8, low, high);
  storeEight(c + 96, c6, c7, 8, low, high);
}

/** The first `count` of 8 values, clamped; NaN stays NaN. */
@inline
export function storeEight(at: usize, a: v128, b: v128, count: i32, low: v128, high: v128): void {
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
