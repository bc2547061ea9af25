import { type Lists, listsBy } from './index-graph.ts';
import type { Level, Ranks } from './level.ts';

/** Places in rows: the items, and where links pass rows between their ends. */
export interface Slots {
  readonly count: number;
  /** The first ones are the items. */
  readonly items: number;
  readonly rank: Int32Array;
  readonly width: Float64Array;
  /** Pieces of links between neighbouring rows, upper and lower slot. */
  readonly upper: Int32Array;
  readonly lower: Int32Array;
  /** Link of each piece. */
  readonly link: Int32Array;
  /** Pieces below and above each slot. */
  readonly down: Lists;
  readonly up: Lists;
  /** Slots of each row, left to right: `row.item[row.start[r] … ]`. */
  readonly row: { readonly start: Uint32Array; readonly item: Int32Array };
  /** First passing place of each link; -1: none. They are numbered from above. */
  readonly firstPass: Int32Array;
  /** Links that run beside the drawing instead. */
  readonly aside: Uint8Array;
}

/** Width kept free around a passing link, px. */
export const PASS_WIDTH = 6;
/** Rows that a link passes between boxes; a longer one runs beside the drawing. */
const MOST_PASSED = 24;

/** Links from one item over so many rows to so many items share one line beside the rows. */
const BUS_SPAN = 3;
const BUS_ENDS = 3;

export function slotsOf(level: Level, ranks: Ranks): Slots {
  const { count: items, from, to, trunk } = level;
  const { rank } = ranks;
  const links = from.length;
  const span = (l: number): number => rank[to[l]!]! - rank[from[l]!]!;
  const most = mostPassed(level, ranks, span);
  const aside = new Uint8Array(links);
  const far = new Int32Array(items);
  for (let l = 0; l < links; l++) if (trunk[l] === l && span(l) >= BUS_SPAN) far[from[l]!]!++;
  const firstPass = new Int32Array(links).fill(-1);
  let passes = 0;
  let pieces = 0;
  for (let l = 0; l < links; l++) {
    const isBus = span(l) >= BUS_SPAN && far[from[l]!]! >= BUS_ENDS;
    aside[l] = ranks.aside[l]! || span(l) > most || isBus ? 1 : 0;
    if (aside[l]) continue;
    if (trunk[l] !== l) {
      firstPass[l] = firstPass[trunk[l]!]!;
      continue;
    }
    if (span(l) > 1) firstPass[l] = items + passes;
    passes += span(l) - 1;
    pieces += span(l);
  }
  const count = items + passes;
  const slotRank = new Int32Array(count);
  slotRank.set(rank);
  const width = new Float64Array(count).fill(PASS_WIDTH);
  width.set(level.width);
  const upper = new Int32Array(pieces);
  const lower = new Int32Array(pieces);
  const link = new Int32Array(pieces);
  let slot = items;
  let piece = 0;
  for (let l = 0; l < links; l++) {
    if (aside[l] || trunk[l] !== l) continue;
    let above = from[l]!;
    for (let r = rank[from[l]!]! + 1; r <= rank[to[l]!]!; r++) {
      const here = r === rank[to[l]!]! ? to[l]! : slot++;
      slotRank[here] = r;
      upper[piece] = above;
      lower[piece] = here;
      link[piece++] = l;
      above = here;
    }
  }
  return {
    count,
    items,
    rank: slotRank,
    width,
    upper,
    lower,
    link,
    down: listsBy(count, upper),
    up: listsBy(count, lower),
    row: firstOrder(level, ranks.rows, slotRank, firstPass, span),
    firstPass,
    aside,
  };
}

/** As many rows as passing places stay in proportion to the drawing. */
function mostPassed(level: Level, ranks: Ranks, span: (l: number) => number): number {
  const times = new Int32Array(MOST_PASSED + 2);
  let links = 0;
  for (let l = 0; l < level.from.length; l++) {
    if (level.trunk[l] !== l) continue;
    links++;
    if (!ranks.aside[l] && span(l) <= MOST_PASSED) times[span(l)]!++;
  }
  const budget = 3 * (level.count + links) + 1000;
  let passes = 0;
  for (let s = 2; s <= MOST_PASSED; s++) {
    passes += times[s]! * (s - 1);
    if (passes > budget) return s - 1;
  }
  return MOST_PASSED;
}

/** Items by index; a passing link goes by its lower end, so that what skips a chain runs right of it. */
function firstOrder(
  level: Level,
  rows: number,
  rank: Int32Array,
  firstPass: Int32Array,
  span: (l: number) => number,
): Slots['row'] {
  const { count: items, to, trunk } = level;
  const key = new Int32Array(rank.length);
  for (let i = 0; i < items; i++) key[i] = i;
  for (let l = 0; l < to.length; l++) {
    if (firstPass[l]! < 0 || trunk[l] !== l) continue;
    for (let s = 0; s < span(l) - 1; s++) key[firstPass[l]! + s] = to[l]!;
  }
  const byKey = listsBy(items, key).item;
  const start = new Uint32Array(rows + 1);
  for (const r of rank) start[r + 1]!++;
  for (let r = 0; r < rows; r++) start[r + 1]! += start[r]!;
  const next = start.slice(0, rows);
  const item = new Int32Array(rank.length);
  for (const slot of byKey) item[next[rank[slot]!]!++] = slot;
  return { start, item };
}
