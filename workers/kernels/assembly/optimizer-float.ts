// Norm of gradients, clipping, and the steps of the optimizers. States and parameters may be overwritten in place.
import { ClipScaleField, NormField, UpdateField } from './memory';

/** √(Σ of all squares), in double precision, of `count` tensors. */
export function gradientNormFloat(call: usize): void {
  const count = load<i32>(call, NormField.count);
  let entry = <usize>load<u32>(call, NormField.tensors);
  let total: f64 = 0;
  for (let t = 0; t < count; t++) {
    total += squares(<usize>load<u32>(entry), load<i32>(entry, 4));
    entry += 8;
  }
  store<f32>(<usize>load<u32>(call, NormField.output), <f32>sqrt(total));
}

function squares(at: usize, count: i32): f64 {
  let a = f64x2.splat(0);
  let b = a;
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const v = v128.load(at);
    const low = f64x2.promote_low_f32x4(v);
    const high = f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 0));
    a = f64x2.add(a, f64x2.mul(low, low));
    b = f64x2.add(b, f64x2.mul(high, high));
    at += 16;
  }
  const both = f64x2.add(a, b);
  let sum = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
  for (; i < count; i++) {
    const v = <f64>load<f32>(at);
    sum += v * v;
    at += 4;
  }
  return sum;
}

export function clipScaleFloat(call: usize): void {
  const norm = <f64>load<f32>(<usize>load<u32>(call, ClipScaleField.norm));
  const maximum = <f64>load<f32>(call, ClipScaleField.maximum);
  let scale: f64 = maximum > 0 && norm > maximum ? maximum / norm : 1;
  if (!isFinite(norm)) scale = NaN;
  store<f32>(<usize>load<u32>(call, ClipScaleField.output), <f32>scale);
}

/** Where the scale is not a number the old values are the new ones. */
function isSkipped(call: usize, states: i32): bool {
  const scale = load<f32>(<usize>load<u32>(call, UpdateField.scale));
  if (scale == scale) return false;
  const bytes = <usize>load<i32>(call, UpdateField.count) << 2;
  memory.copy(<usize>load<u32>(call, UpdateField.newParameter), <usize>load<u32>(call, UpdateField.parameter), bytes);
  memory.copy(<usize>load<u32>(call, UpdateField.newFirst), <usize>load<u32>(call, UpdateField.first), bytes);
  if (states > 1) memory.copy(<usize>load<u32>(call, UpdateField.newSecond), <usize>load<u32>(call, UpdateField.second), bytes);
  return true;
}

/**
 * A moment that fades becomes 0 before it leaves the normal numbers: where a unit is dead it would stay just below them for good,
 * and processors take fifty times as long over such numbers. What is not a number stays.
 */
@inline
function faded(v: v128): v128 {
  return v128.andnot(v, f32x4.lt(f32x4.abs(v), f32x4.splat(1e-35)));
}

/** scale · gradient + decay · parameter */
@inline
function decayed(gradient: usize, scale: v128, decay: v128, p: v128): v128 {
  return f32x4.add(f32x4.mul(scale, v128.load(gradient)), f32x4.mul(decay, p));
}

export function sgdUpdateFloat(call: usize): void {
  if (isSkipped(call, 1)) return;
  const bytes = <usize>load<i32>(call, UpdateField.count) << 2;
  const parameter = <usize>load<u32>(call, UpdateField.parameter);
  const gradient = <usize>load<u32>(call, UpdateField.gradient);
  const velocity = <usize>load<u32>(call, UpdateField.first);
  const newParameter = <usize>load<u32>(call, UpdateField.newParameter);
  const newVelocity = <usize>load<u32>(call, UpdateField.newFirst);
  const scale = v128.load32_splat(<usize>load<u32>(call, UpdateField.scale));
  const rate = v128.load32_splat(<usize>load<u32>(call, UpdateField.rates));
  const decay = v128.load32_splat(call, UpdateField.coupledDecay);
  const momentum = v128.load32_splat(call, UpdateField.momentum);
  const nesterov = load<i32>(call, UpdateField.nesterov);
  for (let i: usize = 0; i < bytes; i += 16) {
    const p = v128.load(parameter + i);
    const g = decayed(gradient + i, scale, decay, p);
    const v = faded(f32x4.add(f32x4.mul(momentum, v128.load(velocity + i)), g));
    const step = nesterov ? f32x4.add(g, f32x4.mul(momentum, v)) : v;
    v128.store(newParameter + i, f32x4.sub(p, f32x4.mul(rate, step)));
    v128.store(newVelocity + i, v);
  }
}

