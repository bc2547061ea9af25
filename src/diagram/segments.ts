import type { Lists } from './index-graph.ts';
import type { Steps } from './steps.ts';

/**
 * A network in topological order, cut where few values pass. The fewest values passing anywhere inside a segment are
 * where it is cut into its parts; a part is one layer or again a segment. (A Cartesian tree over the gaps between
 * layers.) Any segment and any run of parts is an interval of a topological order, so it is convex.
 */
export interface Segments {
  /** Tokens: 0 … count - 1 are the layers by position, the rest are segments. */
  readonly tokens: number;
  readonly root: number;
  /** Positions [start, end) of each token. */
  readonly start: Int32Array;
  readonly end: Int32Array;
  /** Parts of a segment, in order: first, then the next of each; -1 ends. */
  readonly first: Int32Array;
  readonly next: Int32Array;
  /** Segments from the inside out. */
  readonly closed: Int32Array;
  /** Equal for layers of one kind, and for segments of the same layers wired in the same way. */
  readonly class: Int32Array;
}

/** A network by position: links go from lower to higher positions. */
export interface Sequence {
  readonly count: number;
  /** Small integers: what a layer does, without shapes. */
  readonly kind: Int32Array;
  /** The same with shapes. */
  readonly exact: Int32Array;
  /** Producers of each position, each once. */
  readonly producers: Lists;
}

/** Where the value of each position is used first and last (-1: nowhere), and by how many. */
function uses({ count, producers }: Sequence): { first: Int32Array; last: Int32Array; times: Int32Array } {
  const first = new Int32Array(count).fill(-1);
  const last = new Int32Array(count).fill(-1);
  const times = new Int32Array(count);
  for (let p = 0; p < count; p++) {
    for (let e = producers.start[p]!; e < producers.start[p + 1]!; e++) {
      const u = producers.item[e]!;
      if (first[u]! < 0) first[u] = p;
      last[u] = p;
      times[u]!++;
    }
  }
  return { first, last, times };
}

/** Whether a value is used all over a network, like a mask by every layer of an encoder: it is no way from one block to the next. */
const isEverywhere = (first: number, last: number, times: number): boolean => times > 2 && last - first > 48;

/** Positions whose values are used everywhere. */
export function everywhere(sequence: Sequence): number[] {
  const { first, last, times } = uses(sequence);
  const found: number[] = [];
  for (let p = 0; p < sequence.count; p++) if (isEverywhere(first[p]!, last[p]!, times[p]!)) found.push(p);
  return found;
}

/** How many producers' values pass the gap behind each position; what is used everywhere does not count. */
export function passing(sequence: Sequence): Int32Array {
  const { count } = sequence;
  const { last, times, first } = uses(sequence);
  for (let p = 0; p < count; p++) if (isEverywhere(first[p]!, last[p]!, times[p]!)) last[p] = -1;
  const change = new Int32Array(count + 1);
  for (let p = 0; p < count; p++) {
    if (last[p]! < 0) continue;
    change[p]!++;
    change[last[p]!]!--;
  }
  const passes = new Int32Array(Math.max(0, count - 1));
  let live = 0;
  for (let p = 0; p < passes.length; p++) {
    live += change[p]!;
    passes[p] = live;
  }
  return passes;
}

/** Mixes a number into a hash of 32 bits. */
export function mix(hash: number, value: number): number {
  let h = Math.imul(hash ^ value, 0x9e3779b1);
  h ^= h >>> 15;
  h = Math.imul(h, 0x85ebca77);
  return h ^ (h >>> 13);
}

/** Dense numbers for pairs of hashes. */
export class ClassNumbers {
  readonly #known = new Map<number, number>();

  of(a: number, b: number): number {
    const key = (a >>> 0) * 0x100000 + ((b >>> 0) & 0xfffff);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, this.#known.size);
    return this.#known.size - 1;
  }
}

/** Segments still open while the gaps are read from first to last: outermost at the bottom, levels rising. */
interface Open {
  readonly token: number;
  readonly level: number;
  lastGap: number;
  /** Start of each finished part. */
  readonly starts: number[];
  tail: number;
}

