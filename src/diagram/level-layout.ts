import { columnsOf } from './columns.ts';
import { BOX } from './diagram.ts';
import { type Lanes, lanesOf } from './lanes.ts';
import { type Level, type LevelDrawing, ranksOf } from './level.ts';
import { orderRows } from './row-order.ts';
import { type Slots, slotsOf } from './slots.ts';
import type { Steps } from './steps.ts';

/** Between ends of links on the upper edge of one box, px. */
const PORT = 16;
/** From the edge of a row to the first horizontal line of a lane, and to the next, px. */
const LANE_DROP = 7;
const LANE_STEP = 5;

/** Places the items of one level in rows and routes its links. */
export function* layoutLevel(level: Level): Steps<LevelDrawing> {
  const ranks = ranksOf(level);
  const large = level.count > 512;
  if (large) yield;
  const slots = slotsOf(level, ranks);
  if (large) yield;
  yield* orderRows(slots);
  const x = yield* columnsOf(level, ranks, slots);
  const lanes = lanesOf(level, slots, x);
  if (large) yield;
  const rows = rowHeights(level, slots);
  const y = new Float64Array(level.count);
  for (let i = 0; i < level.count; i++) {
    const r = slots.rank[i]!;
    y[i] = rows.top[r]! + Math.round((rows.bottom[r]! - rows.top[r]! - level.height[i]!) / 2);
  }
  const routed = yield* new Router(level, slots, lanes, x, y, rows).all();
  if (large) yield;
  const { left, right } = sides(level, x, routed.points);
  for (let i = 0; i < x.length; i++) x[i]! -= left;
  for (let i = 0; i < routed.points.length; i += 2) routed.points[i]! -= left;
  return { width: right - left, height: rows.height, x: x.subarray(0, level.count), y, ...routed };
}

interface Rows {
  readonly top: Float64Array;
  readonly bottom: Float64Array;
  readonly height: number;
}

function rowHeights(level: Level, slots: Slots): Rows {
  const count = slots.row.start.length - 1;
  const top = new Float64Array(count);
  const bottom = new Float64Array(count);
  for (let i = 0; i < level.count; i++) {
    const r = slots.rank[i]!;
    bottom[r] = Math.max(bottom[r]!, level.height[i]!);
  }
  const firstBoxes = level.entries > 0 ? 1 : 0;
  const lastBoxes = level.exits > 0 ? count - 2 : count - 1;
  let y = level.entries > 0 ? 0 : level.top;
  for (let r = 0; r < count; r++) {
    if (r === firstBoxes) y = level.top;
    top[r] = y;
    bottom[r]! += y;
    y = bottom[r]! + (r === lastBoxes ? level.bottom : BOX.gapY);
  }
  return {
    top,
    bottom,
    height: count === 0 ? 0 : level.exits > 0 ? bottom[count - 1]! : bottom[count - 1]! + level.bottom,
  };
}

/** Outermost boxes and lines. */
function sides(level: Level, x: Float64Array, points: Float64Array): { left: number; right: number } {
  let left = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < level.count; i++) {
    left = Math.min(left, x[i]! - level.width[i]! / 2);
    right = Math.max(right, x[i]! + level.width[i]! / 2);
  }
  for (let i = 0; i < points.length; i += 2) {
    left = Math.min(left, points[i]!);
    right = Math.max(right, points[i]!);
  }
  return left <= right ? { left: Math.floor(left), right: Math.ceil(right) } : { left: 0, right: 0 };
}

/** Points of every link, without those on a straight line between others. */
class Router {
  readonly #level: Level;
  readonly #slots: Slots;
  readonly #lanes: Lanes;
  readonly #x: Float64Array;
  readonly #y: Float64Array;
  readonly #rows: Rows;
  #points = new Float64Array(64);
  #size = 0;
  #first = 0;

  constructor(level: Level, slots: Slots, lanes: Lanes, x: Float64Array, y: Float64Array, rows: Rows) {
    this.#level = level;
    this.#slots = slots;
    this.#lanes = lanes;
    this.#x = x;
    this.#y = y;
    this.#rows = rows;
  }

