import { elementCount, isKnown, type NumericData, numbersOf, type Shape, type Tensor } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { type Dims, openDims } from '../dims.ts';
import { given, listOf, resultOf } from '../elements.ts';
import { badAttribute, incompatibleShapes } from '../errors.ts';
import { sizeOf, value } from '../inference.ts';
import { OPEN_SIZE, type OpDef } from '../op-def.ts';
import { cubicKernel } from './interpolation.ts';

/** GridSample and AffineGrid, over two or three spatial dimensions. */

type Padding = 'zeros' | 'border' | 'reflection';
type Interpolation = 'linear' | 'nearest' | 'cubic';

/** Position in elements from −1 … 1: between the centres of the outermost elements, or between their outer edges. */
const unnormalized = (x: number, size: number, alignCorners: boolean): number =>
  alignCorners ? ((x + 1) / 2) * (size - 1) : ((x + 1) * size - 1) / 2;

/** Mirrored at `low` and `high` as often as it takes. */
function reflected(x: number, low: number, high: number): number {
  const span = high - low;
  if (span === 0) return low;
  const folded = Math.abs(x - low) % (2 * span);
  return low + (folded > span ? 2 * span - folded : folded);
}

/** The element a whole position stands for; −1: outside, counts as 0. */
function elementAt(i: number, size: number, padding: Padding, alignCorners: boolean): number {
  if (i >= 0 && i < size) return i;
  if (padding === 'zeros' || Number.isNaN(i)) return -1;
  const inside = padding === 'border' ? i : reflected(i, alignCorners ? 0 : -0.5, alignCorners ? size - 1 : size - 0.5);
  return Math.min(size - 1, Math.max(0, Math.round(inside)));
}

/** Elements around a position along one axis, and their weights. */
function tapsAlong(
  x: number,
  size: number,
  mode: Interpolation,
  padding: Padding,
  alignCorners: boolean,
): { readonly at: readonly number[]; readonly weights: readonly number[] } {
  const position = mode === 'linear' ? moved(x, size, padding, alignCorners) : x;
  const element = (i: number) => elementAt(i, size, padding, alignCorners);
  if (mode === 'nearest') {
    // Ties go to the even element, as rounding in IEEE arithmetic does.
    const floor = Math.floor(position);
    const up = position - floor > 0.5 || (position - floor === 0.5 && floor % 2 !== 0);
    return { at: [element(up ? floor + 1 : floor)], weights: [1] };
  }
  const first = Math.floor(position);
  if (mode === 'linear') {
    const right = position - first;
    return { at: [element(first), element(first + 1)], weights: [1 - right, right] };
  }
  const { weight } = cubicKernel(-0.75);
  const around = [-1, 0, 1, 2];
  return { at: around.map((k) => element(first + k)), weights: around.map((k) => weight(position - first - k)) };
}

/** Positions outside are moved inside before linear interpolation, except where outside means 0. */
function moved(x: number, size: number, padding: Padding, alignCorners: boolean): number {
  if (padding === 'zeros') return x;
  if (padding === 'border') return Math.min(size - 1, Math.max(0, x));
  return Math.min(size - 1, Math.max(0, reflected(x, alignCorners ? 0 : -0.5, alignCorners ? size - 1 : size - 0.5)));
}

function sampledDims(x: Dims, grid: Dims): Dims {
  if (x.length !== grid.length || x.length < 3)
    throw incompatibleShapes('GridSample', 'input and grid must have the same number of dimensions', [x, grid]);
  return [...x.slice(0, 2), ...grid.slice(1, -1)];
}

function sampled(x: Tensor, grid: Tensor, mode: Interpolation, padding: Padding, alignCorners: boolean): Tensor {
  const shape = sampledDims(x.shape, grid.shape) as Shape;
  const [batch = 0, channels = 0] = x.shape;
  const spatial = x.shape.slice(2);
  const rank = spatial.length;
  const plane = elementCount(spatial);
  const points = elementCount(shape.slice(2));
  const [values, positions] = [numbersOf(x), numbersOf(grid)];
  const out = new Float64Array(elementCount(shape));
  for (let n = 0; n < batch; n++)
    for (let p = 0; p < points; p++) {
      // The grid lists the innermost coordinate first.
      const taps = spatial.map((size, d) => {
        const x = positions[(n * points + p) * rank + rank - 1 - d] as number;
        return tapsAlong(unnormalized(x, size, alignCorners), size, mode, padding, alignCorners);
      });
      for (let c = 0; c < channels; c++)
        out[(n * channels + c) * points + p] = mixed(values, (n * channels + c) * plane, spatial, taps, 0);
    }
  return resultOf(x.type, shape, out);
}

