// dX = dY · f′ for functions of one value, and gradients of softmax.
import { erf4, exp4, firstLanes, sigmoid4, softplus4, storeFirst, tanh4 } from './math-float';
import { DerivativeFunction, ElementGradientField, SoftmaxGradientField } from './memory';

const ROOT_HALF: f32 = 0.70710678118654752;
/** 1 / √(2π), 2 / √π, √(2 / π) */
const BELL_TOP: f32 = 0.39894228040143268;
const ERF_SLOPE: f32 = 1.1283791670955126;
const GELU_FACTOR: f32 = 0.79788456080286536;
const GELU_CUBE: f32 = 0.044715;

@inline
function one(): v128 {
  return f32x4.splat(1);
}

/** `a` where the condition holds, else 0. */
@inline
function where(condition: v128, a: v128): v128 {
  return v128.and(condition, a);
}

@inline
function either(condition: v128, a: v128, b: v128): v128 {
  return v128.bitselect(a, b, condition);
}

/** x · σ(αx) differentiated. */
@inline
function swishSlope(x: v128, alpha: v128): v128 {
  const s = sigmoid4(f32x4.mul(alpha, x));
  return f32x4.add(s, f32x4.mul(f32x4.mul(f32x4.mul(alpha, x), s), f32x4.sub(one(), s)));
}

@inline
function mishSlope(x: v128): v128 {
  const t = tanh4(softplus4(x));
  return f32x4.add(t, f32x4.mul(f32x4.mul(x, f32x4.sub(one(), f32x4.mul(t, t))), sigmoid4(x)));
}

@inline
function geluSlope(x: v128): v128 {
  const below = f32x4.mul(f32x4.splat(0.5), f32x4.add(one(), erf4(f32x4.mul(x, f32x4.splat(ROOT_HALF)))));
  const bell = exp4(f32x4.mul(f32x4.mul(x, x), f32x4.splat(-0.5)));
  return f32x4.add(below, f32x4.mul(f32x4.mul(x, bell), f32x4.splat(BELL_TOP)));
}

@inline
function geluTanhSlope(x: v128): v128 {
  const square = f32x4.mul(x, x);
  const inside = f32x4.mul(f32x4.mul(f32x4.splat(GELU_FACTOR), x), f32x4.add(one(), f32x4.mul(f32x4.splat(GELU_CUBE), square)));
  const t = tanh4(inside);
  const slope = f32x4.mul(f32x4.splat(GELU_FACTOR), f32x4.add(one(), f32x4.mul(f32x4.splat(3 * GELU_CUBE), square)));
  const curve = f32x4.mul(f32x4.mul(x, f32x4.sub(one(), f32x4.mul(t, t))), slope);
  return f32x4.mul(f32x4.splat(0.5), f32x4.add(f32x4.add(one(), t), curve));
}

