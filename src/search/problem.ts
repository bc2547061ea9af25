import type { StageContext } from '../ir/index.ts';

/** One decision. A genome holds one number per gene: the value of a real, the index 0 … count − 1 of a choice. */
export type Gene =
  | { readonly kind: 'real'; readonly low: number; readonly high: number }
  /** `ordered`: neighbouring indices are alike (bit widths), so that mutation may step as well as jump. */
  | { readonly kind: 'choice'; readonly count: number; readonly ordered: boolean };

export type Genome = readonly number[];

/** What a genome is worth: objectives to be minimized, and by how much it breaks the constraints (0: feasible). */
export interface Evaluation {
  /** Finite numbers; the same length for every genome of a problem. */
  readonly objectives: readonly number[];
  /** ≥ 0, summed over constraints; Infinity where a constrained figure is unknown. */
  readonly violation: number;
}

export interface Individual {
  readonly genome: Genome;
  readonly evaluation: Evaluation;
}

/** A search problem: knows nothing of what the genes mean. */
export interface Problem {
  readonly genes: readonly Gene[];
  /**
   * One evaluation per genome, in order. Genomes of one batch are distinct and independent: they may be evaluated in
   * parallel. Must be deterministic, because a resumed search is replayed (known genomes answered from a cache).
   */
  evaluate(batch: readonly Genome[]): Promise<readonly Evaluation[]>;
}

export interface SearchRequest {
  readonly problem: Problem;
  /** Number of genomes that may be evaluated; never exceeded, and reached unless the space is smaller. */
  readonly budget: number;
  readonly seed: number;
  /** Genomes to start from, best first; evaluated within the budget. */
  readonly initial?: readonly Genome[];
  /** Numbers by setting id (`SearchAlgorithm.settings`); defaults where absent. */
  readonly settings?: Readonly<Record<string, number>>;
}

export interface SearchResult {
  /** Every genome that was evaluated, in order; no genome twice. */
  readonly evaluated: readonly Individual[];
  /** Indices into `evaluated`: feasible and not dominated, no two with equal objectives. */
  readonly front: readonly number[];
  /** True if the space held fewer new genomes than the budget would have paid for, or the algorithm was done before. */
  readonly finishedEarly: boolean;
}

/** A setting of an algorithm: forms, flags and tables are made from these. */
export interface SearchSetting {
  readonly id: string;
  readonly label: string;
  readonly help: string;
  readonly range: readonly [number, number];
  readonly default: number;
}

/** A search algorithm: same request, same result, however many workers evaluate. */
export interface SearchAlgorithm {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly settings: readonly SearchSetting[];
  /** Throws `search/…` user errors for impossible requests, `CancelledError` when stopped. */
  run(request: SearchRequest, ctx: StageContext): Promise<SearchResult>;
}

/** The value of a setting: as requested, else its default. */
export function settingOf(algorithm: Pick<SearchAlgorithm, 'settings'>, request: SearchRequest, id: string): number {
  return request.settings?.[id] ?? algorithm.settings.find((setting) => setting.id === id)?.default ?? Number.NaN;
}
