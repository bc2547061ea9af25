import {
  type Attributes,
  bitsOf,
  type DataType,
  elementCount,
  isFloat,
  type NumericData,
  numbersOf,
  type Shape,
  type Tensor,
} from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { axisIn, type Dims, openDims, stridesOf } from '../dims.ts';
import { given, listOf, reshaped, resultOf } from '../elements.ts';
import { sizeOf, value } from '../inference.ts';
import type { OpDef, QuantTraits } from '../op-def.ts';

/** Reductions over axes: ReduceSum, ReduceMean, ReduceMax … One more: a line here and a line in `ops/index.ts`. */

interface Fold {
  readonly start: number;
  readonly step: (total: number, x: number) => number;
  readonly finish?: (total: number, count: number) => number;
  /** Exponentials are taken of differences to the largest element, so that they stay finite. */
  readonly isLogarithmic?: boolean;
}

interface ReduceOptions {
  /** Since which opset the axes are the second input rather than an attribute. */
  readonly axesInputSince?: number;
  /** Operations per input element. */
  readonly ops?: number;
  readonly quant?: QuantTraits;
}

/** The shape with the axes reduced to 1, and (without `keep`) left out. */
function reducedDims(shape: Dims, axes: readonly number[], keep: boolean): Dims {
  return shape.flatMap((d, i) => (axes.includes(i) ? (keep ? [1] : []) : [d]));
}

/** Where each element of `shape` falls in the shape reduced over `axes`. */
function targets(shape: Shape, axes: readonly number[]): Int32Array {
  const kept = shape.map((d, i) => (axes.includes(i) ? 1 : d));
  const strides = stridesOf(kept).map((s, i) => (axes.includes(i) ? 0 : s));
  const own = stridesOf(shape);
  return Int32Array.from({ length: elementCount(shape) }, (_, i) => {
    let at = 0;
    for (let d = 0; d < shape.length; d++)
      at += (Math.floor(i / (own[d] as number)) % (shape[d] as number)) * (strides[d] as number);
    return at;
  });
}

/** What nothing reduces to: integers have no infinity, their last value stands for it. */
function emptyFold(start: number, type: DataType): number {
  if (Number.isFinite(start) || isFloat(type)) return start;
  const isUnsigned = type === 'bool' || type.startsWith('u');
  const bits = type === 'bool' ? 1 : bitsOf(type);
  if (isUnsigned) return start < 0 ? 0 : 2 ** bits - 1;
  return start < 0 ? -(2 ** (bits - 1)) : 2 ** (bits - 1) - 1;
}

function reduced(x: Tensor, axes: readonly number[], keep: boolean, fold: Fold): Tensor {
  const shape = reducedDims(x.shape, axes, keep) as Shape;
  const values = numbersOf(x);
  if (fold.isLogarithmic) return logSumExp(x, values, targets(x.shape, axes), shape);
  const totals = new Float64Array(elementCount(shape)).fill(emptyFold(fold.start, x.type));
  targets(x.shape, axes).forEach((to, i) => {
    totals[to] = fold.step(totals[to] as number, values[i] as number);
  });
  const { finish } = fold;
  const perOutput = axes.reduce((n, a) => n * (x.shape[a] as number), 1);
  return resultOf(x.type, shape, finish ? totals.map((t) => finish(t, perOutput)) : totals);
}

/** log Σ exp(x) as largest + log Σ exp(x − largest). */
function logSumExp(x: Tensor, values: NumericData, to: Int32Array, shape: Shape): Tensor {
  const largest = new Float64Array(elementCount(shape)).fill(Number.NEGATIVE_INFINITY);
  to.forEach((at, i) => {
    largest[at] = Math.max(largest[at] as number, values[i] as number);
  });
  const base = largest.map((v) => (Number.isFinite(v) ? v : 0));
  const sums = new Float64Array(largest.length);
  to.forEach((at, i) => {
    sums[at] = (sums[at] as number) + Math.exp((values[i] as number) - (base[at] as number));
  });
  return resultOf(
    x.type,
    shape,
    sums.map((sum, at) => (base[at] as number) + Math.log(sum)),
  );
}

function reduction<Id extends string>(id: Id, fold: Fold, { axesInputSince = 18, ops = 1, quant }: ReduceOptions = {}) {
  return {
    id,
    sinceOpset: 1,
    bind(attributes: Attributes, opset: number) {
      const read = new AttributeReader(id, attributes);
      const keep = (read.int('keepdims') ?? 1) !== 0;
      const noop = read.flag('noop_with_empty_axes');
      const fixed = read.ints('axes');
      /** The axes to reduce; `undefined`: none, the input is passed on. */
      const axesFor = (rank: number, input: Tensor | undefined): readonly number[] | undefined => {
        const stated = opset >= axesInputSince ? input && listOf(input) : fixed;
        if (stated === undefined || stated.length === 0)
          return noop ? undefined : Array.from({ length: rank }, (_, i) => i);
        return stated.map((a) => axisIn(id, a, rank));
      };
      return {
        infer([x, axes]) {
          const unknown = opset >= axesInputSince && axes !== undefined && axes.constant === undefined;
          if (!x?.shape || unknown) return [value(x?.type, keep ? openDims(x?.shape?.length) : undefined)];
          const over = axesFor(x.shape.length, axes?.constant);
          return [value(x.type, over ? reducedDims(x.shape, over, keep) : x.shape)];
        },
        cost: ([x]) => ({ kind: 'elementwise', extraOps: ops * sizeOf(x) }),
        run(inputs) {
          const x = given(id, inputs, 0, 'data');
          const over = axesFor(x.shape.length, inputs[1]);
          // Without axes to reduce every element is a group of its own.
          return [over ? reduced(x, over, keep, fold) : reshaped(reduced(x, [], true, fold), x.shape)];
        },
        ...(quant ? { quant } : {}),
      };
    },
  } as const satisfies OpDef;
}

const plus = (total: number, x: number): number => total + x;
const COMPUTES: QuantTraits = { role: 'computes' };

export const reduceSum = reduction('ReduceSum', { start: 0, step: plus }, { axesInputSince: 13, quant: COMPUTES });
export const reduceMean = reduction(
  'ReduceMean',
  { start: 0, step: plus, finish: (t, count) => t / count },
  { quant: COMPUTES },
);
export const reduceMax = reduction('ReduceMax', { start: Number.NEGATIVE_INFINITY, step: Math.max });
export const reduceMin = reduction('ReduceMin', { start: Number.POSITIVE_INFINITY, step: Math.min });
export const reduceProd = reduction('ReduceProd', { start: 1, step: (t, x) => t * x });
export const reduceL1 = reduction('ReduceL1', { start: 0, step: (t, x) => t + Math.abs(x) }, { ops: 2 });
export const reduceL2 = reduction('ReduceL2', { start: 0, step: (t, x) => t + x * x, finish: Math.sqrt }, { ops: 2 });
export const reduceSumSquare = reduction('ReduceSumSquare', { start: 0, step: (t, x) => t + x * x }, { ops: 2 });
export const reduceLogSum = reduction('ReduceLogSum', { start: 0, step: plus, finish: Math.log });
export const reduceLogSumExp = reduction('ReduceLogSumExp', { start: 0, step: plus, isLogarithmic: true }, { ops: 5 });
