// Sums over the invocations of a work group.

var<workgroup> partial: array<f32, GROUP>;

/** The sum of everybody's value, for everybody. To be called by all invocations alike. */
fn groupSum(local: u32, value: f32) -> f32 {
  // Nobody may still be reading the sum before.
  workgroupBarrier();
  partial[local] = value;
  workgroupBarrier();
  for (var step = GROUP / 2u; step > 0u; step /= 2u) {
    if (local < step) { partial[local] += partial[local + step]; }
    workgroupBarrier();
  }
  return partial[0];
}
