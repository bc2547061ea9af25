import type { Slots } from './slots.ts';
import type { Steps } from './steps.ts';

/** Pairs of sweeps (down and up) over a band of rows. Large bands get fewer. */
const SWEEPS = 8;
const SWEEPS_OF_LARGE = 3;
const LARGE = 3000;

/**
 * Orders the slots of each row so that links cross less: barycentre sweeps, within bands of rows that hold more than
 * one slot, and only where links cross at all. The best order met is kept. After Sugiyama, Tagawa, Toda (1981).
 */
export function* orderRows(slots: Slots): Steps<void> {
  const { start } = slots.row;
  const rows = start.length - 1;
  const sweeper = new Sweeper(slots);
  for (let r = 0; r < rows; ) {
    if (start[r + 1]! - start[r]! < 2) {
      r++;
      continue;
    }
    let end = r + 1;
    while (end < rows && start[end + 1]! - start[end]! > 1) end++;
    yield* sweeper.band(r, end);
    r = end;
  }
}

class Sweeper {
  readonly #slots: Slots;
  /** Of each slot, in its row. */
  readonly #position: Int32Array;
  readonly #key: Float64Array;
  #work = 0;

  constructor(slots: Slots) {
    this.#slots = slots;
    this.#position = new Int32Array(slots.count);
    this.#key = new Float64Array(slots.count);
    for (let r = 0; r + 1 < slots.row.start.length; r++) this.#number(r);
  }

  *band(first: number, end: number): Steps<void> {
    const { start, item } = this.#slots.row;
    const from = start[first]!;
    const to = start[end]!;
    let least = yield* this.#crossings(first, end);
    yield;
    if (least === 0) return;
    const best = item.slice(from, to);
    const sweeps = to - from > LARGE ? SWEEPS_OF_LARGE : SWEEPS;
    let idle = 0;
    for (let sweep = 0; sweep < sweeps && idle < 2 && least > 0; sweep++) {
      for (let r = first + 1; r < end; r++) {
        this.#sort(r, true);
        if (this.#isLong(r)) yield;
      }
      for (let r = end - 2; r >= first; r--) {
        this.#sort(r, false);
        if (this.#isLong(r)) yield;
      }
      const crossings = yield* this.#crossings(first, end);
      idle = crossings < least ? 0 : idle + 1;
      if (crossings < least) {
        least = crossings;
        best.set(item.subarray(from, to));
      }
      yield;
    }
    item.set(best, from);
    for (let r = first; r < end; r++) this.#number(r);
  }

  /** Counts the slots worked on since the last pause. */
  #isLong(r: number): boolean {
    const { start } = this.#slots.row;
    this.#work += start[r + 1]! - start[r]!;
    if (this.#work < 2048) return false;
    this.#work = 0;
    return true;
  }

  #number(r: number): void {
    const { start, item } = this.#slots.row;
    for (let i = start[r]!; i < start[r + 1]!; i++) this.#position[item[i]!] = i - start[r]!;
  }

  /** Sorts a row by the mean place of its neighbours in the row above or below; slots without neighbours keep theirs. */
  #sort(r: number, above: boolean): void {
    const { upper, lower, up, down, row, count } = this.#slots;
    const lists = above ? up : down;
    const ends = above ? upper : lower;
    const other = above ? r - 1 : r + 1;
    const scale = (row.start[r + 1]! - row.start[r]!) / Math.max(1, row.start[other + 1]! - row.start[other]!);
    const slots = row.item.subarray(row.start[r]!, row.start[r + 1]!);
    let sorted = true;
    let last = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i]!;
      const a = lists.start[slot]!;
      const b = lists.start[slot + 1]!;
      let sum = 0;
      for (let e = a; e < b; e++) sum += this.#position[ends[lists.item[e]!]!]! + 0.5;
      // A small share of the present place breaks ties steadily.
      const key = (b > a ? (sum / (b - a)) * scale : i + 0.5) + (i / count) * 1e-3;
      this.#key[slot] = key;
      if (key < last) sorted = false;
      last = key;
    }
    if (sorted) return;
    const key = this.#key;
    slots.sort((p, q) => key[p]! - key[q]!);
    this.#number(r);
  }

  *#crossings(first: number, end: number): Steps<number> {
    let sum = 0;
    for (let r = first; r + 1 < end; r++) {
      sum += this.#crossingsBelow(r);
      if (this.#isLong(r)) yield;
    }
    return sum;
  }

  /** Inversions among the lower ends of the links below a row, counted by a Fenwick tree. */
  #crossingsBelow(r: number): number {
    const { lower, down, row } = this.#slots;
    const width = row.start[r + 2]! - row.start[r + 1]!;
    if (width < 2) return 0;
    const tree = new Int32Array(width + 1);
    let crossings = 0;
    let placed = 0;
    for (let i = row.start[r]!; i < row.start[r + 1]!; i++) {
      const slot = row.item[i]!;
      // Links of one slot do not cross each other: all are counted before any is placed.
      for (let e = down.start[slot]!; e < down.start[slot + 1]!; e++) {
        const p = this.#position[lower[down.item[e]!]!]!;
        crossings += placed;
        for (let k = p + 1; k > 0; k -= k & -k) crossings -= tree[k]!;
      }
      for (let e = down.start[slot]!; e < down.start[slot + 1]!; e++) {
        const p = this.#position[lower[down.item[e]!]!]!;
        placed++;
        for (let k = p + 1; k <= width; k += k & -k) tree[k]!++;
      }
    }
    return crossings;
  }
}
