import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { elementCount, encodeWeight, type Model, type Node, type Tensor, type TensorInfo } from '../../src/ir/index.ts';
import { bindTrainingNode } from '../../src/train/operators/list.ts';
import { createWasmFloatBackend, loadKernels, type WasmFloatBackend } from '../backends/index.ts';
import { buildKernels } from './build.mjs';
import { type AttributeValue, attributeFrom } from './float-chain.ts';

/** One node of the training domain, run on its kernel and on its plain reference. */
export interface TrainingCase {
  readonly op: string;
  /** `undefined`: left out. */
  readonly inputs: readonly (Tensor | undefined)[];
  /** Inputs that are constants of the graph. */
  readonly constants?: readonly number[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly outputs?: number;
}

export const trainingBackend = async (): Promise<WasmFloatBackend> =>
  createWasmFloatBackend(await loadKernels(new Uint8Array(readFileSync(await buildKernels()))), bindTrainingNode);

/** Evenly distributed float32 elements between −1 and 1: no element dwarfs a tolerance. */
export const even = (random: Random, shape: readonly number[], low = -1, high = 1): Tensor => ({
  type: 'float32',
  shape,
  data: Float32Array.from({ length: elementCount(shape) }, () => low + (high - low) * random.unit()),
});

export const between = (random: Random, low: number, high: number): number => low + random.below(high - low + 1);

/** The case as a graph, and what the reference makes of it, by output. */
export function referenceOf({ op, inputs, constants = [], attributes = {}, outputs = 1 }: TrainingCase): {
  readonly model: Model;
  readonly feeds: ReadonlyMap<string, Tensor>;
  readonly expected: ReadonlyMap<string, Tensor>;
} {
  const node: Node = {
    id: 'node',
    op,
    domain: 'paretoscope.train',
    inputs: inputs.map((tensor, i) => (tensor ? `x${i}` : '')),
    outputs: Array.from({ length: outputs }, (_, i) => `y${i}`),
    attributes: new Map(Object.entries(attributes).map(([name, value]) => [name, attributeFrom(value)])),
  };
  const opsets = new Map([
    ['', 17],
    ['paretoscope.train', 1],
  ]);
  const results = bindTrainingNode(node, opsets)?.run(inputs, outputs) ?? [];
  // An empty gradient is that of an input that is not given: a step has no value for it.
  const names = node.outputs.map((id, i) => (elementCount(results[i]?.shape ?? []) > 0 ? id : ''));
  const given = inputs.flatMap((tensor, i) => (tensor ? [{ id: `x${i}`, tensor, isFed: !constants.includes(i) }] : []));
  const feeds = new Map(given.flatMap(({ id, tensor, isFed }) => (isFed ? [[id, tensor] as const] : [])));
  const kept = given.filter(({ isFed }) => !isFed);
  const weights = new Map(kept.map(({ id, tensor }) => [id, encodeWeight(id, tensor)]));
  const expected = new Map(results.flatMap((tensor, i) => (names[i] ? [[`y${i}`, tensor] as const] : [])));
  const tensors = new Map<string, TensorInfo>(
    [...feeds, ...expected].map(([id, { type, shape }]) => [id, { id, type, shape }]),
  );
  for (const { id, tensor } of kept) tensors.set(id, { id, type: tensor.type, shape: tensor.shape, weight: id });
  const graph = {
    version: 1 as const,
    name: op,
    opsets,
    inputs: [...feeds.keys()],
    outputs: [...expected.keys()],
    tensors,
  };
  return { model: { graph: { ...graph, nodes: [{ ...node, outputs: names }] }, weights }, feeds, expected };
}

/** Runs a case on its kernel; every output must be the reference's up to `tolerance` of its largest magnitude (at least 1). */
export async function expectAgreement(wasm: WasmFloatBackend, example: TrainingCase, tolerance = 2e-5): Promise<void> {
  const { model, feeds, expected } = referenceOf(example);
  const runner = await wasm.prepare(model);
  expect(runner.plainNodes, 'it has a kernel').toEqual([]);
  const found = await runner.run(feeds);
  runner.dispose();
  for (const [id, tensor] of expected) {
    const got = found.get(id) as Tensor;
    expect(got.shape).toEqual(tensor.shape);
    const [a, b] = [got.data as Float32Array, tensor.data as Float32Array];
    const scale = b.reduce((most, v) => Math.max(most, Math.abs(v)), 1);
    const wrong = b.findIndex((v, i) => !(Object.is(v, a[i]) || Math.abs(v - (a[i] as number)) <= tolerance * scale));
    expect(wrong, `${id}[${wrong}]: ${a[wrong]}, not ${b[wrong]}`).toBe(-1);
  }
}

/** The same for random cases. */
export async function expectAgreements(
  wasm: () => WasmFloatBackend,
  make: (random: Random) => TrainingCase,
  { runs = 60, tolerance = 2e-5 } = {},
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), (seed) =>
      expectAgreement(wasm(), make(new Random(seed)), tolerance),
    ),
    { numRuns: runs, seed: 5 },
  );
}
