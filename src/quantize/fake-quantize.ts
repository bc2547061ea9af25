import {
  encodeWeight,
  type Model,
  numbersOf,
  type QuantScheme,
  type StoredTensor,
  type Tensor,
  type TensorId,
  type TensorQuant,
  type WeightId,
  weightOf,
} from '../ir/index.ts';
import { quantizeDequantize } from './weights.ts';

/** A float model that behaves as the quantized one: run it with `transform` as the runner's hook. */
export interface FakeQuantized {
  /** The same graph with weights rounded to their grids. */
  readonly model: Model;
  /** Rounds every value that has a quantization, inputs included; leaves others alone. */
  readonly transform: (id: TensorId, tensor: Tensor) => Tensor;
}

const rounded = new WeakMap<TensorQuant, WeakMap<StoredTensor, StoredTensor>>();

/**
 * The float twin of the integer network (methods A.5, A.7): weights and activations rounded and clipped, sums in float.
 * Biases stay float; the integer network rounds them to 2^−31 of their scale. Weights are kept per (weight, quantization).
 */
export function fakeQuantize(model: Model, scheme: QuantScheme): FakeQuantized {
  const weights = new Map<WeightId, StoredTensor>(model.weights);
  const activations = new Map<TensorId, TensorQuant>();
  for (const [id, quant] of scheme.tensors) {
    const weight = model.graph.tensors.get(id)?.weight;
    if (weight === undefined) activations.set(id, quant);
    else weights.set(weight, roundedWeight(model, weight, quant));
  }
  return {
    model: { graph: model.graph, weights },
    transform(id, tensor) {
      const quant = activations.get(id);
      if (!quant) return tensor;
      return { ...tensor, data: quantizeDequantize(numbersOf(tensor), tensor.shape, quant) };
    },
  };
}

function roundedWeight(model: Model, id: WeightId, quant: TensorQuant): StoredTensor {
  const stored = model.weights.get(id);
  const known = stored && rounded.get(quant)?.get(stored);
  if (known) return known;
  const tensor = weightOf(model.weights, id);
  const data = quantizeDequantize(numbersOf(tensor), tensor.shape, quant);
  const made = encodeWeight(id, { type: 'float32', shape: tensor.shape, data });
  if (stored) {
    const byStored = rounded.get(quant) ?? new WeakMap<StoredTensor, StoredTensor>();
    rounded.set(quant, byStored.set(stored, made));
  }
  return made;
}
