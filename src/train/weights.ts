import { sha256Hex } from '../base/index.ts';
import { encodeWeight, type Model, type Tensor, type TensorId, type WeightId, weightOf } from '../ir/index.ts';
import { withStoredConstants } from './constants.ts';

/**
 * The network with other numbers in some of its constants, which keep type and shape: under all names that a constant has. Shares all that
 * it does not change.
 */
export function withWeights(read: Model, values: ReadonlyMap<TensorId, Tensor>): Model {
  const model = withStoredConstants(read);
  const weights = new Map(model.weights);
  const replaced = new Map<WeightId, WeightId>();
  for (const [id, tensor] of values) {
    const before = model.graph.tensors.get(id)?.weight;
    if (before === undefined) continue;
    const after = `${id} as trained`;
    weights.set(after, encodeWeight(after, tensor));
    replaced.set(before, after);
  }
  const tensors = new Map(model.graph.tensors);
  for (const [id, info] of tensors) {
    const weight = info.weight === undefined ? undefined : replaced.get(info.weight);
    if (weight !== undefined) tensors.set(id, { ...info, weight });
  }
  return { weights, graph: { ...model.graph, tensors } };
}

/** SHA-256 over the elements of constants, in the order of `ids`: equal for equal bits. */
export function weightsSha256({ graph, weights }: Model, ids: readonly TensorId[]): string {
  const parts = ids.map((id) => {
    const { data } = weightOf(weights, graph.tensors.get(id)?.weight ?? '');
    const { buffer, byteOffset, byteLength } = data as Float32Array;
    return new Uint8Array(buffer, byteOffset, byteLength);
  });
  return sha256Hex(...parts);
}
