import { BOX } from './diagram.ts';
import type { Level, Ranks } from './level.ts';
import type { Slots } from './slots.ts';
import type { Steps } from './steps.ts';

/** Passes of alignment, up and down in turn; the last goes down. */
const PASSES = 8;
/** Space beside a passing link, px. */
const PASS_GAP = 12;
/** Of what is not decisive: small enough to vanish in rounding, large enough to decide among equals. */
const FAINT = 1e-7;
/** Of boxes that are on no longest way in the direction at hand. */
const SIDE = 1e-4;

/** Space between the middles of neighbours in a row, px. */
const apart = (slots: Slots, a: number, b: number): number =>
  (slots.width[a]! + slots.width[b]!) / 2 + (a < slots.items && b < slots.items ? BOX.gapX : PASS_GAP);

/**
 * Middles of all slots: each row as near as possible to where its neighbours want it, keeping order and space
 * (isotonic regression, pool adjacent violators). Longest ways decide, so that main paths are straight and side
 * branches make room.
 */
export function* columnsOf(level: Level, ranks: Ranks, slots: Slots): Steps<Float64Array> {
  const { row } = slots;
  const x = new Float64Array(slots.count);
  const rows = row.start.length - 1;
  for (let r = 0; r < rows; r++) spread(slots, r, x);
  if (rows > 512) yield;
  const aligner = new Aligner(level, ranks, slots, x);
  let work = 0;
  for (let pass = 0; pass < PASSES; pass++) {
    const down = pass % 2 === 1;
    for (let k = 0; k < rows; k++) {
      aligner.align(down ? k : rows - 1 - k, down);
      work += row.start[k + 1]! - row.start[k]!;
      if (work < 4096) continue;
      work = 0;
      yield;
    }
  }
  for (let i = 0; i < x.length; i++) x[i] = Math.round(x[i]!);
  for (let r = 1; r < rows; r++) {
    aligner.straighten(r);
    if ((r & 1023) === 1023) yield;
  }
  if (rows > 512) yield;
  straightPasses(level, slots, x);
  return x;
}

/** Side by side, the row's middle at 0. */
function spread(slots: Slots, r: number, x: Float64Array): void {
  const { start, item } = slots.row;
  let at = 0;
  for (let i = start[r]!; i < start[r + 1]!; i++) {
    if (i > start[r]!) at += apart(slots, item[i - 1]!, item[i]!);
    x[item[i]!] = at;
  }
  for (let i = start[r]!; i < start[r + 1]!; i++) x[item[i]!]! -= at / 2;
}

class Aligner {
  readonly #level: Level;
  readonly #ranks: Ranks;
  readonly #slots: Slots;
  readonly #x: Float64Array;
  /** Pools of the row at hand: sum of weighted values, weight, number of slots. */
  readonly #sum: Float64Array;
  readonly #weight: Float64Array;
  readonly #size: Int32Array;

  constructor(level: Level, ranks: Ranks, slots: Slots, x: Float64Array) {
    const widest = slots.row.start.reduce((m, s, r, all) => Math.max(m, s - (all[r - 1] ?? 0)), 1);
    this.#level = level;
    this.#ranks = ranks;
    this.#slots = slots;
    this.#x = x;
    this.#sum = new Float64Array(widest);
    this.#weight = new Float64Array(widest);
    this.#size = new Int32Array(widest);
  }

