import { BugError } from '../base/index.ts';

/** A buffer to be placed: alive in every tick from `firstTick` to `lastTick`, both included. */
export interface ArenaBuffer<Id extends string | number = number> {
  readonly id: Id;
  readonly bytes: number;
  readonly firstTick: number;
  readonly lastTick: number;
}

/**
 * Order in which buffers are placed, each at a free offset over its whole life (methods A.13, F.2):
 * `size`: largest first; `lifetime-large`: longest-lived first, then largest (N2D2's default); `lifetime-small`:
 * longest-lived first, then smallest; `breadth`: those alive in the fullest ticks first; `execution`: as the network
 * runs, into the tightest hole.
 */
export type ArenaStrategy = 'size' | 'lifetime-large' | 'lifetime-small' | 'breadth' | 'execution';

export const ARENA_STRATEGIES: readonly ArenaStrategy[] = [
  'size',
  'lifetime-large',
  'lifetime-small',
  'breadth',
  'execution',
];

export interface ArenaOptions {
  /** Offsets are multiples of this many bytes; default 1. */
  readonly alignment?: number;
  /** Default 'best': all of them, each also improved by trial (the fewer the more buffers), keeping the smallest arena. */
  readonly strategy?: ArenaStrategy | 'best';
}

export interface ArenaPlan<Id extends string | number = number> {
  /** Byte offset of each buffer. Buffers alive in the same tick do not overlap. */
  readonly offsets: ReadonlyMap<Id, number>;
  readonly arenaBytes: number;
  /** max over ticks of live bytes, each rounded up to the alignment: no plan can be smaller. */
  readonly lowerBoundBytes: number;
  /** First tick in which that many bytes are alive; −1 without buffers. */
  readonly peakTick: number;
  /** The one that made this plan. */
  readonly strategy: ArenaStrategy;
}

/** Buffers placed in all trials of one strategy: many buffers get few trials, which take seconds there and hardly help. */
const MOST_PLACED = 10_000;

/**
 * Places buffers in one static memory arena so that no two that are alive at once overlap. Bytes and ticks are
 * integers, bytes ≥ 0; a buffer that dies before it is born is a bug of the caller. Time per strategy: O(n√n) for buffers
 * that live briefly, O(n²) where all live at once.
 *
 * Source: methods A.13 (N2D2's static memory planner), F.2; `breadth` is TensorFlow Lite's greedy-by-breadth
 * (Pisarchyk and Lee, "Efficient memory management for deep neural net inference", 2020).
 */
export function planArena<Id extends string | number>(
  buffers: readonly ArenaBuffer<Id>[],
  options: ArenaOptions = {},
): ArenaPlan<Id> {
  const alignment = options.alignment ?? 1;
  const ids = new Set<Id>();
  for (const buffer of buffers) {
    if (buffer.lastTick < buffer.firstTick || buffer.bytes < 0 || ids.has(buffer.id))
      throw new BugError('planArena: a buffer needs an id of its own, bytes ≥ 0 and lastTick ≥ firstTick.', {
        id: buffer.id,
        bytes: buffer.bytes,
      });
    ids.add(buffer.id);
  }
  const live = liveBytes(buffers, alignment);
  const strategy = options.strategy ?? 'best';
  const tried = strategy === 'best' ? ARENA_STRATEGIES : [strategy];
  let best: ArenaPlan<Id> | undefined;
  const keep = (offsets: ReadonlyMap<Id, number>, one: ArenaStrategy): number => {
    const arenaBytes = endOf(buffers, offsets);
    if (best === undefined || arenaBytes < best.arenaBytes)
      best = { offsets, arenaBytes, lowerBoundBytes: live.bound, peakTick: live.peakTick, strategy: one };
    return arenaBytes;
  };
  for (const one of tried) {
    let order = inOrder(buffers, one, live);
    const affordable = Math.min(IMPROVING_ROUNDS, Math.floor(MOST_PLACED / Math.max(1, buffers.length)));
    const rounds = strategy === 'best' ? affordable : 0;
    for (let round = 0; round <= rounds; round++) {
      const offsets = place(order, alignment, one === 'execution');
      const end = keep(offsets, one);
      // Nothing can be smaller.
      if (end <= live.bound) return best as ArenaPlan<Id>;
      // The buffer that sticks out gets a better place when it is placed earlier.
      const top = order.findIndex((b) => (offsets.get(b.id) ?? 0) + b.bytes === end);
      if (top <= 0) break;
      const moved = order[top] as ArenaBuffer<Id>;
      const to = round % 2 === 0 ? 0 : top >> 1;
      order = [...order.slice(0, to), moved, ...order.slice(to, top), ...order.slice(top + 1)];
    }
  }
  return best as ArenaPlan<Id>;
}

