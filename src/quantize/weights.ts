import { clamp, roundAway } from '../base/index.ts';
import {
  codeRange,
  type Model,
  numbersOf,
  type StoredTensor,
  type TensorId,
  type TensorQuant,
  weightOf,
} from '../ir/index.ts';

/** One scale for a weight tensor, or one per output channel. */
export type Granularity = 'per-tensor' | 'per-channel';

/**
 * Share of the tensor's largest weight below which a channel counts as near-dead. Methods A.3 state min(a, 0.1), which is
 * no share: weights that BatchNormalization scaled down for inputs of 0 … 255 all lie below it, and lose most of their codes.
 */
const NEAR_DEAD = 0.01;

const known = new WeakMap<StoredTensor, Map<string, TensorQuant>>();

/**
 * Symmetric quantization of a weight tensor, from its largest magnitudes (methods A.3). Per channel a floor keeps
 * near-dead channels from getting a huge gain. Kept per stored weight: equal questions give the same object.
 */
export function weightQuant(
  model: Model,
  weight: TensorId,
  outAxis: number,
  bits: number,
  granularity: Granularity,
): TensorQuant {
  const id = model.graph.tensors.get(weight)?.weight ?? weight;
  const stored = model.weights.get(id);
  const key = `${bits}:${granularity}:${outAxis}`;
  const cached = stored && known.get(stored)?.get(key);
  if (cached) return cached;
  const limit = 2 ** (bits - 1) - 1;
  const maxima = channelMaxima(model, id, granularity === 'per-channel' ? outAxis : undefined);
  const largest = maxima.reduce((a, b) => Math.max(a, b), 0);
  const floor = largest * NEAR_DEAD;
  const scale = maxima.map((m) => (largest === 0 ? 1 : Math.max(floor, m)) / limit);
  const quant: TensorQuant = {
    bits,
    signed: true,
    narrow: true,
    ...(granularity === 'per-channel' ? { axis: outAxis } : {}),
    scale,
    zeroPoint: scale.map(() => 0),
  };
  if (stored) {
    const byKey = known.get(stored) ?? new Map<string, TensorQuant>();
    known.set(stored, byKey.set(key, quant));
  }
  return quant;
}

/** max |w| of every slice along `axis`, or of the whole tensor. */
function channelMaxima(model: Model, id: string, axis: number | undefined): number[] {
  const tensor = weightOf(model.weights, id);
  const values = numbersOf(tensor);
  const { inner, channels } = sliceSizes(tensor.shape, axis);
  const maxima = new Array<number>(channels).fill(0);
  for (let i = 0; i < values.length; i++) {
    const c = Math.floor(i / inner) % channels;
    const size = Math.abs(values[i] as number);
    if (size > (maxima[c] as number)) maxima[c] = size;
  }
  return maxima;
}

function sliceSizes(shape: readonly number[], axis: number | undefined): { inner: number; channels: number } {
  if (axis === undefined) return { inner: 1, channels: 1 };
  return { inner: shape.slice(axis + 1).reduce((n, d) => n * d, 1), channels: shape[axis] ?? 1 };
}

/** Every value rounded to its grid: (clip(roundAway(x / scale) + zero point) − zero point) · scale. */
export function quantizeDequantize(
  values: ArrayLike<number>,
  shape: readonly number[],
  quant: TensorQuant,
): Float32Array {
  const [low, high] = codeRange(quant);
  const { inner, channels } = sliceSizes(shape, quant.axis);
  const out = new Float32Array(values.length);
  for (let i = 0; i < out.length; i++) {
    const c = channels === 1 ? 0 : Math.floor(i / inner) % channels;
    const scale = quant.scale[c] as number;
    const zero = quant.zeroPoint[c] as number;
    out[i] = (clamp(roundAway((values[i] as number) / scale) + zero, low, high) - zero) * scale;
  }
  return out;
}
