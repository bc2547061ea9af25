import { type DataType, type Dim, elementCount, isKnown, type Tensor } from '../ir/index.ts';
import { broadcastDims, type Dims } from './dims.ts';
import type { BoundOp, ShapedValue, Value } from './op-def.ts';

/** Shorthands for `infer` and `cost` that many operators share. */

export type Inputs = readonly (Value | undefined)[];
export type ShapedInputs = readonly (ShapedValue | undefined)[];

/** A value of which type and shape may be unknown. */
export function value(type: DataType | undefined, shape: readonly Dim[] | undefined, constant?: Tensor): Value {
  return {
    ...(type === undefined ? {} : { type }),
    ...(shape === undefined ? {} : { shape }),
    ...(constant === undefined ? {} : { constant }),
  };
}

/** Output has the type and shape of the first input. */
export const sameAsInput: BoundOp['infer'] = ([x]) => [value(x?.type, x?.shape)];

/** Shape all operands are broadcast to; unknown where one is unknown. */
export function broadcastAll(op: string, inputs: Inputs): Dims | undefined {
  let shape: Dims | undefined = [];
  for (const input of inputs) {
    if (input?.shape === undefined) return undefined;
    shape = broadcastDims(op, shape, input.shape);
  }
  return shape;
}

/** Elements of a value. */
export const sizeOf = (v: ShapedValue | undefined): number => (v ? elementCount(v.shape) : 0);

/** A cost of `perElement` operations for each output element. */
export const elementwiseCost =
  (perElement: number): BoundOp['cost'] =>
  (_inputs, [y]) => ({ kind: 'elementwise', extraOps: perElement * sizeOf(y) });

/** Moves data, computes nothing. */
export const moveCost: BoundOp['cost'] = () => ({ kind: 'move' });

/** Costs nothing at run time. */
export const freeCost: BoundOp['cost'] = () => ({ kind: 'free' });

/** Largest constant that `infer` computes by running the operator: shapes and axes, not weights. */
const LARGEST_FOLDED = 4096;

/**
 * The same operator whose `infer` also computes outputs from constant inputs, where both are small:
 * arithmetic on shapes becomes constants, weights stay as they are.
 */
export function foldingSmallConstants(bound: BoundOp): BoundOp {
  return {
    ...bound,
    infer(inputs, outputCount) {
      const inferred = bound.infer(inputs, outputCount);
      if (inputs.length === 0 || inferred.every((v) => v.constant)) return inferred;
      const small = (shape: Dims | undefined) => isKnown(shape) && elementCount(shape) <= LARGEST_FOLDED;
      const allConstant = inputs.every((v) => v === undefined || (v.constant && small(v.constant.shape)));
      if (!allConstant || !inferred.every((v) => small(v.shape))) return inferred;
      const tensors = bound.run(
        inputs.map((v) => v?.constant),
        outputCount,
      );
      return tensors.map((t) => ({ type: t.type, shape: t.shape, constant: t }));
    },
  };
}
