import type { Graph, Node, TensorId } from '../ir/index.ts';
import { isRandom } from './operator-of.ts';

/**
 * Values that do not depend on the run-time inputs: constants, and whatever is computed from constants alone
 * (ConstantOfShape, DequantizeLinear of a weight, Reshape of an initializer). Nodes with subgraphs count as run-time.
 */
export function constantValues(graph: Graph): ReadonlySet<TensorId> {
  const constant = new Set<TensorId>();
  for (const [id, info] of graph.tensors) if (info.weight !== undefined) constant.add(id);
  for (const node of graph.nodes) {
    if (isConstantNode(node, constant)) for (const id of node.outputs) if (id !== '') constant.add(id);
  }
  return constant;
}

/** Whether a node can be computed before running, given which values are constant. */
export function isConstantNode(node: Node, constant: ReadonlySet<TensorId>): boolean {
  if (isRandom(node)) return false;
  for (const attribute of node.attributes.values())
    if (attribute.kind === 'graph' || attribute.kind === 'graphs') return false;
  return node.inputs.every((id) => id === '' || constant.has(id));
}
