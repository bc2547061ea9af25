import type { Steps } from './steps.ts';

/** Lists per key in two arrays: `item[start[k] … start[k + 1]]`. */
export interface Lists {
  readonly start: Uint32Array;
  readonly item: Int32Array;
}

/** Indices of `key` by their value, ascending; keys below 0 are in no list. Counting sort: linear. */
export function listsBy(count: number, key: ArrayLike<number>, size: number = key.length): Lists {
  const start = new Uint32Array(count + 1);
  let kept = 0;
  for (let i = 0; i < size; i++) {
    const k = key[i]!;
    if (k < 0) continue;
    start[k + 1]!++;
    kept++;
  }
  for (let k = 0; k < count; k++) start[k + 1]! += start[k]!;
  const next = start.slice(0, count);
  const item = new Int32Array(kept);
  for (let i = 0; i < size; i++) {
    const k = key[i]!;
    if (k >= 0) item[next[k]!++] = i;
  }
  return { start, item };
}

/** A directed graph over 0 … count - 1. */
export interface IndexGraph {
  readonly count: number;
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Links that leave and enter each vertex. */
  readonly outs: Lists;
  readonly ins: Lists;
}

export function indexGraph(count: number, from: Int32Array, to: Int32Array): IndexGraph {
  return { count, from, to, outs: listsBy(count, from), ins: listsBy(count, to) };
}

/**
 * Longest path from a source, for each vertex. Vertices on a cycle count from where the cycle was entered, so any graph has ranks.
 */
export function depths(graph: IndexGraph): Int32Array {
  const { count, from, to, outs } = graph;
  const depth = new Int32Array(count);
  const waiting = new Int32Array(count);
  for (let l = 0; l < to.length; l++) if (from[l] !== to[l]) waiting[to[l]!]!++;
  const queue = new Int32Array(count);
  let tail = 0;
  for (let v = 0; v < count; v++) if (waiting[v] === 0) queue[tail++] = v;
  for (let head = 0; head < tail; head++) {
    const v = queue[head]!;
    for (let e = outs.start[v]!; e < outs.start[v + 1]!; e++) {
      const w = to[outs.item[e]!]!;
      if (w === v) continue;
      if (depth[w]! <= depth[v]!) depth[w] = depth[v]! + 1;
      if (--waiting[w]! === 0) queue[tail++] = w;
    }
  }
  return depth;
}

/**
 * Topological order in which what lies between two cuts is contiguous: from each sink backwards, the deepest operand
 * first, a vertex right after its operands. `early` and what they need come before all else. Links of a cycle that close
 * it go backward. position → vertex.
 */
export function* deepFirstOrder(graph: IndexGraph, early: readonly number[] = []): Steps<Int32Array> {
  const { count, from } = graph;
  const operands = deepestFirst(graph);
  const order = new Int32Array(count);
  const seen = new Uint8Array(count);
  const stack = new Int32Array(count);
  const next = operands.start.slice(0, count);
  let done = 0;
  for (const root of rootsOf(graph, early)) {
    if (seen[root]) continue;
    let top = 0;
    stack[0] = root;
    seen[root] = 1;
    while (top >= 0) {
      const v = stack[top]!;
      if (next[v]! < operands.start[v + 1]!) {
        const u = from[operands.item[next[v]!++]!]!;
        if (seen[u]) continue;
        seen[u] = 1;
        stack[++top] = u;
      } else {
        order[done++] = v;
        top--;
        if ((done & 2047) === 0) yield;
      }
    }
  }
  return order;
}

/** Every vertex, in the order in which to begin: what comes early, sinks, then what only cycles hold, from the last. */
function* rootsOf({ count, outs }: IndexGraph, early: readonly number[]): Generator<number> {
  yield* early;
  for (let v = 0; v < count; v++) if (outs.start[v] === outs.start[v + 1]) yield v;
  for (let v = count - 1; v >= 0; v--) yield v;
}

/** The links that enter each vertex, those from the greatest depth first. */
function deepestFirst(graph: IndexGraph): Lists {
  const { count, from, ins } = graph;
  const depth = depths(graph);
  const item = ins.item.slice();
  for (let v = 0; v < count; v++) {
    const a = ins.start[v]!;
    const b = ins.start[v + 1]!;
    if (b - a < 2) continue;
    const sorted = item.subarray(a, b);
    if (b - a > 2) sorted.sort((l, m) => depth[from[m]!]! - depth[from[l]!]! || l - m);
    else if (depth[from[sorted[1]!]!]! > depth[from[sorted[0]!]!]!) sorted.reverse();
  }
  return { start: ins.start, item };
}

/** The inverse of a permutation. */
export function inverse(order: Int32Array): Int32Array {
  const position = new Int32Array(order.length);
  for (let i = 0; i < order.length; i++) position[order[i]!] = i;
  return position;
}
