import { CancelledError } from '../base/index.ts';

/** Work in small pieces: yields where it may pause. Runs through in one go, or with pauses that let messages in. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** What lets long work share its thread. All may be missing: then it runs through. */
export interface Breathing {
  readonly signal?: AbortSignal;
  /** Resolves when the thread had a moment for other things. */
  readonly pause?: () => Promise<void>;
  /** Milliseconds; without it every possible pause is taken. */
  readonly now?: () => number;
}

/** Longest time between two pauses, ms; one piece of work adds a few more. */
const PAUSE_EVERY_MS = 20;

export function runThrough<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Runs steps with pauses. @throws CancelledError at the first pause after the signal fired. */
export async function breathe<T>(steps: Steps<T>, how: Breathing): Promise<T> {
  const { signal, pause, now } = how;
  let last = now?.() ?? 0;
  for (;;) {
    if (signal?.aborted) throw new CancelledError();
    const step = steps.next();
    if (step.done) return step.value;
    if (!pause || (now && now() - last < PAUSE_EVERY_MS)) continue;
    await pause();
    last = now?.() ?? 0;
  }
}
