import { type Attributes, type DataType, numbersOf, type Shape, type Tensor, tensorOf } from '../ir/index.ts';
import { type BoundOp, ops, type Value } from '../ops/index.ts';
import { type AttributeValue, attributeFrom } from './graph-builder.ts';

export type WrittenAttributes = Readonly<Record<string, AttributeValue>>;

export const attributesFrom = (written: WrittenAttributes): Attributes =>
  new Map(Object.entries(written).map(([name, value]) => [name, attributeFrom(value)]));

/** An operator of the registry with these attributes. */
export const operator = (id: string, attributes: WrittenAttributes = {}, opset = 21): BoundOp =>
  ops.get(id).bind(attributesFrom(attributes), opset);

/** A float32 tensor as a test writes it. */
export const tensor = (shape: Shape, values: ArrayLike<number>, type: DataType = 'float32'): Tensor =>
  tensorOf(type, shape, values);

export const int64 = (...values: readonly number[]): Tensor => tensorOf('int64', [values.length], values);

/** What is known beforehand of a constant. */
export const known = (t: Tensor): Value => ({ type: t.type, shape: t.shape, constant: t });

/** The first output of one run: its shape and its elements as plain numbers. */
export function computed(
  id: string,
  inputs: readonly (Tensor | undefined)[],
  attributes: WrittenAttributes = {},
  opset = 21,
): { readonly shape: Shape; readonly values: number[] } {
  const [output] = operator(id, attributes, opset).run(inputs, 1);
  if (!output) throw new Error(`${id} gave no output`);
  return { shape: output.shape, values: Array.from(numbersOf(output)) };
}
