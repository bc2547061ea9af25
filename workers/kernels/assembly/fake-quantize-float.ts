// Learned step size quantization. Quotients in double precision, so that codes are those of the plain reference to the bit.
import { FakeQuantizeField } from './memory';

/** Nearest whole number, half away from zero. */
@inline
function rounded(x: v128): v128 {
  const sign = v128.and(x, i64x2.splat(0x8000000000000000));
  return v128.or(f64x2.floor(f64x2.add(f64x2.abs(x), f64x2.splat(0.5))), sign);
}

@inline
function quantized(v: v128, step: v128, low: v128, high: v128): v128 {
  const code = rounded(f64x2.min(high, f64x2.max(low, f64x2.div(f64x2.promote_low_f32x4(v), step))));
  return f32x4.demote_f64x2_zero(f64x2.mul(code, step));
}

/** Whole vectors; the last one reads and writes into the slack behind the operands. */
export function fakeQuantizeFloat(call: usize): void {
  const value = <usize>load<u32>(call, FakeQuantizeField.value);
  const output = <usize>load<u32>(call, FakeQuantizeField.output);
  const bytes = <usize>load<i32>(call, FakeQuantizeField.count) << 2;
  const step = f64x2.splat(<f64>load<f32>(<usize>load<u32>(call, FakeQuantizeField.step)));
  const low = f64x2.splat(<f64>load<i32>(call, FakeQuantizeField.low));
  const high = f64x2.splat(<f64>load<i32>(call, FakeQuantizeField.high));
  for (let i: usize = 0; i < bytes; i += 16) {
    const v = v128.load(value + i);
    const a = quantized(v, step, low, high);
    const b = quantized(v128.shuffle<i64>(v, v, 1, 0), step, low, high);
    v128.store(output + i, v128.shuffle<i64>(a, b, 0, 2));
  }
}

/** What two values add to the gradient of the step, per unit of their own. */
@inline
function stepSlope(v: v128, step: v128, low: v128, high: v128): v128 {
  const code = f64x2.div(f64x2.promote_low_f32x4(v), step);
  const inside = f64x2.sub(rounded(code), code);
  return v128.bitselect(low, v128.bitselect(high, inside, f64x2.ge(code, high)), f64x2.le(code, low));
}

@inline
function passes(v: v128, step: v128, low: v128, high: v128): v128 {
  const code = f64x2.div(f64x2.promote_low_f32x4(v), step);
  return v128.and(f64x2.gt(code, low), f64x2.lt(code, high));
}

/** dV = dY inside the range of codes, else 0; dStep is summed in double precision. */
export function fakeQuantizeGradientFloat(call: usize): void {
  const value = <usize>load<u32>(call, FakeQuantizeField.value);
  const gradient = <usize>load<u32>(call, FakeQuantizeField.gradient);
  const output = <usize>load<u32>(call, FakeQuantizeField.output);
  const bytes = <usize>load<i32>(call, FakeQuantizeField.count) << 2;
  const step = f64x2.splat(<f64>load<f32>(<usize>load<u32>(call, FakeQuantizeField.step)));
  const low = f64x2.splat(<f64>load<i32>(call, FakeQuantizeField.low));
  const high = f64x2.splat(<f64>load<i32>(call, FakeQuantizeField.high));
  let total = f64x2.splat(0);
  for (let i: usize = 0; i < bytes; i += 8) {
    const v = v128.load64_zero(value + i);
    const g = v128.load64_zero(gradient + i);
    let part = f64x2.mul(f64x2.promote_low_f32x4(g), stepSlope(v, step, low, high));
    // An odd count: the second of the last pair is nobody's.
    if (i + 8 > bytes) part = v128.and(part, i64x2(-1, 0));
    total = f64x2.add(total, part);
    const mask = passes(v, step, low, high);
    v128.store64_lane(output + i, v128.and(g, v128.shuffle<i32>(mask, mask, 0, 2, 0, 2)), 0);
  }
  const sum = f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1);
  store<f32>(<usize>load<u32>(call, FakeQuantizeField.stepGradient), <f32>(<f64>load<f32>(call, FakeQuantizeField.gradientScale) * sum));
}
