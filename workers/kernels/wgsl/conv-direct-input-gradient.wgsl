// As conv-input-gradient, with few channels per group: one invocation per input.

@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flatIndex(group, groups, local);
  let allChannels = w.groups * w.channels;
  if (index >= w.batch * allChannels * area()) { return; }
  let p = place(index % area(), w.width);
  let channel = (index / area()) % allChannels;
  let sample = index / (area() * allChannels);
  let own = channel / w.channels;
  var sum = 0.0;
  for (var c = 0u; c < w.outChannels; c++) {
    let outChannel = own * w.outChannels + c;
    let map = (sample * w.groups * w.outChannels + outChannel) * outArea();
    let kernel = (outChannel * w.channels + channel % w.channels) * kernelArea();
    for (var ky = 0; ky < w.kernelHeight; ky++) {
      for (var kx = 0; kx < w.kernelWidth; kx++) {
        let out = reader(p, vec2<i32>(ky, kx));
        if (out.x >= 0) {
          sum += dy[map + u32(out.x * w.outWidth + out.y)] * weights[kernel + u32(ky * w.kernelWidth + kx)];
        }
      }
    }
  }
  if (HAS_BIAS) { sum += bias[channel]; }
  if (CLAMPS) { sum = limited(sum, w.low, w.high); }
  dx[index] = sum;
}