/** f′ of X or Y, whichever the function's entry looks at; `f` is known when this is compiled. */
@inline
function slope(f: i32, v: v128, a: v128, b: v128): v128 {
  const zero = f32x4.splat(0);
  if (f == DerivativeFunction.relu) return where(f32x4.gt(v, zero), one());
  if (f == DerivativeFunction.sigmoid) return f32x4.mul(v, f32x4.sub(one(), v));
  if (f == DerivativeFunction.tanh) return f32x4.sub(one(), f32x4.mul(v, v));
  if (f == DerivativeFunction.exp) return v;
  if (f == DerivativeFunction.sqrt) return f32x4.div(f32x4.splat(0.5), v);
  if (f == DerivativeFunction.reciprocal) return f32x4.neg(f32x4.mul(v, v));
  if (f == DerivativeFunction.log) return f32x4.div(one(), v);
  if (f == DerivativeFunction.abs) return f32x4.sub(where(f32x4.gt(v, zero), one()), where(f32x4.lt(v, zero), one()));
  if (f == DerivativeFunction.neg) return f32x4.splat(-1);
  if (f == DerivativeFunction.softplus) return sigmoid4(v);
  if (f == DerivativeFunction.softsign) {
    const d = f32x4.add(one(), f32x4.abs(v));
    return f32x4.div(one(), f32x4.mul(d, d));
  }
  if (f == DerivativeFunction.hardSwish) {
    const inside = f32x4.add(f32x4.div(v, f32x4.splat(3)), f32x4.splat(0.5));
    return either(f32x4.le(v, f32x4.splat(-3)), zero, either(f32x4.ge(v, f32x4.splat(3)), one(), inside));
  }
  if (f == DerivativeFunction.mish) return mishSlope(v);
  if (f == DerivativeFunction.leakyRelu) return either(f32x4.lt(v, zero), a, one());
  if (f == DerivativeFunction.thresholdedRelu) return where(f32x4.gt(v, a), one());
  if (f == DerivativeFunction.elu) return either(f32x4.lt(v, zero), f32x4.mul(a, exp4(v)), one());
  if (f == DerivativeFunction.celu) return either(f32x4.lt(v, zero), exp4(f32x4.div(v, a)), one());
  if (f == DerivativeFunction.selu) return f32x4.mul(b, either(f32x4.lt(v, zero), f32x4.mul(a, exp4(v)), one()));
  if (f == DerivativeFunction.hardSigmoid) {
    const line = f32x4.add(f32x4.mul(a, v), b);
    return where(v128.and(f32x4.gt(line, zero), f32x4.lt(line, one())), a);
  }
  if (f == DerivativeFunction.shrink) return where(f32x4.gt(f32x4.abs(v), a), one());
  if (f == DerivativeFunction.swish) return swishSlope(v, a);
  if (f == DerivativeFunction.gelu) return geluSlope(v);
  if (f == DerivativeFunction.geluTanh) return geluTanhSlope(v);
  if (f == DerivativeFunction.clip) return where(v128.and(f32x4.ge(v, a), f32x4.le(v, b)), one());
  return f32x4.mul(f32x4.splat(ERF_SLOPE), exp4(f32x4.neg(f32x4.mul(v, v))));
}

/** Whole vectors; the last one reads and writes into the slack behind the operands. */
@inline
function multiplied(call: usize, f: i32): void {
  const gradient = <usize>load<u32>(call, ElementGradientField.gradient);
  const value = <usize>load<u32>(call, ElementGradientField.value);
  const output = <usize>load<u32>(call, ElementGradientField.output);
  const bytes = <usize>load<i32>(call, ElementGradientField.count) << 2;
  const a = v128.load32_splat(call, ElementGradientField.alpha);
  const b = v128.load32_splat(call, ElementGradientField.beta);
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(output + i, f32x4.mul(v128.load(gradient + i), slope(f, v128.load(value + i), a, b)));
  }
}

/** dY where Y > 0: no product, so that an infinite gradient behind a closed Relu is 0. */
export function reluGradientFloat(call: usize): void {
  const gradient = <usize>load<u32>(call, ElementGradientField.gradient);
  const value = <usize>load<u32>(call, ElementGradientField.value);
  const output = <usize>load<u32>(call, ElementGradientField.output);
  const bytes = <usize>load<i32>(call, ElementGradientField.count) << 2;
  const zero = f32x4.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(output + i, v128.and(v128.load(gradient + i), f32x4.gt(v128.load(value + i), zero)));
  }
}

export function elementGradientFloat(call: usize): void {
  switch (load<i32>(call, ElementGradientField.derivative)) {
    case DerivativeFunction.sigmoid: return multiplied(call, DerivativeFunction.sigmoid);
    case DerivativeFunction.tanh: return multiplied(call, DerivativeFunction.tanh);
    case DerivativeFunction.exp: return multiplied(call, DerivativeFunction.exp);
    case DerivativeFunction.sqrt: return multiplied(call, DerivativeFunction.sqrt);
    case DerivativeFunction.reciprocal: return multiplied(call, DerivativeFunction.reciprocal);
    case DerivativeFunction.log: return multiplied(call, DerivativeFunction.log);
    case DerivativeFunction.abs: return multiplied(call, DerivativeFunction.abs);
    case DerivativeFunction.neg: return multiplied(call, DerivativeFunction.neg);
    case DerivativeFunction.softplus: return multiplied(call, DerivativeFunction.softplus);
    case DerivativeFunction.softsign: return multiplied(call, DerivativeFunction.softsign);
    case DerivativeFunction.hardSwish: return multiplied(call, DerivativeFunction.hardSwish);
    case DerivativeFunction.mish: return multiplied(call, DerivativeFunction.mish);
    case DerivativeFunction.leakyRelu: return multiplied(call, DerivativeFunction.leakyRelu);
    case DerivativeFunction.thresholdedRelu: return multiplied(call, DerivativeFunction.thresholdedRelu);
    case DerivativeFunction.elu: return multiplied(call, DerivativeFunction.elu);
    case DerivativeFunction.celu: return multiplied(call, DerivativeFunction.celu);
    case DerivativeFunction.selu: return multiplied(call, DerivativeFunction.selu);
    case DerivativeFunction.hardSigmoid: return multiplied(call, DerivativeFunction.hardSigmoid);
    case DerivativeFunction.shrink: return multiplied(call, DerivativeFunction.shrink);
    case DerivativeFunction.swish: return multiplied(call, DerivativeFunction.swish);
    case DerivativeFunction.gelu: return multiplied(call, DerivativeFunction.gelu);
    case DerivativeFunction.geluTanh: return multiplied(call, DerivativeFunction.geluTanh);
    case DerivativeFunction.clip: return multiplied(call, DerivativeFunction.clip);
    default: return multiplied(call, DerivativeFunction.erf);
  }
}

