// As conv-weight-gradient, with few channels per group: one work group per weight, which adds up all output positions.

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dw: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = group.y * groups.x + group.x;
  let k = place(index % kernelArea(), w.kernelWidth);
  let outChannel = index / (kernelArea() * w.channels);
  let channel = (outChannel / w.outChannels) * w.channels + (index / kernelArea()) % w.channels;
  let count = select(0u, w.batch * outArea(), outChannel < w.groups * w.outChannels);
  var sum = 0.0;
  for (var i = local; i < count; i += GROUP) {
    let sample = i / outArea();
    let p = source(place(i % outArea(), w.outWidth), k);
    if (isInside(p)) {
      let map = (sample * w.groups * w.channels + channel) * area();
      let outMap = (sample * w.groups * w.outChannels + outChannel) * outArea();
      sum += x[map + u32(p.x * w.width + p.y)] * dy[outMap + i % outArea()];
    }
  }
  let all = groupSum(local, sum);
  if (local == 0u && count > 0u) { dw[index] = all; }
}
