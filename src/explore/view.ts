/**
 * Pure helpers for whoever shows an exploration: the one file of this room the page may import values from. Nothing here
 * may reach parsers, kernels or exporters.
 */
import { front, hypervolume, knee } from '../search/index.ts';
import { feasibility } from './constraints.ts';
import type { DesignPoint } from './design-point.ts';
import type { Constraint } from './exploration.ts';
import { figureValue, minimized, objectives, QUALITY } from './objectives.ts';

export type { Feasibility } from './constraints.ts';
export { feasibility, formatConstraint, parseConstraint, totalViolation, violation } from './constraints.ts';
export type { Objective } from './objectives.ts';
export { figureValue, minimized, objectives, QUALITY, valueText } from './objectives.ts';
export type { ShareState } from './share/state.ts';

/** Indices of points that have every axis and meet the constraints, with their minimized coordinates. */
function placed(points: readonly DesignPoint[], axes: readonly string[], constraints: readonly Constraint[]) {
  const indices: number[] = [];
  const coordinates: number[][] = [];
  points.forEach((point, index) => {
    const place = axes.map((axis) => minimized(point, axis));
    if (place.every((x) => x !== undefined) && feasibility(point, constraints) === 'yes') {
      indices.push(index);
      coordinates.push(place);
    }
  });
  return { indices, coordinates };
}

/**
 * Indices of the Pareto front for the chosen axes, in the order of the first axis from its good end. Only points that meet
 * the constraints (unknown never does) and have a value on every axis; equal points once.
 */
export function frontOf(
  points: readonly DesignPoint[],
  axes: readonly string[],
  constraints: readonly Constraint[] = [],
): number[] {
  const { indices, coordinates } = placed(points, axes, constraints);
  return front(coordinates).map((i) => indices[i] as number);
}

/** Index of the knee of the front over two axes; `undefined` if there is none (fewer than three points, or no bulge). */
export function kneeOf(
  points: readonly DesignPoint[],
  axes: readonly [string, string],
  constraints: readonly Constraint[] = [],
): number | undefined {
  const { indices, coordinates } = placed(points, axes, constraints);
  const at = knee(coordinates);
  return at === undefined ? undefined : indices[at];
}

/** Lowest and highest known value; `undefined` if no point has one. */
export function extentOf(points: readonly DesignPoint[], objective: string): readonly [number, number] | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const point of points) {
    const value = figureValue(point, objective);
    if (value === undefined) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : undefined;
}

/** A quality that takes fewer values than this tells designs apart too coarsely to draw a front. */
const LEAST_LEVELS = 3;

/**
 * The quality axis the points have: accuracy, else agreement, else SQNR; one that hardly takes two values (a network that
 * gives generated samples all the same label) is passed over if a later one says more.
 */
export function qualityOf(points: readonly DesignPoint[]): string | undefined {
  const levels = (id: string): number => new Set(points.flatMap((point) => figureValue(point, id) ?? [])).size;
  return QUALITY.find((id) => levels(id) >= LEAST_LEVELS) ?? QUALITY.find((id) => levels(id) > 0);
}

/** Costs worth an axis, in order of preference. */
const COSTS: readonly string[] = ['flashBytes', 'latencySeconds', 'energyJoules', 'peakRamBytes'];
/** Says how narrow a design is where no cost of the target tells. */
const FALLBACK = 'meanWeightBits';
/** Another cost must spread this many times wider than flash to take its place. */
const PREFERENCE = 1.5;

/** Of the costs the points have, those that differ between points by more than 0.5 %, the widest spread first; else mean bits. */
export function varyingCosts(points: readonly DesignPoint[]): string[] {
  const spread = (id: string): number => {
    const extent = extentOf(points, id);
    if (!extent || extent[0] <= 0) return 1;
    return (extent[1] / extent[0]) ** (id === COSTS[0] ? PREFERENCE : 1);
  };
  const varying = COSTS.filter((id) => spread(id) > 1.005).sort((a, b) => spread(b) - spread(a));
  return varying.length === 0 && spread(FALLBACK) > 1.005 ? [FALLBACK] : varying;
}

