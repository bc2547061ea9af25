import type { JobClient } from '../jobs/client.ts';

/** One measured figure. Times are medians over `runs`; a ratio is against a peer measured in the same run. */
export interface BenchFigure {
  readonly name: string;
  readonly unit: string;
  readonly median: number;
  readonly runs: number;
  /** The peer's figure, in the same unit, and who it is. */
  readonly reference?: number;
  readonly peer?: string;
  /** Ours divided by the peer's: above 1 is better for rates, below 1 for times. */
  readonly ratio?: number;
  readonly goal?: { readonly operator: '<=' | '>='; readonly value: number; readonly met: boolean };
}

export interface BenchHost {
  client(): JobClient;
  note(text: string): void;
  /** Seconds of a clock that only moves forward. */
  now(): number;
}

export interface Suite {
  readonly id: string;
  readonly title: string;
  run(host: BenchHost): Promise<readonly BenchFigure[]>;
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
};

/** A goal, and whether the figure reaches it. */
export const goal = (operator: '<=' | '>=', value: number, figure: number): NonNullable<BenchFigure['goal']> => ({
  operator,
  value,
  met: operator === '<=' ? figure <= value : figure >= value,
});
