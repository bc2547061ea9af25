import type { Shape, TensorId } from '../ir/index.ts';
import { broadcastShape } from '../ops/index.ts';
import { type Emitter, int, ints } from './emitter.ts';

/** Nodes of ai.onnx in the form that the graph's opset has, left out where they would change nothing. */

const isSame = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((d, i) => d === b[i]);

export const add = (e: Emitter, a: TensorId, b: TensorId): TensorId => e.emit('Add', [a, b]);
export const sub = (e: Emitter, a: TensorId, b: TensorId): TensorId => e.emit('Sub', [a, b]);
export const mul = (e: Emitter, a: TensorId, b: TensorId): TensorId => e.emit('Mul', [a, b]);
export const div = (e: Emitter, a: TensorId, b: TensorId): TensorId => e.emit('Div', [a, b]);

/** The sum of all, in order. */
export const addAll = (e: Emitter, terms: readonly TensorId[]): TensorId | undefined =>
  terms.length === 0 ? undefined : terms.reduce((sum, term) => add(e, sum, term));

export const scaled = (e: Emitter, x: TensorId, factor: number): TensorId =>
  factor === 1 ? x : factor === -1 ? e.emit('Neg', [x]) : mul(e, x, e.number(factor));

/** 1 where two values are equal, 0 elsewhere, in float32 alone: engines have fast kernels for these, not for truth values. */
export const equality = (e: Emitter, a: TensorId, b: TensorId): TensorId =>
  sub(e, e.number(1), e.emit('Sign', [e.emit('Abs', [sub(e, a, b)])]));

export function reshape(e: Emitter, x: TensorId, shape: Shape): TensorId {
  return isSame(e.shapeOf(x), shape) ? x : e.emit('Reshape', [x, e.list(shape)]);
}

export function transpose(e: Emitter, x: TensorId, order: readonly number[]): TensorId {
  return order.every((from, i) => from === i) ? x : e.emit('Transpose', [x], { perm: ints(order) });
}

/** The order that undoes another. */
export const inverseOrder = (order: readonly number[]): number[] => order.map((_, i) => order.indexOf(i));

/** The matrix dimensions exchanged. */
export function turned(e: Emitter, x: TensorId): TensorId {
  const rank = e.shapeOf(x).length;
  const order = Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i));
  return transpose(e, x, order);
}

export function reduceSum(e: Emitter, x: TensorId, axes: readonly number[], keep = false): TensorId {
  if (axes.length === 0) return x;
  const keepdims = int(keep ? 1 : 0);
  return e.opset >= 13
    ? e.emit('ReduceSum', [x, e.list(axes)], { keepdims })
    : e.emit('ReduceSum', [x], { axes: ints(axes), keepdims });
}

/** From `starts` up to `ends` along every dimension. */
export function slice(e: Emitter, x: TensorId, starts: readonly number[], ends: readonly number[]): TensorId {
  const shape = e.shapeOf(x);
  const axes = shape.map((_, i) => i).filter((i) => starts[i] !== 0 || ends[i] !== shape[i]);
  if (axes.length === 0) return x;
  const of = (bounds: readonly number[]) => axes.map((i) => bounds[i] as number);
  return e.opset >= 10
    ? e.emit('Slice', [x, e.list(of(starts)), e.list(of(ends)), e.list(axes)])
    : e.emit('Slice', [x], { starts: ints(of(starts)), ends: ints(of(ends)), axes: ints(axes) });
}

/** Zeros around: `begins` and `ends` per dimension, not negative. */
export function pad(e: Emitter, x: TensorId, begins: readonly number[], ends: readonly number[]): TensorId {
  const pads = [...begins, ...ends];
  if (pads.every((p) => p === 0)) return x;
  return e.opset >= 11 ? e.emit('Pad', [x, e.list(pads)]) : e.emit('Pad', [x], { pads: ints(pads) });
}

/** The value repeated to a shape it can be broadcast to. */
export function expand(e: Emitter, x: TensorId, shape: Shape): TensorId {
  if (isSame(e.shapeOf(x), shape)) return x;
  if (e.opset >= 8) return e.emit('Expand', [x, e.list(shape)]);
  const zeros = e.constant('zeros', {
    type: 'float32',
    shape,
    data: new Float32Array(shape.reduce((n, d) => n * d, 1)),
  });
  return add(e, x, zeros);
}

/** The gradient of an operand of shape `to` that was broadcast: summed over what it was repeated along. */
export function sumTo(e: Emitter, gradient: TensorId, to: Shape): TensorId {
  const from = e.shapeOf(gradient);
  if (isSame(from, to)) return gradient;
  const shift = from.length - to.length;
  const axes = from.map((_, i) => i).filter((i) => i < shift || (to[i - shift] === 1 && from[i] !== 1));
  return reshape(e, reduceSum(e, gradient, axes), to);
}

/** Shape of a broadcast combination of two values. */
export const broadcastOf = (e: Emitter, a: TensorId, b: TensorId): Shape =>
  broadcastShape('Add', e.shapeOf(a), e.shapeOf(b));

/** A constant of ones. */
export const ones = (e: Emitter, shape: Shape): TensorId =>
  e.constant('ones', { type: 'float32', shape, data: new Float32Array(shape.reduce((n, d) => n * d, 1)).fill(1) });
