// Gradient of a convolution's weights: rows are output channels, columns input channel × kernel, depth output positions of all
// samples, cut into `splits` parts (z = group · splits + part) that `sum-parts` adds.

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> parts: array<f32>;

fn rowCount() -> u32 { return w.outChannels; }
fn columnCount() -> u32 { return w.channels * kernelArea(); }
fn depthOf(z: u32) -> vec2<u32> {
  let start = (z % w.splits) * w.splitDepth;
  return vec2<u32>(start, min(start + w.splitDepth, w.batch * outArea()));
}
fn rowOf(z: u32, m: u32) -> vec4<i32> {
  return vec4<i32>(i32(((z / w.splits) * w.outChannels + m) * outArea()), 0, 0, 0);
}
fn depthA(z: u32, k: u32) -> vec4<i32> {
  return vec4<i32>(i32((k / outArea()) * w.groups * w.outChannels * outArea() + k % outArea()), 0, 0, 0);
}
fn loadA(row: vec4<i32>, depth: vec4<i32>) -> f32 { return dy[row.x + depth.x]; }
/** Kernel position, and the first element of its input channel. */
fn columnOf(z: u32, n: u32) -> vec4<i32> {
  let tap = place(n % kernelArea(), w.kernelWidth) * vec2<i32>(w.dilationY, w.dilationX);
  let map = i32(((z / w.splits) * w.channels + n / kernelArea()) * area());
  return vec4<i32>(tap, map + tap.x * w.width + tap.y, 0);
}
fn depthB(z: u32, k: u32) -> vec4<i32> {
  let first = source(place(k % outArea(), w.outWidth), vec2<i32>(0));
  return vec4<i32>(first, i32((k / outArea()) * w.groups * w.channels * area()) + first.x * w.width + first.y, 0);
}
fn loadB(tap: vec4<i32>, depth: vec4<i32>) -> f32 {
  if (!isInside(tap.xy + depth.xy)) { return 0.0; }
  return x[tap.z + depth.z];
}
fn store(z: u32, m: u32, n: u32, sum: f32) {
  let row = ((z % w.splits) * w.groups + z / w.splits) * w.outChannels + m;
  parts[row * columnCount() + n] = sum;
}
