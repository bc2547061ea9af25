import type { Dim } from '../../ir/index.ts';
import type { AttributeReader } from '../attributes.ts';
import { type Dims, derived } from '../dims.ts';
import type { SpatialWindow } from '../lower-context.ts';

/** Sliding windows of convolutions and pools: attributes, padding, output sizes (methods 0.2). */

export interface WindowAttributes {
  /** Absent: taken from the weights. */
  readonly kernel: readonly number[] | undefined;
  readonly strides: readonly number[] | undefined;
  readonly dilations: readonly number[] | undefined;
  /** Begins of all spatial dimensions, then ends. */
  readonly pads: readonly number[] | undefined;
  readonly autoPad: 'NOTSET' | 'VALID' | 'SAME_UPPER' | 'SAME_LOWER';
  readonly ceil: boolean;
}

export const readWindow = (read: AttributeReader): WindowAttributes => ({
  kernel: read.ints('kernel_shape'),
  strides: read.ints('strides'),
  dilations: read.ints('dilations'),
  pads: read.ints('pads'),
  autoPad: read.oneOf('auto_pad', ['NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER']),
  ceil: read.flag('ceil_mode'),
});

/** One spatial dimension of a window over a known input size. */
export interface WindowAxis {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padBegin: number;
  readonly padEnd: number;
}

/** The window along one dimension. Source of the formulas: methods 0.2, ONNX Conv and MaxPool. */
export function windowAxis(w: WindowAttributes, axis: number, rank: number, input: number, kernel: number): WindowAxis {
  const stride = w.strides?.[axis] ?? 1;
  const dilation = w.dilations?.[axis] ?? 1;
  const extent = dilation * (kernel - 1) + 1;
  const base = { input, kernel, stride, dilation };
  if (w.autoPad === 'SAME_UPPER' || w.autoPad === 'SAME_LOWER') {
    const output = Math.ceil(input / stride);
    const total = Math.max((output - 1) * stride + extent - input, 0);
    const small = Math.floor(total / 2);
    const padBegin = w.autoPad === 'SAME_UPPER' ? small : total - small;
    return { ...base, output, padBegin, padEnd: total - padBegin };
  }
  const fixed = w.autoPad === 'NOTSET';
  const padBegin = (fixed ? w.pads?.[axis] : 0) ?? 0;
  const padEnd = (fixed ? w.pads?.[axis + rank] : 0) ?? 0;
  const steps = (input + padBegin + padEnd - extent) / stride;
  let output = (w.ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
  if (w.ceil && (output - 1) * stride >= input + padBegin) output--;
  return { ...base, output: Math.max(0, output), padBegin, padEnd };
}

/** Windows along all spatial dimensions of a known input. */
export const windowAxes = (w: WindowAttributes, input: readonly number[], kernel: readonly number[]): WindowAxis[] =>
  input.map((size, i) => windowAxis(w, i, input.length, size, kernel[i] as number));

/** Strides, dilations and pads as integer kernels take them. */
export const loweredWindow = (axes: readonly WindowAxis[]): SpatialWindow => ({
  strides: axes.map((a) => a.stride),
  dilations: axes.map((a) => a.dilation),
  pads: [...axes.map((a) => a.padBegin), ...axes.map((a) => a.padEnd)],
});

/** Output sizes; a size that is a name gives a name that spells the computation. */
export function windowDims(w: WindowAttributes, input: Dims, kernel: readonly number[]): Dim[] {
  return input.map((size, i) => {
    const k = kernel[i] as number;
    const along = (known: number) => windowAxis(w, i, input.length, known, k).output;
    if (typeof size === 'number') return along(size);
    const stride = w.strides?.[i] ?? 1;
    // A window that neither shrinks nor grows its input keeps the name.
    if (stride === 1 && along(1000) === 1000) return size;
    return derived(`(${size}+${along(1000 * stride) - 1000})/${stride}`, [size], along);
  });
}

const pointwise = (size: number): WindowAxis => ({
  input: size,
  output: size,
  kernel: 1,
  stride: 1,
  dilation: 1,
  padBegin: 0,
  padEnd: 0,
});
const isPointwise = (a: WindowAxis): boolean =>
  a.kernel === 1 && a.stride === 1 && a.input === a.output && a.padBegin === 0;

/**
 * Spatial dimensions as three, so that one loop serves 1-D, 2-D and 3-D: missing ones are windows of size 1, in front. Neighbours
 * along which the window does not move are joined (and sizes of 1 vanish), so that inner loops are long; the order of
 * elements in memory stays the same.
 */
export function asThree(axes: readonly WindowAxis[]): readonly [WindowAxis, WindowAxis, WindowAxis] {
  const joined: WindowAxis[] = [];
  for (const axis of axes) {
    const before = joined.at(-1);
    if (isPointwise(axis) && before !== undefined && isPointwise(before))
      joined.splice(-1, 1, pointwise(before.input * axis.input));
    else if (!isPointwise(axis) || axis.input !== 1) joined.push(axis);
  }
  const [d = pointwise(1), h = pointwise(1), w = pointwise(1)] = [
    pointwise(1),
    pointwise(1),
    pointwise(1),
    ...joined,
  ].slice(-3);
  return [d, h, w];
}

/** The outputs [first, last) whose tap at kernel position `k` lies inside the input. */
export function validRange(axis: WindowAxis, k: number): readonly [first: number, last: number] {
  const shift = k * axis.dilation - axis.padBegin;
  const first = Math.max(0, Math.ceil(-shift / axis.stride));
  const last = Math.min(axis.output, Math.floor((axis.input - 1 - shift) / axis.stride) + 1);
  return [first, Math.max(first, last)];
}
