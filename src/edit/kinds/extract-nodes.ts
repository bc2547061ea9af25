import type { Graph, Node, NodeId, TensorId } from '../../ir/index.ts';
import { producersOf } from '../../ir/index.ts';
import type { EditKind } from '../edit-kind.ts';
import { findNodes } from '../find.ts';
import { readersOf, readsOf } from '../reads.ts';
import { counted } from '../words.ts';
import { cut } from './extract.ts';

/** Keeps a set of layers, with the constants they read; values that cross the boundary become inputs and outputs. */
export interface ExtractNodesEdit {
  readonly kind: 'extract-nodes';
  readonly nodes: readonly NodeId[];
}

export const extractNodes: EditKind<ExtractNodesEdit> = {
  id: 'extract-nodes',
  title: 'Extract layers',
  check: (fields) => ({ kind: 'extract-nodes', nodes: fields.names('nodes') }),
  describe: ({ nodes }) => `Extract ${counted(nodes)}`,
  apply(model, edit, context) {
    const { graph } = model;
    const kept = withConstants(graph, findNodes(model, edit.nodes));
    const nodes = graph.nodes.filter((node) => kept.has(node));
    return cut(model, { nodes, ...boundaryOf(graph, nodes) }, context);
  },
};

/** Values that nodes read from outside, in the order of their first use, and values that others, or nobody, read. */
function boundaryOf(graph: Graph, nodes: readonly Node[]): Pick<Graph, 'inputs' | 'outputs'> {
  const written = new Set(nodes.flatMap((node) => node.outputs.filter((id) => id !== '')));
  const isConstant = (id: TensorId): boolean => graph.tensors.get(id)?.weight !== undefined;
  const inputs = new Set(nodes.flatMap(readsOf).filter((id) => !written.has(id) && !isConstant(id)));
  const kept = new Set(nodes);
  const readers = readersOf(graph.nodes);
  const isRead = (id: TensorId): boolean => graph.outputs.includes(id) || (readers.get(id) ?? []).length > 0;
  const leaves = (id: TensorId): boolean =>
    graph.outputs.includes(id) || (readers.get(id) ?? []).some((node) => !kept.has(node));
  const crossing = [...written].filter(leaves);
  // A selection that serves nothing still has a result: what nobody reads.
  return { inputs: [...inputs], outputs: crossing.length > 0 ? crossing : [...written].filter((id) => !isRead(id)) };
}

const RANDOM = /^(Random|Bernoulli|Multinomial)/;

/** The nodes, and those that compute from constants alone what they read: Constant, DequantizeLinear of weights. */
function withConstants(graph: Graph, nodes: readonly Node[]): ReadonlySet<Node> {
  const constant = new Set<TensorId>();
  for (const info of graph.tensors.values()) if (info.weight !== undefined) constant.add(info.id);
  for (const node of graph.nodes)
    if (!RANDOM.test(node.op) && readsOf(node).every((id) => constant.has(id)))
      for (const id of node.outputs) constant.add(id);
  const producers = producersOf(graph);
  const kept = new Set(nodes);
  const open = [...nodes];
  for (let node = open.pop(); node; node = open.pop()) {
    for (const id of readsOf(node)) {
      const producer = constant.has(id) ? producers.get(id) : undefined;
      if (!producer || kept.has(producer)) continue;
      kept.add(producer);
      open.push(producer);
    }
  }
  return kept;
}