/** Trials per order that move the topmost buffer forward. */
const IMPROVING_ROUNDS = 40;

const endOf = <Id extends string | number>(
  buffers: readonly ArenaBuffer<Id>[],
  offsets: ReadonlyMap<Id, number>,
): number => buffers.reduce((n, b) => Math.max(n, (offsets.get(b.id) ?? 0) + b.bytes), 0);

/** Bytes alive in each tick that starts a life, and their maximum without the padding behind the last buffer. */
function liveBytes<Id extends string | number>(buffers: readonly ArenaBuffer<Id>[], alignment: number) {
  const real = buffers.filter((b) => b.bytes > 0);
  const births = real.toSorted((a, b) => a.firstTick - b.firstTick);
  const deaths = real.toSorted((a, b) => a.lastTick - b.lastTick);
  const ticks: number[] = [];
  const bytesAt: number[] = [];
  /** How many live buffers have each amount of padding behind them; at most `alignment` amounts. */
  const paddings = new Map<number, number>();
  let live = 0;
  let bound = 0;
  let peakTick = -1;
  let born = 0;
  let dead = 0;
  const add = (buffer: ArenaBuffer<Id>, sign: 1 | -1) => {
    const aligned = alignUp(buffer.bytes, alignment);
    const padding = aligned - buffer.bytes;
    const count = (paddings.get(padding) ?? 0) + sign;
    live += sign * aligned;
    if (count === 0) paddings.delete(padding);
    else paddings.set(padding, count);
  };
  for (const tick of [...new Set(buffers.map((b) => b.firstTick))].sort((a, b) => a - b)) {
    for (let b = births[born]; b !== undefined && b.firstTick <= tick; b = births[++born]) add(b, 1);
    for (let b = deaths[dead]; b !== undefined && b.lastTick < tick; b = deaths[++dead]) add(b, -1);
    ticks.push(tick);
    bytesAt.push(live);
    let padding = 0;
    for (const one of paddings.keys()) padding = Math.max(padding, one);
    if (ticks.length === 1 || live - padding > bound) [bound, peakTick] = [live - padding, tick];
  }
  return { ticks, bytesAt, bound, peakTick };
}

/** Highest number in any range of a list, in constant time: maxima of ranges of 1, 2, 4 … elements are kept. */
function rangeMaximum(values: readonly number[]): (first: number, last: number) => number {
  const levels: (readonly number[])[] = [values];
  for (let size = 1; 2 * size <= values.length; size *= 2) {
    const below = levels.at(-1) as readonly number[];
    const count = values.length - 2 * size + 1;
    levels.push(Array.from({ length: count }, (_, i) => Math.max(below[i] as number, below[i + size] as number)));
  }
  return (first, last) => {
    if (last < first) return 0;
    const level = 31 - Math.clz32(last - first + 1);
    const row = levels[level] as readonly number[];
    return Math.max(row[first] as number, row[last - 2 ** level + 1] as number);
  };
}