  align(r: number, down: boolean): void {
    const { start, item } = this.#slots.row;
    const from = start[r]!;
    const to = start[r + 1]!;
    if (to - from === 1) {
      const slot = item[from]!;
      this.#x[slot] = this.#wanted(slot, down);
      return;
    }
    let pools = 0;
    let offset = 0;
    for (let i = from; i < to; i++) {
      const slot = item[i]!;
      if (i > from) offset += apart(this.#slots, item[i - 1]!, slot);
      let weight = this.#weightOf(slot, down);
      let sum = (this.#wanted(slot, down) - offset) * weight;
      let size = 1;
      while (pools > 0 && this.#sum[pools - 1]! * weight > sum * this.#weight[pools - 1]!) {
        pools--;
        sum += this.#sum[pools]!;
        weight += this.#weight[pools]!;
        size += this.#size[pools]!;
      }
      this.#sum[pools] = sum;
      this.#weight[pools] = weight;
      this.#size[pools++] = size;
    }
    offset = 0;
    for (let pool = 0, i = from; pool < pools; pool++) {
      const value = this.#sum[pool]! / this.#weight[pool]!;
      for (let k = 0; k < this.#size[pool]!; k++, i++) {
        if (i > from) offset += apart(this.#slots, item[i - 1]!, item[i]!);
        this.#x[item[i]!] = value + offset;
      }
    }
  }

  /** What is beside a main way gives way to it, and passing links to boxes. */
  #weightOf(slot: number, down: boolean): number {
    const { items, up, down: below } = this.#slots;
    if (this.#isPort(slot)) return FAINT;
    const lists = down ? up : below;
    const a = lists.start[slot]!;
    const b = lists.start[slot + 1]!;
    for (let e = a; e < b; e++) if (this.#decides(lists.item[e]!)) return 1;
    return b > a && slot < items ? SIDE : FAINT;
  }

  /** Whether a piece of a link is on a main way. What leaves the frame follows what is in it. */
  #decides(piece: number): boolean {
    const { lower, link } = this.#slots;
    const { count, exits } = this.#level;
    return this.#ranks.main[link[piece]!] === 1 && !(lower[piece]! < count && lower[piece]! >= count - exits);
  }

  #isPort(slot: number): boolean {
    const { entries, exits, count } = this.#level;
    return slot < entries || (slot >= count - exits && slot < count);
  }

  /** Mean of where the neighbours above (or below) stand; those on a longest way count. */
  #wanted(slot: number, down: boolean): number {
    const { upper, lower, link, up, down: below, items } = this.#slots;
    const { leaves, arrives } = this.#level;
    const lists = down ? up : below;
    const ends = down ? upper : lower;
    let sum = 0;
    let weight = 0;
    for (let e = lists.start[slot]!; e < lists.start[slot + 1]!; e++) {
      const piece = lists.item[e]!;
      const l = link[piece]!;
      const other = ends[piece]!;
      const w = this.#decides(piece) ? 1 : FAINT;
      const above = down ? other : slot;
      const under = down ? slot : other;
      const shift = (above < items ? leaves[l]! || 0 : 0) - (under < items ? arrives[l]! || 0 : 0);
      sum += w * (this.#x[other]! + (down ? shift : -shift));
      weight += w;
    }
    return weight > 0 ? sum / weight : this.#x[slot]!;
  }

  /** Removes steps of a few pixels that weighing and rounding left, where there is room. */
  straighten(r: number): void {
    const { start } = this.#slots.row;
    for (let i = start[r]!; i < start[r + 1]!; i++) this.#snap(r, i);
    for (let i = start[r + 1]! - 1; i >= start[r]!; i--) this.#snap(r, i);
  }

  #snap(r: number, i: number): void {
    const { row, items, up } = this.#slots;
    const slot = row.item[i]!;
    if (slot >= items || up.start[slot] === up.start[slot + 1]) return;
    const wanted = Math.round(this.#wanted(slot, true));
    const now = this.#x[slot]!;
    if (wanted === now || Math.abs(wanted - now) > 4) return;
    const left = i > row.start[r]! ? row.item[i - 1]! : -1;
    const right = i + 1 < row.start[r + 1]! ? row.item[i + 1]! : -1;
    const fits =
      (left < 0 || wanted - this.#x[left]! >= apart(this.#slots, left, slot) - ROUNDING) &&
      (right < 0 || this.#x[right]! - wanted >= apart(this.#slots, slot, right) - ROUNDING);
    if (fits) this.#x[slot] = wanted;
  }
}

/** Neighbours may be nearer than they should by this much, px. */
const ROUNDING = 2;

/** Gives each passing link as few bends as the room in its rows allows. */
function straightPasses(level: Level, slots: Slots, x: Float64Array): void {
  const { row, rank, firstPass } = slots;
  const place = new Int32Array(slots.count);
  for (let i = 0; i < row.item.length; i++) place[row.item[i]!] = i;
  const bounds = (slot: number): [number, number] => {
    const i = place[slot]!;
    const r = rank[slot]!;
    const left = i > row.start[r]! ? row.item[i - 1]! : -1;
    const right = i + 1 < row.start[r + 1]! ? row.item[i + 1]! : -1;
    return [
      left < 0 ? Number.NEGATIVE_INFINITY : x[left]! + apart(slots, left, slot) - ROUNDING,
      right < 0 ? Number.POSITIVE_INFINITY : x[right]! - apart(slots, slot, right) + ROUNDING,
    ];
  };
  for (let l = 0; l < level.from.length; l++) {
    if (firstPass[l]! < 0 || level.trunk[l] !== l) continue;
    const last = firstPass[l]! + rank[level.to[l]!]! - rank[level.from[l]!]! - 1;
    for (let first = firstPass[l]!; first < last; ) {
      let least = Number.NEGATIVE_INFINITY;
      let most = Number.POSITIVE_INFINITY;
      let end = first;
      for (; end < last; end++) {
        const [a, b] = bounds(end);
        if (Math.max(least, a) > Math.min(most, b)) break;
        least = Math.max(least, a);
        most = Math.min(most, b);
      }
      if (end === first) end++;
      else {
        const at = Math.min(most, Math.max(least, x[(first + end) >> 1]!));
        for (let slot = first; slot < end; slot++) x[slot] = at;
      }
      first = end;
    }
  }
}
