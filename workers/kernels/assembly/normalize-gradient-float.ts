// Batch normalization as it trains, and gradients of normalizations. Sums: float32 lanes within a plane, double precision across planes.
import { BatchNormField, BatchNormGradientField, LayerNormGradientField } from './memory';

/** Of 4 lanes, in double precision. */
@inline
function lanesSum(v: v128): f64 {
  return (<f64>f32x4.extract_lane(v, 0) + <f64>f32x4.extract_lane(v, 1)) + (<f64>f32x4.extract_lane(v, 2) + <f64>f32x4.extract_lane(v, 3));
}

function planeSum(x: usize, inner: i32): f64 {
  let sum = f32x4.splat(0);
  let other = sum;
  let i = 0;
  for (; i + 8 <= inner; i += 8) {
    sum = f32x4.add(sum, v128.load(x));
    other = f32x4.add(other, v128.load(x, 16));
    x += 32;
  }
  let total = lanesSum(f32x4.add(sum, other));
  for (; i < inner; i++) {
    total += load<f32>(x);
    x += 4;
  }
  return total;
}

let firstSum: f64 = 0;
let secondSum: f64 = 0;

/** Adds Σ (x − pivot) and Σ (x − pivot)² of a plane to the two sums. */
function addDeviations(x: usize, inner: i32, pivot: f32): void {
  const p = f32x4.splat(pivot);
  let s0 = f32x4.splat(0), s1 = s0, q0 = s0, q1 = s0;
  let i = 0;
  for (; i + 8 <= inner; i += 8) {
    const a = f32x4.sub(v128.load(x), p);
    const b = f32x4.sub(v128.load(x, 16), p);
    s0 = f32x4.add(s0, a);
    s1 = f32x4.add(s1, b);
    q0 = f32x4.add(q0, f32x4.mul(a, a));
    q1 = f32x4.add(q1, f32x4.mul(b, b));
    x += 32;
  }
  firstSum += lanesSum(f32x4.add(s0, s1));
  secondSum += lanesSum(f32x4.add(q0, q1));
  for (; i < inner; i++) {
    const d = <f64>load<f32>(x) - <f64>pivot;
    firstSum += d;
    secondSum += d * d;
    x += 4;
  }
}

/** Deviations are taken from the mean of the channel's first sample, so that a large mean costs no digits of the variance. */
export function batchNormTrainingFloat(call: usize): void {
  const batch = load<i32>(call, BatchNormField.batch);
  const channels = load<i32>(call, BatchNormField.channels);
  const inner = load<i32>(call, BatchNormField.inner);
  const plane = <usize>inner << 2;
  const step = plane * <usize>channels;
  const count = <f64>batch * <f64>inner;
  const momentum = <f64>load<f32>(call, BatchNormField.momentum);
  const epsilon = <f64>load<f32>(call, BatchNormField.epsilon);
  const low = v128.load32_splat(call, BatchNormField.low);
  const high = v128.load32_splat(call, BatchNormField.high);
  for (let c = 0; c < channels; c++) {
    const at = <usize>c << 2;
    const input = <usize>load<u32>(call, BatchNormField.input) + <usize>c * plane;
    const output = <usize>load<u32>(call, BatchNormField.output) + <usize>c * plane;
    const pivot = <f32>(planeSum(input, inner) / <f64>inner);
    firstSum = 0;
    secondSum = 0;
    for (let n = 0; n < batch; n++) addDeviations(input + <usize>n * step, inner, pivot);
    const shift = firstSum / count;
    const mean = <f64>pivot + shift;
    const variance = max(secondSum / count - shift * shift, 0);
    const inverse = 1 / sqrt(variance + epsilon);
    moveTowards(<usize>load<u32>(call, BatchNormField.mean) + at, <usize>load<u32>(call, BatchNormField.newMean) + at, mean, momentum);
    moveTowards(<usize>load<u32>(call, BatchNormField.variance) + at, <usize>load<u32>(call, BatchNormField.newVariance) + at, variance, momentum);
    store<f32>(<usize>load<u32>(call, BatchNormField.batchMean) + at, <f32>mean);
    store<f32>(<usize>load<u32>(call, BatchNormField.batchInvStd) + at, <f32>inverse);
    const factor = <f32>(inverse * <f64>load<f32>(<usize>load<u32>(call, BatchNormField.scale) + at));
    const bias = load<f32>(<usize>load<u32>(call, BatchNormField.bias) + at);
    for (let n = 0; n < batch; n++) {
      normalized(input + <usize>n * step, output + <usize>n * step, inner, <f32>mean, factor, bias, low, high);
    }
  }
}

