import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rescale } from './rescale.ts';

/** floor by BigInt's arithmetic shift. */
function exact(acc: number, multiplier: number, shift: number, rounding: boolean): number {
  const half = rounding && shift > 0 ? 1n << BigInt(shift - 1) : 0n;
  return Number((BigInt(acc) * BigInt(multiplier) + half) >> BigInt(shift));
}

const shifts = fc.integer({ min: 0, max: 62 });

test('32-bit accumulator and 31-bit multiplier: equals BigInt', () => {
  const acc = fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 });
  const multiplier = fc.integer({ min: 0, max: 2 ** 31 - 1 });
  fc.assert(
    fc.property(acc, multiplier, shifts, fc.boolean(), (a, m, s, r) => {
      expect(rescale(a, m, s, r)).toBe(exact(a, m, s, r));
    }),
    { numRuns: 3000 },
  );
});

test('48-bit accumulator and 15-bit multiplier: equals BigInt', () => {
  const acc = fc.maxSafeInteger().map((n) => Math.trunc(n / 64));
  const multiplier = fc.integer({ min: 0, max: 2 ** 15 - 1 });
  fc.assert(
    fc.property(acc, multiplier, shifts, fc.boolean(), (a, m, s, r) => {
      expect(rescale(a, m, s, r)).toBe(exact(a, m, s, r));
    }),
    { numRuns: 3000 },
  );
});

test('a plain shift of a negative number floors; with half it rounds up', () => {
  expect(rescale(-1, 1, 4, false)).toBe(-1);
  expect(rescale(-1, 1, 4, true)).toBe(0);
  expect(rescale(-5, 1, 1, false)).toBe(-3);
  expect(rescale(-5, 1, 1, true)).toBe(-2);
  expect(rescale(5, 1, 1, true)).toBe(3);
});

test('the corners of the domain', () => {
  for (const a of [2 ** 31 - 1, -(2 ** 31) + 1, 1, -1, 0])
    for (const m of [2 ** 31 - 1, 2 ** 30, 32768, 32767, 1, 0])
      for (const s of [0, 1, 15, 16, 17, 31, 47, 48, 62])
        expect(rescale(a, m, s, true), `${a} ${m} ${s}`).toBe(exact(a, m, s, true));
});
