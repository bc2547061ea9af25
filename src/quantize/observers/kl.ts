import type { Grid, Interval, Observer } from './observer.ts';
import { binFrom, type Cumulative, searchInterval } from './threshold-search.ts';

/**
 * Kullback–Leibler distance Σ p ln(p / q) between the histogram and its picture in 2^bits equal bins over the interval,
 * values beyond it counted in the end bins; q of an original bin is the count of its coarse bin, normalized.
 */
export function klDistance(sums: Cumulative, { bits }: Pick<Grid, 'bits'>, { low, high }: Interval): number {
  const cells = 2 ** bits;
  const width = (high - low) / cells;
  let normalizer = 0;
  let crossEntropy = 0;
  let from = 0;
  for (let cell = 0; cell < cells; cell++) {
    const to = cell === cells - 1 ? sums.bins : binFrom(sums, low + (cell + 1) * width);
    if (to <= from) continue;
    const p = (sums.share[to] as number) - (sums.share[from] as number);
    normalizer += p * (to - from);
    if (p > 0) crossEntropy += p * Math.log(p);
    from = to;
  }
  return sums.negativeEntropy - crossEntropy + Math.log(normalizer);
}

/** The threshold with the smallest Kullback–Leibler distance (methods A.4.4, "KL"). */
export const kl = {
  id: 'kl',
  title: 'Kullback–Leibler',
  help: 'Keeps the shape of the distribution. Clips less than mean squared error at few bits.',
  choose: (statistics, grid) => searchInterval(statistics, grid, (sums, interval) => klDistance(sums, grid, interval)),
} as const satisfies Observer;
