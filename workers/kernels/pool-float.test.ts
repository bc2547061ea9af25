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

function windows(random: Random, axes: number): Case {
  const op = random.pick(['MaxPool', 'AveragePool']);
  const each = (value: () => number) => Array.from({ length: axes }, value);
  const kernel = each(() => between(random, 1, 4));
  const sides: Step['attributes'] =
    random.below(4) === 0
      ? { auto_pad: random.pick(['SAME_UPPER', 'SAME_LOWER', 'VALID']) }
      : { pads: [...kernel, ...kernel].map((k) => random.below(k)), ceil_mode: random.below(2) };
  const attributes: Step['attributes'] = {
    kernel_shape: kernel,
    strides: each(() => between(random, 1, 3)),
    ...(op === 'AveragePool'
      ? { count_include_pad: random.below(2) }
      : { dilations: each(() => between(random, 1, 2)) }),
    ...sides,
  };
  const input = normal(random, [between(random, 1, 2), between(random, 1, 4), ...each(() => between(random, 7, 25))]);
  return { input, steps: [{ op, attributes }] };
}

const cases: Readonly<Record<string, (random: Random) => Case>> = {
  'windows on two axes': (random) => windows(random, 2),
  'windows on one axis': (random) => windows(random, 1),
  'whole planes': (random) => ({
    input: normal(random, [between(random, 1, 3), between(random, 1, 5), between(random, 1, 9), between(random, 1, 9)]),
    steps: [{ op: random.pick(['GlobalAveragePool', 'GlobalMaxPool']) }],
  }),
};

describe.each(Object.keys(cases))('%s', (name) => {
  test('agree with the reference on random shapes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async (seed) => {
        const { input, steps } = cases[name]!(new Random(seed));
        const model = await chain(input, steps);
        expect((await wasm.prepare(model)).plainNodes).toEqual([]);
        await compare(wasm, model, input);
      }),
      { numRuns: 120, seed: 5 },
    );
  });
});

test('a sample has the same bits in any batch', async () => {
  const input = normal(new Random(13), [5, 3, 11, 13]);
  const attributes = { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] };
  await expectSlicesEqual(wasm, input, [{ op: 'AveragePool', attributes }, { op: 'GlobalAveragePool' }]);
});
