import type { AxisBrush } from '../../state/types.ts';
import type { PlotAxis } from './plot-axis.ts';

/** In px of the chart, y downwards. */
export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export type BrushPart = 'nw' | 'ne' | 'sw' | 'se' | 'inside';
type Place = readonly [number, number];

/** Corners are caught this far off, in px. */
const REACH = 8;
const SMALLEST = 6;

export const rectOf = (brush: AxisBrush, x: PlotAxis, y: PlotAxis): Rect => ({
  left: x.at(brush.x[0]),
  right: x.at(brush.x[1]),
  top: y.at(brush.y[1]),
  bottom: y.at(brush.y[0]),
});

export const brushOf = (rect: Rect, x: PlotAxis, y: PlotAxis): AxisBrush => ({
  x: [x.from(rect.left), x.from(rect.right)],
  y: [y.from(rect.bottom), y.from(rect.top)],
});

export const rectBetween = ([x0, y0]: Place, [x1, y1]: Place): Rect => ({
  left: Math.min(x0, x1),
  right: Math.max(x0, x1),
  top: Math.min(y0, y1),
  bottom: Math.max(y0, y1),
});

/** What of the brush is at a place; undefined: nothing. */
export function partAt(rect: Rect, [x, y]: Place): BrushPart | undefined {
  const near = (a: number, b: number): boolean => Math.abs(a - b) <= REACH;
  const vertical = near(y, rect.top) ? 'n' : near(y, rect.bottom) ? 's' : undefined;
  const horizontal = near(x, rect.left) ? 'w' : near(x, rect.right) ? 'e' : undefined;
  if (vertical && horizontal) return `${vertical}${horizontal}`;
  return x >= rect.left && x <= rect.right && y >= rect.top && y <= rect.bottom ? 'inside' : undefined;
}

/** Moves the whole rectangle, or the corner, kept inside `bounds`. Corners pulled past each other swap. */
export function dragged(rect: Rect, part: BrushPart, [dx, dy]: Place, bounds: Rect): Rect {
  if (part === 'inside') return shifted(rect, [dx, dy], bounds);
  const clampX = (x: number): number => Math.max(bounds.left, Math.min(bounds.right, x));
  const clampY = (y: number): number => Math.max(bounds.top, Math.min(bounds.bottom, y));
  const left = part.endsWith('w') ? clampX(rect.left + dx) : rect.left;
  const right = part.endsWith('e') ? clampX(rect.right + dx) : rect.right;
  const top = part.startsWith('n') ? clampY(rect.top + dy) : rect.top;
  const bottom = part.startsWith('s') ? clampY(rect.bottom + dy) : rect.bottom;
  return rectBetween([left, top], [right, bottom]);
}

function shifted(rect: Rect, [dx, dy]: Place, bounds: Rect): Rect {
  const x = Math.max(bounds.left - rect.left, Math.min(bounds.right - rect.right, dx));
  const y = Math.max(bounds.top - rect.top, Math.min(bounds.bottom - rect.bottom, dy));
  return { left: rect.left + x, right: rect.right + x, top: rect.top + y, bottom: rect.bottom + y };
}

/** Keys: arrows move by `step` px; `grow` moves the lower right corner instead, never below a smallest size. */
export function nudged(rect: Rect, [dx, dy]: Place, how: 'move' | 'grow', bounds: Rect): Rect {
  if (how === 'move') return shifted(rect, [dx, dy], bounds);
  return {
    ...rect,
    right: Math.max(rect.left + SMALLEST, Math.min(bounds.right, rect.right + dx)),
    bottom: Math.max(rect.top + SMALLEST, Math.min(bounds.bottom, rect.bottom + dy)),
  };
}

/** Whether values lie in the brush; unknown (NaN) never does. */
export const inBrush = (brush: AxisBrush, x: number, y: number): boolean =>
  x >= brush.x[0] && x <= brush.x[1] && y >= brush.y[0] && y <= brush.y[1];

/** The window scaled by 1 / `factor` around a place, in px; converted by the axes so that log axes zoom evenly. */
export function zoomed(window: Rect, factor: number, [x, y]: Place): Rect {
  return {
    left: x - (x - window.left) / factor,
    right: x + (window.right - x) / factor,
    top: y - (y - window.top) / factor,
    bottom: y + (window.bottom - y) / factor,
  };
}
