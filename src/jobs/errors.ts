import { BugError, CancelledError, type ErrorFacts, messageOf, UserError } from '../base/index.ts';

/** An error as plain data: structured clone keeps neither class nor code nor hint. */
export interface EncodedError {
  readonly kind: 'user' | 'bug' | 'cancelled';
  readonly message: string;
  readonly code?: string;
  readonly hint?: string;
  readonly facts?: ErrorFacts;
  /** Of the place it was thrown; for bug reports, never shown as the message. */
  readonly stack?: string;
}

export function encodeError(thrown: unknown): EncodedError {
  if (thrown instanceof CancelledError) return { kind: 'cancelled', message: thrown.message };
  if (thrown instanceof UserError) {
    return { kind: 'user', message: thrown.message, code: thrown.code, hint: thrown.hint, facts: thrown.facts };
  }
  const facts = thrown instanceof BugError ? thrown.facts : {};
  const stack = thrown instanceof Error ? thrown.stack : undefined;
  return { kind: 'bug', message: messageOf(thrown), facts, ...(stack === undefined ? {} : { stack }) };
}

export function decodeError(error: EncodedError): Error {
  switch (error.kind) {
    case 'cancelled':
      return new CancelledError();
    case 'user':
      return new UserError(error.code ?? 'jobs/unknown', error.message, error.hint ?? '', error.facts);
    case 'bug': {
      const bug = new BugError(error.message, error.facts);
      if (error.stack !== undefined) bug.stack = error.stack;
      return bug;
    }
  }
}

export const workerCrashed = (job: string, reason: string): UserError =>
  new UserError(
    'jobs/worker-crashed',
    `The worker that ran '${job}' stopped: ${reason}.`,
    'A new worker has taken its place; what was found before is kept. Run it again, with fewer samples if memory ran out.',
    { job, reason },
  );

export const unknownResource = (kind: string, id: string): BugError =>
  new BugError(`No ${kind} '${id}' is held here.`, { kind, id });
