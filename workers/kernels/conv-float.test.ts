import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import type { Tensor } from '../../src/ir/index.ts';
import type { WasmFloatBackend } from '../backends/index.ts';
import { chain, compare, expectSlicesEqual, normal, type Step, wasmForTests } from './float-chain.ts';

let wasm: WasmFloatBackend;
beforeAll(async () => {
  wasm = await wasmForTests();
});

interface Case {
  readonly input: Tensor;
  readonly steps: readonly Step[];
}

const between = (random: Random, low: number, high: number) => low + random.below(high - low + 1);

/** Conv, weights and bias constant or computed at run time, with a Relu that may be done on the way. */
function convolution(random: Random, input: Tensor, weights: Tensor, attributes: Step['attributes'] = {}): Case {
  const bias = random.below(2) ? [normal(random, [weights.shape[0] as number])] : [];
  const computed = (tensor: Tensor): Step => ({ op: 'Neg', inputs: [], constants: [tensor] });
  const tail: Step[] = random.below(2) ? [{ op: 'Relu' }] : [];
  if (random.below(2)) return { input, steps: [{ op: 'Conv', constants: [weights, ...bias], attributes }, ...tail] };
  const operands = [weights, ...bias].map(computed);
  const inputs = ['x', ...operands.map((_, i) => `v${i}`)];
  return { input, steps: [...operands, { op: 'Conv', inputs, attributes }, ...tail] };
}

function anyConvolution(random: Random): Case {
  const groups = random.pick([1, 1, 2, 3]);
  const channels = groups * between(random, 1, 5);
  const kernel = [between(random, 1, 3), between(random, 1, 4)];
  const input = normal(random, [between(random, 1, 2), channels, between(random, 5, 12), between(random, 7, 20)]);
  const weights = normal(random, [groups * between(random, 1, 9), channels / groups, ...kernel]);
  const pads: Step['attributes'] =
    random.below(3) === 0
      ? { auto_pad: random.pick(['SAME_UPPER', 'SAME_LOWER', 'VALID']) }
      : { pads: [0, 1, 2, 3].map(() => random.below(3)), dilations: [between(random, 1, 2), between(random, 1, 2)] };
  return convolution(random, input, weights, {
    group: groups,
    strides: [between(random, 1, 2), between(random, 1, 3)],
    ...pads,
  });
}

const cases: Readonly<Record<string, (random: Random) => Case>> = {
  'general, grouped, dilated, strided': anyConvolution,
  depthwise: (random) => {
    const channels = between(random, 2, 6);
    const kernel = random.pick([
      [3, 3],
      [3, 3],
      [1, 5],
      [4, 2],
    ]);
    const input = normal(random, [between(random, 1, 2), channels, between(random, 5, 12), between(random, 5, 19)]);
    const weights = normal(random, [channels * between(random, 1, 2), 1, ...kernel]);
    const pads = [0, 1, 2, 3].map(() => random.below(3));
    const strides = [between(random, 1, 3), between(random, 1, 2)];
    const dilations = random.below(3) === 0 ? [1, 2] : [1, 1];
    return convolution(random, input, weights, { group: channels, strides, dilations, pads });
  },
  'one spatial axis': (random) => {
    const groups = random.pick([1, 2]);
    const channels = groups * between(random, 1, 6);
    const input = normal(random, [between(random, 1, 3), channels, between(random, 9, 40)]);
    const weights = normal(random, [groups * between(random, 1, 9), channels / groups, between(random, 1, 5)]);
    const pads = [random.below(3), random.below(3)];
    return convolution(random, input, weights, { group: groups, pads, strides: [between(random, 1, 3)] });
  },
  'one by one': (random) => {
    const channels = between(random, 1, 40);
    const input = normal(random, [between(random, 1, 2), channels, between(random, 1, 9), between(random, 1, 9)]);
    return convolution(random, input, normal(random, [between(random, 1, 40), channels, 1, 1]));
  },
  'three by three on many channels': (random) => {
    const channels = between(random, 6, 20);
    const input = normal(random, [between(random, 1, 2), channels, between(random, 3, 19), between(random, 3, 19)]);
    const weights = normal(random, [between(random, 6, 20), channels, 3, 3]);
    return convolution(random, input, weights, { pads: [0, 1, 2, 3].map(() => random.below(3)) });
  },
  transposed: (random) => {
    const spatial = random.pick([1, 2, 2]);
    const axes = Array.from({ length: spatial }, () => ({
      kernel: between(random, 1, 4),
      stride: between(random, 1, 3),
    }));
    const groups = random.pick([1, 1, 2]);
    const channels = groups * between(random, 1, 12);
    const input = normal(random, [between(random, 1, 2), channels, ...axes.map(() => between(random, 2, 9))]);
    const outPerGroup = between(random, 1, 12);
    const weights = normal(random, [channels, outPerGroup, ...axes.map(({ kernel }) => kernel)]);
    const sides = random.pick<Step['attributes']>([
      { pads: [...axes, ...axes].map(({ kernel }) => random.below(kernel)) },
      { output_padding: axes.map(({ stride }) => random.below(stride)) },
      { auto_pad: random.pick(['SAME_UPPER', 'SAME_LOWER', 'VALID']) },
    ]);
    const strides = axes.map(({ stride }) => stride);
    const bias = random.below(2) ? [normal(random, [groups * outPerGroup])] : [];
    const attributes = { group: groups, strides, ...sides };
    return { input, steps: [{ op: 'ConvTranspose', constants: [weights, ...bias], attributes }, { op: 'Relu' }] };
  },
};

