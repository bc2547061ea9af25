// Convolution with few channels per group (depthwise): one invocation per output.

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flatIndex(group, groups, local);
  let allChannels = w.groups * w.outChannels;
  if (index >= w.batch * allChannels * outArea()) { return; }
  let out = place(index % outArea(), w.outWidth);
  let channel = (index / outArea()) % allChannels;
  let sample = index / (outArea() * allChannels);
  let firstInput = (sample * w.groups + channel / w.outChannels) * w.channels;
  var sum = 0.0;
  for (var c = 0u; c < w.channels; c++) {
    let map = (firstInput + c) * area();
    let kernel = (channel * w.channels + c) * kernelArea();
    for (var ky = 0; ky < w.kernelHeight; ky++) {
      for (var kx = 0; kx < w.kernelWidth; kx++) {
        let p = source(out, vec2<i32>(ky, kx));
        if (isInside(p)) { sum += x[map + u32(p.x * w.width + p.y)] * weights[kernel + u32(ky * w.kernelWidth + kx)]; }
      }
    }
  }
  if (HAS_BIAS) { sum += bias[channel]; }
  if (CLAMPS) { sum = limited(sum, w.low, w.high); }
  y[index] = sum;
}
