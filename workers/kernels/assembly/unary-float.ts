// Functions of one float32 value, element by element.
import { erf4, exp4, expm1OfNegative4, gelu4, log4, sigmoid4, softplus4, tanh4 } from './math-float';
import { UnaryField, UnaryFunction } from './memory';

/** Whole vectors; the last one reads and writes into the slack behind the operands, which nothing else uses. */
export function unaryFloat(call: usize): void {
  const f = load<i32>(call, UnaryField.operation);
  if (f >= UnaryFunction.sin && f <= UnaryFunction.atanh) one(call, f);
  else if (f >= UnaryFunction.elu && f <= UnaryFunction.mish) smoothActivation(call, f);
  else if (f <= UnaryFunction.round) elementary(call, f);
  else if (f <= UnaryFunction.softplus) sigmoidal(call, f);
  else linear(call, f);
}

function elementary(call: usize, f: i32): void {
  if (f == UnaryFunction.exp) each(call, UnaryFunction.exp);
  else if (f == UnaryFunction.log) each(call, UnaryFunction.log);
  else if (f == UnaryFunction.sqrt) each(call, UnaryFunction.sqrt);
  else if (f == UnaryFunction.reciprocal) each(call, UnaryFunction.reciprocal);
  else if (f == UnaryFunction.abs) each(call, UnaryFunction.abs);
  else if (f == UnaryFunction.neg) each(call, UnaryFunction.neg);
  else if (f == UnaryFunction.sign) each(call, UnaryFunction.sign);
  else if (f == UnaryFunction.floor) each(call, UnaryFunction.floor);
  else if (f == UnaryFunction.ceil) each(call, UnaryFunction.ceil);
  else each(call, UnaryFunction.round);
}

function sigmoidal(call: usize, f: i32): void {
  if (f == UnaryFunction.sigmoid) each(call, UnaryFunction.sigmoid);
  else if (f == UnaryFunction.tanh) each(call, UnaryFunction.tanh);
  else if (f == UnaryFunction.erf) each(call, UnaryFunction.erf);
  else each(call, UnaryFunction.softplus);
}

function linear(call: usize, f: i32): void {
  if (f == UnaryFunction.softsign) each(call, UnaryFunction.softsign);
  else if (f == UnaryFunction.hardSwish) each(call, UnaryFunction.hardSwish);
  else if (f == UnaryFunction.hardSigmoid) each(call, UnaryFunction.hardSigmoid);
  else if (f == UnaryFunction.leakyRelu) each(call, UnaryFunction.leakyRelu);
  else if (f == UnaryFunction.thresholdedRelu) each(call, UnaryFunction.thresholdedRelu);
  else if (f == UnaryFunction.shrink) each(call, UnaryFunction.shrink);
  else if (f == UnaryFunction.relu) each(call, UnaryFunction.relu);
  else each(call, UnaryFunction.affine);
}

function smoothActivation(call: usize, f: i32): void {
  if (f == UnaryFunction.elu) each(call, UnaryFunction.elu);
  else if (f == UnaryFunction.celu) each(call, UnaryFunction.celu);
  else if (f == UnaryFunction.selu) each(call, UnaryFunction.selu);
  else if (f == UnaryFunction.gelu) each(call, UnaryFunction.gelu);
  else if (f == UnaryFunction.geluTanh) each(call, UnaryFunction.geluTanh);
  else if (f == UnaryFunction.swish) each(call, UnaryFunction.swish);
  else each(call, UnaryFunction.mish);
}

/** `f` is a constant here: each call becomes a loop of its own. */
@inline
function each(call: usize, f: i32): void {
  const input = <usize>load<u32>(call, UnaryField.input);
  const output = <usize>load<u32>(call, UnaryField.output);
  const bytes = <usize>load<i32>(call, UnaryField.count) << 2;
  const alpha = v128.load32_splat(call, UnaryField.alpha);
  const beta = v128.load32_splat(call, UnaryField.beta);
  const low = v128.load32_splat(call, UnaryField.low);
  const high = v128.load32_splat(call, UnaryField.high);
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(output + i, f32x4.min(f32x4.max(unary4(f, v128.load(input + i), alpha, beta), low), high));
  }
}

