import type { ActivationStatistics } from '../statistics.ts';
import { type Grid, type Interval, wholeRange } from './observer.ts';

/** Histogram prepared for a search: cumulative sums over its bins, so that any interval's sums are two look-ups. */
export interface Cumulative {
  readonly low: number;
  readonly width: number;
  readonly bins: number;
  /** Share of values, Σ p·x, Σ p·x² in bins before i; x is the bin's centre. */
  readonly share: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
  /** Σ p ln p over all bins. */
  readonly negativeEntropy: number;
}

/** Bins for a bit width: 64 per code, at most those the histogram has (methods A.4.3). */
export function cumulative({ histogram, count }: ActivationStatistics, bits: number): Cumulative {
  const merge = Math.max(1, Math.floor(histogram.counts.length / (2 ** bits * 64)));
  const bins = Math.ceil(histogram.counts.length / merge);
  const width = histogram.width * merge;
  const share = new Float64Array(bins + 1);
  const first = new Float64Array(bins + 1);
  const second = new Float64Array(bins + 1);
  let negativeEntropy = 0;
  for (let i = 0; i < bins; i++) {
    let inBin = 0;
    for (let j = 0; j < merge; j++) inBin += histogram.counts[i * merge + j] ?? 0;
    const p = inBin / count;
    const x = histogram.low + (i + 0.5) * width;
    share[i + 1] = (share[i] as number) + p;
    first[i + 1] = (first[i] as number) + p * x;
    second[i + 1] = (second[i] as number) + p * x * x;
    if (p > 0) negativeEntropy += p * Math.log(p);
  }
  return { low: histogram.low, width, bins, share, first, second, negativeEntropy };
}

/** First bin whose centre is at or above `edge`, kept within 0 … bins. */
export function binFrom({ low, width, bins }: Cumulative, edge: number): number {
  const at = Math.ceil((edge - low) / width - 0.5);
  return at < 0 ? 0 : at > bins ? bins : at;
}

const STEPS = 1000;

/**
 * The interval with the smallest distance among 1000: the whole range shrunk in equal steps; of equals the widest
 * (methods A.4.4).
 */
export function searchInterval(
  statistics: ActivationStatistics,
  grid: Grid,
  distanceOf: (sums: Cumulative, interval: Interval) => number,
): Interval {
  const sums = cumulative(statistics, grid.bits);
  const whole = wholeRange(statistics, grid.kind);
  let best = whole;
  let smallest = Number.POSITIVE_INFINITY;
  for (let step = STEPS; step >= 1; step--) {
    const interval = { low: (whole.low * step) / STEPS, high: (whole.high * step) / STEPS };
    const distance = distanceOf(sums, interval);
    if (distance < smallest) {
      smallest = distance;
      best = interval;
    }
  }
  return best;
}
