import type { RescaleMode } from '../ir/index.ts';

/** Everything a user or a search decides about one design. Plain JSON; equal choices have equal canonical text. */
export interface Choices {
  readonly version: 1;
  readonly target: TargetChoice;
  readonly quantize: QuantizeChoice;
}

export interface TargetChoice {
  readonly platform: string;
  readonly runtime: string;
  readonly clockHertz: number;
}

export interface QuantizeChoice {
  /** Observer that sets thresholds: an id of the quantize registry ('min-max', 'mse'). */
  readonly method: string;
  readonly weights: 'per-tensor' | 'per-channel';
  readonly activations: 'symmetric' | 'affine';
  readonly rescale: RescaleMode;
  /** [weights, activations] of each quantizable layer, in the order of `Exploration.layers`. */
  readonly bits: readonly (readonly [number, number])[];
}
