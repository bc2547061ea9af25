import type { NodeId } from '../../ir/index.ts';
import type { EditKind } from '../edit-kind.ts';
import { nameTaken } from '../errors.ts';
import { findNode } from '../find.ts';

/** Gives a layer another name. */
export interface RenameNodeEdit {
  readonly kind: 'rename-node';
  readonly node: NodeId;
  readonly name: string;
}

export const renameNode: EditKind<RenameNodeEdit> = {
  id: 'rename-node',
  title: 'Rename a layer',
  check: (fields) => ({ kind: 'rename-node', node: fields.name('node'), name: fields.name('name') }),
  describe: ({ node, name }) => `Rename ${node} to ${name}`,
  apply(model, { node: id, name }) {
    const { graph } = model;
    const node = findNode(model, id);
    const holder = graph.nodes.find((n) => n.id === name);
    if (holder) throw nameTaken(name, `a ${holder.op} layer`);
    const nodes = graph.nodes.map((n) => (n === node ? { ...n, id: name } : n));
    return { ...model, graph: { ...graph, nodes } };
  },
};
