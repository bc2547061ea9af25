import { binGrid } from '../../../explore/view.ts';
import { heatColor, type Theme } from '../../charts/index.ts';
import { type Shape, shapePath } from './families.ts';

/** From here on single points no longer tell anything: the field is binned by density (look.md, charts). */
export const DENSITY_FROM = 20_000;
const CELL = 6;
const DIMMED = 0.28;
const RADIUS = 3;
const FRONT_RADIUS = 3.8;
/** Points painted in one turn: a few milliseconds. */
const CHUNK = 1500;

/** A mark as it is drawn; `x`, `y` in px. */
export interface PointMark {
  readonly x: number;
  readonly y: number;
  readonly shape: Shape;
  readonly category: number;
  readonly dimmed: boolean;
  readonly front: boolean;
  /** Outline only: on the front, but outside the limits. */
  readonly hollow: boolean;
}

export const markRadius = (mark: PointMark): number => (mark.front ? FRONT_RADIUS : RADIUS);
export const markOpacity = (mark: PointMark): number => (mark.dimmed && !mark.front ? DIMMED : 1);

export interface Plot {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Paints marks in chunks, one per frame after the first, so that no turn takes long. Returns how to stop. */
export function paintPoints(canvas: HTMLCanvasElement, marks: readonly PointMark[], plot: Plot): () => void {
  const context = canvas.getContext('2d');
  if (!context) return () => undefined;
  clear(canvas, context);
  context.beginPath();
  context.rect(plot.left, plot.top, plot.right - plot.left, plot.bottom - plot.top);
  context.clip();
  const style = getComputedStyle(canvas);
  const colors = [0, 1, 2, 3, 4].map((i) => style.getPropertyValue(`--cat${i}`).trim());
  const ground = style.getPropertyValue('--bg').trim();
  const paths = new Map<string, Path2D>();
  const pathOf = (shape: Shape, r: number): Path2D => {
    const key = `${shape}${r}`;
    const known = paths.get(key) ?? new Path2D(shapePath(shape, r));
    paths.set(key, known);
    return known;
  };
  let next = 0;
  let frame = 0;
  const turn = (): void => {
    const end = Math.min(marks.length, next + CHUNK);
    for (; next < end; next++) {
      const mark = marks[next] as PointMark;
      const color = colors[mark.category] ?? '';
      context.save();
      context.translate(mark.x, mark.y);
      context.globalAlpha = markOpacity(mark);
      const path = pathOf(mark.shape, markRadius(mark));
      context.fillStyle = mark.hollow ? ground : color;
      context.fill(path);
      if (mark.hollow) {
        context.strokeStyle = color;
        context.lineWidth = 1.4;
        context.stroke(path);
      }
      context.restore();
    }
    if (next < marks.length) frame = requestAnimationFrame(turn);
  };
  turn();
  return () => cancelAnimationFrame(frame);
}

export interface DensityCell {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly color: string;
}

/** Cells of 6 px, coloured by the square root of their count. */
export function densityCells(
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  plot: Plot,
  theme: Theme,
): readonly DensityCell[] {
  const columns = Math.max(1, Math.ceil((plot.right - plot.left) / CELL));
  const rows = Math.max(1, Math.ceil((plot.bottom - plot.top) / CELL));
  const x = [plot.left, plot.left + columns * CELL] as const;
  const y = [plot.top, plot.top + rows * CELL] as const;
  const counts = binGrid(xs, ys, x, y, columns, rows);
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  const cells: DensityCell[] = [];
  counts.forEach((count, i) => {
    if (count === 0) return;
    const color = heatColor(Math.sqrt(count / most), theme);
    cells.push({ x: x[0] + (i % columns) * CELL, y: y[0] + Math.floor(i / columns) * CELL, size: CELL, color });
  });
  return cells;
}

export function paintDensity(canvas: HTMLCanvasElement, cells: readonly DensityCell[]): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  clear(canvas, context);
  for (const cell of cells) {
    context.fillStyle = cell.color;
    context.fillRect(cell.x, cell.y, cell.size, cell.size);
  }
}

/** Sizes the canvas to its box in device pixels and empties it; units are CSS px from here on. */
export function clear(canvas: HTMLCanvasElement, context: CanvasRenderingContext2D): void {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(canvas.clientWidth * ratio);
  canvas.height = Math.round(canvas.clientHeight * ratio);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
}
