import { elementCount, type Shape } from '../../ir/index.ts';
import {
  type AttributeReader,
  asThree,
  given,
  readWindow,
  type WindowAttributes,
  type WindowAxis,
  windowAxes,
} from '../../ops/index.ts';
import { missingAttribute } from '../errors.ts';
import { float, floats, floatTensor, trainingOperator } from './operator.ts';

/** Gradients of pools: what each output's gradient adds to the elements of its window. */

interface PoolSizes {
  readonly planes: number;
  readonly axes: readonly WindowAxis[];
}

function readPool(op: string, read: AttributeReader): { window: WindowAttributes; kernel: readonly number[] } {
  const window = readWindow(read);
  if (!window.kernel) throw missingAttribute(op, 'kernel_shape');
  return { window, kernel: window.kernel };
}

const sizesFor = (x: Shape, window: WindowAttributes, kernel: readonly number[]): PoolSizes => ({
  planes: (x[0] as number) * (x[1] as number),
  axes: windowAxes(window, x.slice(2), kernel),
});

/** Visits the windows in the order of the outputs: positions inside the input, and how many cells the padded window has. */
function visitWindows(
  { planes, axes }: PoolSizes,
  visit: (out: number, inside: number[], cells: number) => void,
): void {
  const [d, h, v] = asThree(axes);
  const plane = d.input * h.input * v.input;
  let out = 0;
  for (let p = 0; p < planes; p++)
    for (let od = 0; od < d.output; od++)
      for (let oh = 0; oh < h.output; oh++)
        for (let ov = 0; ov < v.output; ov++) {
          const [zs, ys, xs] = [taps(d, od), taps(h, oh), taps(v, ov)];
          const inside: number[] = [];
          for (const z of zs.inside)
            for (const y of ys.inside)
              for (const x of xs.inside) inside.push(p * plane + (z * h.input + y) * v.input + x);
          visit(out++, inside, zs.cells * ys.cells * xs.cells);
        }
}

function taps(axis: WindowAxis, out: number): { inside: number[]; cells: number } {
  const inside: number[] = [];
  let cells = 0;
  for (let k = 0; k < axis.kernel; k++) {
    const at = out * axis.stride - axis.padBegin + k * axis.dilation;
    if (at < axis.input + axis.padEnd) cells++;
    if (at >= 0 && at < axis.input) inside.push(at);
  }
  return { inside, cells };
}

/** (X, Y, dY) → dX: the first maximum of each window, in row-major order, takes all of it. */
export const maxPoolGradient = trainingOperator('MaxPoolGradient', (read) => {
  const { window, kernel } = readPool('MaxPoolGradient', read);
  return {
    infer: ([x]) => [float(x?.shape)],
    run(inputs) {
      const { shape } = given('MaxPoolGradient', inputs, 0, 'X');
      const [x, y, dy] = [0, 1, 2].map((i) => floats('MaxPoolGradient', inputs, i)) as [
        Float32Array,
        Float32Array,
        Float32Array,
      ];
      const dx = new Float64Array(elementCount(shape));
      visitWindows(sizesFor(shape, window, kernel), (out, inside) => {
        const first = inside.find((at) => x[at] === y[out]);
        if (first !== undefined) dx[first] = (dx[first] as number) + (dy[out] as number);
      });
      return [floatTensor(shape, dx)];
    },
  };
});

/** (dY) → dX: an equal share for each element of the window. */
export const averagePoolGradient = trainingOperator('AveragePoolGradient', (read) => {
  const { window, kernel } = readPool('AveragePoolGradient', read);
  const shape = read.ints('input_shape');
  if (!shape) throw missingAttribute('AveragePoolGradient', 'input_shape');
  const includePad = read.flag('count_include_pad');
  return {
    infer: () => [float(shape)],
    run(inputs) {
      const dy = floats('AveragePoolGradient', inputs, 0, 'dY');
      const dx = new Float64Array(elementCount(shape));
      visitWindows(sizesFor(shape, window, kernel), (out, inside, cells) => {
        const share = (dy[out] as number) / (includePad ? cells : inside.length);
        for (const at of inside) dx[at] = (dx[at] as number) + share;
      });
      return [floatTensor(shape, dx)];
    },
  };
});