/** How many times cheaper the cheapest design is than the one of best quality: what giving up quality can buy. */
function saving(points: readonly DesignPoint[], cost: string, quality: string): number {
  const least = extentOf(points, cost)?.[0];
  let best: DesignPoint | undefined;
  for (const point of points) {
    const worth = minimized(point, quality);
    if (worth === undefined || figureValue(point, cost) === undefined) continue;
    if (best === undefined || worth < (minimized(best, quality) as number)) best = point;
  }
  const reference = best && figureValue(best, cost);
  return reference === undefined || least === undefined || least <= 0 ? 1 : reference / least;
}

/**
 * The axes a first plot shows: [cost, quality]. The cost is the one that giving up quality saves most of. On microcontrollers
 * that is flash: weights narrower than 8 bits are unpacked there, so their latency does not fall with the widths.
 */
export function defaultAxes(points: readonly DesignPoint[]): readonly [string, string] | undefined {
  const quality = qualityOf(points);
  if (quality === undefined) return undefined;
  const weight = (id: string): number => saving(points, id, quality) ** (id === COSTS[0] ? PREFERENCE : 1);
  const [widest] = varyingCosts(points).sort((a, b) => weight(b) - weight(a));
  const cost = widest ?? COSTS.find((id) => extentOf(points, id) !== undefined);
  return cost === undefined ? undefined : [cost, quality];
}

/**
 * Hypervolume over two or more axes, each scaled so that 0 is the best known value and 1 the worst of all points, with
 * reference 1.1: comparable within one exploration. `undefined` if no point has every axis.
 */
export function hypervolumeOf(
  points: readonly DesignPoint[],
  axes: readonly string[],
  constraints: readonly Constraint[] = [],
): number | undefined {
  const all = placed(points, axes, []).coordinates;
  if (all.length === 0) return undefined;
  const low = axes.map((_, m) => Math.min(...all.map((p) => p[m] as number)));
  const size = axes.map((_, m) => Math.max(...all.map((p) => p[m] as number)) - (low[m] as number) || 1);
  const met = placed(points, axes, constraints).coordinates;
  const unit = met.map((p) => p.map((x, m) => (x - (low[m] as number)) / (size[m] as number)));
  return hypervolume(
    unit,
    axes.map(() => 1.1),
  ).value;
}

/** Counts in equal bins over [low, high]; values outside and unknown ones (NaN) are left out. */
export function binCounts(values: ArrayLike<number>, low: number, high: number, bins: number): Uint32Array {
  const counts = new Uint32Array(bins);
  const factor = high > low ? bins / (high - low) : 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!(value >= low && value <= high)) continue;
    const bin = Math.min(bins - 1, Math.floor((value - low) * factor));
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts;
}

/** Density of many points on a grid, row-major from the lowest y: for fields too dense to draw one by one. */
export function binGrid(
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  x: readonly [number, number],
  y: readonly [number, number],
  columns: number,
  rows: number,
): Uint32Array {
  const counts = new Uint32Array(columns * rows);
  const fx = x[1] > x[0] ? columns / (x[1] - x[0]) : 0;
  const fy = y[1] > y[0] ? rows / (y[1] - y[0]) : 0;
  for (let i = 0; i < xs.length; i++) {
    const px = xs[i] as number;
    const py = ys[i] as number;
    if (!(px >= x[0] && px <= x[1] && py >= y[0] && py <= y[1])) continue;
    const column = Math.min(columns - 1, Math.floor((px - x[0]) * fx));
    const row = Math.min(rows - 1, Math.floor((py - y[0]) * fy));
    counts[row * columns + column] = (counts[row * columns + column] as number) + 1;
  }
  return counts;
}

/** Ids of all objectives some point has, in the registry's order: what a table has columns for. */
export const objectivesOf = (points: readonly DesignPoint[]): string[] =>
  objectives.ids().filter((id) => points.some((point) => figureValue(point, id) !== undefined));
