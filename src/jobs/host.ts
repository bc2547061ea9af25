import type { FloatBackend, ProgramBackend } from '../compute/index.ts';
import type { Diagnostic } from '../ir/index.ts';

/** What the place where jobs run gives them: engines and a clock. Made once per worker by its entry. */
export interface JobHost {
  /** Runs integer programs. */
  readonly programs: ProgramBackend;
  /** Runs float graphs. */
  readonly floats: FloatBackend;
  /** Loads onnxruntime, only when asked for: the independent check. Rejects with a `UserError` where it cannot be had. */
  independent(): Promise<FloatBackend>;
  /** Why these engines and not faster ones; empty when the fast ones run. */
  readonly notes: readonly Diagnostic[];
  /** Seconds of a clock that only moves forward. */
  now(): number;
  /** Lets messages in: a long job that awaits it now and then hears that it was cancelled. */
  pause(): Promise<void>;
}
