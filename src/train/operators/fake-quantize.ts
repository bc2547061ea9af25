import { roundAway } from '../../base/index.ts';
import { type AttributeReader, given, sizeOf } from '../../ops/index.ts';
import { missingAttribute } from '../errors.ts';
import { float, floats, floatTensor, trainingOperator } from './operator.ts';

/**
 * Learned step size quantization (methods A.8): the quantizer is an operator like any other, with a gradient of its own.
 * Source: Esser et al., "Learned step size quantization", 2020.
 */

/** Smallest and largest code: −2^(bits−1) … 2^(bits−1) − 1, or 0 … 2^bits − 1. */
function readCodes(read: AttributeReader): readonly [low: number, high: number] {
  const bits = read.int('bits');
  if (bits === undefined) throw missingAttribute('FakeQuantize', 'bits');
  return read.flag('signed') ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
}

/** (v, step [] or [1]) → v̂ = roundAway(clip(v / step)) · step. The step is a parameter too. */
export const fakeQuantize = trainingOperator('FakeQuantize', (read) => {
  const [low, high] = readCodes(read);
  return {
    infer: ([v]) => [float(v?.shape)],
    cost: (_inputs, [y]) => ({ kind: 'elementwise', extraOps: 4 * sizeOf(y), params: [0, 1] }),
    run(inputs) {
      const v = given('FakeQuantize', inputs, 0, 'v');
      const step = floats('FakeQuantize', inputs, 1, 'step')[0] as number;
      const quantized = (x: number) => roundAway(Math.min(high, Math.max(low, x / step))) * step;
      return [floatTensor(v.shape, Float64Array.from(v.data as Float32Array, quantized))];
    },
  };
});

/** (v, step, dY) → dV, dStep: straight through inside the range; `gradient_scale` is g = 1/√(N·Qp). */
export const fakeQuantizeGradient = trainingOperator('FakeQuantizeGradient', (read) => {
  const [low, high] = readCodes(read);
  const gradientScale = read.float('gradient_scale') ?? 1;
  return {
    ops: 4,
    infer: ([v, step]) => [float(v?.shape), float(step?.shape)],
    run(inputs) {
      const v = given('FakeQuantizeGradient', inputs, 0, 'v');
      const step = given('FakeQuantizeGradient', inputs, 1, 'step');
      const dy = floats('FakeQuantizeGradient', inputs, 2, 'dY');
      const s = (step.data as Float32Array)[0] as number;
      let total = 0;
      const dv = Float64Array.from(v.data as Float32Array, (x, i) => {
        const code = x / s;
        const upstream = dy[i] as number;
        const isInside = code > low && code < high;
        total += upstream * (isInside ? roundAway(code) - code : code <= low ? low : high);
        return isInside ? upstream : 0;
      });
      return [floatTensor(v.shape, dv), floatTensor(step.shape, [gradientScale * total])];
    },
  };
});
