import {
  bodiesOf,
  type FunctionDef,
  functionKey,
  functionOf,
  type Graph,
  type Model,
  type Node,
  producersOf,
  type TensorId,
} from '../ir/index.ts';
import { readsOf } from './reads.ts';

/** The nodes that `outputs` need, walking back; values in `stops` are taken as given. */
export function neededFor(
  graph: Graph,
  outputs: readonly TensorId[],
  stops: ReadonlySet<TensorId> = new Set(),
): { readonly nodes: ReadonlySet<Node>; readonly values: ReadonlySet<TensorId> } {
  const producers = producersOf(graph);
  const nodes = new Set<Node>();
  const values = new Set<TensorId>();
  const open = [...outputs];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (values.has(id)) continue;
    values.add(id);
    const node = stops.has(id) ? undefined : producers.get(id);
    if (!node || nodes.has(node)) continue;
    nodes.add(node);
    open.push(...readsOf(node));
  }
  return { nodes, values };
}

/**
 * Ends an edit: leaves out the nodes, values and weights that served something before and serve nothing now. What served
 * nothing before stays, because the edit is not about it; inputs stay too.
 */
export function settle(before: Model, after: Model): Model {
  const neededBefore = new Set([...neededFor(before.graph, before.graph.outputs).nodes].map((n) => n.id));
  const neededAfter = neededFor(after.graph, after.graph.outputs).nodes;
  const nodes = after.graph.nodes.filter((node) => neededAfter.has(node) || !neededBefore.has(node.id));
  return withoutUnused(before, { ...after, graph: { ...after.graph, nodes } });
}

/** Leaves out the values, weights and local functions that were used before and are not used now. */
export function withoutUnused(before: Model, after: Model): Model {
  const usedBefore = usedIn(before.graph);
  const used = usedIn(after.graph);
  const tensors = new Map([...after.graph.tensors].filter(([id]) => used.has(id) || !usedBefore.has(id)));
  const heldBefore = new Set([...before.graph.tensors.values()].map((info) => info.weight));
  const held = new Set([...tensors.values()].map((info) => info.weight));
  const weights = new Map([...after.weights].filter(([id]) => held.has(id) || !heldBefore.has(id)));
  const { functions, ...rest } = after.graph;
  const called = functions && calledFunctions(after.graph, functions);
  return { graph: { ...rest, tensors, ...(called && called.size > 0 ? { functions: called } : {}) }, weights };
}

function usedIn(graph: Graph): ReadonlySet<TensorId> {
  const used = new Set<TensorId>([...graph.inputs, ...graph.outputs]);
  for (const node of graph.nodes) {
    for (const id of node.outputs) used.add(id);
    for (const id of readsOf(node)) used.add(id);
  }
  return used;
}

/** The local functions that are called from the graph, its bodies or one another, in the order of the table. */
function calledFunctions(graph: Graph, functions: ReadonlyMap<string, FunctionDef>): ReadonlyMap<string, FunctionDef> {
  const called = new Set<string>();
  const visit = (nodes: readonly Node[]): void => {
    for (const node of nodes) {
      const key = functionKey(node);
      const isNew = functionOf(node, graph) !== undefined && !called.has(key);
      if (isNew) called.add(key);
      for (const body of bodiesOf(node, graph)) if (body.name !== 'function' || isNew) visit(body.model.graph.nodes);
    }
  };
  visit(graph.nodes);
  return new Map([...functions].filter(([key]) => called.has(key)));
}
