// Windowed maxima and averages, one invocation per output. MAXIMUM; COUNT_PADDING: averages divide by cells of the padding too.

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = flatIndex(group, groups, local);
  if (index >= w.batch * outArea()) { return; }
  let out = place(index % outArea(), w.outWidth);
  let map = (index / outArea()) * area();
  var best = -3.4028234e38;
  var sum = 0.0;
  for (var ky = 0; ky < w.kernelHeight; ky++) {
    for (var kx = 0; kx < w.kernelWidth; kx++) {
      let p = source(out, vec2<i32>(ky, kx));
      if (isInside(p)) {
        let value = x[map + u32(p.x * w.width + p.y)];
        if (!(value <= best)) { best = value; }
        sum += value;
      }
    }
  }
  if (MAXIMUM) { y[index] = best; } else { y[index] = sum / f32(cellsOf(out)); }
}
