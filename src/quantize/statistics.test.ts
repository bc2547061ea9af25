import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shareOutside, statisticsOf } from './statistics.ts';
import { quantizeDequantize } from './weights.ts';

test('histogram counts sum to the number of values seen', () => {
  fc.assert(
    fc.property(fc.array(fc.float({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 }), (values) => {
      const { histogram, count } = statisticsOf(values, 128);
      expect(histogram.counts.reduce((a, b) => a + b, 0)).toBe(values.length);
      expect(count).toBe(values.length);
    }),
  );
});

test('mean, deviation and outside share of a small set', () => {
  const statistics = statisticsOf([-2, 0, 2, 4], 1024);
  expect(statistics.mean).toBe(1);
  expect(statistics.standardDeviation).toBeCloseTo(Math.sqrt(5), 12);
  expect(shareOutside(statistics, -1, 3)).toBe(0.5);
});

test('rounding to a per-channel grid clips at −high … high', () => {
  const quant = { bits: 2, signed: true, narrow: true, axis: 1, scale: [1, 0.5], zeroPoint: [0, 0] };
  expect([...quantizeDequantize([0.4, 0.4, -7, -7, 0.5, 0.2], [3, 2], quant)]).toEqual([0, 0.5, -1, -0.5, 1, 0]);
});
