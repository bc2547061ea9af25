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

/** A value computed at run time from a constant: what a kernel gets where weights are trained. */
const computed = (tensor: Tensor): Step => ({ op: 'Neg', inputs: [], constants: [tensor] });

const cases: Readonly<Record<string, (random: Random) => Case>> = {
  'Gemm with constants': (random) => {
    const [m, k, n] = sizes(random);
    const attributes = gemmAttributes(random);
    const bias = random.below(2) ? [normal(random, biasShape(random, m, n))] : [];
    const constants = [normal(random, attributes.transB ? [n, k] : [k, n]), ...bias];
    return {
      input: normal(random, attributes.transA ? [k, m] : [m, k]),
      steps: [{ op: 'Gemm', constants, attributes }],
    };
  },
  'Gemm with operands and bias of the run': (random) => {
    const [m, k, n] = sizes(random);
    const attributes = gemmAttributes(random);
    const steps: Step[] = [
      computed(normal(random, attributes.transB ? [n, k] : [k, n])),
      computed(normal(random, biasShape(random, m, n))),
      { op: 'Gemm', inputs: ['x', 'v0', 'v1'], attributes },
      { op: 'Relu' },
    ];
    return { input: normal(random, attributes.transA ? [k, m] : [m, k]), steps };
  },
  'Gemm with a constant left side': (random) => {
    const [m, k, n] = sizes(random);
    const steps: Step[] = [
      computed(normal(random, [m, k])),
      { op: 'Gemm', inputs: ['v0', 'x'], attributes: { transB: 1 } },
    ];
    return { input: normal(random, [n, k]), steps };
  },
  'MatMul of stacks that broadcast': (random) => {
    const [m, k, n] = sizes(random);
    const outer = [1 + random.below(3), 1 + random.below(3)];
    const some = (axes: readonly number[]) => axes.map((axis) => (random.below(3) === 0 ? 1 : axis));
    const right = normal(random, [...random.pick([some(outer), some(outer).slice(1), []]), k, n]);
    const input = normal(random, [...some(outer), m, k]);
    const atRun: Step[] = [computed(right), { op: 'MatMul', inputs: ['x', 'v0'] }];
    return { input, steps: random.below(2) ? atRun : [{ op: 'MatMul', constants: [right] }] };
  },
  'MatMul with vectors': (random) => {
    const [m, k] = sizes(random);
    const vector = normal(random, [k]);
    return random.below(2)
      ? { input: normal(random, [2, m, k]), steps: [{ op: 'MatMul', constants: [vector] }] }
      : { input: vector, steps: [{ op: 'MatMul', constants: [normal(random, [k, m])] }] };
  },
};

function sizes(random: Random): readonly [m: number, k: number, n: number] {
  return [1 + random.below(37), 1 + random.below(40), 1 + random.below(75)];
}

function gemmAttributes(random: Random) {
  const factor = () => random.pick([{ float: 1 }, { float: 0.5 }, { float: -1.25 }]);
  return { transA: random.below(2), transB: random.below(2), alpha: factor(), beta: factor() };
}

const biasShape = (random: Random, m: number, n: number) => random.pick([[n], [1, n], [m, 1], [m, n], [1], []]);

describe.each(Object.keys(cases))('%s', (name) => {
  test('agrees with the reference on random shapes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async (seed) => {
        const { input, steps } = cases[name]!(new Random(seed));
        const model = await chain(input, steps);
        const { plainNodes } = await wasm.prepare(model);
        expect(plainNodes.filter((node) => node.op !== 'Neg')).toEqual([]);
        await compare(wasm, model, input);
      }),
      { numRuns: 60, seed: 5 },
    );
  });
});

test('rows give the same bits in any slice', async () => {
  const random = new Random(11);
  for (const [k, n] of [
    [7, 5],
    [64, 33],
    [300, 72],
  ] as const) {
    const constants = [normal(random, [k, n]), normal(random, [n])];
    await expectSlicesEqual(wasm, normal(random, [21, k]), [{ op: 'Gemm', constants }]);
    await expectSlicesEqual(wasm, normal(random, [21, k]), [
      computed(constants[0] as Tensor),
      { op: 'MatMul', inputs: ['x', 'v0'] },
    ]);
  }
});
