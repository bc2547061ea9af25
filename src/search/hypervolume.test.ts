import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hypervolume } from './hypervolume.ts';

const plane = [
  [1, 9],
  [2, 6],
  [4, 4],
  [7, 2],
  [9, 1],
];
const space = [
  [1, 2, 3],
  [2, 1, 2],
  [3, 3, 1],
];

test('methods F.3: 52 in the plane, 15 in space', () => {
  expect(hypervolume(plane, [10, 10])).toEqual({ value: 52, standardError: 0 });
  expect(hypervolume(space, [4, 4, 4])).toEqual({ value: 15, standardError: 0 });
});

test('points on or beyond the reference add nothing', () => {
  expect(hypervolume([...plane, [0, 10], [11, 0]], [10, 10]).value).toBe(52);
  expect(hypervolume([], [10, 10]).value).toBe(0);
});

test('equals counting unit cells, so dominated points change nothing', () => {
  const cell = fc.integer({ min: 0, max: 5 });
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell, cell), { maxLength: 12 }), (points) => {
      let cells3 = 0;
      for (let x = 0; x < 5; x++)
        for (let y = 0; y < 5; y++)
          for (let z = 0; z < 5; z++) if (points.some((p) => p[0] <= x && p[1] <= y && p[2] <= z)) cells3++;
      expect(hypervolume(points, [5, 5, 5]).value).toBe(cells3);
      let cells2 = 0;
      for (let x = 0; x < 5; x++) for (let y = 0; y < 5; y++) if (points.some((p) => p[0] <= x && p[1] <= y)) cells2++;
      expect(
        hypervolume(
          points.map((p) => [p[0], p[1]]),
          [5, 5],
        ).value,
      ).toBe(cells2);
    }),
  );
});

test('sampling beyond three objectives agrees with the exact value within 0.5 %', () => {
  // A fourth objective of 0 with reference 1 leaves the volume of the first three.
  const flat = space.map((p) => [...p, 0]);
  const { value, standardError } = hypervolume(flat, [4, 4, 4, 1], { samples: 1_000_000, seed: 3 });
  expect(Math.abs(value - 15) / 15).toBeLessThan(0.005);
  expect(standardError).toBeGreaterThan(0);
});
