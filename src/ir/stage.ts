import type { Random } from '../base/index.ts';
import type { Diagnostic } from './diagnostic.ts';

/** What a stage is given besides its input: how to be stopped, seeded, watched and heard. */
export interface StageContext {
  readonly signal: AbortSignal;
  readonly random: Random;
  /** `done` of `total` units of work; units are the stage's own. */
  progress(done: number, total: number): void;
  warn(diagnostic: Diagnostic): void;
}
