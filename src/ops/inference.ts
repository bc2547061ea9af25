import { type DataType, type Dim, elementCount, isKnown, type Tensor } from '../ir/index.ts';
import { broadcastDims, type Dims } from './dims.ts';
import { type BodyInferrer, type BoundOp, OPEN_SIZE, type ShapedValue, type Value } from './op-def.ts';

/** Shorthands for `infer` and `cost` that many operators share. */

export type Inputs = readonly (Value | undefined)[];
export type ShapedInputs = readonly (ShapedValue | undefined)[];

/** A value of which type and shape may be unknown. Made some ten thousand times for a large network: no copies. */
export function value(type: DataType | undefined, shape: readonly Dim[] | undefined, constant?: Tensor): Value {
  const made: { type?: DataType; shape?: readonly Dim[]; constant?: Tensor } = {};
  if (type !== undefined) made.type = type;
  if (shape !== undefined) made.shape = shape;
  if (constant !== undefined) made.constant = constant;
  return made;
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

/** Open sizes under names of this node's own: '?node_0_1' is size 1 of its output 0. */
function named(values: readonly Value[], node: string): readonly Value[] {
  if (!values.some((v) => v.shape?.includes(OPEN_SIZE))) return values;
  return values.map((v, output) => {
    if (!v.shape?.includes(OPEN_SIZE)) return v;
    return { ...v, shape: v.shape.map((d, i) => (d === OPEN_SIZE ? `?${node}_${output}_${i}` : d)) };
  });
}

const isSmall = (shape: Dims | undefined): boolean => isKnown(shape) && elementCount(shape) <= LARGEST_FOLDED;

/** Most operations that `infer` spends on one node. */
const DEAREST_FOLDED = 1e6;

/** Whether small inputs and outputs hide much work: sums over many indices, windows far larger than the input. */
function isDear(bound: BoundOp, inputs: Inputs, inferred: readonly Value[]): boolean {
  const shaped = (v: Value | undefined): ShapedValue | undefined =>
    v && { type: v.type ?? 'float32', shape: isKnown(v.shape) ? v.shape : [], isConstant: true };
  const { macs = 0, extraOps = 0 } = bound.cost(
    inputs.map((v) => shaped(v?.constant)),
    inferred.map((v) => shaped(v) as ShapedValue),
  );
  return macs + extraOps > DEAREST_FOLDED;
}

/** What the operator computes from constant inputs, where both are small and no random numbers come in. */
function folded(bound: BoundOp, inputs: Inputs, inferred: readonly Value[]): readonly Value[] {
  if (inputs.length === 0 || bound.isRandom || bound.runValues) return inferred;
  for (const v of inputs) if (v !== undefined && !(v.constant && isSmall(v.constant.shape))) return inferred;
  if (inferred.every((v) => v.constant) || !inferred.every((v) => isSmall(v.shape))) return inferred;
  if (isDear(bound, inputs, inferred)) return inferred;
  const tensors = bound.run(
    inputs.map((v) => v?.constant),
    inferred.length,
  );
  return tensors.map((t) => ({ type: t.type, shape: t.shape, constant: t }));
}

/**
 * The same operator, whose `infer` also computes outputs from constant inputs, where both are small (arithmetic on shapes
 * becomes constants, weights stay as they are), and gives open sizes names of this node's own.
 */
export function prepared(bound: BoundOp, node: string): BoundOp {
  return {
    ...bound,
    infer: (inputs, outputCount) => folded(bound, inputs, named(bound.infer(inputs, outputCount), node)),
    ...(bound.inferBodies
      ? {
          inferBodies: (inputs: Inputs, outputCount: number, bodies: BodyInferrer) =>
            named(bound.inferBodies?.(inputs, outputCount, bodies) ?? [], node),
        }
      : {}),
  };
}
