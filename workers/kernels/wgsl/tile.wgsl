// C(m, n) = Σ over k of A(m, k) · B(k, n), 16·ROWS × 16·COLUMNS values per work group. Who stands before this file defines
// `rowCount`, `columnCount`, `depthOf(z)` (first and end of k), `store(z, m, n, sum)`, and what loading takes, in two parts, so that
// divisions are not repeated for every element: `rowOf(z, m)` and `depthA(z, k)` for `loadA`, `columnOf(z, n)` and `depthB(z, k)`
// for `loadB`. ROWS, COLUMNS: values per invocation. A_ALONG_DEPTH, B_ALONG_DEPTH: whether neighbours in k are neighbours in memory.

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
  // Each invocation loads the same rows and columns all along: one row at several depths, or several rows at one depth.
  var rows: array<vec4<i32>, ROWS>;
  var columns: array<vec4<i32>, COLUMNS>;
  for (var i = 0u; i < ROWS; i++) {
    rows[i] = rowOf(z, firstRow + select(local % TILE_ROWS, local / DEPTH + 16u * i, A_ALONG_DEPTH));
  }
  for (var i = 0u; i < COLUMNS; i++) {
    columns[i] = columnOf(z, firstColumn + select(local % TILE_COLUMNS, local / DEPTH + 16u * i, B_ALONG_DEPTH));
  }
  var sums: array<f32, ROWS * COLUMNS>;
  for (var start = range.x; start < range.y; start += DEPTH) {
    for (var i = 0u; i < ROWS; i++) {
      let m = select(local % TILE_ROWS, local / DEPTH + 16u * i, A_ALONG_DEPTH);
      let k = select(local / TILE_ROWS + (16u / ROWS) * i, local % DEPTH, A_ALONG_DEPTH);
      var value = 0.0;
      if (firstRow + m < rowCount() && start + k < range.y) { value = loadA(rows[i], depthA(z, start + k)); }
      tileA[k * PITCH_A + m] = value;
    }
    for (var i = 0u; i < COLUMNS; i++) {
      let n = select(local % TILE_COLUMNS, local / DEPTH + 16u * i, B_ALONG_DEPTH);
      let k = select(local / TILE_COLUMNS + (16u / COLUMNS) * i, local % DEPTH, B_ALONG_DEPTH);
      var value = 0.0;
      if (firstColumn + n < columnCount() && start + k < range.y) { value = loadB(columns[i], depthB(z, start + k)); }
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
