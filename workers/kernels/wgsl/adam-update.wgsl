// Adam; DECOUPLED: with the decay of AdamW beside the gradient (Loshchilov, Hutter 2019). Nothing changes where the scale is not finite.

struct Sizes { count: u32, beta1: f32, rest1: f32, beta2: f32, rest2: f32, epsilon: f32, decay: f32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read_write> p: array<f32>;
@group(0) @binding(2) var<storage, read> gradient: array<f32>;
@group(0) @binding(3) var<storage, read_write> first: array<f32>;
@group(0) @binding(4) var<storage, read_write> second: array<f32>;
@group(0) @binding(5) var<storage, read> rates: array<f32>;
@group(0) @binding(6) var<storage, read> scale: array<u32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let i = flatIndex(group, groups, local);
  if (i >= sizes.count || isNotFinite(scale[0])) { return; }
  let value = p[i];
  var g = bitcast<f32>(scale[0]) * gradient[i];
  if (!DECOUPLED) { g += sizes.decay * value; }
  let m = sizes.beta1 * first[i] + sizes.rest1 * g;
  let v = sizes.beta2 * second[i] + sizes.rest2 * g * g;
  var step = m * rates[1] / (sqrt(v * rates[2]) + sizes.epsilon);
  if (DECOUPLED) { step += sizes.decay * value; }
  p[i] = value - rates[0] * step;
  first[i] = m;
  second[i] = v;
}
