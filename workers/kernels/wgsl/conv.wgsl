// Convolution as a product: rows are output channels, columns output positions of all samples, depth input channel × kernel; z is the group.

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
/** By depth: kernel position times dilation, and the way from the window to that element of that channel. */
@group(0) @binding(5) var<storage, read> taps: array<vec4<i32>>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

fn rowCount() -> u32 { return w.outChannels; }
fn columnCount() -> u32 { return w.batch * outArea(); }
fn depthOf(z: u32) -> vec2<u32> { return vec2<u32>(0u, w.channels * kernelArea()); }
fn rowOf(z: u32, m: u32) -> vec4<i32> {
  return vec4<i32>(i32((z * w.outChannels + m) * w.channels * kernelArea()), 0, 0, 0);
}
fn depthA(z: u32, k: u32) -> vec4<i32> { return vec4<i32>(i32(k), 0, 0, 0); }
fn loadA(row: vec4<i32>, depth: vec4<i32>) -> f32 { return weights[row.x + depth.x]; }
/** Where the window of an output begins, and the first element of its maps. */
fn columnOf(z: u32, n: u32) -> vec4<i32> {
  let first = source(place(n % outArea(), w.outWidth), vec2<i32>(0));
  let maps = i32(((n / outArea()) * w.groups + z) * w.channels * area());
  return vec4<i32>(first, maps + first.x * w.width + first.y, 0);
}
fn depthB(z: u32, k: u32) -> vec4<i32> { return taps[k]; }
fn loadB(column: vec4<i32>, tap: vec4<i32>) -> f32 {
  if (!isInside(column.xy + tap.xy)) { return 0.0; }
  return x[column.z + tap.z];
}
fn store(z: u32, m: u32, n: u32, sum: f32) {
  let channel = z * w.outChannels + m;
  var value = sum;
  if (HAS_BIAS) { value += bias[channel]; }
  if (CLAMPS) { value = limited(value, w.low, w.high); }
  y[((n / outArea()) * w.groups * w.outChannels + channel) * outArea() + n % outArea()] = value;
}
