// C(m, n) = Σ over k of A(m, k) · B(k, n), 16·ROWS × 16·COLUMNS values per work group. Who stands before this file defines
// `rowCount`, `columnCount`, `depthOf(z)` (first and end of k), `loadA(z, m, k)`, `loadB(z, k, n)` and `store(z, m, n, sum)`.
// ROWS, COLUMNS: values per invocation. A_ALONG_DEPTH, B_ALONG_DEPTH: whether neighbours in k are neighbours in memory.

const DEPTH = 16u;
const TILE_ROWS = 16u * ROWS;
const TILE_COLUMNS = 16u * COLUMNS;
/** One more than needed, so that a column of a tile lies in different banks. */
const PITCH_A = TILE_ROWS + 1u;
const PITCH_B = TILE_COLUMNS + 1u;

var<workgroup> tileA: array<f32, DEPTH * PITCH_A>;
var<workgroup> tileB: array<f32, DEPTH * PITCH_B>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let firstRow = group.y * TILE_ROWS;
  let firstColumn = group.x * TILE_COLUMNS;
  let z = group.z;
  let range = depthOf(z);
  let row = local / 16u;
  let column = local % 16u;
  var sums: array<f32, ROWS * COLUMNS>;
  for (var start = range.x; start < range.y; start += DEPTH) {
    for (var i = 0u; i < ROWS; i++) {
      let e = local + i * GROUP;
      let m = select(e % TILE_ROWS, e / DEPTH, A_ALONG_DEPTH);
      let k = select(e / TILE_ROWS, e % DEPTH, A_ALONG_DEPTH);
      var value = 0.0;
      if (firstRow + m < rowCount() && start + k < range.y) { value = loadA(z, firstRow + m, start + k); }
      tileA[k * PITCH_A + m] = value;
    }
    for (var i = 0u; i < COLUMNS; i++) {
      let e = local + i * GROUP;
      let n = select(e % TILE_COLUMNS, e / DEPTH, B_ALONG_DEPTH);
      let k = select(e / TILE_COLUMNS, e % DEPTH, B_ALONG_DEPTH);
      var value = 0.0;
      if (firstColumn + n < columnCount() && start + k < range.y) { value = loadB(z, start + k, firstColumn + n); }
      tileB[k * PITCH_B + n] = value;
    }
    workgroupBarrier();
    for (var k = 0u; k < DEPTH; k++) {
      var b: array<f32, COLUMNS>;
      for (var j = 0u; j < COLUMNS; j++) { b[j] = tileB[k * PITCH_B + column + 16u * j]; }
      for (var i = 0u; i < ROWS; i++) {
        let a = tileA[k * PITCH_A + row + 16u * i];
        for (var j = 0u; j < COLUMNS; j++) { sums[i * COLUMNS + j] += a * b[j]; }
      }
    }
    workgroupBarrier();
  }
  for (var i = 0u; i < ROWS; i++) {
    for (var j = 0u; j < COLUMNS; j++) {
      let m = firstRow + row + 16u * i;
      let n = firstColumn + column + 16u * j;
      if (m < rowCount() && n < columnCount()) { store(z, m, n, sums[i * COLUMNS + j]); }
    }
  }
}
