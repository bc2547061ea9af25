import { expect, test } from 'vitest';
import { Random } from '../../base/index.ts';
import { statisticsOf } from '../statistics.ts';
import { klDistance } from './kl.ts';
import { meanSquaredError } from './mse.ts';
import type { Grid } from './observer.ts';
import { observers } from './registry.ts';
import { cumulative } from './threshold-search.ts';

const unsigned = (bits: number): Grid => ({ bits, kind: 'unsigned' });

test('thresholds of the exponential sample are those of methods A.4', () => {
  const values = Array.from({ length: 10000 }, (_, j) => -Math.log(1 - (j + 0.5) / 10000));
  const statistics = statisticsOf(values);
  expect(statistics.max).toBeCloseTo(9.903488, 5);
  const golden: readonly (readonly [number, number, number, number])[] = [
    [3, 485, 689, 5.432e-2],
    [4, 615, 797, 1.779e-2],
    [6, 854, 993, 1.721e-3],
    [8, 986, 998, 1.24e-4],
  ];
  for (const [bits, mse, kl, error] of golden) {
    const grid = unsigned(bits);
    const byMse = observers.get('mse').choose(statistics, grid);
    const byKl = observers.get('kl').choose(statistics, grid);
    expect(Math.abs((byMse.high / statistics.max) * 1000 - mse), `mse ${bits}`).toBeLessThanOrEqual(1.001);
    expect(Math.abs((byKl.high / statistics.max) * 1000 - kl), `kl ${bits}`).toBeLessThanOrEqual(1.001);
    expect(meanSquaredError(cumulative(statistics, bits), grid, byMse) / error).toBeCloseTo(1, 2);
  }
});

test('Gaussian data at 8 bits: the threshold lies between 2.5 σ and the maximum, and is no worse than it', () => {
  const random = new Random(5);
  const statistics = statisticsOf(Array.from({ length: 50000 }, () => random.normal()));
  const grid: Grid = { bits: 8, kind: 'signed' };
  const { high } = observers.get('mse').choose(statistics, grid);
  const largest = Math.max(-statistics.min, statistics.max);
  expect(high).toBeGreaterThan(2.5);
  expect(high).toBeLessThan(largest);
  const sums = cumulative(statistics, 8);
  expect(meanSquaredError(sums, grid, { low: -high, high })).toBeLessThanOrEqual(
    meanSquaredError(sums, grid, { low: -largest, high: largest }),
  );
});

test('uniform data are hardly clipped, and thresholds grow with the width', () => {
  const random = new Random(6);
  const uniform = statisticsOf(Array.from({ length: 50000 }, () => random.unit()));
  expect(observers.get('mse').choose(uniform, unsigned(8)).high).toBeGreaterThan(0.98 * uniform.max);
  const normal = statisticsOf(Array.from({ length: 50000 }, () => Math.abs(random.normal())));
  const highs = [2, 3, 4, 5, 6, 7, 8].map((bits) => observers.get('mse').choose(normal, unsigned(bits)).high);
  for (let i = 1; i < highs.length; i++) expect(highs[i]!).toBeGreaterThanOrEqual(highs[i - 1]!);
});

test('every observer gives an interval that fits its grid, also for constant and all-zero data', () => {
  for (const values of [
    [0, 0, 0],
    [0.5, 0.5],
    [-1, 2, 3],
    [-3, -2],
    [1e-6, 2e-6],
  ]) {
    const statistics = statisticsOf(values);
    for (const observer of observers) {
      const affine = observer.choose(statistics, { bits: 4, kind: 'affine' });
      expect(affine.low, observer.id).toBeLessThanOrEqual(0);
      expect(affine.high - affine.low, observer.id).toBeGreaterThan(0);
      const signed = observer.choose(statistics, { bits: 4, kind: 'signed' });
      expect(signed.low, observer.id).toBe(-signed.high);
      expect(signed.high, observer.id).toBeGreaterThan(0);
    }
  }
});

test('the distance of a histogram to itself is zero', () => {
  const statistics = statisticsOf(
    Array.from({ length: 4096 }, (_, i) => i / 4095),
    256,
  );
  const sums = cumulative(statistics, 8);
  expect(klDistance(sums, { bits: 8 }, { low: 0, high: sums.width * sums.bins })).toBeCloseTo(0, 9);
});
