import { type Model, type Node, type Rewrite, renameValues, type TensorId } from '../../ir/index.ts';

/**
 * The nodes of a graph that lies inside a node, as nodes of the graph around it. Values the body makes itself get the names of the node's
 * outputs where they are that, fresh ones elsewhere; its constants move out with it.
 * `given`: what the body's inputs are called outside; '' for an absent one.
 */
export function spliced(
  rewrite: Rewrite,
  node: Node,
  body: Model,
  given: ReadonlyMap<TensorId, TensorId>,
): readonly Node[] {
  const { graph, weights } = body;
  const names = new Map<TensorId, TensorId>(given);
  for (const info of graph.tensors.values()) {
    const stored = info.weight === undefined ? undefined : weights.get(info.weight);
    if (stored && !names.has(info.id)) names.set(info.id, rewrite.stored(info.id, stored));
  }
  const made = new Set(graph.nodes.flatMap((inner) => inner.outputs));
  const copies: (readonly [from: TensorId, to: TensorId])[] = [];
  for (const [i, to] of node.outputs.entries()) {
    const from = graph.outputs[i];
    if (to === '' || from === undefined) continue;
    if (made.has(from) && !names.has(from)) names.set(from, to);
    else copies.push([from, to]);
  }
  for (const inner of graph.nodes)
    for (const id of inner.outputs) {
      if (id === '' || names.has(id)) continue;
      const fresh = rewrite.freshTensor(id);
      names.set(id, fresh);
      const { weight: _, ...info } = graph.tensors.get(id) ?? { id };
      rewrite.declare({ ...info, id: fresh });
    }
  const rename = (id: TensorId) => names.get(id) ?? id;
  const nodes = renameValues(body, rename).graph.nodes.map((inner) => ({
    ...inner,
    id: rewrite.freshNode(`${node.id}/${inner.id}`),
  }));
  const identities = copies.map(
    ([from, to]): Node => ({
      id: rewrite.freshNode(`${node.id}/${to}`),
      op: 'Identity',
      domain: '',
      inputs: [rename(from)],
      outputs: [to],
      attributes: new Map(),
    }),
  );
  return [...nodes, ...identities];
}