/** dX = Y · (dY − Σ dY · Y) */
export function softmaxGradientFloat(call: usize): void {
  alongAxis(call, false);
}

/** dX = dY − e^Y · Σ dY */
export function logSoftmaxGradientFloat(call: usize): void {
  alongAxis(call, true);
}

@inline
function alongAxis(call: usize, logarithm: bool): void {
  const outer = load<i32>(call, SoftmaxGradientField.outer);
  const size = load<i32>(call, SoftmaxGradientField.size);
  const inner = load<i32>(call, SoftmaxGradientField.inner);
  const bytes = <usize>(size * inner) << 2;
  let dy = <usize>load<u32>(call, SoftmaxGradientField.gradient);
  let y = <usize>load<u32>(call, SoftmaxGradientField.value);
  let dx = <usize>load<u32>(call, SoftmaxGradientField.output);
  for (let o = 0; o < outer; o++) {
    if (inner == 1) row(dy, y, dx, size, logarithm);
    else {
      for (let k = 0; k < inner; k += 4) {
        const at = <usize>k << 2;
        columns(dy + at, y + at, dx + at, size, <usize>inner << 2, min(4, inner - k), logarithm);
      }
    }
    dy += bytes;
    y += bytes;
    dx += bytes;
  }
}

@inline
function term(dy: v128, y: v128, logarithm: bool): v128 {
  return logarithm ? dy : f32x4.mul(dy, y);
}

@inline
function slopeOf(dy: v128, y: v128, total: v128, logarithm: bool): v128 {
  return logarithm ? f32x4.sub(dy, f32x4.mul(exp4(y), total)) : f32x4.mul(y, f32x4.sub(dy, total));
}

/** Elements one after another. */
@inline
function row(dy: usize, y: usize, dx: usize, size: i32, logarithm: bool): void {
  const whole = <usize>(size & ~3) << 2;
  const rest = size & 3;
  let sums = f32x4.splat(0);
  for (let i: usize = 0; i < whole; i += 16) sums = f32x4.add(sums, term(v128.load(dy + i), v128.load(y + i), logarithm));
  if (rest) sums = f32x4.add(sums, v128.and(term(v128.load(dy + whole), v128.load(y + whole), logarithm), firstLanes(rest)));
  sums = f32x4.add(sums, v128.shuffle<i64>(sums, sums, 1, 0));
  const total = f32x4.add(sums, v128.shuffle<i32>(sums, sums, 1, 0, 3, 2));
  for (let i: usize = 0; i < whole; i += 16) v128.store(dx + i, slopeOf(v128.load(dy + i), v128.load(y + i), total, logarithm));
  if (rest) storeFirst(dx + whole, slopeOf(v128.load(dy + whole), v128.load(y + whole), total, logarithm), rest);
}

/** Up to 4 neighbouring columns. */
@inline
function columns(dy: usize, y: usize, dx: usize, size: i32, step: usize, count: i32, logarithm: bool): void {
  let total = f32x4.splat(0);
  const bytes = <usize>size * step;
  for (let i: usize = 0; i < bytes; i += step) total = f32x4.add(total, term(v128.load(dy + i), v128.load(y + i), logarithm));
  for (let i: usize = 0; i < bytes; i += step) {
    const v = slopeOf(v128.load(dy + i), v128.load(y + i), total, logarithm);
    if (count == 4) v128.store(dx + i, v);
    else storeFirst(dx + i, v, count);
  }
}
