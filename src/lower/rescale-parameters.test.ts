import fc from 'fast-check';
import { expect, test } from 'vitest';
import { powersOfTwo, rescaleParameters } from './rescale-parameters.ts';

test('the golden table of methods A.6', () => {
  const table: readonly (readonly [number, number, number, number, number, number, number, number, number, number])[] =
    [
      [0.0123, 25795, 21, 1690499128, 37, 6, 0.7872, 7, 7, 0.7872],
      [0.7, 22938, 15, 1503238554, 31, 0, 0.7, 1, 2, 0.933333],
      [0.003, 25166, 23, 1649267442, 39, 8, 0.768, 9, 9, 0.768],
    ];
  for (const [m, m16, p16, m32, p32, e, factor, e0, e1, factor2] of table) {
    expect(rescaleParameters([m], 'fixed16')).toMatchObject({ multiplier: [m16], shift: [p16] });
    expect(rescaleParameters([m], 'fixed32')).toMatchObject({ multiplier: [m32], shift: [p32] });
    const single = powersOfTwo(m, 1);
    expect(single.exponents, `${m}`).toEqual([e]);
    expect(single.weightFactor).toBeCloseTo(factor, 6);
    const double = powersOfTwo(m, 2);
    expect(double.exponents, `${m}`).toEqual([e0, e1]);
    expect(double.weightFactor).toBeCloseTo(factor2, 6);
  }
});

const factor = fc.double({ min: 1e-6, max: 1, noNaN: true });

test('fixed-point factors are within 2^−14 and 2^−30', () => {
  fc.assert(
    fc.property(factor, (m) => {
      const a = rescaleParameters([m], 'fixed16');
      const b = rescaleParameters([m], 'fixed32');
      expect(Math.abs((a.multiplier[0]! * 2 ** -a.shift[0]!) / m - 1)).toBeLessThanOrEqual(2 ** -14);
      expect(Math.abs((b.multiplier[0]! * 2 ** -b.shift[0]!) / m - 1)).toBeLessThanOrEqual(2 ** -30);
    }),
  );
});

test('shifts never scale down, and the weight factor undoes what they scale up', () => {
  fc.assert(
    fc.property(factor, fc.constantFrom('single-shift' as const, 'double-shift' as const), (m, mode) => {
      const { multiplier, shift, weightFactor } = rescaleParameters([m], mode);
      const applied = multiplier[0]! * 2 ** -shift[0]!;
      expect(applied / m).toBeGreaterThanOrEqual(0.98);
      // A factor of 0.98 … 1 counts as exact.
      expect(Math.abs((applied * weightFactor![0]!) / m - 1)).toBeLessThanOrEqual(0.0201);
    }),
  );
});

test('factors above 1 fall back to fixed16, above 32767 to fixed32, above 2^31 are refused', () => {
  expect(rescaleParameters([0.5, 1.5], 'single-shift').mode).toBe('fixed16');
  expect(rescaleParameters([40000], 'fixed16').mode).toBe('fixed32');
  expect(() => rescaleParameters([3e9], 'fixed32')).toThrow(/beyond/);
});
