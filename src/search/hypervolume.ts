import { Random } from '../base/index.ts';
import { front } from './pareto.ts';

/** Volume dominated by a set of points within a reference corner; `standardError` is 0 where it was computed exactly. */
export interface Hypervolume {
  readonly value: number;
  readonly standardError: number;
}

export interface SamplingOptions {
  readonly samples?: number;
  readonly seed?: number;
}

/**
 * Hypervolume of points (all objectives minimized) with respect to `reference` (methods F.3). Points that do not lie
 * strictly inside the reference in every objective contribute 0. Exact for up to three objectives: a sweep for two,
 * slices for three; beyond that a Monte Carlo estimate (default 1e5 samples) with its standard error.
 */
export function hypervolume(
  points: readonly (readonly number[])[],
  reference: readonly number[],
  options: SamplingOptions = {},
): Hypervolume {
  const inside = points.filter((p) => reference.every((r, m) => (p[m] as number) < r));
  if (inside.length === 0) return { value: 0, standardError: 0 };
  const kept = front(inside).map((i) => inside[i] as readonly number[]);
  const [r1 = 0, r2 = 0, r3 = 0] = reference;
  switch (reference.length) {
    case 1:
      return { value: r1 - Math.min(...kept.map((p) => p[0] as number)), standardError: 0 };
    case 2:
      return { value: area(kept, r1, r2), standardError: 0 };
    case 3:
      return { value: volume(kept, r1, r2, r3), standardError: 0 };
    default:
      return sampled(kept, reference, options);
  }
}

/** Points in order of their first objective, none dominated in the first two. */
function area(points: readonly (readonly number[])[], r1: number, r2: number): number {
  let sum = 0;
  let height = r2;
  for (const [x = 0, y = 0] of points) {
    if (y >= height) continue;
    sum += (r1 - x) * (height - y);
    height = y;
  }
  return sum;
}

/** Slices between successive third objectives: each is the area of all points at or below it. */
function volume(points: readonly (readonly number[])[], r1: number, r2: number, r3: number): number {
  const byDepth = points.slice().sort((a, b) => (a[2] as number) - (b[2] as number));
  let sum = 0;
  const active: (readonly number[])[] = [];
  for (let k = 0; k < byDepth.length; k++) {
    const point = byDepth[k] as readonly number[];
    const at = active.findIndex(
      (p) => (p[0] as number) > (point[0] as number) || (p[0] === point[0] && (p[1] as number) > (point[1] as number)),
    );
    active.splice(at < 0 ? active.length : at, 0, point);
    const next = (byDepth[k + 1]?.[2] ?? r3) - (point[2] as number);
    if (next > 0) sum += area(active, r1, r2) * next;
  }
  return sum;
}

/** Hits of uniform points in the box between the ideal corner and the reference. */
function sampled(
  points: readonly (readonly number[])[],
  reference: readonly number[],
  options: SamplingOptions,
): Hypervolume {
  const samples = options.samples ?? 100_000;
  const random = new Random(options.seed ?? 1);
  const low = reference.map((_, m) => Math.min(...points.map((p) => p[m] as number)));
  const size = reference.map((r, m) => r - (low[m] as number));
  const box = size.reduce((product, side) => product * side, 1);
  const probe = new Float64Array(reference.length);
  let hits = 0;
  for (let s = 0; s < samples; s++) {
    for (let m = 0; m < probe.length; m++) probe[m] = (low[m] as number) + random.unit() * (size[m] as number);
    if (points.some((p) => p.every((x, m) => x <= (probe[m] as number)))) hits++;
  }
  const share = hits / samples;
  return { value: share * box, standardError: Math.sqrt((share * (1 - share)) / samples) * box };
}
