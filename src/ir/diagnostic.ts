import type { NodeId } from './graph.ts';

/**
 * Something a stage noticed and the user should know: what was assumed, replaced, left out or could not be done.
 * Errors that end the request are `UserError`s instead.
 */
export interface Diagnostic {
  /** `room/what`, stable. */
  readonly code: string;
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
  readonly node?: NodeId;
}
