// Matrices as panels of 8 columns, [depth, 8] each: what the inner loop of a product reads lies one after another.

/**
 * Panels of factor · B [depth, columns], whose neighbours along depth and across columns lie these bytes apart. The last
 * panel is filled up with what happens to follow, or with its last column: results of those columns are never stored.
 */
export function packPanels(source: usize, depthStep: usize, columnStep: usize, depth: i32, columns: i32, factor: f32, panels: usize): void {
  const factors = f32x4.splat(factor);
  for (let column = 0; column < columns; column += 8) {
    const from = source + <usize>column * columnStep;
    if (columnStep == 4) packRows(from, depthStep, depth, factors, panels);
    else packColumns(from, depthStep, columnStep, depth, min(8, columns - column), factors, panels);
    panels += <usize>depth << 5;
  }
}

/** A panel whose 8 columns are neighbours. */
@inline
function packRows(from: usize, depthStep: usize, depth: i32, factors: v128, to: usize): void {
  for (let k = 0; k < depth; k++) {
    v128.store(to, f32x4.mul(v128.load(from), factors));
    v128.store(to, f32x4.mul(v128.load(from, 16), factors), 16);
    to += 32;
    from += depthStep;
  }
}

/** A panel of `count` columns, each at a distance from the next: two halves of 4, transposed where depth is contiguous. */
@inline
function packColumns(from: usize, depthStep: usize, columnStep: usize, depth: i32, count: i32, factors: v128, to: usize): void {
  for (let half = 0; half < 8; half += 4) {
    const c0 = from + <usize>min(half, count - 1) * columnStep;
    const c1 = from + <usize>min(half + 1, count - 1) * columnStep;
    const c2 = from + <usize>min(half + 2, count - 1) * columnStep;
    const c3 = from + <usize>min(half + 3, count - 1) * columnStep;
    const panel = to + (<usize>half << 2);
    let k = 0;
    if (depthStep == 4) {
      for (; k + 4 <= depth; k += 4) {
        const at = <usize>k << 2;
        transposeFour(v128.load(c0 + at), v128.load(c1 + at), v128.load(c2 + at), v128.load(c3 + at), factors, panel + (<usize>k << 5));
      }
    }
    for (; k < depth; k++) {
      const at = <usize>k * depthStep;
      let v = v128.load32_splat(c0 + at);
      v = v128.load_lane<f32>(c1 + at, v, 1);
      v = v128.load_lane<f32>(c2 + at, v, 2);
      v = v128.load_lane<f32>(c3 + at, v, 3);
      v128.store(panel + (<usize>k << 5), f32x4.mul(v, factors));
    }
  }
}

/** Writes the columns of four vectors, times `factors`, 32 bytes apart. */
@inline
function transposeFour(a: v128, b: v128, c: v128, d: v128, factors: v128, to: usize): void {
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const ef = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const gh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, f32x4.mul(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), factors));
  v128.store(to, f32x4.mul(v128.shuffle<f32>(ab, cd, 2, 3, 6, 7), factors), 32);
  v128.store(to, f32x4.mul(v128.shuffle<f32>(ef, gh, 0, 1, 4, 5), factors), 64);
  v128.store(to, f32x4.mul(v128.shuffle<f32>(ef, gh, 2, 3, 6, 7), factors), 96);
}