export function* segmentsOf(sequence: Sequence): Steps<Segments> {
  const { count, kind } = sequence;
  const passes = passing(sequence);
  const size = Math.max(1, 2 * count);
  const start = new Int32Array(size);
  const end = new Int32Array(size);
  const first = new Int32Array(size).fill(-1);
  const next = new Int32Array(size).fill(-1);
  const closed = new Int32Array(count);
  // Commutative sums over the links whose ends part at a segment.
  const wiringA = new Int32Array(size);
  const wiringB = new Int32Array(size);
  const stack: Open[] = [];
  let tokens = count;
  let closings = 0;
  for (let p = 0; p < count; p++) {
    start[p] = p;
    end[p] = p + 1;
  }
  const append = (open: Open, part: number): void => {
    if (open.tail < 0) first[open.token] = part;
    else next[open.tail] = part;
    open.tail = part;
    open.starts.push(start[part]!);
  };
  const close = (part: number): number => {
    const open = stack.pop()!;
    append(open, part);
    start[open.token] = open.starts[0]!;
    end[open.token] = end[part]!;
    closed[closings++] = open.token;
    return open.token;
  };
  let current = 0;
  for (let gap = 0; gap < passes.length; gap++) {
    const level = passes[gap]!;
    while (stack.length > 0 && stack.at(-1)!.level > level) current = close(current);
    if (stack.length === 0 || stack.at(-1)!.level < level) {
      stack.push({ token: tokens++, level, lastGap: gap, starts: [], tail: -1 });
    }
    const top = stack.at(-1)!;
    append(top, current);
    top.lastGap = gap;
    current = gap + 1;
    noteLinks(sequence, gap + 1, stack, wiringA, wiringB);
    if ((gap & 1023) === 0) yield;
  }
  while (stack.length > 0) current = close(current);
  const segments = { tokens, root: current, start, end, first, next, closed: closed.subarray(0, closings) };
  return { ...segments, class: classes(segments, kind, count, wiringA, wiringB) };
}

/** Adds the links into position `to` to the wiring of the segments where they leave their part. */
function noteLinks(
  { producers }: Sequence,
  to: number,
  stack: readonly Open[],
  wiringA: Int32Array,
  wiringB: Int32Array,
): void {
  for (let e = producers.start[to]!; e < producers.start[to + 1]!; e++) {
    const from = producers.item[e]!;
    // The lowest gap between the two ends belongs to the outermost open segment with a gap behind `from`.
    let low = 0;
    let high = stack.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (stack[middle]!.lastGap >= from) high = middle;
      else low = middle + 1;
    }
    const open = stack[low]!;
    const part = lastAtMost(open.starts, from);
    const between = open.starts.length - part;
    const a = mix(mix(part, between), from - open.starts[part]!);
    const b = to - (open.lastGap + 1);
    wiringA[open.token]! += mix(a, b);
    wiringB[open.token]! += mix(mix(b, 7), a);
  }
}

/** Index of the last element that is at most `value`; the elements rise. */
function lastAtMost(values: readonly number[], value: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (values[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

function classes(
  segments: Omit<Segments, 'class'>,
  kind: Int32Array,
  count: number,
  wiringA: Int32Array,
  wiringB: Int32Array,
): Int32Array {
  const classOf = new Int32Array(Math.max(1, segments.tokens));
  const numbers = new ClassNumbers();
  for (let p = 0; p < count; p++) classOf[p] = numbers.of(mix(1, kind[p]!), mix(2, kind[p]!));
  for (const token of segments.closed) {
    let a = mix(3, wiringA[token]!);
    let b = mix(5, wiringB[token]!);
    for (let part = segments.first[token]!; part >= 0; part = segments.next[part]!) {
      a = mix(a, classOf[part]!);
      b = mix(mix(b, 11), classOf[part]!);
    }
    classOf[token] = numbers.of(a, b);
  }
  return classOf;
}
