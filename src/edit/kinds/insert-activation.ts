import type { TensorId } from '../../ir/index.ts';
import type { ActivationChoice } from '../activations.ts';

/** Puts an activation behind a value: everything that read the value reads the activation's result. */
export interface InsertActivationEdit {
  readonly kind: 'insert-activation';
  readonly value: TensorId;
  readonly activation: ActivationChoice;
}
