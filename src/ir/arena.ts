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
  /** Default 'best': all of them, each also improved by trial, keeping the smallest arena. */
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

type Placed = { readonly offset: number; readonly end: number };

/**
 * Places buffers in one static memory arena so that no two that are alive at once overlap. Bytes and ticks are
 * integers, bytes ≥ 0; a buffer that dies before it is born is a bug of the caller. Time O(n²) per strategy.
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
    let order = inOrder(buffers, one, live.byTick);
    const rounds = strategy === 'best' ? IMPROVING_ROUNDS : 0;
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

/** Bytes alive in each tick that starts or ends a life, and their maximum without the padding behind the last buffer. */
function liveBytes<Id extends string | number>(buffers: readonly ArenaBuffer<Id>[], alignment: number) {
  const byTick = new Map<number, number>();
  const freePadding = new Map<number, number>();
  for (const tick of [...new Set(buffers.map((b) => b.firstTick))].sort((a, b) => a - b)) {
    let bytes = 0;
    let padding = 0;
    for (const b of buffers) {
      if (b.firstTick > tick || b.lastTick < tick || b.bytes === 0) continue;
      const aligned = alignUp(b.bytes, alignment);
      bytes += aligned;
      padding = Math.max(padding, aligned - b.bytes);
    }
    byTick.set(tick, bytes);
    freePadding.set(tick, padding);
  }
  let bound = 0;
  let peakTick = -1;
  for (const [tick, bytes] of byTick) {
    const needed = bytes - (freePadding.get(tick) ?? 0);
    if (peakTick < 0 || needed > bound) [bound, peakTick] = [needed, tick];
  }
  return { byTick, bound, peakTick };
}

function inOrder<Id extends string | number>(
  buffers: readonly ArenaBuffer<Id>[],
  strategy: ArenaStrategy,
  live: ReadonlyMap<number, number>,
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
      const breadth = new Map<Id, number>();
      for (const b of buffers) {
        let most = 0;
        for (const [tick, bytes] of live) if (tick >= b.firstTick && tick <= b.lastTick) most = Math.max(most, bytes);
        breadth.set(b.id, most);
      }
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
  const done: (ArenaBuffer<Id> & Placed)[] = [];
  for (const buffer of order) {
    const { bytes, firstTick, lastTick } = buffer;
    const inTheWay = done
      .filter((d) => d.firstTick <= lastTick && d.lastTick >= firstTick && d.bytes > 0)
      .sort((a, b) => a.offset - b.offset);
    const offset = bytes === 0 ? 0 : holeFor(bytes, inTheWay, alignment, tightest);
    offsets.set(buffer.id, offset);
    done.push({ ...buffer, offset, end: offset + bytes });
  }
  return offsets;
}

/** Lowest free offset, or with `tightest` the one in the smallest hole that is large enough. */
function holeFor(bytes: number, inTheWay: readonly Placed[], alignment: number, tightest: boolean): number {
  let at = 0;
  let best: number | undefined;
  let bestSize = Number.POSITIVE_INFINITY;
  for (const other of inTheWay) {
    const hole = other.offset - at;
    if (hole >= bytes && hole < bestSize) {
      best = at;
      bestSize = hole;
      if (!tightest) return best;
    }
    at = Math.max(at, alignUp(other.end, alignment));
  }
  return best ?? at;
}

const alignUp = (n: number, alignment: number): number => Math.ceil(n / alignment) * alignment;
