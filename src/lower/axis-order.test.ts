import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allAxes, axesOf, kernelAxes, merged, ordered, permuted, sameOrder, split } from './axis-order.ts';

test('a map lies channels last; flattening it changes nothing in memory', () => {
  const map = [1, 8, 3, 5];
  const order = ordered(map, kernelAxes(map));
  expect(order).toEqual([
    { stride: 5, size: 3 },
    { stride: 1, size: 5 },
    { stride: 15, size: 8 },
  ]);
  // Rows and columns run as one loop.
  expect(merged(order)).toEqual([
    { stride: 1, size: 15 },
    { stride: 15, size: 8 },
  ]);
  expect(axesOf(order, map)).toEqual([2, 3, 1]);
  expect(axesOf(order, [1, 120])).toBeUndefined();
});

test('channels-last then Transpose to [N, H, W, C] is row-major', () => {
  const shape = [1, 8, 3, 5];
  const order = permuted(ordered(shape, kernelAxes(shape)), shape, [0, 2, 3, 1]);
  expect(order && sameOrder(order, ordered([1, 3, 5, 8], [1, 2, 3]))).toBe(true);
});

test('permuting there and back gives the same order', () => {
  const shapes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(shapes, fc.infiniteStream(fc.nat()), (shape, stream) => {
      const axes = allAxes(shape);
      const shuffled = axes
        .map((a) => [stream.next().value as number, a] as const)
        .sort((x, y) => x[0] - y[0])
        .map(([, a]) => a);
      const start = ordered(shape, shuffled);
      const there = permuted(start, shape, shuffled);
      const back =
        there &&
        permuted(
          there,
          shuffled.map((a) => shape[a]!),
          axes.map((a) => shuffled.indexOf(a)),
        );
      expect(back && sameOrder(back, start)).toBe(true);
    }),
  );
});

test('a loop that does not divide cannot be split', () => {
  expect(split([{ stride: 1, size: 6 }], [4])).toBeUndefined();
  expect(split([{ stride: 1, size: 6 }], [2, 3])).toBeUndefined();
  expect(split([{ stride: 1, size: 12 }], [2, 4])).toHaveLength(3);
});
