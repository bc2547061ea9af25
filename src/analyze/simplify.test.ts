import { describe, expect, test } from 'vitest';
import { createPlainBackend } from '../compute/index.ts';
import {
  elementCount,
  isFloat,
  isKnown,
  type Model,
  numbersOf,
  type Shape,
  type Tensor,
  type TensorId,
  tensorOf,
  verifyGraph,
} from '../ir/index.ts';
import { readOnnx } from '../onnx/index.ts';
import { firstDifference } from '../test-kit/all-close.ts';
import { testContext } from '../test-kit/context.ts';
import { hasSharedData, NO_SHARED_DATA, sharedData, sharedJson } from '../test-kit/shared-data.ts';
import { inferShapes } from './infer-shapes.ts';
import { totals } from './layer-costs.ts';
import { openSymbols, setShapes } from './set-shapes.ts';
import { simplify } from './simplify.ts';

const read = (file: string): Model => readOnnx([{ name: file, bytes: sharedData(`onnx-models/${file}`) }]).model;

const facts = hasSharedData
  ? sharedJson<Readonly<Record<string, { readonly bound_inputs: Readonly<Record<string, Shape>> }>>>(
      'onnx-models/facts.json',
    )
  : {};

/** Feeds that depend on the index alone: fractions for floats, small whole numbers for the rest. */
function feedsOf({ graph }: Model): Map<TensorId, Tensor> {
  return new Map(
    graph.inputs.map((id) => {
      const { type = 'float32', shape } = graph.tensors.get(id) ?? {};
      if (!isKnown(shape)) throw new Error(`input '${id}' has no shape`);
      const part = (i: number) => (Math.imul(i + 1, 2654435761) >>> 0) / 2 ** 32;
      const value = (_: unknown, i: number) =>
        isFloat(type) ? 2 * part(i) - 1 : Math.floor(part(i) * (type === 'bool' ? 2 : 5));
      return [id, tensorOf(type, shape, Float64Array.from({ length: elementCount(shape) }, value))];
    }),
  );
}

const outputsOf = async (model: Model) => (await createPlainBackend().prepare(model)).run(feedsOf(model));

/** max |after − before| ≤ 1e-4 · max |before|, per output. */
function expectEqual(before: ReadonlyMap<TensorId, Tensor>, after: ReadonlyMap<TensorId, Tensor>): void {
  expect([...after.keys()]).toEqual([...before.keys()]);
  for (const [id, tensor] of before) {
    const numbers = numbersOf(tensor);
    let largest = 0;
    for (const v of numbers) largest = Math.max(largest, Math.abs(v));
    const got = after.get(id) as Tensor;
    expect([id, got.type, got.shape]).toEqual([id, tensor.type, tensor.shape]);
    expect(firstDifference(numbersOf(got), numbers, { relative: 0, absolute: 1e-4 * largest })).toBeUndefined();
  }
}

/** More multiply-accumulates than this take the plain backend too long. */
const MOST_MACS = 4.5e8;

describe.skipIf(!hasSharedData)(`shared networks (else: ${NO_SHARED_DATA})`, () => {
  test.for(Object.entries(facts))(
    '%s computes the same after simplification',
    { timeout: 60_000 },
    async ([file, fact]) => {
      const sized = inferShapes(
        setShapes(read(file), { inputs: new Map(Object.entries(fact.bound_inputs)) }),
        testContext(),
      );
      const { model, steps } = simplify(sized, testContext());
      verifyGraph(model);
      expect(model.graph.nodes.length).toBeLessThanOrEqual(sized.graph.nodes.length);
      expect(totals(model).weightBytes).toBeLessThanOrEqual(2 * totals(sized).weightBytes + 2 ** 20);
      expect(simplify(model, testContext()).steps).toEqual([]);
      for (const step of steps) expect(step.changes.length).toBeGreaterThan(0);
      const { macs } = totals(sized);
      if (openSymbols(model).length > 0 || macs === undefined || macs > MOST_MACS) return;
      expectEqual(await outputsOf(sized), await outputsOf(model));
    },
  );
});
