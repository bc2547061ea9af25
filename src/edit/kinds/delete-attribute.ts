import type { NodeId } from '../../ir/index.ts';

/** Deletes an attribute of a layer, which then has its default. */
export interface DeleteAttributeEdit {
  readonly kind: 'delete-attribute';
  readonly node: NodeId;
  readonly name: string;
}
