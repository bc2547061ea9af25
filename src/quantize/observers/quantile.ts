import type { ActivationStatistics } from '../statistics.ts';
import { type Observer, wholeRange } from './observer.ts';

const QUANTILE = 0.9999;

/** Smallest bin centre at or below which a share of the values lies; `of` says which number of each bin is compared. */
function quantileOf({ histogram, count }: ActivationStatistics, of: (x: number) => number): number {
  const bins = Array.from(histogram.counts, (n, i) => [of(histogram.low + (i + 0.5) * histogram.width), n] as const);
  bins.sort((a, b) => a[0] - b[0]);
  let seen = 0;
  for (const [x, n] of bins) {
    seen += n;
    if (seen >= QUANTILE * count) return x;
  }
  return bins.at(-1)?.[0] ?? 0;
}

/** Spans 99.99 % of the values (methods A.4.4, "Quantile"). */
export const quantile = {
  id: 'quantile',
  title: 'Quantile 99.99 %',
  help: 'Clips one value in ten thousand, whatever its size.',
  choose(statistics, { kind }) {
    const whole = wholeRange(statistics, kind);
    if (kind !== 'affine') {
      const high = Math.min(whole.high, quantileOf(statistics, Math.abs)) || whole.high;
      return { low: kind === 'signed' ? -high : 0, high };
    }
    const high = Math.min(
      whole.high,
      Math.max(
        0,
        quantileOf(statistics, (x) => x),
      ),
    );
    const low = Math.max(whole.low, Math.min(0, -quantileOf(statistics, (x) => -x)));
    return high === low ? whole : { low, high };
  },
} as const satisfies Observer;
