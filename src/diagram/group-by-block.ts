import { type BlockSource, intervalOf, type Part, Parts, straightRuns } from './block-parts.ts';
import type { Interval } from './grouping.ts';
import { occurrences, type Region, repeatedRegions } from './repeats.ts';
import { everywhere } from './segments.ts';
import type { Steps } from './steps.ts';

/** In a block of fewer layers no smaller blocks are made: it is seen at a glance. */
const LARGE_BLOCK = 40;
/** A word that repeats so often, over so many layers, is a block even with little work in it. */
const OFTEN = 8;
const LONG = 96;
/** A segment that is met once is a block if it is at most this share of the network. */
const SHARE = 1 / 4;
/** So many equal blocks in a row are put together by `CHUNK`. */
const MANY = 48;
const CHUNK = 32;
const STAGE_ROUNDS = 3;

/**
 * Blocks of a network by its structure alone: segments between cuts that stand among others like them, straight runs
 * that repeat elsewhere, words of parts that repeat side by side; then stages, which are words of blocks that repeat.
 */
export function* blockIntervals(source: BlockSource): Steps<Interval[]> {
  const parts = new Parts(source);
  yield* parts.read();
  const search = new BlockSearch(source, parts);
  let done = 0;
  for (const segment of source.segments.closed) {
    search.segment(segment);
    if ((++done & 63) === 0) yield;
  }
  const narrow = new NarrowEnds(source);
  return withoutCrowding(search.found, search.small).filter((interval) => narrow.has(interval));
}

class BlockSearch {
  readonly found: Interval[] = [];
  /** Blocks that hide all blocks inside. */
  readonly small: Interval[] = [];
  readonly #source: BlockSource;
  readonly #parts: Parts;
  readonly #runs: readonly (readonly number[])[];

  constructor(source: BlockSource, parts: Parts) {
    this.#source = source;
    this.#parts = parts;
    this.#runs = parts.repeatedRuns();
  }

  segment(segment: number): void {
    let parts = this.#parts.of(segment);
    this.#segmentBlocks(parts);
    parts = this.#straightBlocks(parts);
    parts = this.#words(parts);
    for (let round = 0; round < STAGE_ROUNDS; round++) {
      const before = parts.length;
      parts = this.#stages(parts);
      if (parts.length === before) break;
    }
    this.#chunks(parts);
  }

  /** Segments with enough work that stand beside others, or repeat anywhere. */
  #segmentBlocks(parts: Part[]): void {
    const able = parts.filter((part) => !part.simple && this.#parts.mains(part) >= this.#source.need);
    for (const part of able) {
      const isSmall = part.end - part.start <= SHARE * this.#source.sequence.count;
      if (this.#parts.times(part) < 2 && (able.length < 2 || !isSmall)) continue;
      part.unit = true;
      this.#note(part);
    }
  }

  #note(part: Part): void {
    const interval = intervalOf(part, 'block');
    this.found.push(interval);
    if (part.end - part.start < LARGE_BLOCK) this.small.push(interval);
  }

  /** Straight runs that are met elsewhere, whole or as part of a longer run. */
  #straightBlocks(parts: Part[]): Part[] {
    if (this.#runs.length === 0) return parts;
    const taken: [from: number, to: number][] = [];
    for (const [from, to] of straightRuns(parts)) {
      if (to - from === parts.length) continue;
      const classes = parts.slice(from, to).map((p) => p.class);
      const free = new Uint8Array(classes.length).fill(1);
      for (const word of this.#runs) {
        if (word.length > classes.length) continue;
        for (const at of occurrences(classes, word)) {
          if (free.subarray(at, at + word.length).includes(0)) continue;
          free.fill(0, at, at + word.length);
          taken.push([from + at, from + at + word.length]);
        }
      }
    }
    return this.#replace(parts, taken, 'block');
  }

