import type { Dim, TensorId } from '../../ir/index.ts';

/** Gives an input another shape: sizes, or names for sizes that stay open. */
export interface SetInputShapeEdit {
  readonly kind: 'set-input-shape';
  readonly input: TensorId;
  readonly shape: readonly Dim[];
}
