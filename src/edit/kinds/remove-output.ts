import type { TensorId } from '../../ir/index.ts';

/** Takes a value off the model's outputs, and the layers that served it alone out of the model. */
export interface RemoveOutputEdit {
  readonly kind: 'remove-output';
  readonly value: TensorId;
}