  /** Words with loose layers in them that repeat side by side; then the same words where they stand alone. */
  #words(parts: Part[]): Part[] {
    const taken: [number, number][] = [];
    const words: number[][] = [];
    const classes = parts.map((p) => p.class);
    const regions = repeatedRegions(classes).filter((region) => this.#isBlock(parts, region));
    regions.sort((a, b) => b.length - a.length || a.period - b.period || a.from - b.from);
    const free = new Uint8Array(parts.length).fill(1);
    const take = (from: number, to: number): void => {
      if (free.subarray(from, to).includes(0)) return;
      free.fill(0, from, to);
      taken.push([from, to]);
    };
    for (const region of regions) {
      if (free.subarray(region.from, region.from + region.length).includes(0)) continue;
      const from = region.from + this.#phase(parts, region, 1);
      words.push(classes.slice(from, from + region.period));
      for (let at = from; at + region.period <= region.from + region.length; at += region.period) {
        take(at, at + region.period);
      }
    }
    for (const word of words.slice(0, 32)) {
      if (!word.some((_, i) => i > 0)) continue;
      for (const at of occurrences(classes, word)) take(at, at + word.length);
    }
    for (const [from, to] of taken) this.#dissolve(parts, from, to);
    return this.#replace(parts, taken, 'block');
  }

  #isBlock(parts: readonly Part[], { from, period, length }: Region): boolean {
    const word = parts.slice(from, from + period);
    const units = word.filter((p) => p.unit).length;
    // Several blocks are a stage, not a block.
    if (units > 1 || units === period) return false;
    const mains = this.#parts.mains({ start: word[0]!.start, end: word.at(-1)!.end });
    const layers = parts[from + length - 1]!.end - word[0]!.start;
    const isLong = length >= OFTEN * period && layers >= LONG;
    return mains >= this.#source.need || (period > 1 && mains > 0 && isLong);
  }

  /**
   * Where a word begins, of all that repeat in a region: with a main operator, behind a segment, and where neighbours
   * have little in common; `apart` is how much that counts.
   */
  #phase(parts: readonly Part[], { from, period, length }: Region, apart: number): number {
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    const most = Math.floor(length / period);
    for (let phase = 0; phase <= Math.min(period - 1, length - 2 * period); phase++) {
      const lost = most - Math.floor((length - phase) / period);
      const first = from + phase;
      const last = parts[first + period - 1]!;
      const starts = this.#parts.mains(parts[first]!) > 0 ? 2 : 0;
      const ends = last.simple ? 0 : 1;
      const cost = apart * this.#shared(last, parts[first + period]!) - starts - ends + lost + phase * 0.01;
      if (cost < least) {
        least = cost;
        best = phase;
      }
    }
    return best;
  }

  /** Share of layers (with shapes) of `b` that are in `a` too. */
  #shared(a: Part, b: Part): number {
    const { exact } = this.#source.sequence;
    const end = Math.min(b.end, b.start + 64);
    const known = new Set(exact.subarray(Math.max(a.start, a.end - 64), a.end));
    let same = 0;
    for (let p = b.start; p < end; p++) if (known.has(exact[p]!)) same++;
    return same / (end - b.start);
  }

  /** A word with a single block in it takes the block's place. */
  #dissolve(parts: readonly Part[], from: number, to: number): void {
    const units = parts.slice(from, to).filter((p) => p.unit);
    const [only] = units;
    if (!only || units.length > 1) return;
    const same = (i: Interval): boolean => i.start === only.start && i.end === only.end;
    for (const list of [this.found, this.small]) {
      const at = list.findLastIndex(same);
      if (at >= 0) list.splice(at, 1);
    }
  }

  /** Puts one group in the place of each taken stretch. */
  #replace(parts: Part[], taken: [from: number, to: number][], word: Interval['word']): Part[] {
    if (taken.length === 0) return parts;
    taken.sort((a, b) => a[0] - b[0]);
    const result: Part[] = [];
    let next = 0;
    for (const [from, to] of taken) {
      for (; next < from; next++) result.push(parts[next]!);
      const group = this.#parts.joined(parts, from, to);
      if (parts.slice(from, to).filter((p) => p.unit).length > 1) this.found.push(intervalOf(group, word));
      else this.#note(group);
      result.push(group);
      next = to;
    }
    for (; next < parts.length; next++) result.push(parts[next]!);
    return result;
  }

  /** Words of blocks that repeat, where a row of equal blocks counts as one. */
  #stages(parts: Part[]): Part[] {
    const starts: number[] = [];
    parts.forEach((part, i) => {
      if (i === 0 || !part.unit || parts[i - 1]!.class !== part.class) starts.push(i);
    });
    starts.push(parts.length);
    const classes = starts.slice(0, -1).map((i) => parts[i]!.class);
    const rows = starts.slice(0, -1).map((from, r): Part => {
      const last = parts[starts[r + 1]! - 1]!;
      return { ...parts[from]!, end: last.end };
    });
    const free = new Uint8Array(classes.length).fill(1);
    const taken: [number, number][] = [];
    let stage = false;
    const regions = repeatedRegions(classes).sort((a, b) => b.length - a.length || a.period - b.period);
    for (const region of regions) {
      const { from, period, length } = region;
      if (period < 2 || free.subarray(from, from + length).includes(0)) continue;
      for (let at = from + this.#phase(rows, region, 8); at + period <= from + length; at += period) {
        const stretch = parts.slice(starts[at]!, starts[at + period]!);
        if (stretch.filter((p) => p.unit).length < 2) continue;
        free.fill(0, at, at + period);
        taken.push([starts[at]!, starts[at + period]!]);
        stage ||= starts[at + period]! - starts[at]! > period;
      }
    }
    return this.#replace(parts, taken, stage ? 'stage' : 'block');
  }

  /** Long rows of equal blocks, by the dozen, until a row is short. */
  #chunks(parts: readonly Part[]): void {
    let from = 0;
    for (let i = 1; i <= parts.length; i++) {
      if (i < parts.length && parts[i]!.class === parts[from]!.class) continue;
      if (parts[from]?.unit) this.#chunk(parts.slice(from, i));
      from = i;
    }
  }

  #chunk(row: readonly Part[]): void {
    while (row.length >= MANY) {
      const chunks: Part[] = [];
      for (let i = 0; i < row.length; i += CHUNK) {
        const chunk = this.#parts.joined(row, i, Math.min(row.length, i + CHUNK));
        chunks.push(chunk);
        this.found.push(intervalOf(chunk, 'blocks'));
      }
      row = chunks;
    }
  }
}

