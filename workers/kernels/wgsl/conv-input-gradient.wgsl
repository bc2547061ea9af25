// Gradient of a convolution's input, and transposed convolution (then with a bias): rows are input channels, columns input
// positions of all samples, depth output channel × kernel; z is the group.

@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;

fn rowCount() -> u32 { return w.channels; }
fn columnCount() -> u32 { return w.batch * area(); }
fn depthOf(z: u32) -> vec2<u32> { return vec2<u32>(0u, w.outChannels * kernelArea()); }
fn loadA(z: u32, m: u32, k: u32) -> f32 {
  let outChannel = z * w.outChannels + k / kernelArea();
  return weights[(outChannel * w.channels + m) * kernelArea() + k % kernelArea()];
}
fn loadB(z: u32, k: u32, n: u32) -> f32 {
  let out = reader(place(n % area(), w.width), place(k % kernelArea(), w.kernelWidth));
  if (out.x < 0) { return 0.0; }
  let channel = ((n / area()) * w.groups + z) * w.outChannels + k / kernelArea();
  return dy[channel * outArea() + u32(out.x * w.outWidth + out.y)];
}
fn store(z: u32, m: u32, n: u32, sum: f32) {
  let channel = z * w.channels + m;
  var value = sum;
  if (HAS_BIAS) { value += bias[channel]; }
  if (CLAMPS) { value = limited(value, w.low, w.high); }
  dx[((n / area()) * w.groups * w.channels + channel) * area() + n % area()] = value;
}
