import type { Constraint, DesignPoint } from '../../../explore/index.ts';
import { feasibility, minimized } from '../../../explore/view.ts';

/** Reference of `hypervolumeOf`: a tenth beyond the worst known value. */
const REFERENCE = 1.1;

/**
 * Hypervolume over two axes after each evaluation, on the scale of all points (best known value 0, worst 1, reference 1.1),
 * so that the last value equals `hypervolumeOf`. Sweeps the points once and keeps the front sorted.
 */
export function hypervolumeCourse(
  points: readonly DesignPoint[],
  axes: readonly [string, string],
  constraints: readonly Constraint[] = [],
): number[] {
  const known = points.flatMap((p) => {
    const at = axes.map((axis) => minimized(p, axis));
    return at.every((v) => v !== undefined) ? [at as number[]] : [];
  });
  const low = [0, 1].map((m) => known.reduce((a, p) => Math.min(a, p[m] as number), Number.POSITIVE_INFINITY));
  const high = [0, 1].map((m) => known.reduce((a, p) => Math.max(a, p[m] as number), Number.NEGATIVE_INFINITY));
  const front: (readonly [number, number])[] = [];
  let area = 0;
  return points.map((point) => {
    const place = axes.map((axis, m) => {
      const value = minimized(point, axis);
      const size = (high[m] as number) - (low[m] as number) || 1;
      return value === undefined ? Number.NaN : (value - (low[m] as number)) / size;
    });
    const [x = Number.NaN, y = Number.NaN] = place;
    if (!Number.isNaN(x) && !Number.isNaN(y) && feasibility(point, constraints) === 'yes' && enter(front, x, y))
      area = areaOf(front);
    return area;
  });
}

/** Puts a point into the front (x rising, y falling); false if it is dominated. */
function enter(front: (readonly [number, number])[], x: number, y: number): boolean {
  let low = 0;
  let high = front.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((front[middle]?.[0] ?? 0) <= x) low = middle + 1;
    else high = middle;
  }
  const before = front[low - 1];
  if (before && before[1] <= y) return false;
  const start = before && before[0] === x ? low - 1 : low;
  let end = low;
  while (end < front.length && (front[end]?.[1] ?? 0) >= y) end++;
  front.splice(start, end - start, [x, y]);
  return true;
}

function areaOf(front: readonly (readonly [number, number])[]): number {
  let area = 0;
  front.forEach(([x, y], i) => {
    const right = front[i + 1]?.[0] ?? REFERENCE;
    area += (right - x) * (REFERENCE - y);
  });
  return area;
}
