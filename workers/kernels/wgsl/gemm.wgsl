// C = clamp(α · A · B + β · bias): operands by their strides, so that a transposed one costs nothing; one product per z.

struct Sizes {
  rows: u32, columns: u32, depth: u32,
  aRow: u32, aDepth: u32, aBatch: u32,
  bDepth: u32, bColumn: u32, bBatch: u32,
  biasRow: u32, biasColumn: u32,
  alpha: f32, beta: f32, low: f32, high: f32,
}
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> c: array<f32>;

fn rowCount() -> u32 { return sizes.rows; }
fn columnCount() -> u32 { return sizes.columns; }
fn depthOf(z: u32) -> vec2<u32> { return vec2<u32>(0u, sizes.depth); }
fn rowOf(z: u32, m: u32) -> vec4<i32> { return vec4<i32>(i32(z * sizes.aBatch + m * sizes.aRow), 0, 0, 0); }
fn columnOf(z: u32, n: u32) -> vec4<i32> { return vec4<i32>(i32(z * sizes.bBatch + n * sizes.bColumn), 0, 0, 0); }
fn depthA(z: u32, k: u32) -> vec4<i32> { return vec4<i32>(i32(k * sizes.aDepth), 0, 0, 0); }
fn depthB(z: u32, k: u32) -> vec4<i32> { return vec4<i32>(i32(k * sizes.bDepth), 0, 0, 0); }
fn loadA(row: vec4<i32>, depth: vec4<i32>) -> f32 { return a[row.x + depth.x]; }
fn loadB(column: vec4<i32>, depth: vec4<i32>) -> f32 { return b[column.x + depth.x]; }
fn store(z: u32, m: u32, n: u32, sum: f32) {
  var value = sizes.alpha * sum;
  if (HAS_BIAS) { value += sizes.beta * bias[m * sizes.biasRow + n * sizes.biasColumn]; }
  if (CLAMPS) { value = limited(value, sizes.low, sizes.high); }
  c[(z * sizes.rows + m) * sizes.columns + n] = value;
}
