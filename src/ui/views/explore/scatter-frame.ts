import { useMemo } from 'react';
import { figureValue } from '../../../explore/view.ts';
import { useApp } from '../../state/store.ts';
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

interface Window {
  readonly x: Extent;
  readonly y: Extent;
}

/** What both axes show without zoom: see `defaultDomain`; the front, what is compared and the float model are inside. */
function windowOf(designs: Designs, compared: readonly string[], float: number | undefined): Window | undefined {
  if (!designs.axes) return undefined;
  const kept = [...designs.front, ...compared.flatMap((id) => designs.indexOf.get(id) ?? [])];
  const [x, y] = designs.axes.map((objective): Extent => {
    const values = designs.points.flatMap((p) => figureValue(p, objective.id) ?? []);
    const reference = objective.id === 'accuracy' && float !== undefined && values.length > 0 ? [float] : [];
    const keep = kept.flatMap((i) => designs.points[i]?.objectives[objective.id]?.value ?? []);
    return defaultDomain([...values, ...reference], [...keep, ...reference], objective);
  });
  return x && y ? { x, y } : undefined;
}

export function useFrame(designs: Designs, size: Size): ScatterFrame | undefined {
  const zoom = useApp((s) => s.exploration.zoom);
  const dimOutside = useApp((s) => s.exploration.dimOutside);
  const compared = useApp((s) => s.selection.points);
  const floatScore = useApp((s) => s.exploration.header?.floatScore);
  const shown = useMemo(() => zoom ?? windowOf(designs, compared, floatScore), [designs, compared, floatScore, zoom]);
  // As numbers, so that another selection with the same window draws nothing anew.
  const [x0, x1, y0, y1] = shown ? [...shown.x, ...shown.y] : [];
  const zoomed = zoom !== undefined;
  return useMemo(() => {
    const [ox, oy] = designs.axes ?? [];
    if (!ox || !oy || size.width === 0) return undefined;
    if (x0 === undefined || x1 === undefined || y0 === undefined || y1 === undefined) return undefined;
    const plot = plotOf(size);
    const unit = (objective: typeof ox): ObjectiveUnit => designs.units.get(objective.id) ?? unitFor(objective, []);
    const x = plotAxis(unit(ox), [x0, x1], [plot.left, plot.right]);
    const y = plotAxis(unit(oy), [y0, y1], [plot.bottom, plot.top]);
    const { xs, ys, vx, vy } = placesOf(designs, x, y);
    const marks = marksOf(designs, xs, ys, dimOutside);
    return { x, y, plot, xs, ys, marks, off: offScale(vx, vy, x.domain, y.domain), zoom: zoomed };
  }, [designs, size, x0, x1, y0, y1, zoomed, dimOutside]);
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
