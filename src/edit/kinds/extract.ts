import type { TensorId } from '../../ir/index.ts';

/** Keeps what lies between values: everything `outputs` need, back to `inputs` and the model's own inputs. */
export interface ExtractEdit {
  readonly kind: 'extract';
  /** Outputs of the extracted model, in order. */
  readonly outputs: readonly TensorId[];
  /** Values that become inputs, in order; the model's own inputs that are still needed follow. May be empty. */
  readonly inputs: readonly TensorId[];
}
