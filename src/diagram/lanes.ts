import { Heap } from './heap.ts';
import type { Level } from './level.ts';
import type { Slots } from './slots.ts';

/** Long links run in lanes beside the rows they pass: links from one item share a lane, else links to one item. */
export interface Lanes {
  /** Of each link; NaN: not in a lane. */
  readonly x: Float64Array;
  /** Lane number of each link, for a height of its own between rows. */
  readonly lane: Int32Array;
}

/** px. */
const FIRST_LANE = 24;
const LANE = 10;

interface Bundle {
  /** Gaps behind rows that the lane passes, inclusive. */
  first: number;
  last: number;
  readonly links: number[];
  /** Sum of the middles of both ends, to choose a side. */
  sum: number;
}

/** Interval colouring from the top, on each side by itself: a lane is free again behind its last gap. */
export function lanesOf(level: Level, slots: Slots, x: Float64Array): Lanes {
  const count = level.from.length;
  const lanes: Lanes = { x: new Float64Array(count).fill(Number.NaN), lane: new Int32Array(count).fill(-1) };
  const bundles = bundlesOf(level, slots, x);
  if (bundles.length === 0) return lanes;
  const sides = rowSides(slots, x);
  const middle = (Math.min(...minMax(sides.left)) + Math.max(...minMax(sides.right))) / 2;
  for (const right of [true, false]) {
    const here = bundles.filter((b) => b.sum / (2 * b.links.length) >= middle === right);
    const numbers = colours(here);
    here.forEach((bundle, i) => {
      const out = FIRST_LANE + LANE * numbers[i]!;
      const edge = right
        ? reach(sides.right, bundle.first, bundle.last + 1, Math.max) + out
        : reach(sides.left, bundle.first, bundle.last + 1, Math.min) - out;
      for (const link of bundle.links) {
        lanes.x[link] = edge;
        lanes.lane[link] = numbers[i]!;
      }
    });
  }
  return lanes;
}

function bundlesOf({ from, to }: Level, { aside, rank }: Slots, x: Float64Array): Bundle[] {
  const times = new Map<number, number>();
  for (let l = 0; l < from.length; l++) if (aside[l]) times.set(from[l]!, (times.get(from[l]!) ?? 0) + 1);
  const bundles = new Map<number, Bundle>();
  for (let l = 0; l < from.length; l++) {
    if (!aside[l]) continue;
    const key = times.get(from[l]!)! > 1 ? from[l]! : -1 - to[l]!;
    const first = rank[from[l]!]!;
    const last = rank[to[l]!]! - 1;
    let bundle = bundles.get(key);
    if (!bundle) {
      bundle = { first, last, links: [], sum: 0 };
      bundles.set(key, bundle);
    }
    bundle.first = Math.min(bundle.first, first);
    bundle.last = Math.max(bundle.last, last);
    bundle.links.push(l);
    bundle.sum += x[from[l]!]! + x[to[l]!]!;
  }
  return [...bundles.values()].sort((a, b) => a.first - b.first || b.last - a.last);
}

/** Smallest numbers so that bundles which pass the same gap differ. */
function colours(bundles: readonly Bundle[]): number[] {
  const free = new Heap();
  const busy = new Heap();
  const size = bundles.length + 1;
  let used = 0;
  return bundles.map((bundle) => {
    for (let top = busy.top; top !== undefined && Math.floor(top / size) < bundle.first; top = busy.top) {
      busy.pop();
      free.push(top % size);
    }
    let lane = free.top;
    if (lane === undefined) lane = used++;
    else free.pop();
    busy.push(bundle.last * size + lane);
    return lane;
  });
}

function rowSides({ row, width }: Slots, x: Float64Array): { left: Float64Array; right: Float64Array } {
  const rows = row.start.length - 1;
  const left = new Float64Array(rows);
  const right = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    const first = row.item[row.start[r]!]!;
    const last = row.item[row.start[r + 1]! - 1]!;
    left[r] = x[first]! - width[first]! / 2;
    right[r] = x[last]! + width[last]! / 2;
  }
  return { left, right };
}

function minMax(values: Float64Array): [number, number] {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const v of values) {
    if (v < least) least = v;
    if (v > most) most = v;
  }
  return [least, most];
}

function reach(sides: Float64Array, first: number, last: number, pick: (a: number, b: number) => number): number {
  let most = sides[first]!;
  for (let r = first + 1; r <= last; r++) most = pick(most, sides[r]!);
  return most;
}
