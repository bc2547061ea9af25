import { type Attributes, elementCount, isKnown, numbersOf, type Shape, type Tensor } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { axisIn, type Dims, derived, openDims, splitAt, stridesOf } from '../dims.ts';
import { given, listOf, reshaped, resultOf, take } from '../elements.ts';
import { badAttribute, incompatibleShapes, missingInput } from '../errors.ts';
import { type Inputs, sizeOf, value } from '../inference.ts';
import type { LowerContext } from '../lower-context.ts';
import type { BoundOp, OpDef } from '../op-def.ts';
import {
  type CoordinateMode,
  cubicKernel,
  linearKernel,
  type NearestMode,
  nearestElement,
  type ResizeAxis,
  sourcePosition,
  type Taps,
  tapsAt,
} from './interpolation.ts';

/** Resize (since opset 10) and its older form Upsample. */

interface ResizeOptions {
  readonly mode: 'nearest' | 'linear' | 'cubic';
  readonly coordinates: CoordinateMode;
  readonly nearest: NearestMode;
  readonly cubicA: number;
  readonly excludeOutside: boolean;
  readonly antialias: boolean;
  readonly extrapolation: number;
  readonly axes: readonly number[] | undefined;
  readonly policy: 'stretch' | 'not_larger' | 'not_smaller';
}