  *all(): Steps<{ pointStart: Uint32Array; points: Float64Array }> {
    const links = this.#level.from.length;
    const arrivals = this.#arrivals();
    const pointStart = new Uint32Array(links + 1);
    for (let l = 0; l < links; l++) {
      this.#first = this.#size;
      this.#link(l, arrivals[l]!);
      pointStart[l + 1] = this.#size / 2;
      if ((l & 1023) === 1023) yield;
    }
    return { pointStart, points: this.#points.slice(0, this.#size) };
  }

  #link(l: number, arrival: number): void {
    const { from, to, leaves, height } = this.#level;
    const { rank, firstPass } = this.#slots;
    const { top, bottom } = this.#rows;
    const a = from[l]!;
    const b = to[l]!;
    const x0 = this.#x[a]! + (leaves[l]! || 0);
    const x1 = this.#x[b]! + arrival;
    const ra = rank[a]!;
    const rb = rank[b]!;
    this.#add(x0, this.#y[a]! + height[a]!);
    this.#add(x0, bottom[ra]!);
    const lane = this.#lanes.x[l]!;
    if (!Number.isNaN(lane)) {
      const shift = (this.#lanes.lane[l]! * LANE_STEP) % (BOX.gapY - 2 * LANE_DROP);
      const out = this.#between(ra, LANE_DROP + shift);
      const back = this.#between(rb - 1, LANE_DROP + shift);
      this.#add(x0, out);
      this.#add(lane, out);
      this.#add(lane, back);
      this.#add(x1, back);
    } else if (firstPass[l]! >= 0) {
      for (let r = ra + 1; r < rb; r++) {
        const at = this.#x[firstPass[l]! + r - ra - 1]!;
        this.#add(at, top[r]!);
        this.#add(at, bottom[r]!);
      }
    }
    this.#add(x1, top[rb]!);
    this.#add(x1, this.#y[b]!);
  }

  /** A height in the gap behind a row, never beyond it. */
  #between(r: number, down: number): number {
    const { top, bottom } = this.#rows;
    return Math.min(bottom[r]! + down, (bottom[r]! + 2 * top[r + 1]!) / 3);
  }

  #add(x: number, y: number): void {
    if (this.#points.length < this.#size + 2) {
      const larger = new Float64Array(2 * this.#points.length);
      larger.set(this.#points);
      this.#points = larger;
    }
    const p = this.#points;
    const n = this.#size;
    const inLink = n - this.#first;
    if (inLink > 0 && p[n - 2] === x && p[n - 1] === y) return;
    const straight = inLink > 2 && ((p[n - 4] === x && p[n - 2] === x) || (p[n - 3] === y && p[n - 1] === y));
    const at = straight ? n - 2 : n;
    p[at] = x;
    p[at + 1] = y;
    this.#size = at + 2;
  }

  /** Where links end on their boxes: what comes straight in the middle, others beside it on the side they come from. */
  #arrivals(): Float64Array {
    const { from, to, arrives, leaves, width, count } = this.#level;
    const { firstPass, rank } = this.#slots;
    const offset = new Float64Array(to.length);
    const times = new Int32Array(count);
    for (let l = 0; l < to.length; l++) times[to[l]!]!++;
    const waiting = new Map<number, { link: number; dx: number }[]>();
    for (let l = 0; l < to.length; l++) {
      const b = to[l]!;
      if (!Number.isNaN(arrives[l]!)) offset[l] = arrives[l]!;
      else if (times[b]! > 1 && width[b]! > 4 * PORT) {
        const last = firstPass[l]! + rank[b]! - rank[from[l]!]! - 2;
        const lane = this.#lanes.x[l]!;
        const before = !Number.isNaN(lane)
          ? lane
          : firstPass[l]! < 0
            ? this.#x[from[l]!]! + (leaves[l]! || 0)
            : this.#x[last]!;
        const list = waiting.get(b) ?? [];
        if (list.length === 0) waiting.set(b, list);
        list.push({ link: l, dx: before - this.#x[b]! });
      }
    }
    for (const [b, list] of waiting) spreadArrivals(list, width[b]!, offset);
    return offset;
  }
}

function spreadArrivals(list: { link: number; dx: number }[], width: number, offset: Float64Array): void {
  list.sort((a, b) => a.dx - b.dx || a.link - b.link);
  let middle = list.findIndex((end) => end.dx === 0);
  if (middle < 0) middle = (list.length - 1) / 2;
  const most = Math.max(middle, list.length - 1 - middle);
  const step = Math.min(PORT, (width / 2 - PORT) / Math.max(1, most));
  list.forEach((end, i) => {
    offset[end.link] = Math.round((i - middle) * step);
  });
}
