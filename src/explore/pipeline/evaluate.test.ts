import { expect, test } from 'vitest';
import { weightMemoryBits } from './evaluate.ts';
import { EXACT_DECIBEL, fidelity, largest, sameShare, sqnrOf } from './score.ts';

test('methods D.7: the widths found for All-CNN-C take 5 432 160 bits, 8.06 times less than 32', () => {
  const sizes = [2592, 82_944, 82_944, 165_888, 331_776, 331_776, 331_776, 36_864, 1920];
  const bits = weightMemoryBits(sizes, [7, 7, 7, 4, 4, 3, 3, 7, 7]);
  expect(bits).toBe(5_432_160);
  const floats = weightMemoryBits(
    sizes,
    sizes.map(() => 32),
  );
  expect((floats / bits).toFixed(2)).toBe('8.06');
});

test('scores', () => {
  const exact = [[Float32Array.of(3, 4)], [Float32Array.of(0, 0)]];
  const off = [[Float32Array.of(3, 3.5)], [Float32Array.of(0, 0)]];
  expect(sqnrOf(exact, off)).toBeCloseTo(20);
  expect(fidelity(exact, off)).toBeCloseTo(0.9);
  expect(sqnrOf(exact, exact)).toBe(EXACT_DECIBEL);
  expect(sqnrOf([[Float32Array.of(0)]], [[Float32Array.of(1)]])).toBeUndefined();
  expect(largest([1, 5, 5])).toBe(1);
  expect(sameShare([1, 2, 3, 4], [1, 0, 3, 4])).toBe(0.75);
});
