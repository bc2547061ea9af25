import type { NodeId } from '../../ir/index.ts';

/** Takes layers out; who read their outputs reads one of their inputs instead. */
export interface RemoveEdit {
  readonly kind: 'remove';
  readonly nodes: readonly NodeId[];
  /** Which input takes the place of the output, counted from 0, whatever its shape. Absent: the first of the same shape. */
  readonly input?: number;
}
