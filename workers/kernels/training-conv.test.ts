import { beforeAll, describe, test } from 'vitest';
import type { Random } from '../../src/base/index.ts';
import type { WasmFloatBackend } from '../backends/index.ts';
import { between, even, expectAgreements, type TrainingCase, trainingBackend } from './training-case.ts';

let wasm: WasmFloatBackend;
beforeAll(async () => {
  wasm = await trainingBackend();
});

/** A convolution of one or two axes: X, W and Y's shapes, and the attributes that both gradients take. */
function convolution(random: Random) {
  const isFlat = random.below(6) === 0;
  const depthwise = random.below(4) === 0;
  const groups = depthwise ? between(random, 2, 9) : random.pick([1, 1, 1, 2, 3]);
  const channels = depthwise ? 1 : between(random, 1, 9);
  const outChannels = depthwise ? random.pick([1, 1, 2]) : between(random, 1, 17);
  const axes = [0, 1].slice(isFlat ? 1 : 0).map(() => {
    const [kernel, stride, dilation] = [between(random, 1, 4), between(random, 1, 3), between(random, 1, 2)];
    const [before, after] = [between(random, 0, 3), between(random, 0, 3)];
    const reach = (kernel - 1) * dilation + 1;
    const size = between(random, Math.max(1, reach - before - after), depthwise ? 26 : 14);
    const out = Math.floor((size + before + after - reach) / stride) + 1;
    return { kernel, stride, dilation, before, after, size, out };
  });
  const of = (name: keyof (typeof axes)[0]): number[] => axes.map((axis) => axis[name]);
  const batch = between(random, 1, 3);
  const x = [batch, groups * channels, ...of('size')];
  return {
    x,
    w: [groups * outChannels, channels, ...of('kernel')],
    y: [batch, groups * outChannels, ...of('out')],
    attributes: {
      group: groups,
      strides: of('stride'),
      dilations: of('dilation'),
      pads: [...of('before'), ...of('after')],
    },
    kernel_shape: of('kernel'),
  };
}

/** The weights of a layer that is not trained are a constant of the step. */
const frozen = (random: Random): number[] => (random.below(3) ? [] : [1]);

const weights = (random: Random): TrainingCase => {
  const { x, y, attributes, kernel_shape } = convolution(random);
  const inputs = [even(random, x), even(random, y)];
  return { op: 'ConvWeightGradient', inputs, attributes: { ...attributes, kernel_shape } };
};

const input = (random: Random): TrainingCase => {
  const { x, w, y, attributes } = convolution(random);
  const inputs = [even(random, y), even(random, w)];
  return { op: 'ConvInputGradient', inputs, constants: frozen(random), attributes: { ...attributes, input_shape: x } };
};

/** 3 × 3 of stride 1 with many channels: minimal filtering. */
const threeByThree =
  (op: 'ConvWeightGradient' | 'ConvInputGradient') =>
  (random: Random): TrainingCase => {
    const pads = [0, 1, 2, 3].map(() => between(random, 0, 2));
    const [height, width] = [between(random, 6, 15), between(random, 6, 15)];
    const [batch, channels, outChannels] = [between(random, 1, 3), between(random, 8, 18), between(random, 8, 18)];
    const out = [height + (pads[0] as number) + (pads[2] as number), width + (pads[1] as number) + (pads[3] as number)];
    const x = [batch, channels, height, width];
    const y = even(random, [batch, outChannels, ...out.map((size) => size - 2)]);
    const attributes = { strides: [1, 1], dilations: [1, 1], pads, group: 1 };
    if (op === 'ConvWeightGradient')
      return { op, inputs: [even(random, x), y], attributes: { ...attributes, kernel_shape: [3, 3] } };
    const w = even(random, [outChannels, channels, 3, 3]);
    return { op, inputs: [y, w], constants: frozen(random), attributes: { ...attributes, input_shape: x } };
  };

describe('gradients of convolutions agree with the reference', () => {
  test('of weights, on random shapes', () => expectAgreements(() => wasm, weights, { runs: 150 }));
  test('of inputs, on random shapes', () => expectAgreements(() => wasm, input, { runs: 150 }));
  test.each(['ConvWeightGradient', 'ConvInputGradient'] as const)('%s of 3 × 3 windows', (op) =>
    expectAgreements(() => wasm, threeByThree(op), { runs: 80 }),
  );
});
