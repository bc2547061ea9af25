import {
  allocate,
  type Dim,
  elementCount,
  isKnown,
  type LayerGeometry,
  type NumericData,
  numbersOf,
  type Shape,
} from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import type { Dims } from '../dims.ts';
import { given, resultOf } from '../elements.ts';
import { incompatibleShapes } from '../errors.ts';
import { value } from '../inference.ts';
import type { OpCost, OpDef } from '../op-def.ts';
import { convolve } from './convolve.ts';
import { loweredWindow, readWindow, type WindowAttributes, windowAxes, windowDims } from './window.ts';

/** Sizes of a convolution layer as latency models read them; one-dimensional ones have height 1. */
export function convGeometry(
  input: Shape,
  weight: Shape,
  output: Shape,
  groups: number,
  stride: number,
): LayerGeometry {
  const last = (shape: Shape, back: number) => (shape.length - back >= 2 ? (shape[shape.length - back] as number) : 1);
  return {
    inHeight: last(input, 2),
    inWidth: last(input, 1),
    inChannels: input[1] as number,
    outHeight: last(output, 2),
    outWidth: last(output, 1),
    outChannels: output[1] as number,
    kernelHeight: last(weight, 2),
    kernelWidth: last(weight, 1),
    stride,
    groups,
  };
}

/** Cost of a convolution: Cout · output positions · Cin/g · kernel positions MACs per sample (methods F.1). */
export function convCost(input: Shape, weight: Shape, output: Shape, groups: number, stride: number): OpCost {
  return {
    kind: groups > 1 && groups === input[1] ? 'depthwise' : 'conv',
    macs: elementCount(output) * elementCount(weight.slice(1)),
    params: [1, 2],
    bias: 2,
    geometry: convGeometry(input, weight, output, groups, stride),
  };
}

/** Output shape of a convolution; checks channels and groups. Throws `ops/incompatible-shapes`. */
export function convDims(op: string, x: Dims, w: Dims, groups: number, window: WindowAttributes): Dims | undefined {
  if (x.length !== w.length || x.length < 3)
    throw incompatibleShapes(op, 'input and weights must have the same number of dimensions, at least 3', [x, w]);
  const [batch, inChannels] = x as readonly [Dim, Dim];
  const [outChannels, perGroup] = w as readonly [Dim, Dim];
  if (typeof inChannels === 'number' && typeof perGroup === 'number' && inChannels !== perGroup * groups)
    throw incompatibleShapes(op, `${inChannels} input channels in ${groups} groups need weights of another size`, [
      x,
      w,
    ]);
  const stored = w.slice(2);
  const kernel = window.kernel ?? stored;
  if (!isKnown(kernel)) return undefined;
  if (kernel.length !== stored.length || kernel.some((size, i) => typeof stored[i] === 'number' && stored[i] !== size))
    throw incompatibleShapes(op, `kernel_shape [${kernel.join(', ')}] is not that of the weights`, [x, w]);
  return [batch, outChannels, ...windowDims(window, x.slice(2), kernel)];
}

/** Convolution over any number of spatial dimensions, [N, C, …] with weights [Cout, Cin/group, …]. */
export const conv = {
  id: 'Conv',
  sinceOpset: 1,
  bind(attributes) {
    const read = new AttributeReader('Conv', attributes);
    const window = readWindow(read);
    const groups = read.int('group') ?? 1;
    return {
      infer: ([x, w]) => [value(x?.type, x?.shape && w?.shape && convDims('Conv', x.shape, w.shape, groups, window))],
      cost: ([x, w], [y]) =>
        convCost(x?.shape ?? [], w?.shape ?? [], y?.shape ?? [], groups, window.strides?.at(-1) ?? 1),
      run(inputs) {
        const x = given('Conv', inputs, 0, 'X');
        const w = given('Conv', inputs, 1, 'W');
        const shape = convDims('Conv', x.shape, w.shape, groups, window) as Shape;
        const bias = inputs[2] && numbersOf(inputs[2]);
        const out = allocate(x.type, elementCount(shape)) as NumericData;
        const sizes = {
          batch: x.shape[0] as number,
          inChannels: x.shape[1] as number,
          outChannels: w.shape[0] as number,
          groups,
          axes: windowAxes(window, x.shape.slice(2), w.shape.slice(2)),
        };
        convolve(
          numbersOf(x),
          numbersOf(w),
          sizes,
          (c) => bias?.[c] ?? 0,
          (plane, at) => out.set(plane, at),
        );
        return [resultOf(x.type, shape, out)];
      },
      quant: { role: 'weighted', weight: 1, bias: 2, outAxis: 0, inAxis: 1 },
      lower(ctx) {
        const axes = windowAxes(window, ctx.inputShape(0).slice(2), ctx.inputShape(1).slice(2));
        ctx.conv({ ...loweredWindow(axes), groups });
      },
    };
  },
} as const satisfies OpDef;
