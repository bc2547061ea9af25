// Gradient of a convolution's input, and transposed convolution (then with a bias): rows are input channels, columns input
// positions of all samples, depth output channel × kernel; z is the group.

@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
/** By depth: kernel position times dilation, the output channel in dY, the weight in its row. */
@group(0) @binding(5) var<storage, read> taps: array<vec4<i32>>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;

fn rowCount() -> u32 { return w.channels; }
fn columnCount() -> u32 { return w.batch * area(); }
fn depthOf(z: u32) -> vec2<u32> { return vec2<u32>(0u, w.outChannels * kernelArea()); }
fn rowOf(z: u32, m: u32) -> vec4<i32> {
  return vec4<i32>(i32((z * w.outChannels * w.channels + m) * kernelArea()), 0, 0, 0);
}
fn depthA(z: u32, k: u32) -> vec4<i32> { return taps[k]; }
fn loadA(row: vec4<i32>, tap: vec4<i32>) -> f32 { return weights[row.x + tap.w]; }
fn columnOf(z: u32, n: u32) -> vec4<i32> {
  let p = place(n % area(), w.width) + vec2<i32>(w.padTop, w.padLeft);
  return vec4<i32>(p, i32(((n / area()) * w.groups + z) * w.outChannels * outArea()), 0);
}
fn depthB(z: u32, k: u32) -> vec4<i32> { return taps[k]; }
fn loadB(column: vec4<i32>, tap: vec4<i32>) -> f32 {
  var out = column.xy - tap.xy;
  if (out.x < 0 || out.y < 0) { return 0.0; }
  if (STRIDES) {
    let stride = vec2<i32>(w.strideY, w.strideX);
    let away = out;
    out = away / stride;
    if (any(out * stride != away)) { return 0.0; }
  }
  if (out.x >= w.outHeight || out.y >= w.outWidth) { return 0.0; }
  return dy[column.z + tap.z + out.x * w.outWidth + out.y];
}
fn store(z: u32, m: u32, n: u32, sum: f32) {
  let channel = z * w.channels + m;
  var value = sum;
  if (HAS_BIAS) { value += bias[channel]; }
  if (CLAMPS) { value = limited(value, w.low, w.high); }
  dx[((n / area()) * w.groups * w.channels + channel) * area() + n % area()] = value;
}
