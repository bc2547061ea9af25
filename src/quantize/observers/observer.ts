import type { ActivationStatistics } from '../statistics.ts';

/** The grid that values will be rounded to. */
export interface Grid {
  readonly bits: number;
  /** unsigned: [0, T]; signed: [−T, T]; affine: any interval that holds 0. */
  readonly kind: 'unsigned' | 'signed' | 'affine';
}

/** Ends of the interval that the codes will span, in value units. For 'unsigned' low = 0, for 'signed' low = −high. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Chooses the interval of one tensor from what calibration saw. */
export interface Observer {
  readonly id: string;
  /** For lists and messages. */
  readonly title: string;
  /** When to use it and what it costs, one sentence. */
  readonly help: string;
  choose(statistics: ActivationStatistics, grid: Grid): Interval;
}

/** The whole range seen; [0, 0.1] wide where every value is zero (methods A.4, edge cases). */
export function wholeRange({ min, max }: ActivationStatistics, kind: Grid['kind']): Interval {
  const limit = Math.max(Math.abs(min), Math.abs(max)) || 0.1;
  if (kind === 'unsigned') return { low: 0, high: max > 0 ? max : 0.1 };
  if (kind === 'signed') return { low: -limit, high: limit };
  const high = Math.max(0, max);
  const low = Math.min(0, min);
  return high === low ? { low: 0, high: 0.1 } : { low, high };
}
