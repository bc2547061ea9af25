import { affineGrid } from '../grid.ts';
import type { Grid, Interval, Observer } from './observer.ts';
import { binFrom, type Cumulative, searchInterval } from './threshold-search.ts';

/**
 * Mean squared rounding and clipping error Σ p (x − x̂)² of a grid over an interval, from cumulative sums: each code owns a
 * run of bins, so the cost is one step per code, not per bin.
 */
export function meanSquaredError(sums: Cumulative, grid: Grid, interval: Interval): number {
  const { scale, zeroPoint, low, high } = gridOver(grid, interval);
  const { share, first, second, bins } = sums;
  let error = 0;
  let from = 0;
  for (let code = low; code <= high; code++) {
    const to = code === high ? bins : binFrom(sums, (code - zeroPoint + 0.5) * scale);
    if (to <= from) continue;
    const value = (code - zeroPoint) * scale;
    const p = (share[to] as number) - (share[from] as number);
    if (p > 0) {
      const px = (first[to] as number) - (first[from] as number);
      const pxx = (second[to] as number) - (second[from] as number);
      error += pxx - 2 * value * px + value * value * p;
    }
    from = to;
  }
  return error;
}

function gridOver({ bits, kind }: Grid, { low, high }: Interval) {
  if (kind === 'affine') return { ...affineGrid(bits, low, high), low: 0, high: 2 ** bits - 1 };
  if (kind === 'unsigned') return { scale: high / (2 ** bits - 1), zeroPoint: 0, low: 0, high: 2 ** bits - 1 };
  const limit = 2 ** (bits - 1) - 1;
  return { scale: high / limit, zeroPoint: 0, low: -limit - 1, high: limit };
}

/** The threshold with the smallest mean squared error (methods A.4.4, "MSE"). */
export const mse = {
  id: 'mse',
  title: 'Mean squared error',
  help: 'Clips where that lowers the mean squared error. The default: best for most networks, above all below 8 bits.',
  choose(statistics, grid) {
    return searchInterval(statistics, grid, (sums, interval) => meanSquaredError(sums, grid, interval));
  },
} as const satisfies Observer;
