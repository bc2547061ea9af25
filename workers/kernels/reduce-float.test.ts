import { beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { createPlainBackend } from '../../src/compute/index.ts';
import type { Tensor } from '../../src/ir/index.ts';
import type { WasmFloatBackend } from '../backends/index.ts';
import { agreesOnKernels, chain, normal, onSeeds, type Step, wasmForTests, wholes } from './float-chain.ts';

let wasm: WasmFloatBackend;
beforeAll(async () => {
  wasm = await wasmForTests();
});

const between = (random: Random, low: number, high: number) => low + random.below(high - low + 1);
const OPERATORS = ['Sum', 'Mean', 'Max', 'Min', 'Prod', 'L1', 'L2', 'SumSquare', 'LogSumExp'];

describe.each(OPERATORS)('Reduce%s', (name) => {
  test('over any axes', () =>
    onSeeds(async (random) => {
      const shape = Array.from({ length: between(random, 1, 5) }, () => between(random, 1, 7));
      const axes = random
        .shuffle(shape.map((_, i) => i))
        .slice(0, random.below(shape.length + 1))
        .map((a) => (random.below(2) ? a : a - shape.length));
      const step: Step = {
        op: `Reduce${name}`,
        constants: [wholes(...axes)],
        attributes: { keepdims: random.below(2) },
      };
      await agreesOnKernels(wasm, normal(random, shape), [{ op: 'Neg' }, step, { op: 'Relu' }], 18);
    }, 80));
});

test('ReduceLogSum of positive values; axes as an attribute', () =>
  onSeeds(async (random) => {
    const input = normal(random, [2, 5, 9]);
    const axes = [between(random, 0, 2)];
    const steps: Step[] = [{ op: 'Abs' }, { op: 'ReduceLogSum', attributes: { axes } }];
    await agreesOnKernels(wasm, input, steps);
    await agreesOnKernels(wasm, input, [{ op: 'Neg' }, { op: 'ReduceMean', attributes: { axes } }]);
  }, 10));

test('without axes: all of them, or none where noop_with_empty_axes says so', async () => {
  const input = normal(new Random(1), [3, 5]);
  await agreesOnKernels(wasm, input, [{ op: 'Neg' }, { op: 'ReduceSum' }]);
  await agreesOnKernels(wasm, input, [{ op: 'Neg' }, { op: 'ReduceSum', attributes: { noop_with_empty_axes: 1 } }]);
  await agreesOnKernels(wasm, input, [{ op: 'Neg' }, { op: 'ReduceL2', attributes: { noop_with_empty_axes: 1 } }], 18);
});

/** All but channels, positions, last, first: what gradients and networks ask for, beyond one stretch of additions. */
test.each([
  [
    [64, 3, 40, 41],
    [0, 2, 3],
  ],
  [
    [4, 5, 61, 33],
    [2, 3],
  ],
  [[70_001], [0]],
  [[9000, 11], [0]],
  [[11, 9001], [1]],
])('sums of %j over %j are exact to 1e-6 of the sum of magnitudes', async (shape, axes) => {
  const random = new Random(7);
  const input = normal(random, shape);
  // An offset, so that sums grow and rounding would too.
  const shifted: Tensor = { ...input, data: (input.data as Float32Array).map((v) => v + 3) };
  const model = await chain(shifted, [{ op: 'ReduceSum', constants: [wholes(...axes)] }]);
  const expected = model.graph.tensors.get('v0')?.shape;
  const runner = await wasm.prepare(model);
  const found = (await runner.run(new Map([['x', shifted]]))).get('v0') as Tensor;
  expect(found.shape).toEqual(expected);
  const plain = (await (await createPlainBackend().prepare(model)).run(new Map([['x', shifted]]))).get('v0') as Tensor;
  (found.data as Float32Array).forEach((v, i) => {
    const exact = (plain.data as Float32Array)[i] as number;
    expect(Math.abs(v - exact)).toBeLessThanOrEqual(1e-6 * Math.abs(exact));
  });
  runner.dispose();
});

test('a sample is reduced alike, whatever batch it is in', async () => {
  const random = new Random(9);
  const batch = normal(random, [5, 3, 17, 13]);
  const run = async (input: Tensor) => {
    const runner = await wasm.prepare(
      await chain(input, [
        { op: 'ReduceMean', attributes: { axes: [2, 3] } },
        { op: 'Softmax', attributes: { axis: 1 } },
      ]),
    );
    const found = (await runner.run(new Map([['x', input]]))).get('v1')?.data as Float32Array;
    runner.dispose();
    return found;
  };
  const all = await run(batch);
  const size = 3 * 17 * 13;
  for (let n = 0; n < 5; n++) {
    const one = await run({
      type: 'float32',
      shape: [1, 3, 17, 13],
      data: (batch.data as Float32Array).slice(n * size, (n + 1) * size),
    });
    expect(one).toEqual(all.slice(n * 3, n * 3 + 3));
  }
});

describe.each(['Softmax', 'LogSoftmax'])('%s', (op) => {
  test('along any axis', () =>
    onSeeds(async (random) => {
      const shape = Array.from({ length: between(random, 1, 4) }, () => between(random, 1, 11));
      const axis = random.below(shape.length);
      await agreesOnKernels(
        wasm,
        normal(random, shape),
        [{ op, attributes: { axis } }, { op: 'Neg' }],
        random.pick([11, 13, 17]),
      );
    }, 80));

  test('of long lines, large values and minus infinity', async () => {
    const random = new Random(4);
    await agreesOnKernels(wasm, normal(random, [3, 1234]), [{ op }]);
    const wild = normal(random, [4, 9]);
    const data = (wild.data as Float32Array).map((v, i) =>
      i % 4 === 1 && op === 'Softmax' ? Number.NEGATIVE_INFINITY : v * 200,
    );
    await agreesOnKernels(wasm, { ...wild, data }, [{ op, attributes: { axis: -1 } }]);
    await agreesOnKernels(wasm, { ...wild, data }, [{ op, attributes: { axis: 0 } }]);
  });
});
