import {
  attributeOf,
  type Model,
  type StoredTensor,
  type TensorId,
  type TensorInfo,
  type WeightId,
} from '../ir/index.ts';

/** Results by model: models are immutable. */
const known = new WeakMap<Model, Model>();

/**
 * The network with the tensors of its Constant nodes as stored weights, so that training can change them like any other. The model itself
 * where it has no such nodes.
 */
export function withStoredConstants(model: Model): Model {
  const found = known.get(model) ?? stored(model);
  known.set(model, found);
  return found;
}

function stored(model: Model): Model {
  const { graph } = model;
  const constants = new Map<TensorId, StoredTensor>();
  for (const { op, domain, outputs, attributes } of graph.nodes) {
    const value = op === 'Constant' && domain === '' ? attributeOf(attributes, 'value', 'tensor') : undefined;
    if (value && outputs[0]) constants.set(outputs[0], value);
  }
  if (constants.size === 0) return model;
  const tensors = new Map<TensorId, TensorInfo>(graph.tensors);
  const weights = new Map<WeightId, StoredTensor>(model.weights);
  for (const [id, tensor] of constants) {
    let weight = id;
    while (weights.has(weight)) weight = `${weight}_`;
    weights.set(weight, { ...tensor, id: weight });
    tensors.set(id, { id, type: tensor.type, shape: tensor.shape, weight });
  }
  const nodes = graph.nodes.filter((node) => node.op !== 'Constant' || !constants.has(node.outputs[0] ?? ''));
  return { graph: { ...graph, nodes, tensors }, weights };
}
