import type { Attribute, Graph, Model, Node, TensorId, TensorInfo } from '../ir/index.ts';
import { readsOf } from './reads.ts';

/** What no longer holds behind a change: sizes only, or element types as well. */
export type Forgotten = 'shapes' | 'types and shapes';

/**
 * Drops what the file declares of every value that is computed from `changed`, and of `changed` where a node writes it, so
 * that inference starts afresh there. Inputs and constants keep what they have.
 */
export function forgetBehind(model: Model, changed: Iterable<TensorId>, what: Forgotten): Model {
  const { graph } = model;
  const stale = new Set<TensorId>(changed);
  const nodes = graph.nodes.map((node) => {
    const isBehind = readsOf(node).some((id) => stale.has(id));
    if (!isBehind) return node;
    for (const id of node.outputs) if (id !== '') stale.add(id);
    return withFreshBodies(node);
  });
  const given = new Set(graph.inputs);
  const tensors = new Map<TensorId, TensorInfo>();
  for (const [id, info] of graph.tensors)
    tensors.set(id, stale.has(id) && !given.has(id) ? forgotten(info, what) : info);
  return { ...model, graph: { ...graph, nodes, tensors } };
}

function forgotten(info: TensorInfo, what: Forgotten): TensorInfo {
  if (info.weight !== undefined) return info;
  const { id, type } = info;
  return what === 'shapes' && type !== undefined ? { id, type } : { id };
}

function withFreshBodies(node: Node): Node {
  const hasBodies = [...node.attributes.values()].some((a) => a.kind === 'graph' || a.kind === 'graphs');
  if (!hasBodies) return node;
  const attributes = new Map<string, Attribute>();
  for (const [name, attribute] of node.attributes) {
    if (attribute.kind === 'graph') attributes.set(name, { kind: 'graph', value: freshBody(attribute.value) });
    else if (attribute.kind === 'graphs')
      attributes.set(name, { kind: 'graphs', value: attribute.value.map(freshBody) });
    else attributes.set(name, attribute);
  }
  return { ...node, attributes };
}

/** Types stay inside bodies: ONNX wants them of a body's inputs, and sizes are what changes there. */
function freshBody(body: Model): Model {
  const tensors = new Map([...body.graph.tensors].map(([id, info]) => [id, forgotten(info, 'shapes')] as const));
  const graph: Graph = { ...body.graph, tensors, nodes: body.graph.nodes.map(withFreshBodies) };
  return { ...body, graph };
}
