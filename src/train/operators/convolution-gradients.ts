import { elementCount, type Shape } from '../../ir/index.ts';
import {
  type AttributeReader,
  asThree,
  given,
  readWindow,
  type ShapedValue,
  validRange,
  type WindowAxis,
  windowAxes,
} from '../../ops/index.ts';
import { badGradientShapes, missingAttribute } from '../errors.ts';
import { float, floatTensor, trainingOperator } from './operator.ts';

/** Gradients of a convolution Y = Conv(X, W), by definition: every product of the forward pass is visited once. */

interface Sizes {
  readonly batch: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
  readonly axes: readonly WindowAxis[];
}

/** One run of products along the last dimension: output elements from `out`, input elements from `at` in steps of `step`. */
type RowVisitor = (tap: number, at: number, step: number, out: number, count: number) => void;

/** Visits all products of one input plane with one output plane; positions count within the planes. */
function visitRows(axes: readonly WindowAxis[], visit: RowVisitor): void {
  const [d, h, v] = asThree(axes);
  let tap = 0;
  for (let kd = 0; kd < d.kernel; kd++) {
    const [d0, d1] = validRange(d, kd);
    for (let kh = 0; kh < h.kernel; kh++) {
      const [h0, h1] = validRange(h, kh);
      for (let kv = 0; kv < v.kernel; kv++, tap++) {
        const [v0, v1] = validRange(v, kv);
        for (let od = d0; od < d1; od++) {
          const iz = od * d.stride + kd * d.dilation - d.padBegin;
          for (let oh = h0; oh < h1; oh++) {
            const iy = oh * h.stride + kh * h.dilation - h.padBegin;
            const ix = v0 * v.stride + kv * v.dilation - v.padBegin;
            visit(tap, (iz * h.input + iy) * v.input + ix, v.stride, (od * h.output + oh) * v.output + v0, v1 - v0);
          }
        }
      }
    }
  }
}

/** Visits every pair of an input plane and an output plane that a weight joins: where the two planes and the kernel begin. */
function visitPlanes(sizes: Sizes, visit: (inAt: number, outAt: number, kernelAt: number) => void): void {
  const { batch, inChannels, outChannels, groups, axes } = sizes;
  const [inPlane, outPlane, kernel] = [
    axes.reduce((n, a) => n * a.input, 1),
    axes.reduce((n, a) => n * a.output, 1),
    axes.reduce((n, a) => n * a.kernel, 1),
  ];
  const [inPerGroup, outPerGroup] = [inChannels / groups, outChannels / groups];
  for (let n = 0; n < batch; n++)
    for (let oc = 0; oc < outChannels; oc++) {
      const first = Math.floor(oc / outPerGroup) * inPerGroup;
      for (let ic = 0; ic < inPerGroup; ic++)
        visit(
          (n * inChannels + first + ic) * inPlane,
          (n * outChannels + oc) * outPlane,
          (oc * inPerGroup + ic) * kernel,
        );
    }
}

/** Sizes of the convolution that belong together. Throws `train/bad-gradient-shapes` where they do not. */
function sizesOf(op: string, read: AttributeReader, x: Shape, w: Shape, dy: Shape): Sizes {
  const groups = read.int('group') ?? 1;
  const axes = windowAxes(readWindow(read), x.slice(2), w.slice(2));
  const [batch = 0, inChannels = 0] = x;
  const [outChannels = 0, perGroup] = w;
  const fits =
    dy[0] === batch &&
    dy[1] === outChannels &&
    perGroup === inChannels / groups &&
    axes.every((a, i) => a.output === dy[i + 2]);
  if (!fits) throw badGradientShapes(op, [x, w, dy]);
  return { batch, inChannels, outChannels, groups, axes };
}

const cost = ([, w]: readonly (ShapedValue | undefined)[], positions: Shape, kernel: Shape) =>
  ({ kind: 'conv', macs: w ? elementCount(positions) * elementCount(kernel.slice(1)) : 0 }) as const;

/** (dY, W) → dX. `input_shape` is X's: several sizes of X can give the same size of Y. */
export const convInputGradient = trainingOperator('ConvInputGradient', (read) => {
  const shape = read.ints('input_shape');
  if (!shape) throw missingAttribute('ConvInputGradient', 'input_shape');
  return {
    infer: () => [float(shape)],
    cost: (inputs) => cost(inputs, inputs[0]?.shape ?? [], inputs[1]?.shape ?? []),
    run(inputs) {
      const dy = given('ConvInputGradient', inputs, 0, 'dY');
      const w = given('ConvInputGradient', inputs, 1, 'W');
      const sizes = sizesOf('ConvInputGradient', read, shape, w.shape, dy.shape);
      const [from, weights] = [dy.data as Float32Array, w.data as Float32Array];
      const dx = new Float64Array(elementCount(shape));
      visitPlanes(sizes, (inAt, outAt, kernelAt) =>
        visitRows(sizes.axes, (tap, at, step, out, count) => {
          const weight = weights[kernelAt + tap] as number;
          for (let i = 0, to = inAt + at; i < count; i++, to += step)
            dx[to] = (dx[to] as number) + weight * (from[outAt + out + i] as number);
        }),
      );
      return [floatTensor(shape, dx)];
    },
  };
});

/** (X, dY) → dW. `kernel_shape` is the spatial part of W's shape. */
export const convWeightGradient = trainingOperator('ConvWeightGradient', (read) => {
  const kernel = read.ints('kernel_shape');
  if (!kernel) throw missingAttribute('ConvWeightGradient', 'kernel_shape');
  const groups = read.int('group') ?? 1;
  return {
    infer([x, dy]) {
      const [channels, out] = [x?.shape?.[1], dy?.shape?.[1]];
      const known = typeof channels === 'number' && out !== undefined;
      return [float(known ? [out, channels / groups, ...kernel] : undefined)];
    },
    cost: (inputs, [dw]) => cost(inputs, inputs[1]?.shape ?? [], dw?.shape ?? []),
    run(inputs) {
      const x = given('ConvWeightGradient', inputs, 0, 'X');
      const dy = given('ConvWeightGradient', inputs, 1, 'dY');
      const shape = [dy.shape[1] as number, (x.shape[1] as number) / groups, ...kernel];
      const sizes = sizesOf('ConvWeightGradient', read, x.shape, shape, dy.shape);
      const [from, to] = [x.data as Float32Array, dy.data as Float32Array];
      const dw = new Float64Array(elementCount(shape));
      visitPlanes(sizes, (inAt, outAt, kernelAt) =>
        visitRows(sizes.axes, (tap, at, step, out, count) => {
          let sum = 0;
          for (let i = 0, x0 = inAt + at; i < count; i++, x0 += step)
            sum += (from[x0] as number) * (to[outAt + out + i] as number);
          dw[kernelAt + tap] = (dw[kernelAt + tap] as number) + sum;
        }),
      );
      return [floatTensor(shape, dw)];
    },
  };
});
