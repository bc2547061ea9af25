import type { Model, Node, TensorId } from '../ir/index.ts';

/**
 * Values of the surrounding graph that the bodies of a node (If branches, Loop and Scan bodies) read by name. They are
 * inputs of the node in all but form: whoever removes or renames values must look at these as well as at `node.inputs`.
 */
export function capturedBy(node: Node): readonly TensorId[] {
  const captured = new Set<TensorId>();
  for (const attribute of node.attributes.values()) {
    if (attribute.kind === 'graph') outerReads(attribute.value, captured);
    else if (attribute.kind === 'graphs') for (const body of attribute.value) outerReads(body, captured);
  }
  return [...captured];
}

function outerReads({ graph }: Model, captured: Set<TensorId>): void {
  const own = new Set<TensorId>(graph.inputs);
  for (const info of graph.tensors.values()) if (info.weight !== undefined) own.add(info.id);
  for (const node of graph.nodes) for (const output of node.outputs) own.add(output);
  const read = (id: TensorId): void => {
    if (id !== '' && !own.has(id)) captured.add(id);
  };
  for (const node of graph.nodes) {
    node.inputs.forEach(read);
    capturedBy(node).forEach(read);
  }
  graph.outputs.forEach(read);
}
