import { clamp, roundUp } from '../base/index.ts';
import {
  attributeOf,
  codeRange,
  type Model,
  numbersOf,
  type QuantScheme,
  type Tensor,
  type TensorId,
  type TensorQuant,
} from '../ir/index.ts';
import { planQuantization, type QuantNode } from './plan.ts';

/** A value that the integer network computes as whole multiples of a unit, before it becomes codes. */
export interface IntegerSum {
  /** One unit, or one per channel. */
  readonly units: readonly number[];
  /** Elements that lie behind one another with the same channel. */
  readonly inner: number;
  /** Codes the sums become: those of a fused clamp's output, where there is one. */
  readonly output: TensorQuant;
}

const SUMS: ReadonlySet<string> = new Set(['Add', 'Sub', 'Sum']);
/** Widest multiplier of a sum's operand. */
const MOST_PLACES = 22;

/**
 * Which values of a network the integer network sums up exactly: results of layers with weights, in units of input scale ×
 * weight scale, and sums of two activations, in the unit their scales share. The twin's float sums differ from whole
 * multiples by the rounding of float32 only (methods A.5), so that they can be told apart from it.
 */
export function integerSums(model: Model, { tensors }: QuantScheme): ReadonlyMap<TensorId, IntegerSum> {
  const plan = planQuantization(model);
  const sums = new Map<TensorId, IntegerSum>();
  for (const planned of plan.nodes) {
    const [raw = ''] = planned.node.outputs;
    const output = tensors.get(plan.fused.get(raw) ?? raw);
    const units = output && unitsOf(planned, tensors, output);
    if (!units) continue;
    const { shape = [] } = model.graph.tensors.get(raw) ?? {};
    const { traits } = planned;
    const rank = traits.role === 'weighted' ? weightRank(model, planned, traits.weight) : 0;
    // Channels are axis 1 of a convolution's map and the last axis of a matrix product.
    const inner = rank > 2 ? shape.slice(2).reduce<number>((n, d) => n * Number(d), 1) : 1;
    if (Number.isInteger(inner)) sums.set(raw, { units, inner, output });
  }
  return sums;
}

const weightRank = ({ graph }: Model, { node }: QuantNode, weight: number): number =>
  graph.tensors.get(node.inputs[weight] ?? '')?.shape?.length ?? 0;

function unitsOf(
  { node, traits, activations }: QuantNode,
  tensors: QuantScheme['tensors'],
  output: TensorQuant,
): readonly number[] | undefined {
  const scales = activations.map((id) => tensors.get(id)?.scale[0]);
  const [first, second] = scales;
  if (first === undefined) return undefined;
  if (traits.role === 'weighted') {
    // A factor on weights or bias (Gemm) changes the unit.
    if (['alpha', 'beta'].some((name) => (attributeOf(node.attributes, name, 'float') ?? 1) !== 1)) return undefined;
    return tensors.get(node.inputs[traits.weight] ?? '')?.scale.map((s) => s * first);
  }
  if (!SUMS.has(node.op) || scales.length !== 2 || second === undefined) return undefined;
  const unit = sharedUnit([first, second], output.scale[0] as number);
  return unit === undefined ? undefined : [unit];
}

/** own · 2^−k that both scales are whole multiples of; undefined where there is none. */
function sharedUnit(scales: readonly number[], own: number): number | undefined {
  for (let places = 0; places <= MOST_PLACES; places++) {
    const unit = own * 2 ** -places;
    const whole = (scale: number) => Math.abs(scale / unit - Math.round(scale / unit)) < 1e-6;
    if (scales.every(whole)) return unit;
  }
  return undefined;
}

/** Codes as the integer network makes them from its sums, as values: floor(n · unit / scale + 1/2), clipped (methods A.6). */
export function roundSums(tensor: Tensor, { units, inner, output }: IntegerSum): Tensor {
  const values = numbersOf(tensor);
  const [low, high] = codeRange(output);
  const scale = output.scale[0] as number;
  const zero = output.zeroPoint[0] as number;
  const data = new Float32Array(values.length);
  for (let i = 0; i < data.length; i++) {
    const unit = units[units.length > 1 ? Math.floor(i / inner) % units.length : 0] as number;
    const sum = Math.round((values[i] as number) / unit);
    data[i] = (clamp(roundUp(sum * (unit / scale)) + zero, low, high) - zero) * scale;
  }
  return { ...tensor, data };
}
