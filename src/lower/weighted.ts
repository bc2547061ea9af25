import { BugError, roundAway } from '../base/index.ts';
import {
  type AccumulatorType,
  bufferRange,
  type ConstantId,
  type Rescale,
  type RescaleMode,
  type StoredTensor,
  type TensorQuant,
} from '../ir/index.ts';
import { type ProgramBuilder, scaleOf, storageOf, zeroOf } from './builder.ts';
import { type IntegerWeights, integerWeights, type WeightPlan } from './integer-weights.ts';
import { type RescaleParameters, rescaleParameters } from './rescale-parameters.ts';

/** A layer with weights, in real numbers. */
export interface WeightedLayer {
  readonly label: string;
  readonly input: TensorQuant;
  readonly output: TensorQuant;
  readonly weights: StoredTensor;
  readonly weightQuant: TensorQuant;
  readonly plan: WeightPlan;
  /** y = weightFactor · Σ w x + bias. */
  readonly weightFactor: number;
  readonly bias: readonly number[] | undefined;
  readonly mode: RescaleMode;
  readonly shiftRounding: 'none' | 'half';
}

/** Its integers, as constants of the program. */
export interface WeightedConstants {
  readonly weights: ConstantId;
  readonly bias: ConstantId;
  readonly rescale: Rescale;
  readonly accumulator: AccumulatorType;
  /** What was used instead of the scheme's rescaling. */
  readonly mode: RescaleMode;
}

const LIMIT_32 = 2 ** 31 - 1;
/** A bias beyond this would leave no room for the sum: its channel gets a larger weight scale instead. */
const BIAS_LIMIT = 2 ** 29;

/** Largest |X| that codes of this quantization stand for. */
export function largestCode(quant: TensorQuant): number {
  const zeroPoint = zeroOf(quant);
  const [low, high] = bufferRange({ type: storageOf(quant), bits: quant.bits, zeroPoint });
  return Math.max(Math.abs(low - zeroPoint), Math.abs(high - zeroPoint));
}

/**
 * Integer weights, biases and rescaling of a layer (methods A.5, A.6): b_int = roundAway(b / (s_in · s_w)),
 * M = s_in · s_w / s_out. The accumulator's width is proven from the weights; where 32 bits do not hold it, it is 64 and
 * multipliers have 15 bits.
 */
export function weightedConstants(
  builder: ProgramBuilder,
  layer: WeightedLayer,
  shape: readonly number[],
): WeightedConstants {
  const quant = withRoomForBias(layer);
  let made = integers(layer, quant, layer.mode);
  const largest = made.bounds.reduce((a, b) => Math.max(a, b), 0);
  const accumulator: AccumulatorType = largest > LIMIT_32 ? 'int64' : 'int32';
  if (largest > 2 ** 47) throw new BugError(`Sums of '${layer.label}' can reach ${largest}.`);
  if (accumulator === 'int64' && layer.mode !== 'single-shift') made = integers(layer, quant, 'fixed16');
  const { weights, bias, rescale } = made;
  return {
    weights: builder.constant('weights', `weights of ${layer.label}`, weights.codes, shape, layer.weightQuant.bits),
    bias: builder.constant('bias', `biases of ${layer.label}`, bias),
    rescale: rescaleConstants(builder, rescale, layer.label),
    accumulator,
    mode: rescale.mode,
  };
}

export function rescaleConstants(builder: ProgramBuilder, parameters: RescaleParameters, label: string): Rescale {
  return {
    multiplier: builder.constant('multiplier', `multipliers of ${label}`, Int32Array.from(parameters.multiplier)),
    shift: builder.constant('shift', `shifts of ${label}`, Uint8Array.from(parameters.shift)),
    rounding: parameters.rounding,
  };
}

/** Weight scales, raised for channels whose bias would not fit beside the sum; the quantization itself where none is. */
function withRoomForBias({ input, weightQuant, bias, weightFactor, plan }: WeightedLayer): TensorQuant {
  if (!bias) return weightQuant;
  const unit = scaleOf(input) * Math.abs(weightFactor);
  const least = bias.map((b) => Math.abs(b) / (unit * BIAS_LIMIT));
  const own = (c: number) => weightQuant.scale[weightQuant.scale.length > 1 ? c : 0] as number;
  if (least.every((l, c) => l <= own(c))) return weightQuant;
  const scale = Array.from({ length: plan.channels }, (_, c) => Math.max(own(c), least[c] ?? 0));
  return { ...weightQuant, axis: weightQuant.axis ?? 0, scale, zeroPoint: scale.map(() => 0) };
}

function integers(layer: WeightedLayer, quant: TensorQuant, mode: RescaleMode) {
  const { input, output, plan, bias, weightFactor } = layer;
  const perChannel = quant.scale.length > 1;
  const weightScale = (c: number) => (quant.scale[perChannel ? c : 0] as number) * Math.abs(weightFactor);
  const factors = Array.from(
    { length: perChannel ? plan.channels : 1 },
    (_, c) => (scaleOf(input) * weightScale(c)) / scaleOf(output),
  );
  const rescale = rescaleParameters(factors, mode, layer.shiftRounding);
  const undo = rescale.weightFactor;
  const factorOf = (c: number) => undo?.[perChannel ? c : 0] ?? 1;
  const perRow = Array.from({ length: plan.channels }, (_, c) => factorOf(c) * Math.sign(weightFactor));
  const plain = undo === undefined && weightFactor > 0;
  const weights: IntegerWeights = integerWeights(layer.weights, quant, plan, plain ? undefined : perRow);
  const biasCodes = new Int32Array(plan.channels);
  for (let c = 0; c < plan.channels; c++)
    biasCodes[c] = roundAway(((bias?.[c] ?? 0) * factorOf(c)) / (scaleOf(input) * weightScale(c)));
  const largest = largestCode(input);
  const bounds = weights.magnitudes.map((sum, c) => sum * largest + Math.abs(biasCodes[c] as number));
  return { weights, bias: biasCodes, rescale, bounds };
}
