import { sha256Hex } from '../base/index.ts';
import { type Dim, isKnown, type Shape } from '../ir/index.ts';
import { axisOutOfRange, incompatibleShapes } from './errors.ts';
import { OPEN_SIZE } from './op-def.ts';

/** Arithmetic on sizes of which some are only names ('batch'). Equal names mean equal sizes. */
export type Dims = readonly Dim[];

const LONGEST_NAME = 48;

/**
 * A size computed from others: a number where they all are, otherwise a name that spells the computation, so that two
 * values computed alike get equal sizes. Long spellings are replaced by a hash of them.
 */
export function derived(spelling: string, from: Dims, compute: (...known: number[]) => number): Dim {
  if (isKnown(from)) return compute(...from);
  return spelling.length <= LONGEST_NAME ? spelling : `?${sha256Hex(new TextEncoder().encode(spelling)).slice(0, 8)}`;
}

/** Product of sizes: '4*batch' where some are names. */
export function productOf(dims: Dims): Dim {
  const names = dims.filter((d): d is string => typeof d === 'string').sort();
  const factor = dims.reduce<number>((n, d) => (typeof d === 'number' ? n * d : n), 1);
  if (factor === 0) return 0;
  return derived([...(factor === 1 ? [] : [factor]), ...names].join('*'), dims, () => factor);
}

/** Sum of sizes: 'batch+4' where some are names. */
export function sumOf(dims: Dims): Dim {
  const names = dims.filter((d): d is string => typeof d === 'string').sort();
  const known = dims.reduce<number>((n, d) => (typeof d === 'number' ? n + d : n), 0);
  return derived([...names, ...(known === 0 ? [] : [known])].join('+'), dims, () => known);
}

/** More dimensions than this no tensor has: a file that says so is not believed. */
const MOST_DIMENSIONS = 64;

/** As many open sizes as `length` says, where that is known. */
export const openDims = (length: Dim | undefined): Dims | undefined =>
  typeof length === 'number' && length >= 0 && length <= MOST_DIMENSIONS
    ? new Array<Dim>(length).fill(OPEN_SIZE)
    : undefined;

/** A non-negative axis. Throws `ops/axis-out-of-range`. */
export function axisIn(op: string, axis: number, rank: number): number {
  const at = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(at) || at < 0 || at >= rank) throw axisOutOfRange(op, axis, rank);
  return at;
}

/**
 * The shape two operands are broadcast to (ONNX "multidirectional broadcasting"). A name against a size above 1 must be
 * that size, since 1 would be the only other choice. Throws `ops/incompatible-shapes`.
 */
export function broadcastDims(op: string, a: Dims, b: Dims): Dims {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x === y || y === 1) return x;
    if (x === 1) return y;
    if (typeof x === 'number' && typeof y === 'number')
      throw incompatibleShapes(op, 'the shapes cannot be broadcast', [a, b]);
    if (typeof x === 'number') return x;
    if (typeof y === 'number') return y;
    return derived(`max(${[x, y].sort().join(',')})`, [x, y], Math.max);
  });
}

/** As `broadcastDims`, for known shapes. */
export const broadcastShape = (op: string, a: Shape, b: Shape): Shape => broadcastDims(op, a, b) as Shape;

/** Elements between neighbours along each dimension, row-major. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = (strides[i + 1] as number) * (shape[i + 1] as number);
  return strides;
}

/** Splits a shape at an axis: product before it, its own size, product after it. */
export function splitAt(shape: Shape, axis: number): readonly [outer: number, size: number, inner: number] {
  let outer = 1;
  let inner = 1;
  for (let i = 0; i < axis; i++) outer *= shape[i] as number;
  for (let i = axis + 1; i < shape.length; i++) inner *= shape[i] as number;
  return [outer, shape[axis] as number, inner];
}