/** Index of the first element that is not below `value` in a sorted list. */
function lowerIndex(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function inOrder<Id extends string | number>(
  buffers: readonly ArenaBuffer<Id>[],
  strategy: ArenaStrategy,
  live: ReturnType<typeof liveBytes>,
): ArenaBuffer<Id>[] {
  const life = (b: ArenaBuffer<Id>) => b.lastTick - b.firstTick;
  const order = buffers.slice();
  switch (strategy) {
    case 'size':
      return order.sort((a, b) => b.bytes - a.bytes || life(b) - life(a));
    case 'lifetime-large':
      return order.sort((a, b) => life(b) - life(a) || b.bytes - a.bytes);
    case 'lifetime-small':
      return order.sort((a, b) => life(b) - life(a) || a.bytes - b.bytes);
    case 'execution':
      return order.sort((a, b) => a.firstTick - b.firstTick || b.bytes - a.bytes);
    case 'breadth': {
      const most = rangeMaximum(live.bytesAt);
      const breadth = new Map(
        buffers.map((b) => [
          b.id,
          most(lowerIndex(live.ticks, b.firstTick), lowerIndex(live.ticks, b.lastTick + 1) - 1),
        ]),
      );
      const of = (b: ArenaBuffer<Id>) => breadth.get(b.id) ?? 0;
      return order.sort((a, b) => of(b) - of(a) || b.bytes - a.bytes);
    }
  }
}

function place<Id extends string | number>(
  order: readonly ArenaBuffer<Id>[],
  alignment: number,
  tightest: boolean,
): Map<Id, number> {
  const offsets = new Map<Id, number>();
  const placed = new PlacedBuffers(order);
  for (const buffer of order) {
    if (buffer.bytes === 0) {
      offsets.set(buffer.id, 0);
      continue;
    }
    const { firstTick, lastTick, bytes } = buffer;
    const offset = holeFor(buffer, placed.near(firstTick, lastTick), tightest);
    offsets.set(buffer.id, offset);
    placed.add({ firstTick, lastTick, offset, end: alignUp(offset + bytes, alignment) });
  }
  return offsets;
}

interface Placed {
  readonly firstTick: number;
  readonly lastTick: number;
  readonly offset: number;
  /** Where the next one may start: rounded up to the alignment. */
  readonly end: number;
}

/** Buffers next to each other by offset, and what can be said of all of them. */
interface Run {
  readonly members: Placed[];
  offset: number;
  end: number;
  /** Whether nothing fits between them while all of them live. */
  solid: boolean;
  firstBirth: number;
  lastBirth: number;
  firstDeath: number;
  lastDeath: number;
}

/** A run of more members than this is split. */
const LONGEST_RUN = 128;

/** What lives in more blocks than this is long-lived. */
const MOST_BLOCKS = 8;

/**
 * Placed buffers. Those that live briefly are kept per block of about √n ticks, so that they are compared with their neighbours in
 * time only; the long-lived ones, and all, in runs.
 */
class PlacedBuffers {
  readonly #all = new Runs();
  readonly #long = new Runs();
  readonly #blocks = new Map<number, Placed[]>();
  readonly #ticksPerBlock: number;

  constructor(buffers: readonly { readonly firstTick: number; readonly lastTick: number }[]) {
    let first = 0;
    let last = 0;
    for (const b of buffers) {
      first = Math.min(first, b.firstTick);
      last = Math.max(last, b.lastTick);
    }
    this.#ticksPerBlock = Math.max(1, Math.ceil((last - first + 1) / Math.ceil(Math.sqrt(buffers.length))));
  }

  add(buffer: Placed): void {
    this.#all.add(buffer);
    const first = Math.floor(buffer.firstTick / this.#ticksPerBlock);
    const last = Math.floor(buffer.lastTick / this.#ticksPerBlock);
    if (last - first > MOST_BLOCKS) {
      this.#long.add(buffer);
      return;
    }
    for (let at = first; at <= last; at++) {
      const block = this.#blocks.get(at);
      if (block) block.splice(positionOf(block, buffer.offset), 0, buffer);
      else this.#blocks.set(at, [buffer]);
    }
  }

  /** What is alive in some of these ticks, and more that is not, by offset; a solid run may come as one. */
  near(firstTick: number, lastTick: number): readonly Placed[] {
    const first = Math.floor(firstTick / this.#ticksPerBlock);
    const last = Math.floor(lastTick / this.#ticksPerBlock);
    if (last - first > MOST_BLOCKS) return this.#all.near(firstTick, lastTick);
    const long = this.#long.near(firstTick, lastTick);
    if (last === first && long.length === 0) return this.#blocks.get(first) ?? [];
    const found = new Set<Placed>(long);
    for (let at = first; at <= last; at++) for (const buffer of this.#blocks.get(at) ?? []) found.add(buffer);
    return [...found].sort((a, b) => a.offset - b.offset);
  }
}

/** Buffers by offset in runs, so that many that live at once are passed in one step. */
class Runs {
  readonly #runs: Run[] = [];

  add(buffer: Placed): void {
    const at = Math.max(0, positionOf(this.#runs, buffer.offset) - 1);
    const members = this.#runs[at]?.members ?? [];
    members.splice(positionOf(members, buffer.offset), 0, buffer);
    if (members.length <= LONGEST_RUN) this.#runs[at] = runOf(members);
    else {
      const half = members.length >> 1;
      this.#runs.splice(at, 1, runOf(members.slice(0, half)), runOf(members.slice(half)));
    }
  }

  near(firstTick: number, lastTick: number): readonly Placed[] {
    const found: Placed[] = [];
    for (const run of this.#runs) {
      if (run.firstBirth > lastTick || run.lastDeath < firstTick) continue;
      const meetsAll = run.lastBirth <= lastTick && run.firstDeath >= firstTick;
      if (run.solid && meetsAll) found.push({ firstTick, lastTick, offset: run.offset, end: run.end });
      else for (const buffer of run.members) found.push(buffer);
    }
    return found;
  }
}

function runOf(members: Placed[]): Run {
  const offset = (members[0] as Placed).offset;
  const run: Run = {
    members,
    offset,
    end: offset,
    solid: true,
    firstBirth: Number.POSITIVE_INFINITY,
    lastBirth: Number.NEGATIVE_INFINITY,
    firstDeath: Number.POSITIVE_INFINITY,
    lastDeath: Number.NEGATIVE_INFINITY,
  };
  for (const m of members) {
    if (m.offset > run.end) run.solid = false;
    run.end = Math.max(run.end, m.end);
    run.firstBirth = Math.min(run.firstBirth, m.firstTick);
    run.lastBirth = Math.max(run.lastBirth, m.firstTick);
    run.firstDeath = Math.min(run.firstDeath, m.lastTick);
    run.lastDeath = Math.max(run.lastDeath, m.lastTick);
  }
  return run;
}

/** Where a thing at this offset comes in a list by offset: behind those at the same. */
function positionOf(list: readonly { readonly offset: number }[], offset: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] as { readonly offset: number }).offset <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Lowest free offset, or with `tightest` the one in the smallest hole that is large enough. `placed` lies by offset. */
function holeFor(
  { bytes, firstTick, lastTick }: Omit<ArenaBuffer, 'id'>,
  placed: readonly Placed[],
  tightest: boolean,
): number {
  let at = 0;
  let best: number | undefined;
  let bestSize = Number.POSITIVE_INFINITY;
  for (const other of placed) {
    if (other.firstTick > lastTick || other.lastTick < firstTick) continue;
    const hole = other.offset - at;
    if (hole >= bytes && hole < bestSize) {
      best = at;
      bestSize = hole;
      if (!tightest) return best;
    }
    at = Math.max(at, other.end);
  }
  return best ?? at;
}

const alignUp = (n: number, alignment: number): number => Math.ceil(n / alignment) * alignment;
