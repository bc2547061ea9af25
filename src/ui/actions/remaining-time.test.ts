import { expect, test } from 'vitest';
import { RemainingTime } from './remaining-time.ts';

test('nothing is said before three steps, nor at the end', () => {
  const left = new RemainingTime();
  expect(left.after(1, 10, 1)).toBeUndefined();
  expect(left.after(2, 10, 2)).toBeUndefined();
  expect(left.after(3, 10, 3)).toEqual([7, 7, 7]);
  expect(left.after(10, 10, 10)).toBeUndefined();
});

test('uneven steps widen the interval around the mean', () => {
  const left = new RemainingTime();
  left.after(1, 10, 1);
  left.after(2, 10, 4);
  const [low, middle, high] = left.after(3, 10, 5) ?? [0, 0, 0];
  expect(middle).toBeCloseTo((7 * 5) / 3);
  expect(low).toBeLessThan(middle);
  expect(high - middle).toBeCloseTo(middle - low);
});
