// Convolution as a product: rows are output channels, columns output positions of all samples, depth input channel × kernel; z is the group.

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

fn rowCount() -> u32 { return w.outChannels; }
fn columnCount() -> u32 { return w.batch * outArea(); }
fn depthOf(z: u32) -> vec2<u32> { return vec2<u32>(0u, w.channels * kernelArea()); }
fn loadA(z: u32, m: u32, k: u32) -> f32 { return weights[(z * w.outChannels + m) * w.channels * kernelArea() + k]; }
fn loadB(z: u32, k: u32, n: u32) -> f32 {
  let p = source(place(n % outArea(), w.outWidth), place(k % kernelArea(), w.kernelWidth));
  if (!isInside(p)) { return 0.0; }
  let channel = ((n / outArea()) * w.groups + z) * w.channels + k / kernelArea();
  return x[channel * area() + u32(p.x * w.width + p.y)];
}
fn store(z: u32, m: u32, n: u32, sum: f32) {
  let channel = z * w.outChannels + m;
  var value = sum;
  if (HAS_BIAS) { value += bias[channel]; }
  if (CLAMPS) { value = limited(value, w.low, w.high); }
  y[((n / outArea()) * w.groups * w.outChannels + channel) * outArea() + n % outArea()] = value;
}
