import { type DataType, type Shape, type Tensor, tensorOf } from '../../ir/index.ts';
import type { AttributeValue } from '../graph-builder.ts';

/** Cases of gradients: of one operator, shapes, attributes and opset. Gradient rules are compared with central differences on them. */

/** Float input: random numbers out of `range` (default −2 … 2); differentiated unless `fixed`. */
export interface FloatInput {
  readonly shape: Shape;
  readonly range?: readonly [low: number, high: number];
  readonly fixed?: boolean;
}

/** An input with these elements: indices, axes, sizes. */
export interface GivenInput {
  readonly tensor: Tensor;
  readonly isConstant: boolean;
}

export interface GradientCase {
  readonly op: string;
  readonly name?: string;
  readonly inputs: readonly (FloatInput | GivenInput | undefined)[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly outputs?: number;
  /** Outputs that the loss reads; default all of floats. */
  readonly used?: readonly number[];
  readonly opset?: number;
  readonly tolerance?: number;
  readonly step?: number;
}

export const x = (...shape: number[]): FloatInput => ({ shape });
export const inRange = (low: number, high: number, ...shape: number[]): FloatInput => ({ shape, range: [low, high] });
export const fixed = (low: number, high: number, ...shape: number[]): FloatInput => ({
  shape,
  range: [low, high],
  fixed: true,
});
export const ints = (...values: number[]): GivenInput => ({
  tensor: tensorOf('int64', [values.length], values),
  isConstant: true,
});
export const given = (type: DataType, shape: Shape, values: readonly number[], isConstant = true): GivenInput => ({
  tensor: tensorOf(type, shape, values),
  isConstant,
});
