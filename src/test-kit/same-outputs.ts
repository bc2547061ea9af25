import { expect } from 'vitest';
import { createPlainBackend } from '../compute/index.ts';
import {
  elementCount,
  isFloat,
  isKnown,
  type Model,
  numbersOf,
  type Tensor,
  type TensorId,
  tensorOf,
} from '../ir/index.ts';
import { firstDifference } from './all-close.ts';

/** Feeds that depend on the index alone: fractions of both signs for floats, small whole numbers for the rest. Shapes must be known. */
export function feedsFor({ graph }: Model): Map<TensorId, Tensor> {
  return new Map(
    graph.inputs.map((id) => {
      const { type = 'float32', shape } = graph.tensors.get(id) ?? {};
      if (!isKnown(shape)) throw new Error(`input '${id}' has no shape`);
      const part = (i: number) => (Math.imul(i + 1, 2654435761) >>> 0) / 2 ** 32;
      const most = type === 'bool' ? 2 : 5;
      const value = (_: unknown, i: number) => (isFloat(type) ? 2 * part(i) - 1 : Math.floor(part(i) * most));
      return [id, tensorOf(type, shape, Float64Array.from({ length: elementCount(shape) }, value))];
    }),
  );
}

/** Runs both on the plain backend and expects equal names, types and shapes, and max |after − before| ≤ 1e-4 · max |before| per output. */
export async function expectSameOutputs(before: Model, after: Model): Promise<void> {
  const run = async (model: Model) => (await createPlainBackend().prepare(model)).run(feedsFor(before));
  const expected = await run(before);
  const actual = await run(after);
  expect([...actual.keys()]).toEqual([...expected.keys()]);
  for (const [id, tensor] of expected) {
    const numbers = numbersOf(tensor);
    let largest = 0;
    for (const v of numbers) if (Number.isFinite(v)) largest = Math.max(largest, Math.abs(v));
    const got = actual.get(id) as Tensor;
    expect([id, got.type, got.shape]).toEqual([id, tensor.type, tensor.shape]);
    expect(firstDifference(numbersOf(got), numbers, { relative: 0, absolute: 1e-4 * largest })).toBeUndefined();
  }
}
