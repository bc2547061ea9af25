/**
 * One level of a drawing: what a frame holds, or the whole without its frames' insides. Items are in an order in which
 * links go forward; entries (where lines come in from above) first, exits last.
 */
export interface Level {
  readonly count: number;
  /** Number of entries at the front and exits at the end; they have no size. */
  readonly entries: number;
  readonly exits: number;
  /** Number of items at the front where main ways begin: entries, or inputs of the network. 0: wherever nothing comes in. */
  readonly feeds: number;
  readonly width: Float64Array;
  readonly height: Float64Array;
  readonly from: Int32Array;
  readonly to: Int32Array;
  /**
   * First link with the same two items, for each. Only those count for ranks and order, and the others go along with
   * them: so a drawing keeps its order when a group opens and one link becomes several.
   */
  readonly trunk: Int32Array;
  /** Where a link leaves and arrives, px right of the item's middle; NaN: anywhere. */
  readonly leaves: Float64Array;
  readonly arrives: Float64Array;
  /** Space above the first row and below the last, px: that of the frame. */
  readonly top: number;
  readonly bottom: number;
}

/** Where the items of a level lie, from its upper left corner. */
export interface LevelDrawing {
  readonly width: number;
  readonly height: number;
  /** Of the middle. */
  readonly x: Float64Array;
  /** Of the upper edge. */
  readonly y: Float64Array;
  /** Per link: offsets (in points) into `points`. */
  readonly pointStart: Uint32Array;
  readonly points: Float64Array;
}

/** `Level.trunk` of links. */
export function trunksOf(from: Int32Array, to: Int32Array, count: number): Int32Array {
  const first = new Map<number, number>();
  return from.map((a, l) => {
    const key = a * count + to[l]!;
    const known = first.get(key);
    if (known !== undefined) return known;
    first.set(key, l);
    return l;
  });
}

/** Items of a level in rows. */
export interface Ranks {
  readonly rank: Int32Array;
  readonly rows: number;
  /** Links that are on a longest way both from above and from below: they should be straight. Per link. */
  readonly main: Uint8Array;
  /** Links that do not fit between wrapped rows: they run beside the drawing. */
  readonly aside: Uint8Array;
}

/** Boxes in one row; a rank with more is wrapped. */
const MOST_IN_ROW = 128;

/**
 * Rows by longest path from above; then what has slack moves down next to what it feeds, unless that lengthens more
 * lines than it shortens.
 */
export function ranksOf(level: Level): Ranks {
  const { count, entries, exits, from, to } = level;
  const links = from.length;
  const above = new Int32Array(count);
  const below = new Int32Array(count);
  const byTarget = sortedLinks(to, count);
  for (let i = entries; i < count; i++) above[i] = entries > 0 ? 1 : 0;
  for (const l of byTarget) above[to[l]!] = Math.max(above[to[l]!]!, above[from[l]!]! + 1);
  const bySource = sortedLinks(from, count);
  for (let k = links - 1; k >= 0; k--) {
    const l = bySource[k]!;
    below[from[l]!] = Math.max(below[from[l]!]!, below[to[l]!]! + 1);
  }
  const main = mainLinks(level, byTarget, above, below);
  const rank = above.slice();
  const last = rank.reduce((m, r) => Math.max(m, r), 0);
  const lastRow = exits > 0 ? Math.max(last, lastBut(rank, count - exits) + 1) : last;
  for (let i = count - exits; i < count; i++) rank[i] = lastRow;
  sink(level, rank, bySource);
  return wrapped(level, rank, lastRow + 1, main);
}

/**
 * Links where the longest way to the lower end and the longest way from the upper end pass. What nothing feeds (weights
 * beside a layer) is on no main way, however long its own.
 */
