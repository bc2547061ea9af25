import { clamp, roundAway } from '../base/index.ts';
import { codeRange, decodeWeight, numbersOf, type StoredTensor, type TensorQuant } from '../ir/index.ts';

export type WeightCodes = Int8Array | Int16Array;

/** Weights as codes, one row of `row` weights per output channel. */
export interface IntegerWeights {
  readonly codes: WeightCodes;
  readonly channels: number;
  readonly row: number;
  /** Σ |code| of each channel. */
  readonly magnitudes: readonly number[];
}

/** Where weight j of channel o is stored in the graph's tensor: `base(o) + offset(j)`. */
export interface WeightPlan {
  /** Identifies the order among all plans of the same stored tensor. */
  readonly key: string;
  readonly channels: number;
  readonly row: number;
  readonly source: (channel: number, index: number) => number;
}

const known = new WeakMap<TensorQuant, WeakMap<StoredTensor, Map<string, IntegerWeights>>>();

/**
 * Codes of a symmetric weight tensor: clip(roundAway(w · factor[o] / scale[o])). `factor` undoes what a shift mode scales up
 * (methods A.6) and scales alike; without it the codes are kept per (stored weight, quantization, order).
 */
export function integerWeights(
  stored: StoredTensor,
  quant: TensorQuant,
  plan: WeightPlan,
  factor?: readonly number[],
): IntegerWeights {
  if (factor) return quantized(stored, quant, plan, factor);
  const byStored = known.get(quant) ?? new WeakMap<StoredTensor, Map<string, IntegerWeights>>();
  known.set(quant, byStored);
  const byKey = byStored.get(stored) ?? new Map<string, IntegerWeights>();
  byStored.set(stored, byKey);
  const made = byKey.get(plan.key) ?? quantized(stored, quant, plan);
  byKey.set(plan.key, made);
  return made;
}

function quantized(
  stored: StoredTensor,
  quant: TensorQuant,
  { channels, row, source }: WeightPlan,
  factor?: readonly number[],
): IntegerWeights {
  const values = numbersOf(decodeWeight(stored));
  const [low, high] = codeRange(quant);
  const codes = quant.bits > 8 ? new Int16Array(channels * row) : new Int8Array(channels * row);
  const magnitudes: number[] = [];
  for (let o = 0; o < channels; o++) {
    const scale = (quant.scale[quant.scale.length > 1 ? o : 0] as number) / (factor?.[o] ?? 1);
    let sum = 0;
    for (let j = 0; j < row; j++) {
      const code = clamp(roundAway((values[source(o, j)] as number) / scale), low, high);
      codes[o * row + j] = code;
      sum += Math.abs(code);
    }
    magnitudes.push(sum);
  }
  return { codes, channels, row, magnitudes };
}
