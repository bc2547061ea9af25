import type { Shape } from '../ir/index.ts';

/**
 * How the elements of a graph tensor lie in memory. The tensor's elements have a row-major number; memory is a nest of loops,
 * outermost first, each moving that number by `stride`, `size` times. Loops of size 1 are left out.
 *
 * Reshape does not change the row-major numbers, so it changes nothing here; Transpose renumbers. So both cost nothing
 * at run time until a kernel needs a certain order.
 */
export interface Loop {
  readonly stride: number;
  readonly size: number;
  /** Only while a network input is not placed yet: the stride in the input's own row-major numbers. */
  readonly source?: number;
}
export type AxisOrder = readonly Loop[];

export const rowMajorStrides = (shape: Shape): number[] => {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis] as number;
  }
  return strides;
};

/** Memory order of a tensor whose axes are nested in this order. */
export function ordered(shape: Shape, axes: readonly number[]): AxisOrder {
  const strides = rowMajorStrides(shape);
  return axes
    .filter((axis) => (shape[axis] as number) > 1)
    .map((axis) => ({ stride: strides[axis] as number, size: shape[axis] as number }));
}

export const allAxes = (shape: Shape): number[] => shape.map((_, i) => i);

/** The order kernels on maps use: [1, C, …] lies as [… , C]; other ranks as they are. The leading batch axis is left out. */
export function kernelAxes(shape: Shape): number[] {
  const axes = allAxes(shape);
  if (shape.length === 4 || (shape.length === 5 && shape[0] === 1)) return [...axes.slice(2), 1];
  return shape.length > 1 && shape[0] === 1 ? axes.slice(1) : axes;
}

/** Adjacent loops that run as one are written as one: equal orders become equal lists. */
export function merged(order: AxisOrder): Loop[] {
  const out: Loop[] = [];
  for (const loop of order) {
    const last = out.at(-1);
    const joins =
      last !== undefined &&
      last.stride === loop.stride * loop.size &&
      (last.source === undefined || last.source === (loop.source ?? Number.NaN) * loop.size);
    if (joins) out[out.length - 1] = { ...loop, size: last.size * loop.size };
    else out.push(loop);
  }
  return out;
}

export const sameOrder = (a: AxisOrder, b: AxisOrder): boolean => {
  const [x, y] = [merged(a), merged(b)];
  return x.length === y.length && x.every((l, i) => l.stride === y[i]?.stride && l.size === y[i]?.size);
};

/** Splits loops at these strides; undefined where a loop cannot be split there. */
export function split(order: AxisOrder, strides: Iterable<number>): Loop[] | undefined {
  let loops: Loop[] = [...order];
  for (const at of [...new Set(strides)].sort((a, b) => a - b)) {
    const next: Loop[] = [];
    for (const loop of loops) {
      const end = loop.stride * loop.size;
      if (at <= loop.stride || at >= end) {
        next.push(loop);
        continue;
      }
      if (at % loop.stride !== 0 || end % at !== 0) return undefined;
      const inner = at / loop.stride;
      const source = loop.source;
      next.push({ stride: at, size: loop.size / inner, ...(source === undefined ? {} : { source: source * inner }) });
      next.push({ ...loop, size: inner });
    }
    loops = next;
  }
  return loops;
}

/** Renumbers for a tensor of `shape` whose axes are permuted; undefined where loops run across axes unevenly. */
export function permuted(order: AxisOrder, shape: Shape, axes: readonly number[]): Loop[] | undefined {
  const strides = rowMajorStrides(shape);
  const loops = split(order, strides);
  if (!loops) return undefined;
  const newStrides = rowMajorStrides(axes.map((a) => shape[a] as number));
  const out: Loop[] = [];
  for (const loop of loops) {
    const axis = shape.findIndex((size, a) => {
      const stride = strides[a] as number;
      return size > 1 && loop.stride >= stride && loop.stride * loop.size <= stride * size;
    });
    if (axis < 0 || loop.stride % (strides[axis] as number) !== 0) return undefined;
    const to = newStrides[axes.indexOf(axis)] as number;
    out.push({ ...loop, stride: (loop.stride / (strides[axis] as number)) * to });
  }
  return out;
}

/** The graph axes in memory order, if each lies whole and once; undefined otherwise. Axes of size 1 are left out. */
export function axesOf(order: AxisOrder, shape: Shape): number[] | undefined {
  const strides = rowMajorStrides(shape);
  const loops = split(merged(order), strides);
  const axes: number[] = [];
  for (const loop of loops ?? []) {
    const axis = shape.findIndex((size, a) => size > 1 && strides[a] === loop.stride && size === loop.size);
    if (axis < 0) return undefined;
    axes.push(axis);
  }
  return loops ? axes : undefined;
}
