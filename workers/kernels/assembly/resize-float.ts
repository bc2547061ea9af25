// Interpolation along one axis: every output element is a weighted sum of a few input elements.
import { storeFirst } from './math-float';
import { ResampleField } from './memory';

export function resampleFloat(call: usize): void {
  const outer = load<i32>(call, ResampleField.outer);
  const inputSize = load<i32>(call, ResampleField.inputSize);
  const outputSize = load<i32>(call, ResampleField.outputSize);
  const inner = load<i32>(call, ResampleField.inner);
  const taps = load<i32>(call, ResampleField.tapCount);
  const elements = <usize>load<u32>(call, ResampleField.elements);
  const weights = <usize>load<u32>(call, ResampleField.weights);
  let input = <usize>load<u32>(call, ResampleField.input);
  let output = <usize>load<u32>(call, ResampleField.output);
  const lineBytes = <usize>inner << 2;
  const tapBytes = <usize>taps << 2;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < outputSize; i++) {
      const first = <usize>i * tapBytes;
      if (inner == 1 && taps == 2) store<f32>(output, mixedTwo(input, elements + first, weights + first));
      else if (inner == 1) store<f32>(output, mixed(input, elements + first, weights + first, tapBytes));
      else mixLines(input, lineBytes, elements + first, weights + first, tapBytes, output);
      output += lineBytes;
    }
    input += <usize>inputSize * lineBytes;
  }
}

/** Linear interpolation. */
@inline
function mixedTwo(input: usize, elements: usize, weights: usize): f32 {
  const a = load<f32>(input + (<usize>load<i32>(elements) << 2));
  const b = load<f32>(input + (<usize>load<i32>(elements, 4) << 2));
  return load<f32>(weights) * a + load<f32>(weights, 4) * b;
}

@inline
function mixed(input: usize, elements: usize, weights: usize, tapBytes: usize): f32 {
  let sum: f32 = 0;
  for (let t: usize = 0; t < tapBytes; t += 4) sum += load<f32>(weights + t) * load<f32>(input + (<usize>load<i32>(elements + t) << 2));
  return sum;
}

@inline
function mixLines(input: usize, lineBytes: usize, elements: usize, weights: usize, tapBytes: usize, output: usize): void {
  for (let at: usize = 0; at < lineBytes; at += 16) {
    let sum = f32x4.splat(0);
    for (let t: usize = 0; t < tapBytes; t += 4) {
      const x = v128.load(input + <usize>load<i32>(elements + t) * lineBytes + at);
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(weights + t), x));
    }
    if (at + 16 <= lineBytes) v128.store(output + at, sum);
    else storeFirst(output + at, sum, <i32>((lineBytes - at) >> 2));
  }
}
