/** Counts of values in equal bins: bin i holds [low + i·width, low + (i+1)·width). */
export interface ValueHistogram {
  readonly low: number;
  readonly width: number;
  readonly counts: Uint32Array;
}

/** What calibration saw of one tensor, over all samples. Plain data: crosses workers, serves every bit width and observer. */
export interface ActivationStatistics {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly standardDeviation: number;
  readonly count: number;
  /** Over [0, max] when no value is negative, else over [−v, v], v = max |x|. */
  readonly histogram: ValueHistogram;
}

/** 2^8 · 64: the number of bins for 8 bits (methods A.4.3). Narrower widths merge neighbouring bins. */
export const HISTOGRAM_BINS = 16384;

export interface RangeTotals {
  min: number;
  max: number;
  sum: number;
  squares: number;
  count: number;
}

export const emptyTotals = (): RangeTotals => ({
  min: Number.POSITIVE_INFINITY,
  max: Number.NEGATIVE_INFINITY,
  sum: 0,
  squares: 0,
  count: 0,
});

/** First pass. Returns whether all values are finite. */
export function addToTotals(totals: RangeTotals, values: ArrayLike<number>): boolean {
  let { min, max, sum, squares } = totals;
  for (let i = 0; i < values.length; i++) {
    const x = values[i] as number;
    if (x < min) min = x;
    if (x > max) max = x;
    sum += x;
    squares += x * x;
  }
  totals.min = min;
  totals.max = max;
  totals.sum = sum;
  totals.squares = squares;
  totals.count += values.length;
  return Number.isFinite(sum) && Number.isFinite(squares);
}

/** An empty histogram for values between `min` and `max`; [0, 0.1] or [−0.1, 0.1] where all are zero. */
export function emptyHistogram(min: number, max: number, bins = HISTOGRAM_BINS): ValueHistogram {
  const limit = Math.max(Math.abs(min), Math.abs(max)) || 0.1;
  const low = min >= 0 ? 0 : -limit;
  return { low, width: (limit - low) / bins, counts: new Uint32Array(bins) };
}

/** Second pass. Values beyond the range count in the end bins. */
export function addToHistogram({ low, width, counts }: ValueHistogram, values: ArrayLike<number>): void {
  const last = counts.length - 1;
  const perBin = 1 / width;
  for (let i = 0; i < values.length; i++) {
    const bin = Math.floor(((values[i] as number) - low) * perBin);
    const at = bin < 0 ? 0 : Math.min(bin, last);
    counts[at] = (counts[at] as number) + 1;
  }
}

export function finishStatistics(totals: RangeTotals, histogram: ValueHistogram): ActivationStatistics {
  const { min, max, sum, squares, count } = totals;
  const mean = sum / count;
  return { min, max, mean, standardDeviation: Math.sqrt(Math.max(0, squares / count - mean * mean)), count, histogram };
}

/** Statistics of an array at once. */
export function statisticsOf(values: ArrayLike<number>, bins = HISTOGRAM_BINS): ActivationStatistics {
  const totals = emptyTotals();
  addToTotals(totals, values);
  const histogram = emptyHistogram(totals.min, totals.max, bins);
  addToHistogram(histogram, values);
  return finishStatistics(totals, histogram);
}

/** Share of values below `low` or above `high`, 0 … 1, by bin centres. */
export function shareOutside({ histogram, count }: ActivationStatistics, low: number, high: number): number {
  let outside = 0;
  for (let i = 0; i < histogram.counts.length; i++) {
    const x = histogram.low + (i + 0.5) * histogram.width;
    if (x < low || x > high) outside += histogram.counts[i] as number;
  }
  return outside / count;
}