@inline
function moveTowards(running: usize, to: usize, now: f64, momentum: f64): void {
  store<f32>(to, <f32>(momentum * <f64>load<f32>(running) + (1 - momentum) * now));
}

/** clamp((x − mean) · factor + bias) on a plane. */
function normalized(x: usize, y: usize, inner: i32, mean: f32, factor: f32, bias: f32, low: v128, high: v128): void {
  const m = f32x4.splat(mean);
  const f = f32x4.splat(factor);
  const b = f32x4.splat(bias);
  let i = 0;
  for (; i + 4 <= inner; i += 4) {
    const v = f32x4.add(f32x4.mul(f32x4.sub(v128.load(x), m), f), b);
    v128.store(y, f32x4.min(f32x4.max(v, low), high));
    x += 16;
    y += 16;
  }
  for (; i < inner; i++) {
    const v = (load<f32>(x) - mean) * factor + bias;
    store<f32>(y, min(max(v, f32x4.extract_lane(low, 0)), f32x4.extract_lane(high, 0)));
    x += 4;
    y += 4;
  }
}

/** Adds Σ dY and Σ dY · (x − mean) of a plane to the two sums. */
function addProducts(dy: usize, x: usize, inner: i32, mean: f32): void {
  const m = f32x4.splat(mean);
  let s0 = f32x4.splat(0), s1 = s0, q0 = s0, q1 = s0;
  const end = <usize>inner << 2;
  let i: usize = 0;
  for (; i + 32 <= end; i += 32) {
    const g0 = v128.load(dy + i);
    const g1 = v128.load(dy + i, 16);
    s0 = f32x4.add(s0, g0);
    s1 = f32x4.add(s1, g1);
    q0 = f32x4.add(q0, f32x4.mul(g0, f32x4.sub(v128.load(x + i), m)));
    q1 = f32x4.add(q1, f32x4.mul(g1, f32x4.sub(v128.load(x + i, 16), m)));
  }
  firstSum += lanesSum(f32x4.add(s0, s1));
  secondSum += lanesSum(f32x4.add(q0, q1));
  for (; i < end; i += 4) {
    const g = <f64>load<f32>(dy + i);
    firstSum += g;
    secondSum += g * <f64>(load<f32>(x + i) - mean);
  }
}

/** dX = dY · factor − offset − (x − mean) · slope on a plane. */
function spread(dy: usize, x: usize, dx: usize, inner: i32, mean: f32, factor: f32, offset: f32, slope: f32): void {
  const m = f32x4.splat(mean);
  const f = f32x4.splat(factor);
  const o = f32x4.splat(offset);
  const s = f32x4.splat(slope);
  const end = <usize>inner << 2;
  let i: usize = 0;
  for (; i + 16 <= end; i += 16) {
    const g = f32x4.sub(f32x4.mul(v128.load(dy + i), f), o);
    v128.store(dx + i, f32x4.sub(g, f32x4.mul(f32x4.sub(v128.load(x + i), m), s)));
  }
  for (; i < end; i += 4) {
    store<f32>(dx + i, load<f32>(dy + i) * factor - offset - (load<f32>(x + i) - mean) * slope);
  }
}

export function batchNormGradientFloat(call: usize): void {
  const batch = load<i32>(call, BatchNormGradientField.batch);
  const channels = load<i32>(call, BatchNormGradientField.channels);
  const inner = load<i32>(call, BatchNormGradientField.inner);
  const plane = <usize>inner << 2;
  const step = plane * <usize>channels;
  const count = <f64>batch * <f64>inner;
  for (let c = 0; c < channels; c++) {
    const at = <usize>c << 2;
    const first = <usize>c * plane;
    const dy = <usize>load<u32>(call, BatchNormGradientField.gradient) + first;
    const x = <usize>load<u32>(call, BatchNormGradientField.input) + first;
    const dx = <usize>load<u32>(call, BatchNormGradientField.output) + first;
    const mean = load<f32>(<usize>load<u32>(call, BatchNormGradientField.mean) + at);
    const inverse = <f64>load<f32>(<usize>load<u32>(call, BatchNormGradientField.invStd) + at);
    firstSum = 0;
    secondSum = 0;
    for (let n = 0; n < batch; n++) {
      const i = <usize>n * step;
      addProducts(dy + i, x + i, inner, mean);
    }
    store<f32>(<usize>load<u32>(call, BatchNormGradientField.biasGradient) + at, <f32>firstSum);
    store<f32>(<usize>load<u32>(call, BatchNormGradientField.scaleGradient) + at, <f32>(secondSum * inverse));
    const factor = inverse * <f64>load<f32>(<usize>load<u32>(call, BatchNormGradientField.scale) + at);
    const offset = <f32>(factor * firstSum / count);
    const slope = <f32>(factor * inverse * inverse * secondSum / count);
    for (let n = 0; n < batch; n++) {
      const i = <usize>n * step;
      spread(dy + i, x + i, dx + i, inner, mean, <f32>factor, offset, slope);
    }
  }
}