/** Without the groups inside small blocks. */
function withoutCrowding(found: readonly Interval[], small: readonly Interval[]): Interval[] {
  const key = (i: Interval): string => `${i.start} ${i.end}`;
  const hiding = new Set(small.map(key));
  const sorted = [...found].sort((a, b) => a.start - b.start || b.end - a.end);
  const kept: Interval[] = [];
  let hiddenUntil = -1;
  for (const interval of sorted) {
    if (interval.end <= hiddenUntil) continue;
    kept.push(interval);
    if (hiding.has(key(interval))) hiddenUntil = interval.end;
  }
  return kept;
}

/** Values that may enter or leave a block. With more it is a cutting, not a block. */
const MOST_ENDS = 8;

/** Counts the values that cross the edge of an interval; those used everywhere do not count. */
class NarrowEnds {
  readonly #sequence: BlockSource['sequence'];
  readonly #last: Int32Array;
  readonly #ignored: Uint8Array;
  /** Interval that last counted each producer. */
  readonly #counted: Int32Array;
  #asked = 0;

  constructor({ sequence }: BlockSource) {
    const { count, producers } = sequence;
    this.#sequence = sequence;
    this.#last = new Int32Array(count).fill(-1);
    this.#ignored = new Uint8Array(count);
    this.#counted = new Int32Array(count);
    for (let p = 0; p < count; p++) {
      for (let e = producers.start[p]!; e < producers.start[p + 1]!; e++) this.#last[producers.item[e]!] = p;
    }
    for (const p of everywhere(sequence)) this.#ignored[p] = 1;
  }

  has({ start, end }: Interval): boolean {
    const { producers } = this.#sequence;
    this.#asked++;
    let entering = 0;
    let leaving = 0;
    for (let p = start; p < end; p++) {
      if (this.#last[p]! >= end && !this.#ignored[p]) leaving++;
      for (let e = producers.start[p]!; e < producers.start[p + 1]!; e++) {
        const from = producers.item[e]!;
        if (from >= start || this.#ignored[from] || this.#counted[from] === this.#asked) continue;
        this.#counted[from] = this.#asked;
        entering++;
      }
      if (entering > MOST_ENDS || leaving > MOST_ENDS) return false;
    }
    return true;
  }
}
