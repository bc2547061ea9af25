// Normalizations by statistics of their own input (layer, instance, group, root mean square), and factors of a batch
// normalization whose parameters are computed at run time. Statistics are taken in double precision.
import { exp4, log4, storeFirst } from './math-float';
import { ChannelFactorsField, LocalResponseField, StandardizeField } from './memory';
import { lanesSum, sumOf, sumOfSquares } from './reduce-float';

export function channelFactorsFloat(call: usize): void {
  const scale = <usize>load<u32>(call, ChannelFactorsField.scale);
  const bias = <usize>load<u32>(call, ChannelFactorsField.bias);
  const mean = <usize>load<u32>(call, ChannelFactorsField.mean);
  const variance = <usize>load<u32>(call, ChannelFactorsField.variance);
  const factors = <usize>load<u32>(call, ChannelFactorsField.factors);
  const offsets = <usize>load<u32>(call, ChannelFactorsField.offsets);
  const epsilon = <f64>load<f32>(call, ChannelFactorsField.epsilon);
  const bytes = <usize>load<i32>(call, ChannelFactorsField.channels) << 2;
  for (let i: usize = 0; i < bytes; i += 4) {
    const factor = <f64>load<f32>(scale + i) / Math.sqrt(<f64>load<f32>(variance + i) + epsilon);
    store<f32>(factors + i, <f32>factor);
    store<f32>(offsets + i, <f32>(<f64>load<f32>(bias + i) - <f64>load<f32>(mean + i) * factor));
  }
}

export function standardizeFloat(call: usize): void {
  const runs = load<i32>(call, StandardizeField.runs);
  const size = load<i32>(call, StandardizeField.size);
  const inner = load<i32>(call, StandardizeField.inner);
  const groups = load<i32>(call, StandardizeField.groups);
  const perParameter = load<i32>(call, StandardizeField.channelsPerParameter);
  const scale = <usize>load<u32>(call, StandardizeField.scale);
  const bias = <usize>load<u32>(call, StandardizeField.bias);
  const epsilon = <f64>load<f32>(call, StandardizeField.epsilon);
  const centred = load<i32>(call, StandardizeField.centred);
  const means = <usize>load<u32>(call, StandardizeField.means);
  const inverses = <usize>load<u32>(call, StandardizeField.inverses);
  const low = v128.load32_splat(call, StandardizeField.low);
  const high = v128.load32_splat(call, StandardizeField.high);
  let input = <usize>load<u32>(call, StandardizeField.input);
  let output = <usize>load<u32>(call, StandardizeField.output);
  const channels = size / inner;
  const isPerElement = inner == 1 && groups == 1;
  for (let r = 0; r < runs; r++) {
    const mean = centred ? <f32>(sumOf(input, size) / <f64>size) : 0;
    const squares = centred ? squaredDifferences(input, size, mean) : sumOfSquares(input, size);
    const inverse = <f32>(1 / Math.sqrt(squares / <f64>size + epsilon));
    if (means) store<f32>(means + (<usize>r << 2), mean);
    if (inverses) store<f32>(inverses + (<usize>r << 2), inverse);
    if (isPerElement) {
      elements(input, output, size, mean, inverse, scale, bias, low, high);
    } else {
      for (let c = 0; c < channels; c++) {
        const parameter = <usize>(((r % groups) * channels + c) / perParameter) << 2;
        const at = <usize>(c * inner) << 2;
        const factor = inverse * load<f32>(scale + parameter);
        const shift: f32 = bias ? load<f32>(bias + parameter) : 0;
        channel(input + at, output + at, inner, mean, factor, shift, low, high);
      }
    }
    input += <usize>size << 2;
    output += <usize>size << 2;
  }
}

/** Σ (x − mean)². */
function squaredDifferences(input: usize, count: i32, mean: f32): f64 {
  const m = f32x4.splat(mean);
  const whole = input + (<usize>(count & ~3) << 2);
  let total: f64 = 0;
  while (input < whole) {
    const end = min(whole, input + 1024);
    let part = f32x4.splat(0);
    for (; input < end; input += 16) {
      const d = f32x4.sub(v128.load(input), m);
      part = f32x4.add(part, f32x4.mul(d, d));
    }
    total += lanesSum(part);
  }
  for (let i = 0; i < (count & 3); i++) {
    const d = <f64>load<f32>(input + (<usize>i << 2)) - <f64>mean;
    total += d * d;
  }
  return total;
}

@inline
function elements(
  input: usize, output: usize, size: i32, mean: f32, inverse: f32, scale: usize, bias: usize, low: v128, high: v128,
): void {
  const m = f32x4.splat(mean);
  const k = f32x4.splat(inverse);
  const bytes = <usize>size << 2;
  for (let i: usize = 0; i < bytes; i += 16) {
    let y = f32x4.mul(f32x4.mul(f32x4.sub(v128.load(input + i), m), k), v128.load(scale + i));
    if (bias) y = f32x4.add(y, v128.load(bias + i));
    y = f32x4.min(f32x4.max(y, low), high);
    if (i + 16 <= bytes) v128.store(output + i, y);
    else storeFirst(output + i, y, size & 3);
  }
}

@inline
function channel(input: usize, output: usize, size: i32, mean: f32, factor: f32, shift: f32, low: v128, high: v128): void {
  const m = f32x4.splat(mean);
  const k = f32x4.splat(factor);
  const s = f32x4.splat(shift);
  const bytes = <usize>size << 2;
  for (let i: usize = 0; i < bytes; i += 16) {
    const y = f32x4.min(f32x4.max(f32x4.add(f32x4.mul(f32x4.sub(v128.load(input + i), m), k), s), low), high);
    if (i + 16 <= bytes) v128.store(output + i, y);
    else storeFirst(output + i, y, size & 3);
  }
}

/** x / (bias + scale · Σ squares of neighbouring channels)^beta. */
export function localResponseFloat(call: usize): void {
  const channels = load<i32>(call, LocalResponseField.channels);
  const inner = load<i32>(call, LocalResponseField.inner);
  const planes = load<i32>(call, LocalResponseField.batch) * channels;
  const input = <usize>load<u32>(call, LocalResponseField.input);
  const output = <usize>load<u32>(call, LocalResponseField.output);
  const scale = v128.load32_splat(call, LocalResponseField.scale);
  const bias = v128.load32_splat(call, LocalResponseField.bias);
  const exponent = f32x4.neg(v128.load32_splat(call, LocalResponseField.beta));
  const low = v128.load32_splat(call, LocalResponseField.low);
  const high = v128.load32_splat(call, LocalResponseField.high);
  const bytes = <usize>inner << 2;
  for (let p = 0; p < planes; p++) {
    const c = p % channels;
    const first = p - min(c, load<i32>(call, LocalResponseField.before));
    const last = p + min(channels - 1 - c, load<i32>(call, LocalResponseField.after));
    const at = <usize>p * bytes;
    for (let i: usize = 0; i < bytes; i += 16) {
      let sum = f32x4.splat(0);
      for (let k = first; k <= last; k++) {
        const x = v128.load(input + <usize>k * bytes + i);
        sum = f32x4.add(sum, f32x4.mul(x, x));
      }
      // A power through logarithm and exponential: the base is near `bias`, so the exponent is small.
      const factor = exp4(f32x4.mul(exponent, log4(f32x4.add(bias, f32x4.mul(scale, sum)))));
      const y = f32x4.min(f32x4.max(f32x4.mul(v128.load(input + at + i), factor), low), high);
      if (i + 16 <= bytes) v128.store(output + at + i, y);
      else storeFirst(output + at + i, y, inner & 3);
    }
  }
}
