import type { FloatBackend, ProgramBackend, StepBackend } from '../compute/index.ts';
import type { ImageDecoder } from '../datasets/index.ts';
import type { Diagnostic } from '../ir/index.ts';

/** What computes. */
export interface Engines {
  /** Runs integer programs. */
  readonly programs: ProgramBackend;
  /** Runs float graphs. */
  readonly floats: FloatBackend;
  /** Runs training steps. */
  readonly steps: StepBackend;
  /** Why these engines and not faster ones; empty when the fast ones run. */
  readonly notes: readonly Diagnostic[];
}

/** What the place where jobs run gives them: engines and a clock. Made once per worker by its entry. */
export interface JobHost {
  /** The same for every call. Loaded by the first: opening and judging a network computes nothing. */
  engines(): Promise<Engines>;
  /** Training steps on the fastest engine here, by a probe of each new step; `onChoice` hears which, with figures, in words. */
  fastestSteps(onChoice: (words: string) => void): Promise<StepBackend>;
  /** Float graphs as `engines` runs them, with onnxruntime for what it has no kernel for; for those who agreed to it. */
  withOnnxruntime(): Promise<FloatBackend>;
  /** Loads onnxruntime, only when asked for: the independent check. Rejects with a `UserError` where it cannot be had. */
  independent(): Promise<FloatBackend>;
  /** Decodes pictures that this program does not (JPEG); absent where there is no browser. */
  readonly decodeImage?: ImageDecoder;
  /** Seconds of a clock that only moves forward. */
  now(): number;
  /** Lets messages in: a long job that awaits it now and then hears that it was cancelled. */
  pause(): Promise<void>;
}
