import type { NodeId } from '../../ir/index.ts';

/** Keeps a set of layers, with the constants they read; values that cross the boundary become inputs and outputs. */
export interface ExtractNodesEdit {
  readonly kind: 'extract-nodes';
  readonly nodes: readonly NodeId[];
}
