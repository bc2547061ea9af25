import type { NodeId } from '../../ir/index.ts';
import type { EditKind } from '../edit-kind.ts';
import { noAttribute } from '../errors.ts';
import { findNode } from '../find.ts';
import { putNode } from '../put-node.ts';

/** Deletes an attribute of a layer, which then has its default. */
export interface DeleteAttributeEdit {
  readonly kind: 'delete-attribute';
  readonly node: NodeId;
  readonly name: string;
}

export const deleteAttribute: EditKind<DeleteAttributeEdit> = {
  id: 'delete-attribute',
  title: 'Delete an attribute',
  check: (fields) => ({ kind: 'delete-attribute', node: fields.name('node'), name: fields.name('name') }),
  describe: ({ node, name }) => `Delete ${name} of ${node}`,
  apply(model, { node: id, name }, context) {
    const node = findNode(model, id);
    if (!node.attributes.has(name)) throw noAttribute(id, node.op, name, [...node.attributes.keys()]);
    const attributes = new Map([...node.attributes].filter(([present]) => present !== name));
    return putNode(model, { ...node, attributes }, context);
  },
};
