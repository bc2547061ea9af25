import type { TensorId } from '../../ir/index.ts';

/** Gives a value another name: an input, an output, a constant or one between layers. */
export interface RenameValueEdit {
  readonly kind: 'rename-value';
  readonly value: TensorId;
  readonly name: string;
}
