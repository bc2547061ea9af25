// v = momentum · v + g; p −= rate · (nesterov ? g + momentum · v : v), where g = scale · gradient + decay · p. Nothing changes
// where the scale is not finite.

struct Sizes { count: u32, momentum: f32, decay: f32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read_write> p: array<f32>;
@group(0) @binding(2) var<storage, read> gradient: array<f32>;
@group(0) @binding(3) var<storage, read_write> velocity: array<f32>;
@group(0) @binding(4) var<storage, read> rates: array<f32>;
@group(0) @binding(5) var<storage, read> scale: array<u32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let i = flatIndex(group, groups, local);
  if (i >= sizes.count || isNotFinite(scale[0])) { return; }
  let g = bitcast<f32>(scale[0]) * gradient[i] + sizes.decay * p[i];
  let v = sizes.momentum * velocity[i] + g;
  p[i] -= rates[0] * select(v, g + sizes.momentum * v, NESTEROV);
  velocity[i] = v;
}
