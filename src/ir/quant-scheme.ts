import type { NodeId, TensorId } from './graph.ts';

/**
 * How one tensor becomes integers: q = clip(round(x / scale) + zeroPoint, low, high); x̂ = (q − zeroPoint) · scale.
 * Unsigned: low = 0, high = 2^bits − 1. Signed: high = 2^(bits−1) − 1 and low = −high (`narrow`) or −high − 1.
 */
export interface TensorQuant {
  /** 2 … 8 or 16; 32 for biases. */
  readonly bits: number;
  readonly signed: boolean;
  /** The lowest code is −high, so that the range is symmetric (methods A.5). */
  readonly narrow: boolean;
  /** Dimension of the *graph's* tensor along which `scale` and `zeroPoint` vary; absent: one value for the whole tensor. */
  readonly axis?: number;
  /** All > 0, finite; length 1, or the size of `axis`. */
  readonly scale: readonly number[];
  /** Integers within [low, high]; same length as `scale`. 0 throughout for symmetric quantization. */
  readonly zeroPoint: readonly number[];
}

/** How the real factor between accumulator and output is replaced by integers (methods A.6). */
export type RescaleMode = 'fixed32' | 'fixed16' | 'single-shift' | 'double-shift';

/**
 * The quantization of a prepared graph: one entry per tensor that becomes integer: inputs, activations, weights.
 * Biases have none: their scale is input scale × weight scale by definition. Values that only move data
 * (Reshape, MaxPool, Concat operands) share their source's entry.
 */
export interface QuantScheme {
  readonly version: 1;
  readonly tensors: ReadonlyMap<TensorId, TensorQuant>;
  readonly rescale: RescaleMode;
  /** Whether single shifts add half before shifting. The other modes always do (methods A.6). */
  readonly shiftRounding: 'none' | 'half';
  /** What was measured while calibrating, per tensor: for the page's tables. */
  readonly thresholds: ReadonlyMap<TensorId, ThresholdRecord>;
}

export interface ThresholdRecord {
  /** Largest |x| seen. */
  readonly maxAbs: number;
  /** Clipping threshold chosen, in value units; for affine tensors the larger of |low|, |high|. */
  readonly threshold: number;
  /** Share of calibration values beyond the threshold, 0 … 1. */
  readonly clippedShare: number;
  /** Observer that chose it. */
  readonly method: string;
}

/** Bit widths of one layer: its weights, and its output activations. */
export interface LayerBits {
  readonly node: NodeId;
  readonly weights: number;
  readonly activations: number;
}

/** Lowest and highest code of a quantized tensor. */
export function codeRange(q: Pick<TensorQuant, 'bits' | 'signed' | 'narrow'>): readonly [number, number] {
  if (!q.signed) return [0, 2 ** q.bits - 1];
  const high = 2 ** (q.bits - 1) - 1;
  return [q.narrow ? -high : -high - 1, high];
}
