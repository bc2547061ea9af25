import type { TensorId } from './graph.ts';
import type { Shape } from './tensor.ts';

/** Inputs (and labels) bound to a model: what calibration, evaluation and comparison run on. */
export interface SampleSet {
  /** For display: file name, or how they were generated. */
  readonly name: string;
  readonly count: number;
  readonly inputs: readonly SampleInput[];
  /** One class index per sample; absent: no labels, so accuracy becomes agreement with the float model. */
  readonly labels?: Int32Array;
  readonly origin: 'given' | 'generated';
  /** Of the data, for provenance and cache keys. */
  readonly sha256: string;
}

export interface SampleInput {
  readonly tensor: TensorId;
  /** Of one sample, as the graph's input states it (leading 1 included). */
  readonly shape: Shape;
  /** `count` samples one after another. */
  readonly data: Float32Array;
}

/** Sample `index` of an input: a view, not a copy. */
export function sampleOf(input: SampleInput, index: number): Float32Array {
  const size = input.shape.reduce((n, d) => n * d, 1);
  return input.data.subarray(index * size, (index + 1) * size);
}
