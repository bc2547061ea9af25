import type { TensorId } from '../../ir/index.ts';

/** Makes a value an output of the model, after those it has. */
export interface AddOutputEdit {
  readonly kind: 'add-output';
  readonly value: TensorId;
}
