import type { Dim, Shape, Tensor } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { axisIn, type Dims, derived, stridesOf } from '../dims.ts';
import { given, listOf, take, walk } from '../elements.ts';
import { badAttribute } from '../errors.ts';
import { type Inputs, moveCost, value } from '../inference.ts';
import { OPEN_SIZE, type OpDef, type Value } from '../op-def.ts';

interface SliceArguments {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly axes?: readonly number[] | undefined;
  readonly steps?: readonly number[] | undefined;
}

interface AxisSlice {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** Start, step and number of elements along an axis of `size`, with ONNX's clamping of out-of-range bounds. */
function sliceOf(size: number, start: number, end: number, step: number): AxisSlice {
  if (step === 0) throw badAttribute('Slice', 'steps', 'contains 0');
  const fromEnd = (at: number) => (at < 0 ? at + size : at);
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? size : size - 1;
  const clampTo = (at: number, min: number, max: number) => Math.min(max, Math.max(min, at));
  const first = clampTo(fromEnd(start), 0, Math.max(0, high));
  const last = clampTo(fromEnd(end), low, step > 0 ? size : size - 1);
  return { start: first, step, count: Math.max(0, Math.ceil((last - first) / step)) };
}

const OPEN_END = 2 ** 31 - 1;

/** The size of a slice of a dimension that is only a name. */
function slicedName(size: string, start: number, end: number, step: number): Dim {
  if (step === 1 && start === 0 && end >= OPEN_END) return size;
  if (step === -1 && start === -1 && end <= -OPEN_END) return size;
  if (step === 1 && start < 0 && end < 0) return Math.max(0, end - start);
  if (step === 1 && start < 0 && end >= OPEN_END) return -start;
  if (step === 1 && start >= 0 && end < 0) return derived(`${size}-${start - end}`, [size], Math.abs);
  return derived(`${size}[${start}:${end}:${step}]`, [size], Math.abs);
}

function slicedDims(shape: Dims, { starts, ends, axes, steps }: SliceArguments): Dims {
  const out = [...shape];
  starts.forEach((start, i) => {
    const axis = axisIn('Slice', axes?.[i] ?? i, shape.length);
    const size = shape[axis] as Dim;
    const end = ends[i] as number;
    const step = steps?.[i] ?? 1;
    out[axis] = typeof size === 'number' ? sliceOf(size, start, end, step).count : slicedName(size, start, end, step);
  });
  return out;
}

function sliced(x: Tensor, { starts, ends, axes, steps }: SliceArguments): Tensor {
  const shape = [...x.shape];
  const own = stridesOf(x.shape);
  const strides = [...own];
  let offset = 0;
  starts.forEach((start, i) => {
    const axis = axisIn('Slice', axes?.[i] ?? i, shape.length);
    const slice = sliceOf(x.shape[axis] as number, start, ends[i] as number, steps?.[i] ?? 1);
    shape[axis] = slice.count;
    strides[axis] = (own[axis] as number) * slice.step;
    offset += (own[axis] as number) * slice.start;
  });
  return take(x, shape satisfies Shape, walk(shape, strides, offset));
}

/** Sizes when what is cut is known only at run time: open along the axes, along all where these are not known either. */
function openAlong(shape: Dims, axes: Value | undefined): Dims {
  if (!axes?.constant) return shape.map(() => OPEN_SIZE);
  const cut = listOf(axes.constant).map((a) => axisIn('Slice', a, shape.length));
  return shape.map((d, i) => (cut.includes(i) ? OPEN_SIZE : d));
}

/** Attributes before opset 10, inputs since. */
export const slice = {
  id: 'Slice',
  sinceOpset: 1,
  bind(attributes, opset) {
    const read = new AttributeReader('Slice', attributes);
    const fixed = {
      starts: read.ints('starts') ?? [],
      ends: read.ints('ends') ?? [],
      axes: read.ints('axes'),
    };
    const fromInputs = (inputs: readonly (Tensor | undefined)[]): SliceArguments => ({
      starts: listOf(given('Slice', inputs, 1, 'starts')),
      ends: listOf(given('Slice', inputs, 2, 'ends')),
      axes: inputs[3] && listOf(inputs[3]),
      steps: inputs[4] && listOf(inputs[4]),
    });
    const argumentsOf = (inputs: readonly (Tensor | undefined)[]): SliceArguments =>
      opset >= 10 ? fromInputs(inputs) : fixed;
    const allConstant = (inputs: Inputs) => inputs.slice(1).every((v) => v === undefined || v.constant !== undefined);
    return {
      infer(inputs) {
        const [x] = inputs;
        if (!x?.shape) return [value(x?.type, undefined)];
        if (!allConstant(inputs)) return [value(x.type, openAlong(x.shape, inputs[3]))];
        return [value(x.type, slicedDims(x.shape, argumentsOf(inputs.map((v) => v?.constant))))];
      },
      cost: moveCost,
      run: (inputs) => [sliced(given('Slice', inputs, 0, 'data'), argumentsOf(inputs))],
      quant: { role: 'same-codes' },
      lower(ctx) {
        const shape = ctx.inputShape(0);
        const { starts, ends, axes, steps } = argumentsOf(ctx.node.inputs.map((_, i) => ctx.constant(i)));
        const first = shape.map(() => 0);
        const step = shape.map(() => 1);
        starts.forEach((start, i) => {
          const axis = axisIn('Slice', axes?.[i] ?? i, shape.length);
          const along = sliceOf(shape[axis] as number, start, ends[i] as number, steps?.[i] ?? 1);
          first[axis] = along.start;
          step[axis] = along.step;
        });
        ctx.slice(first, step);
      },
    };
  },
} as const satisfies OpDef;
