import type { Preprocessing } from '../datasets/index.ts';
import type { ModelReference, NodeId } from '../ir/index.ts';
import type { ModelChange } from './changes.ts';
import type { TargetChoice } from './choices.ts';
import type { DesignPoint } from './design-point.ts';

/** A limit on an objective. A point without the figure is unknown, and never meets it (methods F.7). */
export interface Constraint {
  readonly objective: string;
  readonly operator: '<=' | '>=';
  readonly limit: number;
}

/** Which data points are judged on. */
export interface DataReference {
  readonly name: string;
  readonly sha256: string;
  readonly count: number;
  /** Without labels accuracy becomes agreement with the float model, and every axis says so. */
  readonly labelled: boolean;
  readonly origin: 'given' | 'generated' | 'sample';
  /** How to make them again, where no file is needed for that. */
  readonly recipe?: DataRecipe;
}

/** Samples that follow from numbers: `generator` names a labelled set; absent, inputs are made from the model's shapes. */
export interface DataRecipe {
  readonly generator?: string;
  /** Of the generator, 0 … 1; absent: its usual one. */
  readonly difficulty?: number;
  /** Normalization of the generator's samples. */
  readonly preprocessing?: Preprocessing;
  readonly seed: number;
  readonly count: number;
}

/** Everything found so far about one model. Append-only: points are added, never changed; resumable from itself alone. */
export interface Exploration {
  readonly version: 1;
  readonly toolVersion: string;
  readonly model: ModelReference;
  /** What was done to the network since it was read; absent: nothing. */
  readonly changes?: readonly ModelChange[];
  /** Quantizable layers in graph order: what `Choices.quantize.bits` is aligned with. */
  readonly layers: readonly NodeId[];
  readonly seed: number;
  readonly data: DataReference;
  readonly calibration: DataReference;
  readonly target: TargetChoice;
  /** Search algorithm id and how many evaluations it may spend. */
  readonly algorithm: string;
  readonly budget: number;
  readonly constraints: readonly Constraint[];
  /** Score of the float model on `data`: accuracy when labelled, 1 when agreement. */
  readonly floatScore?: number;
  readonly points: readonly DesignPoint[];
}
