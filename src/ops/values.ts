import type { Tensor } from '../ir/index.ts';
import { notATensor } from './errors.ts';
import type { RuntimeValue, TensorSequence } from './op-def.ts';

/** Telling apart what a value can be while a graph runs. */

export const isTensor = (value: RuntimeValue | undefined): value is Tensor => value !== undefined && 'data' in value;

export const isSequence = (value: RuntimeValue | undefined): value is TensorSequence =>
  value !== undefined && 'sequence' in value;

/** In words, for messages. */
const kindOf = (value: RuntimeValue | undefined): string =>
  value === undefined
    ? 'nothing'
    : isTensor(value)
      ? 'a tensor'
      : isSequence(value)
        ? 'a sequence'
        : 'an empty optional';

/** The tensor given as input `index`. Throws `ops/not-a-tensor` for sequences, empty optionals and absent inputs. */
export function tensorAt(op: string, inputs: readonly (RuntimeValue | undefined)[], index: number): Tensor {
  const found = inputs[index];
  if (!isTensor(found)) throw notATensor(op, index, 'a tensor', kindOf(found));
  return found;
}

/** The sequence given as input `index`. Throws `ops/not-a-tensor` for anything else. */
export function sequenceAt(op: string, inputs: readonly (RuntimeValue | undefined)[], index: number): TensorSequence {
  const found = inputs[index];
  if (!isSequence(found)) throw notATensor(op, index, 'a sequence', kindOf(found));
  return found;
}

/** The inputs as tensors, for operators that deal in nothing else. Throws `ops/not-a-tensor`. */
export const tensorsOnly = (
  op: string,
  inputs: readonly (RuntimeValue | undefined)[],
): readonly (Tensor | undefined)[] => {
  if (inputs.every((v) => v === undefined || isTensor(v))) return inputs as readonly (Tensor | undefined)[];
  return inputs.map((v, i) => (v === undefined ? undefined : tensorAt(op, inputs, i)));
};
