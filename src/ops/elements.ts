import { bfloat16ToNumber, float16ToNumber, numberToBfloat16, numberToFloat16 } from '../base/index.ts';
import {
  allocate,
  type DataType,
  elementCount,
  type NumericData,
  numbersOf,
  type Shape,
  type Tensor,
  tensorOf,
} from '../ir/index.ts';
import { broadcastShape, stridesOf } from './dims.ts';
import { missingInput } from './errors.ts';
import { isFloat8, roundToFloat8 } from './float8.ts';

/** Elements of tensors: reading, rounding to a type, moving by an index map, combining with broadcasting. */

/** The tensor given as input `index`; throws `ops/missing-input` where there is none. */
export function given<T>(op: string, inputs: readonly (T | undefined)[], index: number, name = `#${index}`): T {
  const found = inputs[index];
  if (found === undefined) throw missingInput(op, name);
  return found;
}

/** The nearest value of a type that is held in wider elements (floats of 16 and 8 bits are held as float32). */
export function roundTo(type: DataType, value: number): number {
  if (type === 'float16') return float16ToNumber(numberToFloat16(value));
  if (type === 'bfloat16') return bfloat16ToNumber(numberToBfloat16(value));
  return isFloat8(type) && Number.isFinite(value) ? roundToFloat8(type, value) : value;
}

/** Integers of 64 bits have no infinity and no not-a-number: 0, as typed arrays of fewer bits give. */
const finite = (v: number): number => (Number.isFinite(v) ? v : 0);

/** A tensor from numbers computed in double precision, rounded once to its type. */
export function resultOf(type: DataType, shape: Shape, values: NumericData): Tensor {
  if (type === 'float16' || type === 'bfloat16' || isFloat8(type))
    return tensorOf(
      type,
      shape,
      values.map((v) => roundTo(type, v)),
    );
  if (type === 'int64' || type === 'uint64') return tensorOf(type, shape, values.map(finite));
  if (type === 'float32' && values instanceof Float32Array) return { type, shape, data: values };
  return tensorOf(type, shape, values);
}

/** The same elements in another shape; shares the memory. */
export const reshaped = (x: Tensor, shape: Shape): Tensor => ({ type: x.type, shape, data: x.data });

/** The elements of a tensor as an array of numbers: shapes, axes, pads. */
export const listOf = (x: Tensor): number[] => Array.from(numbersOf(x));

/** The first element: scalars and one-element tensors. */
export const scalarOf = (x: Tensor): number => numbersOf(x)[0] as number;

/** Moves elements: out[i] = x[map[i]], or `fill` where map[i] < 0. Any type, strings included. */
export function take(x: Tensor, shape: Shape, map: Int32Array, fill = 0): Tensor {
  const { data, type } = x;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    const out = allocate(type, map.length) as BigInt64Array | BigUint64Array;
    const filling = BigInt(Math.trunc(fill));
    for (let i = 0; i < map.length; i++) out[i] = (map[i] as number) < 0 ? filling : (data[map[i] as number] as bigint);
    return { type, shape, data: out };
  }
  if (Array.isArray(data)) return { type, shape, data: Array.from(map, (from) => data[from] ?? '') };
  const numbers = data as NumericData;
  const out = allocate(type, map.length) as NumericData;
  for (let i = 0; i < map.length; i++) out[i] = (map[i] as number) < 0 ? fill : (numbers[map[i] as number] as number);
  return { type, shape, data: out };
}

/**
 * The index map of a strided walk: for every element of `shape` in row-major order, offset + Σ index · stride.
 * Transposes, slices and broadcasts are such walks.
 */
export function walk(shape: Shape, strides: readonly number[], offset = 0): Int32Array {
  const map = new Int32Array(elementCount(shape));
  const rank = shape.length;
  const index = new Array<number>(rank).fill(0);
  let at = offset;
  for (let i = 0; i < map.length; i++) {
    map[i] = at;
    for (let d = rank - 1; d >= 0; d--) {
      at += strides[d] as number;
      index[d] = (index[d] as number) + 1;
      if ((index[d] as number) < (shape[d] as number)) break;
      at -= (strides[d] as number) * (shape[d] as number);
      index[d] = 0;
    }
  }
  return map;
}

/** Where each element of the broadcast shape comes from in a tensor of shape `from`. */
export function broadcastMap(from: Shape, to: Shape): Int32Array {
  const own = stridesOf(from);
  const shift = to.length - from.length;
  const strides = to.map((_, i) => (i < shift || from[i - shift] === 1 ? 0 : (own[i - shift] as number)));
  return walk(to, strides);
}

/** The tensor repeated to a broadcast shape; itself where nothing is to be repeated. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  if (x.shape.length === shape.length && x.shape.every((d, i) => d === shape[i])) return x;
  return take(x, shape, broadcastMap(x.shape, shape));
}

/** f of every element, in double precision, rounded to `type`. */
export function mapElements(x: Tensor, f: (value: number) => number, type: DataType = x.type): Tensor {
  const values = numbersOf(x);
  const out = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) out[i] = f(values[i] as number);
  return resultOf(type, x.shape, out);
}

/** f of every pair of elements after broadcasting, in double precision, rounded to `type`. */
export function zipElements(
  op: string,
  a: Tensor,
  b: Tensor,
  f: (x: number, y: number) => number,
  type: DataType = a.type,
): Tensor {
  const shape = broadcastShape(op, a.shape, b.shape);
  const x = numbersOf(broadcastTo(a, shape));
  const y = numbersOf(broadcastTo(b, shape));
  const out = new Float64Array(x.length);
  for (let i = 0; i < out.length; i++) out[i] = f(x[i] as number, y[i] as number);
  return resultOf(type, shape, out);
}

/** The elements of several tensors of one type behind each other, as a flat tensor. */
export function joined(parts: readonly Tensor[]): Tensor {
  const [first] = parts;
  const type = first?.type ?? 'float32';
  const shape = [parts.reduce((n, p) => n + p.data.length, 0)];
  if (type === 'string') return { type, shape, data: parts.flatMap((p) => [...(p.data as readonly string[])]) };
  const out = allocate(type, shape[0] as number);
  let at = 0;
  for (const { data } of parts) {
    if (out instanceof BigInt64Array || out instanceof BigUint64Array) out.set(data as BigInt64Array, at);
    else out.set(data as NumericData, at);
    at += data.length;
  }
  return { type, shape, data: out };
}