function readOptions(op: string, attributes: Attributes, opset: number): ResizeOptions {
  const read = new AttributeReader(op, attributes);
  // Before opset 11 there was one way: asymmetric, and nearest meant the element at or before.
  const old = op === 'Upsample' || opset < 11;
  const mode = read.oneOf('mode', ['nearest', 'linear', 'cubic', 'bilinear']);
  return {
    mode: mode === 'bilinear' ? 'linear' : mode,
    coordinates: old
      ? 'asymmetric'
      : read.oneOf<CoordinateMode>('coordinate_transformation_mode', [
          'half_pixel',
          'half_pixel_symmetric',
          'pytorch_half_pixel',
          'align_corners',
          'asymmetric',
          'tf_half_pixel_for_nn',
          'tf_crop_and_resize',
        ]),
    nearest: old
      ? 'floor'
      : read.oneOf<NearestMode>('nearest_mode', ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil']),
    cubicA: read.float('cubic_coeff_a') ?? -0.75,
    excludeOutside: read.flag('exclude_outside'),
    antialias: read.flag('antialias'),
    extrapolation: read.float('extrapolation_value') ?? 0,
    axes: read.ints('axes'),
    policy: read.oneOf('keep_aspect_ratio_policy', ['stretch', 'not_larger', 'not_smaller']),
  };
}

/** What the inputs say: either scales or sizes, for all axes or for `axes`. */
interface Wanted {
  readonly scales?: readonly number[] | undefined;
  readonly sizes?: readonly number[] | undefined;
  readonly roi?: readonly number[] | undefined;
}

/** Size and scale along each axis. Symbolic sizes survive where their scale is 1. */
function resizedAxes(op: string, shape: Dims, wanted: Wanted, options: ResizeOptions) {
  const axes = (options.axes ?? shape.map((_, i) => i)).map((a) => axisIn(op, a, shape.length));
  const stated = wanted.sizes ?? wanted.scales ?? [];
  if (stated.length !== axes.length)
    throw incompatibleShapes(op, `${stated.length} scales or sizes for ${axes.length} axes`, [shape]);
  const output = [...shape];
  const scales = shape.map(() => 1);
  const sizes =
    wanted.sizes &&
    keepAspect(
      wanted.sizes,
      axes.map((a) => shape[a] ?? 1),
      options.policy,
    );
  axes.forEach((axis, i) => {
    const input = shape[axis] as Dims[number];
    if (sizes) {
      const { size, scale } = sizes[i] as { size: number; scale: number | undefined };
      output[axis] = size;
      scales[axis] = scale ?? (typeof input === 'number' ? size / input : 1);
    } else {
      const scale = wanted.scales?.[i] as number;
      scales[axis] = scale;
      output[axis] = scale === 1 ? input : derived(`${input}*${scale}`, [input], (n) => Math.floor(n * scale));
    }
  });
  return { output: output satisfies Dims, scales };
}

/** Sizes under a policy that keeps the aspect ratio; otherwise as they are. */
function keepAspect(sizes: readonly number[], inputs: Dims, policy: ResizeOptions['policy']) {
  if (policy === 'stretch' || !isKnown(inputs)) return sizes.map((size) => ({ size, scale: undefined }));
  const ratios = sizes.map((size, i) => size / (inputs[i] as number));
  const scale = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
  return inputs.map((n) => ({ size: Math.floor(n * scale + 0.5), scale }));
}

function nearestPicks(axis: ResizeAxis, options: ResizeOptions): number[] {
  return Array.from({ length: axis.output }, (_, x) => {
    const position = sourcePosition(options.coordinates, axis, x);
    if (isOutside(position, axis, options)) return -1;
    return nearestElement(options.nearest, position, axis.input);
  });
}

const isOutside = (position: number, axis: ResizeAxis, options: ResizeOptions): boolean =>
  options.coordinates === 'tf_crop_and_resize' && (position < 0 || position > axis.input - 1);

/** Moves elements: any type. */
function resizeNearest(x: Tensor, axes: readonly ResizeAxis[], options: ResizeOptions): Tensor {
  const shape = axes.map((a) => a.output);
  const picks = axes.map((axis) => nearestPicks(axis, options));
  const from = stridesOf(x.shape);
  const to = stridesOf(shape);
  const map = new Int32Array(elementCount(shape));
  for (let i = 0; i < map.length; i++) {
    let at = 0;
    for (let d = 0; d < shape.length && at >= 0; d++) {
      const pick = picks[d]?.[Math.floor(i / (to[d] as number)) % (shape[d] as number)] as number;
      at = pick < 0 ? -1 : at + pick * (from[d] as number);
    }
    map[i] = at;
  }
  return take(x, shape, map, options.extrapolation);
}

const isUntouched = (axis: ResizeAxis, { coordinates }: ResizeOptions): boolean =>
  axis.input === axis.output && axis.scale === 1 && coordinates !== 'tf_crop_and_resize';

/** What a linear or cubic Resize mixes at a position. */
function smoothTaps(axis: ResizeAxis, position: number, options: ResizeOptions): Taps {
  const kernel = options.mode === 'cubic' ? cubicKernel(options.cubicA) : linearKernel;
  const stretch = options.antialias ? Math.min(1, axis.scale) : 1;
  return tapsAt(kernel, position, axis.input, stretch, options.excludeOutside);
}

/** Mixes elements along one axis after the other. */
function resizeSmooth(x: Tensor, axes: readonly ResizeAxis[], options: ResizeOptions): Tensor {
  let values = Float64Array.from(numbersOf(x));
  const shape: number[] = [...x.shape];
  axes.forEach((axis, d) => {
    if (isUntouched(axis, options)) return;
    const [outer, , inner] = splitAt(shape, d);
    const out = new Float64Array(outer * axis.output * inner);
    for (let i = 0; i < axis.output; i++) {
      const position = sourcePosition(options.coordinates, axis, i);
      const taps = smoothTaps(axis, position, options);
      const outside = isOutside(position, axis, options);
      for (let o = 0; o < outer; o++)
        for (let k = 0; k < inner; k++) {
          let sum = 0;
          for (let t = 0; t < taps.at.length; t++)
            sum +=
              (taps.weights[t] as number) * (values[(o * axis.input + (taps.at[t] as number)) * inner + k] as number);
          out[(o * axis.output + i) * inner + k] = outside ? options.extrapolation : sum;
        }
    }
    values = out;
    shape[d] = axis.output;
  });
  return resultOf(x.type, shape, values);
}

/** Sizes, scale and region of interest along each axis of a known shape. */
function resizeAlong(op: string, shape: Shape, wanted: Wanted, options: ResizeOptions): ResizeAxis[] {
  const { output, scales } = resizedAxes(op, shape, wanted, options);
  const axes = (options.axes ?? shape.map((_, i) => i)).map((a) => axisIn(op, a, shape.length));
  return shape.map((input, d): ResizeAxis => {
    const at = axes.indexOf(d);
    const roi =
      wanted.roi && at >= 0 ? ([wanted.roi[at], wanted.roi[at + axes.length]] as [number, number]) : undefined;
    return { input, output: output[d] as number, scale: scales[d] as number, roi: roi ?? [0, 1] };
  });
}

function resized(op: string, x: Tensor, wanted: Wanted, options: ResizeOptions): Tensor {
  const along = resizeAlong(op, x.shape, wanted, options);
  const output = along.map((a) => a.output);
  if (along.every((a) => a.input === a.output && a.scale === 1) && options.coordinates !== 'tf_crop_and_resize')
    return reshaped(x, output);
  return options.mode === 'nearest' ? resizeNearest(x, along, options) : resizeSmooth(x, along, options);
}

/** The bound operator; `wantedFrom` reads what the inputs hold, `undefined` where that is not known yet. */
function boundResize(
  op: string,
  options: ResizeOptions,
  wantedFrom: (inputs: readonly (Tensor | undefined)[]) => Wanted | undefined,
): BoundOp {
  const perElement = { nearest: 0, linear: 4, cubic: 16 }[options.mode];
  return {
    infer(inputs: Inputs) {
      const [x] = inputs;
      const open = inputs.slice(1).some((v) => v !== undefined && !v.constant && !isEmpty(v.shape));
      const wanted = x?.shape && !open ? wantedFrom(inputs.map((v) => v?.constant)) : undefined;
      if (!x?.shape || !wanted) return [value(x?.type, openDims(x?.shape?.length))];
      return [value(x.type, resizedAxes(op, x.shape, wanted, options).output)];
    },
    cost: (_inputs, [y]) => ({ kind: 'resize', extraOps: perElement * sizeOf(y) }),
    run(inputs) {
      const wanted = wantedFrom(inputs);
      if (!wanted) throw missingInput(op, 'scales or sizes');
      return [resized(op, given(op, inputs, 0, 'X'), wanted, options)];
    },
    quant: options.mode === 'nearest' ? { role: 'same-codes' } : { role: 'computes' },
    ...(options.mode === 'nearest' && options.coordinates !== 'tf_crop_and_resize'
      ? {
          lower(ctx: LowerContext) {
            const wanted = wantedFrom(ctx.node.inputs.map((_, i) => ctx.constant(i)));
            if (!wanted) throw missingInput(op, 'scales or sizes');
            const [, , rows, columns] = resizeAlong(op, ctx.inputShape(0), wanted, options);
            ctx.resizeNearest(rows ? nearestPicks(rows, options) : [0], columns ? nearestPicks(columns, options) : [0]);
          },
        }
      : {}),
  };
}

const isEmpty = (shape: Dims | undefined): boolean => shape?.length === 1 && shape[0] === 0;
const filled =
  (inputs: readonly (Tensor | undefined)[]): Constants =>
  (index) => {
    const x = inputs[index];
    return x && x.data.length > 0 ? listOf(x) : undefined;
  };

/** Elements of a constant input by its index; `undefined` where it is absent or empty. */
type Constants = (index: number) => readonly number[] | undefined;

/** Scales are the second input in opset 10; since 11 the inputs are region of interest, scales, sizes. */
function resizeWanted(opset: number, constants: Constants): Wanted | undefined {
  const scales = constants(opset < 11 ? 1 : 2);
  const sizes = opset < 11 ? undefined : constants(3);
  if (!scales && !sizes) return undefined;
  const roi = opset < 11 ? undefined : constants(1);
  return sizes ? { sizes, roi } : { scales, roi };
}

/** Scales are an attribute before opset 9, the second input since. */
function upsampleWanted(opset: number, attributes: Attributes, constants: Constants): Wanted | undefined {
  const scales = opset < 9 ? new AttributeReader('Upsample', attributes).floats('scales') : constants(1);
  return scales && { scales };
}

/** What one output element along an axis is: a mixture of the input's, or (tf_crop_and_resize) a constant. */
export type ResizeSource = Taps | 'extrapolated';

/** A Resize taken apart, for engines: along each axis, what every output element is; `undefined` where nothing changes. */
export interface ResizeParts {
  readonly axes: readonly (readonly ResizeSource[] | undefined)[];
  /** All weights are 1: elements are only moved. */
  readonly isNearest: boolean;
  readonly extrapolation: number;
}

/** The parts of a Resize or Upsample of a known shape; `undefined` where its sizes are not known before it runs. */
export function resizeParts(
  op: 'Resize' | 'Upsample',
  attributes: Attributes,
  opset: number,
  shape: Shape,
  constants: Constants,
): ResizeParts | undefined {
  const options = readOptions(op, attributes, opset);
  const wanted = op === 'Resize' ? resizeWanted(opset, constants) : upsampleWanted(opset, attributes, constants);
  if (!wanted) return undefined;
  const isNearest = options.mode === 'nearest';
  const axes = resizeAlong(op, shape, wanted, options).map((axis): readonly ResizeSource[] | undefined => {
    if (isUntouched(axis, options)) return undefined;
    if (isNearest)
      return nearestPicks(axis, options).map((at) => (at < 0 ? 'extrapolated' : { at: [at], weights: [1] }));
    return Array.from({ length: axis.output }, (_, i) => {
      const position = sourcePosition(options.coordinates, axis, i);
      return isOutside(position, axis, options) ? 'extrapolated' : smoothTaps(axis, position, options);
    });
  });
  return { axes, isNearest, extrapolation: options.extrapolation };
}

export const resize = {
  id: 'Resize',
  sinceOpset: 10,
  bind: (attributes, opset) =>
    boundResize('Resize', readOptions('Resize', attributes, opset), (inputs) => resizeWanted(opset, filled(inputs))),
} as const satisfies OpDef;

export const upsample = {
  id: 'Upsample',
  sinceOpset: 7,
  bind(attributes, opset) {
    if (opset < 9 && !new AttributeReader('Upsample', attributes).floats('scales'))
      throw badAttribute('Upsample', 'scales', 'is missing');
    return boundResize('Upsample', readOptions('Upsample', attributes, opset), (inputs) =>
      upsampleWanted(opset, attributes, filled(inputs)),
    );
  },
} as const satisfies OpDef;
