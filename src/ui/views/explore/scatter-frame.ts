import { useMemo } from 'react';
import { figureValue } from '../../../explore/view.ts';
import { useApp } from '../../state/store.ts';
import type { AxisBrush } from '../../state/types.ts';
import type { Rect } from './brush-geometry.ts';
import { type Designs, limitOn } from './designs.ts';
import { familyOf } from './families.ts';
import { type ObjectiveUnit, unitFor } from './objective-units.ts';
import type { PointMark } from './paint-points.ts';
import { defaultDomain, type Extent, type OffScale, offScale, type PlotAxis, plotAxis } from './plot-axis.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Everything the scatter draws, in px of its box. */
export interface ScatterFrame {
  readonly x: PlotAxis;
  readonly y: PlotAxis;
  readonly plot: Rect;
  /** px of each point; NaN where a figure is unknown. */
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  readonly marks: readonly PointMark[];
  readonly off: OffScale;
  readonly zoom: boolean;
}

const MARGIN = { left: 44, right: 14, top: 26, bottom: 36 };

export const plotOf = ({ width, height }: Size): Rect => ({
  left: MARGIN.left,
  top: MARGIN.top,
  right: Math.max(MARGIN.left + 40, width - MARGIN.right),
  bottom: Math.max(MARGIN.top + 40, height - MARGIN.bottom),
});

/** Axes of the window shown: the zoom, or what `defaultDomain` chooses, opened so far that the limits can be seen. */
function axesOf(
  designs: Designs,
  plot: Rect,
  zoom: AxisBrush | undefined,
  compared: readonly string[],
  float?: number,
) {
  const [ox, oy] = designs.axes ?? [];
  if (!ox || !oy) return undefined;
  const kept = [...designs.front, ...compared.flatMap((id) => designs.indexOf.get(id) ?? [])];
  const axis = (objective: typeof ox, range: Extent, shown: Extent | undefined): PlotAxis => {
    const known = (indices: readonly number[]): number[] =>
      indices.flatMap((i) => (designs.points[i] ? (figureValue(designs.points[i], objective.id) ?? []) : []));
    const values = designs.points.flatMap((p) => figureValue(p, objective.id) ?? []);
    const isQuality = objective.id === 'accuracy' || objective.id === 'agreement';
    const keep = [...known(kept), ...(isQuality && float !== undefined && values.length > 0 ? [float] : [])];
    const all = keep.length > 0 ? [...values, ...keep.slice(-1)] : values;
    const unit = designs.units.get(objective.id) ?? unitFor(objective, values);
    return plotAxis(unit as ObjectiveUnit, shown ?? defaultDomain(all, keep, objective), range);
  };
  return {
    x: axis(ox, [plot.left, plot.right], zoom?.x),
    y: axis(oy, [plot.bottom, plot.top], zoom?.y),
  };
}

export function useFrame(designs: Designs, size: Size): ScatterFrame | undefined {
  const zoom = useApp((s) => s.exploration.zoom);
  const dimOutside = useApp((s) => s.exploration.dimOutside);
  const compared = useApp((s) => s.selection.points);
  const floatScore = useApp((s) => s.exploration.header?.floatScore);
  return useMemo(() => {
    const plot = plotOf(size);
    const axes = axesOf(designs, plot, zoom, compared, floatScore);
    if (!axes || size.width === 0) return undefined;
    const { x, y } = axes;
    const { xs, ys, vx, vy } = placesOf(designs, x, y);
    const marks = marksOf(designs, xs, ys, dimOutside);
    return { x, y, plot, xs, ys, marks, off: offScale(vx, vy, x.domain, y.domain), zoom: zoom !== undefined };
  }, [designs, size, zoom, dimOutside, compared, floatScore]);
}

function placesOf({ points }: Designs, x: PlotAxis, y: PlotAxis) {
  const value = (i: number, axis: PlotAxis): number =>
    figureValue(points[i] as (typeof points)[number], axis.objective.id) ?? Number.NaN;
  const vx = Float64Array.from(points, (_, i) => value(i, x));
  const vy = Float64Array.from(points, (_, i) => value(i, y));
  return { vx, vy, xs: vx.map((v) => x.at(v)), ys: vy.map((v) => y.at(v)) };
}

/** Ordinary points first, the front on top. */
function marksOf(designs: Designs, xs: Float64Array, ys: Float64Array, dimOutside: boolean): PointMark[] {
  const ordinary: PointMark[] = [];
  const front: PointMark[] = [];
  designs.points.forEach((point, i) => {
    const x = xs[i] as number;
    const y = ys[i] as number;
    if (Number.isNaN(x) || Number.isNaN(y)) return;
    const outside = designs.meets[i] !== 'yes';
    const isFront = designs.onFront.has(i);
    const { shape, category } = familyOf(point.origin);
    (isFront ? front : ordinary).push({
      x,
      y,
      shape,
      category,
      dimmed: outside && dimOutside,
      front: isFront,
      hollow: isFront && outside,
    });
  });
  return [...ordinary, ...front];
}

/** The limits on both axes, in px. */
export function limitsOf(designs: Designs, frame: ScatterFrame) {
  return [frame.x, frame.y].flatMap((axis) => {
    const limit = limitOn(designs.constraints, axis.objective.id);
    return limit ? [{ axis, limit, at: axis.at(limit.limit), vertical: axis === frame.x }] : [];
  });
}