@inline
export function unary4(f: i32, x: v128, alpha: v128, beta: v128): v128 {
  const zero = f32x4.splat(0);
  const unit = f32x4.splat(1);
  if (f == UnaryFunction.exp) return exp4(x);
  if (f == UnaryFunction.log) return log4(x);
  if (f == UnaryFunction.sqrt) return f32x4.sqrt(x);
  if (f == UnaryFunction.reciprocal) return f32x4.div(unit, x);
  if (f == UnaryFunction.abs) return f32x4.abs(x);
  if (f == UnaryFunction.neg) return f32x4.neg(x);
  if (f == UnaryFunction.sign) {
    const one = v128.bitselect(f32x4.splat(-1), x, f32x4.lt(x, zero));
    return v128.bitselect(unit, one, f32x4.gt(x, zero));
  }
  if (f == UnaryFunction.floor) return f32x4.floor(x);
  if (f == UnaryFunction.ceil) return f32x4.ceil(x);
  if (f == UnaryFunction.round) return f32x4.nearest(x);
  if (f == UnaryFunction.sigmoid) return sigmoid4(x);
  if (f == UnaryFunction.tanh) return tanh4(x);
  if (f == UnaryFunction.erf) return erf4(x);
  if (f == UnaryFunction.softplus) return softplus4(x);
  if (f == UnaryFunction.softsign) return f32x4.div(x, f32x4.add(unit, f32x4.abs(x)));
  if (f == UnaryFunction.hardSwish) {
    return f32x4.mul(x, clampUnit(f32x4.add(f32x4.div(x, f32x4.splat(6)), f32x4.splat(0.5))));
  }
  if (f == UnaryFunction.hardSigmoid) return clampUnit(f32x4.add(f32x4.mul(alpha, x), beta));
  if (f == UnaryFunction.leakyRelu) return v128.bitselect(f32x4.mul(alpha, x), x, f32x4.lt(x, zero));
  if (f == UnaryFunction.thresholdedRelu) return v128.and(x, f32x4.gt(x, alpha));
  if (f == UnaryFunction.elu) return elu(x, x, alpha);
  if (f == UnaryFunction.celu) return elu(x, f32x4.div(x, alpha), alpha);
  if (f == UnaryFunction.selu) return f32x4.mul(beta, elu(x, x, alpha));
  if (f == UnaryFunction.gelu) return gelu4(x);
  if (f == UnaryFunction.geluTanh) {
    // (1 + tanh u) / 2 is the sigmoid of 2u.
    const cubed = f32x4.mul(f32x4.mul(x, x), f32x4.mul(x, f32x4.splat(0.044715)));
    return f32x4.mul(x, sigmoid4(f32x4.mul(f32x4.splat(1.5957691216057308), f32x4.add(x, cubed))));
  }
  if (f == UnaryFunction.swish) return f32x4.mul(x, sigmoid4(f32x4.mul(alpha, x)));
  if (f == UnaryFunction.mish) {
    // tanh(log(1 + e)) = (e² + 2e) / (e² + 2e + 2).
    const e = exp4(f32x4.min(x, f32x4.splat(20)));
    const w = f32x4.mul(e, f32x4.add(e, f32x4.splat(2)));
    return f32x4.mul(x, f32x4.div(w, f32x4.add(w, f32x4.splat(2))));
  }
  if (f == UnaryFunction.shrink) {
    // alpha is the bias, beta lambda.
    const above = v128.and(f32x4.sub(x, alpha), f32x4.gt(x, beta));
    return v128.bitselect(f32x4.add(x, alpha), above, f32x4.lt(x, f32x4.neg(beta)));
  }
  if (f == UnaryFunction.relu) return f32x4.max(x, zero);
  return f32x4.add(f32x4.mul(alpha, x), beta);
}

@inline
function clampUnit(x: v128): v128 {
  return f32x4.min(f32x4.max(x, f32x4.splat(0)), f32x4.splat(1));
}

/** x, or below 0 alpha · (e^exponent − 1). */
@inline
function elu(x: v128, exponent: v128, alpha: v128): v128 {
  const below = f32x4.mul(alpha, expm1OfNegative4(f32x4.min(exponent, f32x4.splat(0))));
  return v128.bitselect(below, x, f32x4.lt(x, f32x4.splat(0)));
}

/** Rarer functions, one value at a time: the standard library's, which are polynomials too (after musl). */
function one(call: usize, f: i32): void {
  const input = <usize>load<u32>(call, UnaryField.input);
  const output = <usize>load<u32>(call, UnaryField.output);
  const bytes = <usize>load<i32>(call, UnaryField.count) << 2;
  const low = load<f32>(call, UnaryField.low);
  const high = load<f32>(call, UnaryField.high);
  for (let i: usize = 0; i < bytes; i += 4) store<f32>(output + i, min(max(trigonometric(f, load<f32>(input + i)), low), high));
}

function trigonometric(f: i32, x: f32): f32 {
  if (f == UnaryFunction.sin) return NativeMathf.sin(x);
  if (f == UnaryFunction.cos) return NativeMathf.cos(x);
  if (f == UnaryFunction.tan) return NativeMathf.tan(x);
  if (f == UnaryFunction.asin) return NativeMathf.asin(x);
  if (f == UnaryFunction.acos) return NativeMathf.acos(x);
  if (f == UnaryFunction.atan) return NativeMathf.atan(x);
  if (f == UnaryFunction.sinh) return NativeMathf.sinh(x);
  if (f == UnaryFunction.cosh) return NativeMathf.cosh(x);
  if (f == UnaryFunction.asinh) return NativeMathf.asinh(x);
  if (f == UnaryFunction.acosh) return NativeMathf.acosh(x);
  return NativeMathf.atanh(x);
}
