import type { Interval } from './grouping.ts';
import { ClassNumbers, mix, type Segments, type Sequence } from './segments.ts';
import type { Steps } from './steps.ts';

/** Part of a segment: a layer, a segment inside, or a group made of parts. */
export interface Part {
  readonly start: number;
  readonly end: number;
  readonly class: number;
  /** One layer. */
  readonly simple: boolean;
  /** A group: it repeats, or stands among others like it. */
  unit: boolean;
}

/** What the search for blocks looks at, by position. */
export interface BlockSource {
  readonly sequence: Sequence;
  readonly segments: Segments;
  /** Main operators before each position: count + 1 sums. */
  readonly mains: Int32Array;
  /** Layers that only rescale what comes before: activations and normalizations. They belong to it. */
  readonly trailing: Uint8Array;
  /** Fewest main operators of a block. */
  readonly need: number;
}

/** The parts of every segment, and how often each kind of part and each straight run of layers is met. */
export class Parts {
  readonly #source: BlockSource;
  readonly #bySegment = new Map<number, Part[]>();
  readonly #times = new Map<number, number>();
  readonly #runs = new Map<number, { times: number; word: number[] }>();
  readonly numbers = new ClassNumbers();

  constructor(source: BlockSource) {
    this.#source = source;
  }

  *read(): Steps<void> {
    let done = 0;
    for (const segment of this.#source.segments.closed) {
      const parts = this.#partsOf(segment);
      this.#bySegment.set(segment, parts);
      for (const part of parts) {
        if (!part.simple) this.#times.set(part.class, (this.#times.get(part.class) ?? 0) + 1);
      }
      for (const [from, to] of straightRuns(parts)) this.#noteRun(parts, from, to);
      if ((++done & 511) === 0) yield;
    }
  }

  of(segment: number): Part[] {
    return this.#bySegment.get(segment) ?? [];
  }

  /** How many parts of this class exist. */
  times(part: Part): number {
    return this.#times.get(part.class) ?? 0;
  }

  mains(part: { readonly start: number; readonly end: number }): number {
    return this.#source.mains[part.end]! - this.#source.mains[part.start]!;
  }

  /** Straight runs that repeat and are long enough for a block, longest first; at most 32. */
  repeatedRuns(): readonly (readonly number[])[] {
    return [...this.#runs.values()]
      .filter((run) => run.times > 1)
      .sort((a, b) => b.word.length - a.word.length || b.times - a.times)
      .slice(0, 32)
      .map((run) => run.word);
  }

  /** One group of `parts[from … to)`. */
  joined(parts: readonly Part[], from: number, to: number): Part {
    let a = 31;
    let b = 37;
    for (let i = from; i < to; i++) {
      a = mix(a, parts[i]!.class);
      b = mix(mix(b, 41), parts[i]!.class);
    }
    return {
      start: parts[from]!.start,
      end: parts[to - 1]!.end,
      class: this.#fresh(a, b),
      simple: false,
      unit: true,
    };
  }

  /** Classes of groups, apart from those of segments. */
  #fresh(a: number, b: number): number {
    return this.#source.segments.tokens + this.numbers.of(a, b);
  }

  #partsOf(segment: number): Part[] {
    const { segments, sequence, trailing } = this.#source;
    const parts: Part[] = [];
    for (let token = segments.first[segment]!; token >= 0; token = segments.next[token]!) {
      const start = segments.start[token]!;
      const last = parts.at(-1);
      if (token < sequence.count && trailing[start] && last && !last.simple) {
        const joined = this.#fresh(mix(last.class, sequence.kind[start]!), mix(43, last.class));
        parts[parts.length - 1] = { ...last, end: start + 1, class: joined };
      } else {
        const simple = token < sequence.count;
        parts.push({ start, end: segments.end[token]!, class: segments.class[token]!, simple, unit: false });
      }
    }
    return parts;
  }

  #noteRun(parts: readonly Part[], from: number, to: number): void {
    if (to - from < 2 || to - from === parts.length || to - from > MOST_RUN) return;
    if (this.mains({ start: parts[from]!.start, end: parts[to - 1]!.end }) < this.#source.need) return;
    const word = parts.slice(from, to).map((p) => p.class);
    if (word.every((c) => c === word[0])) return;
    const key = this.numbers.of(
      word.reduce((h, c) => mix(h, c), 47),
      word.reduce((h, c) => mix(mix(h, 53), c), 59),
    );
    const known = this.#runs.get(key);
    if (known) known.times++;
    else this.#runs.set(key, { times: 1, word });
  }
}

/** A longer straight run is a network, not a block. */
const MOST_RUN = 64;

/** [from, to) of the maximal runs of single layers. */
export function straightRuns(parts: readonly Part[]): [from: number, to: number][] {
  const runs: [number, number][] = [];
  let from = -1;
  for (let i = 0; i <= parts.length; i++) {
    const simple = i < parts.length && parts[i]!.simple;
    if (simple && from < 0) from = i;
    if (simple || from < 0) continue;
    runs.push([from, i]);
    from = -1;
  }
  return runs;
}

export const intervalOf = (part: Part, word: Interval['word']): Interval => ({
  start: part.start,
  end: part.end,
  ...(word ? { word } : {}),
});