/** Weighted sum over the taps of axis `d` and all axes within it. */
function mixed(
  values: NumericData,
  at: number,
  spatial: Shape,
  taps: readonly ReturnType<typeof tapsAlong>[],
  d: number,
): number {
  const tap = taps[d];
  if (!tap) return values[at] as number;
  const inner = elementCount(spatial.slice(d + 1));
  let sum = 0;
  tap.at.forEach((element, i) => {
    if (element >= 0) sum += (tap.weights[i] as number) * mixed(values, at + element * inner, spatial, taps, d + 1);
  });
  return sum;
}

/** Names of opset 16 and since 20. */
const MODES: Readonly<Record<string, Interpolation>> = {
  linear: 'linear',
  bilinear: 'linear',
  nearest: 'nearest',
  cubic: 'cubic',
  bicubic: 'cubic',
};

/** Samples an image at the positions of a grid. */
export const gridSample = {
  id: 'GridSample',
  sinceOpset: 16,
  bind(attributes) {
    const read = new AttributeReader('GridSample', attributes);
    const mode = MODES[read.string('mode') ?? 'linear'];
    if (!mode) throw badAttribute('GridSample', 'mode', `is '${read.string('mode')}'`);
    const padding = read.oneOf<Padding>('padding_mode', ['zeros', 'border', 'reflection']);
    const alignCorners = read.flag('align_corners');
    const perAxis = { nearest: 1, linear: 2, cubic: 4 }[mode];
    return {
      infer: ([x, grid]) => [value(x?.type, x?.shape && grid?.shape && sampledDims(x.shape, grid.shape))],
      cost: ([x], [y]) => ({ kind: 'resize', extraOps: 2 * perAxis ** ((x?.shape.length ?? 2) - 2) * sizeOf(y) }),
      run: (inputs) => [
        sampled(
          given('GridSample', inputs, 0, 'X'),
          given('GridSample', inputs, 1, 'grid'),
          mode,
          padding,
          alignCorners,
        ),
      ],
    };
  },
} as const satisfies OpDef;

/** A sampling grid: every position of an image of the given size, moved by the sample's affine matrix. */
export const affineGrid = {
  id: 'AffineGrid',
  sinceOpset: 20,
  bind(attributes) {
    const alignCorners = new AttributeReader('AffineGrid', attributes).flag('align_corners');
    /** Centre of element i of `size` in −1 … 1. */
    const centre = (i: number, size: number) =>
      alignCorners ? (size === 1 ? 0 : -1 + (2 * i) / (size - 1)) : (2 * i + 1) / size - 1;
    return {
      infer([theta, size]) {
        const sizes = size?.constant && listOf(size.constant);
        if (sizes) return [value(theta?.type, [sizes[0] ?? 0, ...sizes.slice(2), sizes.length - 2])];
        const spatial = openDims(theta?.shape?.[1]);
        return [value(theta?.type, spatial && [theta?.shape?.[0] ?? OPEN_SIZE, ...spatial, spatial.length])];
      },
      cost: ([theta], [y]) => ({ kind: 'elementwise', extraOps: 2 * (theta?.shape[2] ?? 0) * sizeOf(y) }),
      run(inputs) {
        const theta = given('AffineGrid', inputs, 0, 'theta');
        const [batch = 0, , ...spatial] = listOf(given('AffineGrid', inputs, 1, 'size'));
        const rank = spatial.length;
        if (!isKnown(theta.shape) || theta.shape[1] !== rank || theta.shape[2] !== rank + 1)
          throw incompatibleShapes('AffineGrid', 'the matrices do not fit the size', [theta.shape, spatial]);
        const matrix = numbersOf(theta);
        const points = elementCount(spatial);
        const out = new Float64Array(batch * points * rank);
        for (let p = 0; p < points; p++) {
          let rest = p;
          const position = new Array<number>(rank + 1).fill(1);
          for (let d = rank - 1; d >= 0; d--) {
            const size = spatial[d] as number;
            position[rank - 1 - d] = centre(rest % size, size);
            rest = Math.floor(rest / size);
          }
          for (let n = 0; n < batch; n++)
            for (let row = 0; row < rank; row++) {
              const from = (n * rank + row) * (rank + 1);
              out[(n * points + p) * rank + row] = position.reduce(
                (s, v, k) => s + v * (matrix[from + k] as number),
                0,
              );
            }
        }
        return [resultOf(theta.type, [batch, ...spatial, rank], out)];
      },
    };
  },
} as const satisfies OpDef;
