import type { NodeId } from '../../ir/index.ts';

/** Gives a layer another name. */
export interface RenameNodeEdit {
  readonly kind: 'rename-node';
  readonly node: NodeId;
  readonly name: string;
}
