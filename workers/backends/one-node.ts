import type { Model, Node, TensorId, TensorInfo } from '../../src/ir/index.ts';

/** A node as a model: its run-time inputs are fed, its constants come along, its outputs are given. */
export function oneNodeModel({ graph, weights }: Model, node: Node): Model {
  const tensors = new Map<TensorId, TensorInfo>();
  for (const id of [...node.inputs, ...node.outputs]) {
    const info = graph.tensors.get(id);
    if (info) tensors.set(id, info);
  }
  const inputs = [...new Set(node.inputs)].filter((id) => id !== '' && tensors.get(id)?.weight === undefined);
  const outputs = node.outputs.filter((id) => id !== '');
  return { graph: { ...graph, name: node.id, inputs, outputs, nodes: [node], tensors }, weights };
}
