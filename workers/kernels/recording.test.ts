import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import type { Variation } from '../../src/compute/index.ts';
import { encodeWeight, type Model, type Tensor, weightOf } from '../../src/ir/index.ts';
import type { WasmFloatBackend } from '../backends/index.ts';
import { chain, normal, wasmForTests } from './float-chain.ts';

let wasm: WasmFloatBackend;
beforeAll(async () => {
  wasm = await wasmForTests();
});

/** Convolutions, a residual sum, a flatten, an operator without a kernel, a product. */
async function network(random: Random): Promise<{ model: Model; feeds: ReadonlyMap<string, Tensor> }> {
  const input = normal(random, [2, 3, 6, 6]);
  const conv = (from: number, to: number) => ({
    op: 'Conv',
    constants: [normal(random, [to, from, 3, 3]), normal(random, [to])],
    attributes: { pads: [1, 1, 1, 1] },
  });
  const model = await chain(input, [
    conv(3, 4),
    { op: 'Relu' },
    conv(4, 4),
    { op: 'Add', inputs: ['v2', 'v1'] },
    { op: 'Relu' },
    { op: 'CumSum', constants: [{ type: 'int64', shape: [], data: BigInt64Array.of(3n) }] },
    { op: 'GlobalAveragePool' },
    { op: 'Flatten' },
    { op: 'Gemm', constants: [normal(random, [4, 5])] },
  ]);
  return { model, feeds: new Map([['x', input]]) };
}

const doubled = (model: Model, id: string) => {
  const { shape, data } = weightOf(model.weights, id);
  return encodeWeight(id, { type: 'float32', shape, data: (data as Float32Array).map((v) => v * 2) });
};

const halved = (_: string, tensor: Tensor): Tensor => ({
  ...tensor,
  data: (tensor.data as Float32Array).map((v) => v / 2),
});

const weightIds = ['c0_0', 'c0_1', 'c2_0', 'c8_0'];
const valueIds = ['x', 'v0', 'v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7', 'v8'];

test('a variant gives the bits of a run from the start, again and again', async () => {
  const { model, feeds } = await network(new Random(3));
  const runner = await wasm.prepare(model);
  const recording = await runner.record?.(feeds, ['v3']);
  expect(recording?.results).toEqual(await runner.run(feeds, { taps: ['v3'] }));
  await fc.assert(
    fc.asyncProperty(fc.subarray(weightIds), fc.subarray(valueIds), async (weights, values) => {
      const change = { weights: new Map(weights.map((id) => [id, doubled(model, id)])), values: new Set(values) };
      const found = recording?.variant({ ...change, transform: halved });
      const changed = { ...model, weights: new Map([...model.weights, ...change.weights]) };
      const whole = await wasm.prepare(changed);
      const transform = (id: string, tensor: Tensor) => (change.values.has(id) ? halved(id, tensor) : tensor);
      expect(found).toEqual(await whole.run(feeds, { taps: ['v3'], transform }));
      whole.dispose();
    }),
    { numRuns: 60, seed: 4 },
  );
  expect(recording?.variant({})).toEqual(recording?.results);
  runner.dispose();
});

test('only what lies behind a change runs', async () => {
  const { model, feeds } = await network(new Random(4));
  const runner = await wasm.prepare(model);
  const recording = await runner.record?.(feeds);
  const nodesOf = (change: Variation) => {
    recording?.variant(change);
    return recording?.nodesRun;
  };
  expect(nodesOf({})).toBe(0);
  expect(nodesOf({ weights: new Map([['c8_0', doubled(model, 'c8_0')]]) })).toBe(1);
  expect(nodesOf({ values: new Set(['v8']), transform: halved })).toBe(0);
  expect(nodesOf({ values: new Set(['v7']), transform: halved })).toBe(1);
  const all = nodesOf({ values: new Set(['x']), transform: halved }) ?? 0;
  expect(nodesOf({ weights: new Map([['c2_0', doubled(model, 'c2_0')]]) })).toBeLessThan(all);
  runner.dispose();
});
