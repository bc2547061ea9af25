import { roundAway } from '../base/index.ts';
import {
  attributeOf,
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
import { integerSums, roundSums } from './integer-sums.ts';
import { planQuantization } from './plan.ts';
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
 * The float twin of the integer network (methods A.5, A.7): weights and activations rounded and clipped, sums in float32.
 * Biases are rounded to multiples of input scale × weight scale, as the integer network holds them, and sums rounded from
 * the multiple they stand for: float32 alone would move a value across a rounding step now and then, and one step in an
 * early layer moves thousands behind it. Weights are kept per (weight, quantization).
 */
export function fakeQuantize(model: Model, scheme: QuantScheme): FakeQuantized {
  const weights = new Map<WeightId, StoredTensor>(model.weights);
  const activations = new Map<TensorId, TensorQuant>();
  for (const [id, quant] of scheme.tensors) {
    const weight = model.graph.tensors.get(id)?.weight;
    if (weight === undefined) activations.set(id, quant);
    else weights.set(weight, roundedWeight(model, weight, quant));
  }
  for (const {
    node,
    traits,
    activations: [input = ''],
  } of planQuantization(model).nodes) {
    if (traits.role !== 'weighted' || traits.bias === undefined) continue;
    const bias = model.graph.tensors.get(node.inputs[traits.bias] ?? '')?.weight;
    const units = biasUnits(scheme, input, node.inputs[traits.weight] ?? '');
    // A factor on weights or bias (Gemm) changes the unit, a bias read twice has two: these stay float.
    const scaled = ['alpha', 'beta'].some((name) => (attributeOf(node.attributes, name, 'float') ?? 1) !== 1);
    const shared = bias !== undefined && weights.get(bias) !== model.weights.get(bias);
    if (bias !== undefined && units && !scaled && !shared) weights.set(bias, roundedBias(model, bias, units));
  }
  const sums = integerSums(model, scheme);
  return {
    model: { graph: model.graph, weights },
    transform(id, tensor) {
      const sum = sums.get(id);
      if (sum) return roundSums(tensor, sum);
      const quant = activations.get(id);
      if (!quant) return tensor;
      return { ...tensor, data: quantizeDequantize(numbersOf(tensor), tensor.shape, quant) };
    },
  };
}

/** Input scale × weight scale, one or one per channel; undefined where the scheme lacks either. */
function biasUnits({ tensors }: QuantScheme, input: TensorId, weight: TensorId): readonly number[] | undefined {
  const scale = tensors.get(input)?.scale[0];
  return scale === undefined ? undefined : tensors.get(weight)?.scale.map((s) => s * scale);
}

function roundedBias(model: Model, id: WeightId, units: readonly number[]): StoredTensor {
  const { shape, ...tensor } = weightOf(model.weights, id);
  const values = numbersOf({ shape, ...tensor });
  const data = Float32Array.from(values, (b, c) => {
    const unit = units[units.length > 1 ? c % units.length : 0] as number;
    return roundAway(b / unit) * unit;
  });
  return encodeWeight(id, { type: 'float32', shape, data });
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
