// Two sums at once over the invocations of a work group.

var<workgroup> partial: array<vec2<f32>, GROUP>;

/** The sums of everybody's values, for everybody. To be called by all invocations alike. */
fn groupSums(local: u32, values: vec2<f32>) -> vec2<f32> {
  workgroupBarrier();
  partial[local] = values;
  workgroupBarrier();
  for (var step = GROUP / 2u; step > 0u; step /= 2u) {
    if (local < step) { partial[local] += partial[local + step]; }
    workgroupBarrier();
  }
  return partial[0];
}
