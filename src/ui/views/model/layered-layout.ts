/**
 * Layered drawing of a directed graph, top to bottom: ranks by longest path, order by barycentre sweeps, places by
 * least-squares alignment. Linear in nodes plus edges up to the sorting of each rank, so that it serves deep networks.
 * After Sugiyama, Tagawa, Toda (1981); the placement of one rank is isotonic regression (pool adjacent violators).
 */
export interface Box {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

export interface Link {
  readonly from: string;
  readonly to: string;
}

export interface PlacedBox extends Box {
  /** Of the upper left corner. */
  readonly x: number;
  readonly y: number;
  readonly rank: number;
}

export interface Layout {
  readonly boxes: readonly PlacedBox[];
  /** One per link, in order: points from the lower edge of `from` to the upper edge of `to`. Backward links are empty. */
  readonly routes: readonly (readonly (readonly [x: number, y: number])[])[];
  readonly width: number;
  readonly height: number;
}

export interface LayoutOptions {
  readonly gapX: number;
  readonly gapY: number;
}

/** A place in a rank: a box, or where a long link passes. */
interface Slot {
  readonly width: number;
  readonly rank: number;
  readonly up: number[];
  readonly down: number[];
  /** How much it resists being pushed aside in its rank. */
  readonly weight: number;
  x: number;
}

const SWEEPS = 6;
const ALIGNMENTS = 12;
const PASS_WIDTH = 6;

/** Places `boxes` (in an order where links go forward, as graphs are) without overlaps. */
export function layeredLayout(boxes: readonly Box[], links: readonly Link[], options: LayoutOptions): Layout {
  const index = new Map(boxes.map((box, i) => [box.id, i]));
  const ends = links.map((l) => [index.get(l.from) ?? -1, index.get(l.to) ?? -1] as const);
  const ranks = ranksOf(boxes.length, ends);
  const slots: Slot[] = boxes.map((box, i) => ({
    width: box.width,
    rank: ranks[i] as number,
    up: [],
    down: [],
    weight: 1,
    x: 0,
  }));
  const paths = ends.map(([from, to]) => (from < 0 || to <= from ? [] : pathOf(from, to, slots)));
  const rows = rowsOf(slots);
  order(rows, slots);
  place(rows, slots, options.gapX);
  const left = slots.reduce((least, s) => Math.min(least, s.x - s.width / 2), Number.POSITIVE_INFINITY);
  const heights = rows.map((row) => Math.max(0, ...row.map((i) => boxes[i]?.height ?? 0)));
  const tops: number[] = [];
  heights.reduce((y, h, r) => {
    tops[r] = y;
    return y + h + options.gapY;
  }, 0);
  const placed = boxes.map((box, i) => {
    const slot = slots[i] as Slot;
    const y = (tops[slot.rank] as number) + ((heights[slot.rank] as number) - box.height) / 2;
    return { ...box, x: slot.x - box.width / 2 - left, y, rank: slot.rank };
  });
  const routes = paths.map((path) =>
    path.flatMap((slot, k): [number, number][] => {
      const x = (slots[slot] as Slot).x - left;
      const box = placed[slot];
      if (box) return [[x, k === 0 ? box.y + box.height : box.y]];
      const r = (slots[slot] as Slot).rank;
      return [
        [x, tops[r] as number],
        [x, (tops[r] as number) + (heights[r] as number)],
      ];
    }),
  );
  const width = slots.reduce((most, s) => Math.max(most, s.x + s.width / 2 - left), 0);
  const height = Math.max(0, (tops.at(-1) ?? 0) + (heights.at(-1) ?? 0));
  return { boxes: placed, routes, width, height };
}

/** Longest path from a source; then boxes with slack move down to just above what they feed (late constants, side inputs). */
function ranksOf(count: number, ends: readonly (readonly [number, number])[]): number[] {
  const ranks = new Array<number>(count).fill(0);
  const forward = ends.filter(([from, to]) => from >= 0 && to > from);
  const byTarget = [...forward].sort((a, b) => a[1] - b[1]);
  for (const [from, to] of byTarget) ranks[to] = Math.max(ranks[to] as number, (ranks[from] as number) + 1);
  const hasInput = new Set(forward.map(([, to]) => to));
  const nearest = new Map<number, number>();
  for (const [from, to] of forward)
    nearest.set(from, Math.min(nearest.get(from) ?? Number.POSITIVE_INFINITY, ranks[to] as number));
  for (let i = 0; i < count; i++) if (!hasInput.has(i) && nearest.has(i)) ranks[i] = (nearest.get(i) as number) - 1;
  return ranks;
}

/** Slots from one box to another, with a passing place in each rank between. */
function pathOf(from: number, to: number, slots: Slot[]): number[] {
  const path = [from];
  const last = (slots[to] as Slot).rank;
  for (let rank = (slots[from] as Slot).rank + 1; rank < last; rank++) {
    path.push(slots.push({ width: PASS_WIDTH, rank, up: [], down: [], weight: 1, x: 0 }) - 1);
  }
  path.push(to);
  for (let k = 1; k < path.length; k++) {
    (slots[path[k - 1] as number] as Slot).down.push(path[k] as number);
    (slots[path[k] as number] as Slot).up.push(path[k - 1] as number);
  }
  return path;
}

function rowsOf(slots: readonly Slot[]): number[][] {
  const rows: number[][] = [];
  slots.forEach((slot, i) => {
    const row = rows[slot.rank];
    if (row) row.push(i);
    else rows[slot.rank] = [i];
  });
  return Array.from(rows, (row) => row ?? []);
}

/** Sweeps down and up, sorting each rank by the mean position of its neighbours in the rank before. */
function order(rows: number[][], slots: readonly Slot[]): void {
  const position = new Float64Array(slots.length);
  const note = (row: readonly number[]) =>
    row.forEach((slot, i) => {
      position[slot] = row.length > 1 ? i / (row.length - 1) : 0.5;
    });
  rows.forEach(note);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    const sequence = down ? rows : [...rows].reverse();
    for (const row of sequence) {
      if (row.length < 2) continue;
      const key = new Map(
        row.map((slot, i) => {
          const near = down ? (slots[slot] as Slot).up : (slots[slot] as Slot).down;
          const mean =
            near.length > 0
              ? near.reduce((sum, n) => sum + (position[n] as number), 0) / near.length
              : (position[slot] as number);
          return [slot, [mean, i] as const];
        }),
      );
      row.sort((a, b) => {
        const [ma, ia] = key.get(a) as readonly [number, number];
        const [mb, ib] = key.get(b) as readonly [number, number];
        return ma - mb || ia - ib;
      });
      note(row);
    }
  }
}

