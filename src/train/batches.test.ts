import fc from 'fast-check';
import { expect, test } from 'vitest';
import { elementCount, type SampleSet } from '../ir/index.ts';
import { pictureLayout } from './augment.ts';
import { type Batch, Batches, type BatchRecipe, orderOf } from './batches.ts';

const still = { shift: 0, flip: false, noise: 0, cutOut: 0 };

function setOf(count: number, shape: readonly number[]): SampleSet {
  const size = elementCount(shape);
  const data = Float32Array.from({ length: count * size }, (_, i) => i);
  return { name: 'ramp', count, inputs: [{ tensor: 'x', shape, data }], origin: 'given', sha256: '' };
}

const dataOf = ({ inputs }: Batch): Float32Array => inputs.get('x')?.data as Float32Array;

const recipe = (changes: Partial<BatchRecipe> = {}): BatchRecipe => ({
  batch: 4,
  seed: 7,
  augmentation: still,
  ...changes,
});

test('each epoch takes every sample at most once, in another order, and leaves out the last, smaller batch', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), fc.nat(), (count, batch, seed) => {
      fc.pre(batch <= count);
      const batches = new Batches(setOf(count, [1, 2]), recipe({ batch, seed }));
      const steps = batches.stepsPerEpoch;
      expect(steps).toBe(Math.floor(count / batch));
      const seen = Array.from({ length: steps }, (_, step) => [...batches.at(step + steps).samples]).flat();
      expect(new Set(seen).size).toBe(steps * batch);
      expect(seen.every((sample) => sample < count)).toBe(true);
    }),
  );
  expect(orderOf(1, 0, 100)).not.toEqual(orderOf(1, 1, 100));
  expect([...orderOf(1, 0, 100)].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
});

test('a step has the same samples whatever was asked before', () => {
  const augmentation = { shift: 2, flip: true, noise: 0.1, cutOut: 2 };
  const set = setOf(12, [1, 2, 6, 6]);
  const forward = new Batches(set, recipe({ augmentation }));
  const inOrder = Array.from({ length: 9 }, (_, step) => forward.at(step));
  const alone = new Batches(set, recipe({ augmentation }));
  expect(alone.at(7)).toEqual(inOrder[7]);
  expect(alone.at(2)).toEqual(inOrder[2]);
});

test('without augmentation the samples are the samples', () => {
  const set = setOf(8, [1, 3]);
  const batch = new Batches(set, recipe()).at(1);
  const { inputs, samples, clean } = batch;
  expect(inputs.get('x')?.shape).toEqual([4, 3]);
  expect([...dataOf(batch)]).toEqual([...samples].flatMap((s) => [3 * s, 3 * s + 1, 3 * s + 2]));
  expect(clean).toEqual(dataOf(batch));
});

test('what a sample becomes does not depend on the batch it is in', () => {
  const augmentation = { shift: 1, flip: true, noise: 0.2, cutOut: 3 };
  const set = setOf(12, [1, 1, 5, 5]);
  const of = (batch: number): Record<number, string> => {
    const batches = new Batches(set, recipe({ batch, augmentation }));
    const found: Record<number, string> = {};
    for (let step = 0; step < batches.stepsPerEpoch; step++) {
      const made = batches.at(step);
      made.samples.forEach((sample, i) => {
        found[sample] = dataOf(made)
          .slice(25 * i, 25 * i + 25)
          .join();
      });
    }
    return found;
  };
  expect(of(3)).toEqual(of(4));
});

test('shifts repeat the edge, mirrors turn left and right, in either order of axes', () => {
  const shift = { ...still, shift: 1 };
  for (const shape of [
    [1, 2, 5, 6],
    [1, 5, 6, 2],
  ]) {
    const layout = pictureLayout(shape);
    expect([layout?.channels, layout?.height, layout?.width]).toEqual([2, 5, 6]);
    const set = setOf(1, shape);
    const moves = new Set<number>();
    for (let seed = 0; seed < 60; seed++) {
      const data = dataOf(new Batches(set, recipe({ batch: 1, seed, augmentation: shift })).at(0));
      const at = (c: number, y: number, x: number): number =>
        (layout?.channelStride ?? 0) * c + (layout?.rowStride ?? 0) * y + (layout?.columnStride ?? 0) * x;
      // The middle is inside whatever the shift: what is there says where it came from, in both channels alike.
      const from = data[at(0, 2, 2)] as number;
      expect(data[at(1, 2, 2)]).toBe(from + (layout?.channelStride ?? 0));
      moves.add(from - at(0, 2, 2));
    }
    expect(moves.size).toBe(9);
  }
});

test('flips only mirror pictures, never signals over time', () => {
  const flip = { ...still, flip: true };
  const results = (shape: readonly number[]): Set<string> =>
    new Set(
      Array.from({ length: 30 }, (_, seed) =>
        dataOf(new Batches(setOf(1, shape), recipe({ batch: 1, seed, augmentation: flip })).at(0)).join(),
      ),
    );
  expect(results([1, 1, 2, 3])).toEqual(new Set(['0,1,2,3,4,5', '2,1,0,5,4,3']));
  expect(results([1, 1, 6])).toEqual(new Set(['0,1,2,3,4,5']));
});

test('noise has the stated spread, and the clean sample has none of it', () => {
  const set = setOf(1, [1, 1, 100, 100]);
  const batch = new Batches(set, recipe({ batch: 1, augmentation: { ...still, noise: 0.5 } })).at(0);
  const { clean } = batch;
  expect(clean).toEqual(set.inputs[0]?.data);
  const errors = Array.from(dataOf(batch), (v, i) => v - (clean[i] as number));
  const deviation = Math.sqrt(errors.reduce((s, e) => s + e * e, 0) / errors.length);
  const expected = 0.5 * Math.sqrt((10_000 ** 2 - 1) / 12);
  expect(Math.abs(deviation / expected - 1)).toBeLessThan(0.03);
  expect(Math.abs(errors.reduce((s, e) => s + e, 0) / errors.length / expected)).toBeLessThan(0.05);
});

test('a cut-out is a square of the mean', () => {
  const set = setOf(1, [1, 1, 9, 9]);
  const counts = Array.from({ length: 40 }, (_, seed) => {
    const batch = new Batches(set, recipe({ batch: 1, seed, augmentation: { ...still, cutOut: 3 } })).at(0);
    return Array.from(dataOf(batch)).filter((v, i) => v !== i && v === 40).length;
  });
  expect(Math.max(...counts)).toBe(9);
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(3);
});

test('a batch larger than the data is refused with a size that fits', () => {
  expect(() => new Batches(setOf(10, [1, 2]), recipe({ batch: 16 }))).toThrowError(
    expect.objectContaining({ code: 'train/batch-too-large', hint: expect.stringContaining('8 or less') }),
  );
});
