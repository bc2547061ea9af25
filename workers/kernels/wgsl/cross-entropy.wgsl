// One invocation per row of class values: its loss, its gradient divided by the number of rows, and whether its first largest
// value is the label's. DISTILLS: against a teacher's probabilities too.

struct Sizes { rows: u32, classes: u32, inner: u32, smoothing: f32, temperature: f32, portion: f32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<f32>;
@group(0) @binding(3) var<storage, read> teacher: array<f32>;
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;
@group(0) @binding(5) var<storage, read_write> correct: array<f32>;
@group(0) @binding(6) var<storage, read_write> gradient: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let row = flatIndex(group, groups, local);
  if (row >= sizes.rows) { return; }
  let first = (row / sizes.inner) * sizes.classes * sizes.inner + row % sizes.inner;
  let label = u32(labels[row]);
  let heat = 1.0 / sizes.temperature;
  var best = 0u;
  var top = logits[first];
  var teacherTop = teacher[select(0u, first, DISTILLS)];
  for (var k = 1u; k < sizes.classes; k++) {
    let value = logits[first + k * sizes.inner];
    if (value > top) { top = value; best = k; }
    if (DISTILLS) { teacherTop = max(teacherTop, teacher[first + k * sizes.inner]); }
  }
  var sum = 0.0;
  var softSum = 0.0;
  var teacherSum = 0.0;
  for (var k = 0u; k < sizes.classes; k++) {
    let at = first + k * sizes.inner;
    sum += exp(logits[at] - top);
    if (DISTILLS) {
      softSum += exp((logits[at] - top) * heat);
      teacherSum += exp((teacher[at] - teacherTop) * heat);
    }
  }
  let logSum = log(sum);
  var loss = 0.0;
  var divergence = 0.0;
  for (var k = 0u; k < sizes.classes; k++) {
    let at = first + k * sizes.inner;
    let goal = select(0.0, 1.0 - sizes.smoothing, k == label) + sizes.smoothing / f32(sizes.classes);
    let logP = logits[at] - top - logSum;
    loss -= goal * logP;
    var slope = exp(logP) - goal;
    if (DISTILLS) {
      let own = (logits[at] - top) * heat - log(softSum);
      let wanted = (teacher[at] - teacherTop) * heat - log(teacherSum);
      divergence += exp(wanted) * (wanted - own);
      slope = (1.0 - sizes.portion) * slope + sizes.portion * sizes.temperature * (exp(own) - exp(wanted));
    }
    gradient[at] = slope / f32(sizes.rows);
  }
  if (DISTILLS) {
    loss = (1.0 - sizes.portion) * loss + sizes.portion * sizes.temperature * sizes.temperature * divergence;
  }
  losses[row] = loss;
  correct[row] = select(0.0, 1.0, best == label);
}