export function adamUpdateFloat(call: usize): void {
  if (isSkipped(call, 2)) return;
  const bytes = <usize>load<i32>(call, UpdateField.count) << 2;
  const parameter = <usize>load<u32>(call, UpdateField.parameter);
  const gradient = <usize>load<u32>(call, UpdateField.gradient);
  const first = <usize>load<u32>(call, UpdateField.first);
  const second = <usize>load<u32>(call, UpdateField.second);
  const newParameter = <usize>load<u32>(call, UpdateField.newParameter);
  const newFirst = <usize>load<u32>(call, UpdateField.newFirst);
  const newSecond = <usize>load<u32>(call, UpdateField.newSecond);
  const rates = <usize>load<u32>(call, UpdateField.rates);
  const scale = v128.load32_splat(<usize>load<u32>(call, UpdateField.scale));
  const rate = v128.load32_splat(rates);
  const correct1 = v128.load32_splat(rates, 4);
  const correct2 = v128.load32_splat(rates, 8);
  const decay = v128.load32_splat(call, UpdateField.coupledDecay);
  const keep = f32x4.mul(rate, v128.load32_splat(call, UpdateField.decoupledDecay));
  const beta1 = v128.load32_splat(call, UpdateField.beta1);
  const rest1 = v128.load32_splat(call, UpdateField.rest1);
  const beta2 = v128.load32_splat(call, UpdateField.beta2);
  const rest2 = v128.load32_splat(call, UpdateField.rest2);
  const epsilon = v128.load32_splat(call, UpdateField.epsilon);
  for (let i: usize = 0; i < bytes; i += 16) {
    const p = v128.load(parameter + i);
    const g = decayed(gradient + i, scale, decay, p);
    const m = faded(f32x4.add(f32x4.mul(beta1, v128.load(first + i)), f32x4.mul(rest1, g)));
    const v = faded(f32x4.add(f32x4.mul(beta2, v128.load(second + i)), f32x4.mul(rest2, f32x4.mul(g, g))));
    const root = f32x4.add(f32x4.sqrt(f32x4.mul(v, correct2)), epsilon);
    const step = f32x4.add(f32x4.mul(rate, f32x4.div(f32x4.mul(m, correct1), root)), f32x4.mul(keep, p));
    v128.store(newParameter + i, f32x4.sub(p, step));
    v128.store(newFirst + i, m);
    v128.store(newSecond + i, v);
  }
}

export function rmsPropUpdateFloat(call: usize): void {
  if (isSkipped(call, 2)) return;
  const bytes = <usize>load<i32>(call, UpdateField.count) << 2;
  const parameter = <usize>load<u32>(call, UpdateField.parameter);
  const gradient = <usize>load<u32>(call, UpdateField.gradient);
  const square = <usize>load<u32>(call, UpdateField.first);
  const velocity = <usize>load<u32>(call, UpdateField.second);
  const newParameter = <usize>load<u32>(call, UpdateField.newParameter);
  const newSquare = <usize>load<u32>(call, UpdateField.newFirst);
  const newVelocity = <usize>load<u32>(call, UpdateField.newSecond);
  const scale = v128.load32_splat(<usize>load<u32>(call, UpdateField.scale));
  const rate = v128.load32_splat(<usize>load<u32>(call, UpdateField.rates));
  const decay = v128.load32_splat(call, UpdateField.coupledDecay);
  const smoothing = v128.load32_splat(call, UpdateField.beta2);
  const rest = v128.load32_splat(call, UpdateField.rest2);
  const momentum = v128.load32_splat(call, UpdateField.momentum);
  const epsilon = v128.load32_splat(call, UpdateField.epsilon);
  for (let i: usize = 0; i < bytes; i += 16) {
    const p = v128.load(parameter + i);
    const g = decayed(gradient + i, scale, decay, p);
    const s = faded(f32x4.add(f32x4.mul(smoothing, v128.load(square + i)), f32x4.mul(rest, f32x4.mul(g, g))));
    const step = f32x4.div(g, f32x4.add(f32x4.sqrt(s), epsilon));
    const v = faded(f32x4.add(f32x4.mul(momentum, v128.load(velocity + i)), step));
    v128.store(newParameter + i, f32x4.sub(p, f32x4.mul(rate, v)));
    v128.store(newSquare + i, s);
    v128.store(newVelocity + i, v);
  }
}