function place(rows: readonly (readonly number[])[], slots: readonly Slot[], gap: number): void {
  for (const row of rows) {
    let x = 0;
    for (const i of row) {
      const slot = slots[i] as Slot;
      slot.x = x + slot.width / 2;
      x += slot.width + gap;
    }
    const shift = (x - gap) / 2;
    for (const i of row) (slots[i] as Slot).x -= shift;
  }
  for (let pass = 0; pass < ALIGNMENTS; pass++) {
    const sequence = pass % 2 === 0 ? [...rows].reverse() : rows;
    for (const row of sequence) align(row, slots, gap, pass);
  }
}

/** Moves one rank as near as possible to where its neighbours want it, keeping order and gaps. */
function align(row: readonly number[], slots: readonly Slot[], gap: number, pass: number): void {
  const wanted: number[] = [];
  const weights: number[] = [];
  const offsets: number[] = [];
  let offset = 0;
  row.forEach((i, k) => {
    const slot = slots[i] as Slot;
    if (k > 0) offset += ((slots[row[k - 1] as number] as Slot).width + slot.width) / 2 + gap;
    const both = pass % 2 === 0 ? slot.down : slot.up;
    // Boxes line up with boxes, passing places with passing places: the main path stays straight, skips run beside it.
    const alike = both.filter((n) => isPass(slots[n] as Slot) === isPass(slot));
    const near = alike.length > 0 ? alike : both.length > 0 ? both : [i];
    offsets.push(offset);
    wanted.push(near.reduce((sum, n) => sum + (slots[n] as Slot).x, 0) / near.length - offset);
    weights.push(slot.weight);
  });
  isotonic(wanted, weights).forEach((value, k) => {
    (slots[row[k] as number] as Slot).x = value + (offsets[k] as number);
  });
}

const isPass = (slot: Slot): boolean => slot.width === PASS_WIDTH;

/** The non-decreasing sequence nearest to `values` in weighted least squares (pool adjacent violators). */
export function isotonic(values: readonly number[], weights: readonly number[]): number[] {
  const pools: { sum: number; weight: number; count: number }[] = [];
  values.forEach((value, i) => {
    const weight = weights[i] as number;
    let pool = { sum: value * weight, weight, count: 1 };
    for (let last = pools.at(-1); last && last.sum / last.weight > pool.sum / pool.weight; last = pools.at(-1)) {
      pools.pop();
      pool = { sum: last.sum + pool.sum, weight: last.weight + pool.weight, count: last.count + pool.count };
    }
    pools.push(pool);
  });
  return pools.flatMap((pool) => new Array<number>(pool.count).fill(pool.sum / pool.weight));
}
