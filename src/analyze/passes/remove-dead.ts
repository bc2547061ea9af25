import { type Model, type Node, Rewrite, readBy, type TensorId } from '../../ir/index.ts';

/** Outputs a node may leave out: named by exporters even where nobody reads them. */
const OPTIONAL: ReadonlySet<string> = new Set(['Dropout', 'MaxPool', 'BatchNormalization', 'LayerNormalization']);

/** Removes every node that no output depends on, and optional outputs that nobody reads. */
export function removeDead(model: Model): Model {
  const { graph } = model;
  const needed = new Set<TensorId>(graph.outputs);
  const rewrite = new Rewrite(model);
  for (let i = graph.nodes.length - 1; i >= 0; i--) {
    const node = graph.nodes[i] as Node;
    if (!node.outputs.some((id) => id !== '' && needed.has(id))) {
      rewrite.replace(node.id);
      continue;
    }
    for (const id of readBy(node)) needed.add(id);
    const outputs = keptOutputs(node, needed);
    if (outputs.length < node.outputs.length) rewrite.replace(node.id, { ...node, outputs });
  }
  return rewrite.done();
}

/** The outputs up to the last one that is read. */
function keptOutputs(node: Node, needed: ReadonlySet<TensorId>): readonly TensorId[] {
  if (!OPTIONAL.has(node.op) || node.domain !== '') return node.outputs;
  const last = node.outputs.findLastIndex((id) => id !== '' && needed.has(id));
  return last + 1 < node.outputs.length ? node.outputs.slice(0, last + 1) : node.outputs;
}
