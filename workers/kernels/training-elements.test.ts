import { beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import type { Tensor } from '../../src/ir/index.ts';
import type { WasmFloatBackend } from '../backends/index.ts';
import type { AttributeValue } from './float-chain.ts';
import { between, even, expectAgreements, referenceOf, type TrainingCase, trainingBackend } from './training-case.ts';

let wasm: WasmFloatBackend;
beforeAll(async () => {
  wasm = await trainingBackend();
});

const shapeOf = (random: Random): number[] =>
  Array.from({ length: between(random, 1, 4) }, () => between(random, 1, 6));

/** Functions of X with their attributes; of Y where the range of Y is named. */
const functions: Readonly<
  Record<string, { readonly y?: readonly [number, number]; readonly attributes?: Readonly<Record<string, number>> }>
> = {
  Relu: { y: [-1, 1] },
  Sigmoid: { y: [0, 1] },
  Tanh: { y: [-1, 1] },
  Exp: { y: [0.1, 3] },
  Sqrt: { y: [0.2, 3] },
  Reciprocal: { y: [-2, 2] },
  Log: {},
  Abs: {},
  Neg: {},
  Erf: {},
  Softplus: {},
  Softsign: {},
  HardSwish: {},
  Mish: {},
  LeakyRelu: { attributes: { alpha: 0.2 } },
  ThresholdedRelu: { attributes: { alpha: 0.4 } },
  Elu: { attributes: { alpha: 0.7 } },
  Celu: { attributes: { alpha: 0.7 } },
  Selu: {},
  HardSigmoid: { attributes: { alpha: 0.3, beta: 0.4 } },
  Shrink: { attributes: { lambd: 0.6 } },
  Swish: { attributes: { alpha: 1.5 } },
  Gelu: {},
  Clip: { attributes: { min: -1.5, max: 2 } },
};

const elementCase =
  (name: string, extra: Readonly<Record<string, AttributeValue>> = {}) =>
  (random: Random): TrainingCase => {
    const { y, attributes = {} } = functions[name] ?? {};
    const shape = shapeOf(random);
    const value = y ? even(random, shape, ...y) : even(random, shape, -4, 4);
    const inputs = y ? [even(random, shape), undefined, value] : [even(random, shape), value, undefined];
    const floats = Object.entries(attributes).map(([key, float]) => [key, { float }]);
    return { op: 'ElementGradient', inputs, attributes: { function: name, ...Object.fromEntries(floats), ...extra } };
  };

describe('gradients of functions of one value agree with the reference', () => {
  test.each(Object.keys(functions))('%s', (name) => expectAgreements(() => wasm, elementCase(name), { runs: 15 }));
  test('Gelu by tanh', () => expectAgreements(() => wasm, elementCase('Gelu', { approximate: 'tanh' }), { runs: 15 }));
});

const softmax =
  (op: string) =>
  (random: Random): TrainingCase => {
    const shape = shapeOf(random);
    const inputs = [even(random, shape), even(random, shape, op === 'SoftmaxGradient' ? 0 : -3, 0.9)];
    return { op, inputs, attributes: { axis: random.below(shape.length) - random.below(2) * shape.length } };
  };

describe('gradients of softmax agree with the reference along any axis', () => {
  test.each(['SoftmaxGradient', 'LogSoftmaxGradient'])('%s', (op) => expectAgreements(() => wasm, softmax(op)));
});

const quantize =
  (op: 'FakeQuantize' | 'FakeQuantizeGradient') =>
  (random: Random): TrainingCase => {
    const shape = shapeOf(random);
    const step: Tensor = { type: 'float32', shape: [], data: Float32Array.of(random.pick([0.25, 0.1, 0.037])) };
    // Sixteenths, so that many quotients lie half way between codes.
    const v = even(random, shape, -2, 2);
    const values = { ...v, data: (v.data as Float32Array).map((x) => Math.round(x * 16) / 16) };
    const inputs = op === 'FakeQuantize' ? [values, step] : [values, step, even(random, shape)];
    const attributes = { bits: between(random, 2, 8), signed: random.below(2), gradient_scale: { float: 0.3 } };
    return { op, inputs, attributes, outputs: op === 'FakeQuantize' ? 1 : 2 };
  };

describe('learned step size quantization', () => {
  test('its gradients agree with the reference', () => expectAgreements(() => wasm, quantize('FakeQuantizeGradient')));
  test('quantized values are those of the reference to the bit', async () => {
    for (let seed = 0; seed < 60; seed++) {
      const { model, feeds, expected } = referenceOf(quantize('FakeQuantize')(new Random(seed)));
      const runner = await wasm.prepare(model);
      expect(runner.plainNodes).toEqual([]);
      const found = (await runner.run(feeds)).get('y0') as Tensor;
      expect((found.data as Float32Array).map((v) => v + 0)).toEqual(
        ((expected.get('y0') as Tensor).data as Float32Array).map((v) => v + 0),
      );
      runner.dispose();
    }
  });
});

const pool =
  (op: 'MaxPoolGradient' | 'AveragePoolGradient') =>
  (random: Random): TrainingCase => {
    const axes = [0, 1].map(() => {
      const [kernel, stride, dilation] = [between(random, 1, 3), between(random, 1, 3), between(random, 1, 2)];
      const [before, after] = [random.below(kernel), random.below(kernel)];
      const reach = (kernel - 1) * dilation + 1;
      const size = between(random, reach, reach + 6);
      return { kernel, stride, dilation, before, after, size };
    });
    const of = (name: keyof (typeof axes)[0]): number[] => axes.map((axis) => axis[name]);
    const out = axes.map((a) => {
      const reach = (a.kernel - 1) * a.dilation + 1;
      return Math.floor((a.size + a.before + a.after - reach) / a.stride) + 1;
    });
    const planes = [between(random, 1, 2), between(random, 1, 3)];
    const attributes = {
      kernel_shape: of('kernel'),
      strides: of('stride'),
      dilations: of('dilation'),
      pads: [...of('before'), ...of('after')],
    };
    const dy = even(random, [...planes, ...out]);
    const shape = [...planes, ...of('size')];
    if (op === 'AveragePoolGradient') {
      const count_include_pad = random.below(2);
      return { op, inputs: [dy], attributes: { ...attributes, count_include_pad, input_shape: shape } };
    }
    // Few distinct values, so that windows have several maxima.
    const x = even(random, shape);
    const values = { ...x, data: (x.data as Float32Array).map((v) => Math.round(v * 3)) };
    return { op, inputs: [values, maxima(values, out, attributes), dy], attributes };
  };

/** MaxPool by definition. */
function maxima(x: Tensor, out: readonly number[], a: Readonly<Record<string, readonly number[]>>): Tensor {
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const [outHeight, outWidth] = out as [number, number];
  const data = new Float32Array(batch * channels * outHeight * outWidth);
  const at = (name: string, i: number) => a[name]?.[i] as number;
  data.forEach((_, i) => {
    const [p, oy, ox] = [Math.floor(i / (outHeight * outWidth)), Math.floor(i / outWidth) % outHeight, i % outWidth];
    let most = Number.NEGATIVE_INFINITY;
    for (let ky = 0; ky < at('kernel_shape', 0); ky++)
      for (let kx = 0; kx < at('kernel_shape', 1); kx++) {
        const y = oy * at('strides', 0) - at('pads', 0) + ky * at('dilations', 0);
        const u = ox * at('strides', 1) - at('pads', 1) + kx * at('dilations', 1);
        if (y >= 0 && y < height && u >= 0 && u < width)
          most = Math.max(most, x.data[(p * height + y) * width + u] as number);
      }
    data[i] = most;
  });
  return { type: 'float32', shape: [batch, channels, outHeight, outWidth], data };
}

/** 2 × 2 windows side by side, the usual case. */
const halving = (random: Random): TrainingCase => {
  const [height, out] = [between(random, 2, 9), [0, between(random, 1, 9)]];
  out[0] = height >> 1;
  const planes = [between(random, 1, 2), between(random, 1, 3)];
  const attributes = { kernel_shape: [2, 2], strides: [2, 2], dilations: [1, 1], pads: [0, 0, 0, 0] };
  const x = even(random, [...planes, height, 2 * (out[1] as number)]);
  const values = { ...x, data: (x.data as Float32Array).map((v) => Math.round(v * 2)) };
  const inputs = [values, maxima(values, out, attributes), even(random, [...planes, ...out])];
  return { op: 'MaxPoolGradient', inputs, attributes };
};

describe('gradients of pools agree with the reference', () => {
  test('of maxima, the first of equal ones', () =>
    expectAgreements(() => wasm, pool('MaxPoolGradient'), { runs: 100 }));
  test('of maxima that halve a map', () => expectAgreements(() => wasm, halving));
  test('of averages', () => expectAgreements(() => wasm, pool('AveragePoolGradient'), { runs: 100 }));
});
