import type { DesignPoint } from '../../../explore/index.ts';
import { extentOf, figureValue, type Objective } from '../../../explore/view.ts';
import { type Extent, wantsLog } from './plot-axis.ts';

/** One vertical axis of the parallel coordinates: better is up, whatever the objective. */
export interface ParallelAxis {
  readonly objective: Objective;
  /** px from the left. */
  readonly x: number;
  readonly extent: Extent;
  /** Value at the upper, at the lower end. */
  readonly ends: Extent;
  at(value: number): number;
  from(px: number): number;
}

/** Axes between `left` and `right`, values between `top` and `bottom` px. Wide spreads are logarithmic. */
export function parallelAxes(
  points: readonly DesignPoint[],
  objectives: readonly Objective[],
  box: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number },
): readonly ParallelAxis[] {
  const gap = objectives.length > 1 ? (box.right - box.left) / (objectives.length - 1) : 0;
  return objectives.map((objective, i) => {
    const extent = extentOf(points, objective.id) ?? [0, 1];
    const log = wantsLog(extent);
    const place = (v: number): number => (log ? Math.log(v) : v);
    const ends: Extent = objective.direction === 'max' ? [extent[1], extent[0]] : extent;
    const [up, down] = [place(ends[0]), place(ends[1])];
    const size = down - up;
    return {
      objective,
      x: box.left + i * gap,
      extent,
      ends,
      at: (value) =>
        size === 0 ? (box.top + box.bottom) / 2 : box.top + ((place(value) - up) / size) * (box.bottom - box.top),
      from: (px) => {
        const share = Math.max(0, Math.min(1, (px - box.top) / (box.bottom - box.top)));
        // Exactly the end, so that a limit dragged there is no limit.
        if (share === 1) return ends[1];
        const v = up + share * size;
        return log ? Math.exp(v) : v;
      },
    };
  });
}

/** px of a point on each axis; undefined where its figure is unknown: the line has a gap there. */
export const courseOf = (point: DesignPoint, axes: readonly ParallelAxis[]): readonly (number | undefined)[] =>
  axes.map((axis) => {
    const value = figureValue(point, axis.objective.id);
    return value === undefined ? undefined : axis.at(value);
  });

/** SVG path through the known values. */
export function coursePath(axes: readonly ParallelAxis[], course: readonly (number | undefined)[]): string {
  let path = '';
  let pen = false;
  course.forEach((y, i) => {
    if (y === undefined) pen = false;
    else {
      path += `${pen ? 'L' : 'M'}${axes[i]?.x.toFixed(1)},${y.toFixed(1)}`;
      pen = true;
    }
  });
  return path;
}

/** Drag on an axis from the worse end: the limit at px, or none at the very end. */
export function limitAt(axis: ParallelAxis, px: number): number | undefined {
  const value = axis.from(px);
  return value === axis.ends[1] || axis.extent[0] === axis.extent[1] ? undefined : value;
}
