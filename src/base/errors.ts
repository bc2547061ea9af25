/**
 * Two kinds of error exist. `UserError`: the input or the request cannot work; it says what, where and what to do.
 * `BugError`: an invariant of ours broke. Each room keeps its codes and texts in its own `errors.ts`.
 */

/** What an error knows about the place it happened: file, node, tensor, numbers. Plain data, so that it crosses a worker. */
export type ErrorFacts = Readonly<Record<string, string | number | boolean | readonly string[] | readonly number[]>>;

export class UserError extends Error {
  override readonly name = 'UserError';
  constructor(
    /** `room/what`, stable: tests, links and scripts rely on it. */
    readonly code: string,
    message: string,
    /** What to do next, as an instruction. */
    readonly hint: string,
    readonly facts: ErrorFacts = {},
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

export class BugError extends Error {
  override readonly name = 'BugError';
  constructor(
    message: string,
    readonly facts: ErrorFacts = {},
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** Thrown by whatever notices that its `AbortSignal` fired. Not a failure: the user asked for it. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';
  constructor() {
    super('Cancelled.');
  }
}

export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new CancelledError();
}

/** Ends a switch over a closed union: reaching it is a compile error, and at run time a `BugError`. */
export function unreachable(value: never): never {
  throw new BugError(`Unreachable case: ${JSON.stringify(value)}`);
}

/** The text of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