function mainLinks(
  { feeds, from, to, count }: Level,
  byTarget: Int32Array,
  above: Int32Array,
  below: Int32Array,
): Uint8Array {
  let way = above;
  if (feeds > 0) {
    way = new Int32Array(count).fill(-1);
    way.fill(0, 0, feeds);
    for (const l of byTarget) if (way[from[l]!]! >= 0) way[to[l]!] = Math.max(way[to[l]!]!, way[from[l]!]! + 1);
  }
  return Uint8Array.from(from, (a, l) => {
    const b = to[l]!;
    const isDeepest = way[b]! < 0 ? above[b] === above[a]! + 1 : way[a]! >= 0 && way[b] === way[a]! + 1;
    return isDeepest && below[a] === below[b]! + 1 ? 1 : 0;
  });
}

const lastBut = (rank: Int32Array, count: number): number => {
  let last = 0;
  for (let i = 0; i < count; i++) last = Math.max(last, rank[i]!);
  return last;
};

/** Link indices by the given end, ascending. */
function sortedLinks(end: Int32Array, count: number): Int32Array {
  const start = new Int32Array(count + 1);
  for (let l = 0; l < end.length; l++) start[end[l]! + 1]!++;
  for (let i = 0; i < count; i++) start[i + 1]! += start[i]!;
  const sorted = new Int32Array(end.length);
  for (let l = 0; l < end.length; l++) sorted[start[end[l]!]!++] = l;
  return sorted;
}

function sink(level: Level, rank: Int32Array, bySource: Int32Array): void {
  const { entries, count, exits, from, to } = level;
  const balance = balances(level);
  for (let k = bySource.length - 1; k >= 0; ) {
    const item = from[bySource[k]!]!;
    let nearest = Number.POSITIVE_INFINITY;
    for (; k >= 0 && from[bySource[k]!] === item; k--) nearest = Math.min(nearest, rank[to[bySource[k]!]!]!);
    if (item >= entries && item < count - exits && balance[item]! >= 0) rank[item] = nearest - 1;
  }
}

/** Links that leave an item less those that come in, but for those from items that nothing feeds: these move along. */
function balances({ count, from, to, trunk }: Level): Int32Array {
  const balance = new Int32Array(count);
  const isFed = new Uint8Array(count);
  for (const b of to) isFed[b] = 1;
  for (let l = 0; l < from.length; l++) {
    if (trunk[l] !== l) continue;
    balance[from[l]!]!++;
    if (isFed[from[l]!]) balance[to[l]!]!--;
  }
  return balance;
}

/** Splits rows that are too wide; items of one rank have no links among them. */
function wrapped(level: Level, rank: Int32Array, rows: number, main: Uint8Array): Ranks {
  const { count, from, to } = level;
  const size = new Int32Array(rows);
  for (let i = 0; i < count; i++) size[rank[i]!]!++;
  const aside = new Uint8Array(from.length);
  if (!size.some((n) => n > MOST_IN_ROW)) return { rank, rows, main, aside };
  const first = new Int32Array(rows + 1);
  for (let r = 0; r < rows; r++) {
    // Lines enter and leave a frame on its edges, however many they are.
    const edge = (r === 0 && level.entries > 0) || (r === rows - 1 && level.exits > 0);
    first[r + 1] = first[r]! + (edge ? 1 : Math.ceil(size[r]! / MOST_IN_ROW));
  }
  const seen = new Int32Array(rows);
  const wrappedRank = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const r = rank[i]!;
    const pieces = first[r + 1]! - first[r]!;
    wrappedRank[i] = first[r]! + Math.floor((seen[r]!++ * pieces) / size[r]!);
  }
  for (let l = 0; l < from.length; l++) {
    const under = wrappedRank[to[l]!]! > first[rank[to[l]!]!]!;
    const over = wrappedRank[from[l]!]! < first[rank[from[l]!]! + 1]! - 1;
    aside[l] = under || over ? 1 : 0;
  }
  return { rank: wrappedRank, rows: first[rows]!, main, aside };
}
