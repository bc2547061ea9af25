import { type Graph, hasBodies, type Node, type TensorId } from '../ir/index.ts';
import { calledFunction, isRandom } from './operator-of.ts';

const known = new WeakMap<Graph, ReadonlySet<TensorId>>();

/**
 * Values that do not depend on the run-time inputs: constants, and whatever is computed from constants alone
 * (ConstantOfShape, DequantizeLinear of a weight, Reshape of an initializer). Nodes with graphs inside and calls of local functions
 * count as run-time. Found once per graph.
 */
export function constantValues(graph: Graph): ReadonlySet<TensorId> {
  const found = known.get(graph);
  if (found) return found;
  const constant = new Set<TensorId>();
  for (const [id, info] of graph.tensors) if (info.weight !== undefined) constant.add(id);
  for (const node of graph.nodes) {
    if (isConstantNode(node, graph, constant)) for (const id of node.outputs) if (id !== '') constant.add(id);
  }
  known.set(graph, constant);
  return constant;
}

/** Whether a node can be computed before running, given which values are constant. */
export function isConstantNode(node: Node, graph: Graph, constant: Pick<ReadonlySet<TensorId>, 'has'>): boolean {
  for (const id of node.inputs) if (id !== '' && !constant.has(id)) return false;
  return !hasBodies(node) && !calledFunction(node, graph) && !isRandom(node, graph);
}
