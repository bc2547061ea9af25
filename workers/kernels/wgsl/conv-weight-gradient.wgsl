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
fn loadA(z: u32, m: u32, k: u32) -> f32 {
  let channel = ((k / outArea()) * w.groups + z / w.splits) * w.outChannels + m;
  return dy[channel * outArea() + k % outArea()];
}
fn loadB(z: u32, k: u32, n: u32) -> f32 {
  let p = source(place(k % outArea(), w.outWidth), place(n % kernelArea(), w.kernelWidth));
  if (!isInside(p)) { return 0.0; }
  let channel = ((k / outArea()) * w.groups + z / w.splits) * w.channels + n / kernelArea();
  return x[channel * area() + u32(p.x * w.width + p.y)];
}
fn store(z: u32, m: u32, n: u32, sum: f32) {
  let row = ((z % w.splits) * w.groups + z / w.splits) * w.outChannels + m;
  parts[row * columnCount() + n] = sum;
}