describe.each(Object.keys(cases))('%s', (name) => {
  test('agrees with the reference on random shapes, fused or tapped', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async (seed) => {
        const { input, steps } = cases[name]!(new Random(seed));
        const model = await chain(input, steps);
        const { plainNodes } = await wasm.prepare(model);
        expect(plainNodes.filter((node) => node.op !== 'Neg')).toEqual([]);
        await compare(wasm, model, input);
        await compare(
          wasm,
          model,
          input,
          [...model.graph.tensors.keys()].filter((id) => id.startsWith('v')),
        );
      }),
      { numRuns: 60, seed: 5 },
    );
  });
});

test('a sample has the same bits in any batch', async () => {
  const random = new Random(12);
  const shapes: readonly (readonly [input: number[], weights: number[], attributes: Step['attributes']])[] = [
    [[5, 3, 11, 13], [7, 3, 3, 3], { pads: [1, 1, 1, 1] }],
    [[5, 16, 11, 13], [18, 16, 3, 3], { pads: [1, 1, 1, 1] }],
    [[5, 16, 8, 8], [8, 8, 3, 3], { pads: [1, 1, 1, 1], strides: [2, 2], group: 2 }],
    [[5, 12, 9, 10], [12, 1, 3, 3], { pads: [1, 1, 1, 1], group: 12 }],
    [[5, 12, 9, 10], [24, 12, 1, 1], {}],
  ];
  for (const [input, weights, attributes] of shapes) {
    const constants = [normal(random, weights), normal(random, [weights[0] as number])];
    await expectSlicesEqual(wasm, normal(random, input), [{ op: 'Conv', constants, attributes }]);
  }
});

test('a weight with a flipped bit changes only the outputs that it takes part in', async () => {
  const weights = normal(new Random(14), [8, 8, 3, 3]);
  const input: Tensor = { type: 'float32', shape: [1, 8, 8, 8], data: new Float32Array(512) };
  const run = async (first: number) => {
    const data = Float32Array.from(weights.data as Float32Array, (v, i) => (i === 0 ? first : v));
    const attributes = { pads: [1, 1, 1, 1] };
    const model = await chain(input, [{ op: 'Conv', constants: [{ ...weights, data }], attributes }]);
    const runner = await wasm.prepare(model);
    const one = { ...input, data: (input.data as Float32Array).map((_, i) => (i === 4 * 8 + 4 ? 1 : 0)) };
    return (await runner.run(new Map([['x', one]]))).get('v0')?.data as Float32Array;
  };
  const [usual, flipped] = [await run(0.5), await run(1e30)];
  // The one input that is not zero lies at (4, 4); the weight at the first tap takes it to (5, 5).
  const changed = [...flipped.keys()].filter((i) => Math.abs((flipped[i] as number) - (usual[i] as number)) > 1e-5);
  expect(changed).toEqual([5 * 8 + 5]);
});
