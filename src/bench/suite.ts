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
  /** `of` 'ratio': the goal is for the ratio, not for the figure. */
  readonly goal?: {
    readonly operator: '<=' | '>=';
    readonly value: number;
    readonly met: boolean;
    readonly of?: 'ratio';
  };
}

export interface BenchHost {
  /** A new pool of so many worker threads; the suite disposes of it. */
  newClient(workers: number): JobClient;
  /** What limits a figure, or was left out; kept with the results. */
  note(text: string): void;
  /** Seconds of a clock that only moves forward. */
  now(): number;
  /** The compiled kernels, as bytes. */
  kernels(): Promise<Uint8Array<ArrayBuffer>>;
  /** Absolute path of a file of the data folder beside the repository; undefined where it is absent. */
  data(path: string): string | undefined;
}

export interface Suite {
  readonly id: string;
  readonly title: string;
  run(host: BenchHost): Promise<readonly BenchFigure[]>;
}

/** What `public/bench/<suite>.json` holds: one run of a suite. */
export interface BenchRecord {
  readonly suite: string;
  readonly title: string;
  readonly machine: string;
  readonly date: string;
  /** Processes that wanted a processor in the minute before, on average: above the number of processors times are too long. */
  readonly loadAverage: number;
  readonly notes: readonly string[];
  readonly results: readonly BenchFigure[];
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
