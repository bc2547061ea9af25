import type { Diagnostic, Figure } from '../ir/index.ts';
import type { Choices } from './choices.ts';

/** One evaluated design. */
export interface DesignPoint {
  /** First 12 hex digits of the hash of (model, choices, data, tool version): the same design has the same id everywhere. */
  readonly id: string;
  readonly choices: Choices;
  /** By objective id (`objectives.ts`). An objective that could not be had is absent, with a diagnostic. */
  readonly objectives: Readonly<Record<string, Figure>>;
  /** What proposed it: 'uniform', 'greedy', 'nsga2', 'manual'. */
  readonly origin: string;
  readonly diagnostics: readonly Diagnostic[];
}
