// Before every kernel, after the constants of its variant (`const NAME = …`).

/** Invocations of a work group, in every kernel. */
const GROUP = 256u;

/** Number of the invocation in a grid that is folded into two dimensions: one may hold 65535 groups at most. */
fn flatIndex(group: vec3<u32>, groups: vec3<u32>, local: u32) -> u32 {
  return (group.y * groups.x + group.x) * GROUP + local;
}

/** Infinite or not a number. By its bits: compilers may assume that arithmetic never meets such values. */
fn isNotFinite(bits: u32) -> bool {
  return (bits & 0x7f800000u) == 0x7f800000u;
}

/** `value` held between bounds; what is not a number stays so. */
fn limited(value: f32, low: f32, high: f32) -> f32 {
  if (value < low) { return low; }
  if (value > high) { return high; }
  return value;
}