/** Rows of `inner` elements; dScale and dBias are summed in double precision in `sums` [2, inner]. */
export function layerNormGradientFloat(call: usize): void {
  const rows = load<i32>(call, LayerNormGradientField.rows);
  const inner = load<i32>(call, LayerNormGradientField.inner);
  const bytes = <usize>inner << 2;
  const scale = <usize>load<u32>(call, LayerNormGradientField.scale);
  const sums = <usize>load<u32>(call, LayerNormGradientField.sums);
  let dy = <usize>load<u32>(call, LayerNormGradientField.gradient);
  let x = <usize>load<u32>(call, LayerNormGradientField.input);
  let dx = <usize>load<u32>(call, LayerNormGradientField.output);
  let mean = <usize>load<u32>(call, LayerNormGradientField.mean);
  let invStd = <usize>load<u32>(call, LayerNormGradientField.invStd);
  memory.fill(sums, 0, bytes << 2);
  for (let r = 0; r < rows; r++) {
    layerNormRow(dy, x, dx, scale, inner, load<f32>(mean), load<f32>(invStd), sums);
    dy += bytes;
    x += bytes;
    dx += bytes;
    mean += 4;
    invStd += 4;
  }
  const dScale = <usize>load<u32>(call, LayerNormGradientField.scaleGradient);
  const dBias = <usize>load<u32>(call, LayerNormGradientField.biasGradient);
  for (let i: usize = 0; i < bytes; i += 4) {
    store<f32>(dScale + i, <f32>load<f64>(sums + (i << 1)));
    store<f32>(dBias + i, <f32>load<f64>(sums + (bytes << 1) + (i << 1)));
  }
}

function layerNormRow(dy: usize, x: usize, dx: usize, scale: usize, inner: i32, mean: f32, invStd: f32, scaleSums: usize): void {
  const bytes = <usize>inner << 2;
  const biasSums = scaleSums + (bytes << 1);
  const m = f32x4.splat(mean);
  const s = f32x4.splat(invStd);
  let sums = f32x4.splat(0);
  let products = sums;
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) {
    const g = v128.load(dy + i);
    const z = f32x4.mul(f32x4.sub(v128.load(x + i), m), s);
    const inside = f32x4.mul(g, v128.load(scale + i));
    sums = f32x4.add(sums, inside);
    products = f32x4.add(products, f32x4.mul(inside, z));
    addTo(scaleSums + (i << 1), f32x4.mul(g, z));
    addTo(biasSums + (i << 1), g);
  }
  let sum = lanesSum(sums);
  let product = lanesSum(products);
  const tail = i;
  for (; i < bytes; i += 4) {
    const g = load<f32>(dy + i);
    const z = (load<f32>(x + i) - mean) * invStd;
    const inside = g * load<f32>(scale + i);
    sum += inside;
    product += inside * z;
    store<f64>(scaleSums + (i << 1), load<f64>(scaleSums + (i << 1)) + <f64>g * <f64>z);
    store<f64>(biasSums + (i << 1), load<f64>(biasSums + (i << 1)) + <f64>g);
  }
  const share = <f32>(sum / <f64>inner);
  const slope = <f32>(product / <f64>inner);
  const a = f32x4.splat(share);
  const b = f32x4.splat(slope);
  for (i = 0; i < tail; i += 16) {
    const z = f32x4.mul(f32x4.sub(v128.load(x + i), m), s);
    const inside = f32x4.mul(v128.load(dy + i), v128.load(scale + i));
    v128.store(dx + i, f32x4.mul(s, f32x4.sub(inside, f32x4.add(a, f32x4.mul(z, b)))));
  }
  for (; i < bytes; i += 4) {
    const z = (load<f32>(x + i) - mean) * invStd;
    store<f32>(dx + i, invStd * (load<f32>(dy + i) * load<f32>(scale + i) - (share + z * slope)));
  }
}

/** Adds 4 lanes to 4 doubles. */
@inline
function addTo(at: usize, v: v128): void {
  v128.store(at, f64x2.add(v128.load(at), f64x2.promote_low_f32x4(v)));
  v128.store(at, f64x2.add(v128.load(at, 16), f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 0))), 16);
}
