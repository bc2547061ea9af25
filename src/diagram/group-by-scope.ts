import type { DiagramInput } from './diagram.ts';
import type { Interval } from './grouping.ts';
import { Heap } from './heap.ts';
import type { IndexGraph } from './index-graph.ts';
import type { Steps } from './steps.ts';

/** The tree of scopes by number: 0 is the root; a scope comes after what encloses it. */
interface ScopeTree {
  readonly path: string[];
  readonly parent: number[];
  /** Smallest node of each, for a steady order. */
  readonly first: number[];
  /** Of each node. */
  readonly of: Int32Array;
}

function scopeTree(nodes: DiagramInput['nodes']): ScopeTree {
  const known = new Map<string, number>([['', 0]]);
  const tree: ScopeTree = { path: [''], parent: [-1], first: [0], of: new Int32Array(nodes.length) };
  nodes.forEach(({ scope }, node) => {
    let at = known.get(scope);
    if (at === undefined) {
      at = 0;
      let path = '';
      for (const name of scope.split('/')) {
        path = path === '' ? name : `${path}/${name}`;
        let child = known.get(path);
        if (child === undefined) {
          child = tree.path.length;
          known.set(path, child);
          tree.path.push(path);
          tree.parent.push(at);
          tree.first.push(node);
        }
        at = child;
      }
    }
    tree.of[node] = at;
  });
  return tree;
}

/** Layers that nothing feeds (weights, constants) go where all their takers are, if that is further inside. */
function adopt({ values }: DiagramInput, { count, to, outs, ins }: IndexGraph, { of, parent }: ScopeTree): void {
  const isFed = new Uint8Array(count);
  for (const v of values) if (v.from < 0 && v.to >= 0) isFed[v.to] = 1;
  const depth: number[] = [];
  for (let s = 0; s < parent.length; s++) depth.push(s === 0 ? 0 : depth[parent[s]!]! + 1);
  const common = (a: number, b: number): number => {
    while (a !== b) {
      if (depth[a]! >= depth[b]!) a = parent[a]!;
      else b = parent[b]!;
    }
    return a;
  };
  for (let v = 0; v < count; v++) {
    if (isFed[v] || ins.start[v] !== ins.start[v + 1] || outs.start[v] === outs.start[v + 1]) continue;
    let scope = of[to[outs.item[outs.start[v]!]!]!]!;
    for (let e = outs.start[v]!; e < outs.start[v + 1]!; e++) scope = common(scope, of[to[outs.item[e]!]!]!);
    if (depth[scope]! > depth[of[v]!]! && common(scope, of[v]!) === of[v]!) of[v] = scope;
  }
}

/** Layers that can run now, by scope. A scope's own layers come before its inner scopes. */
class Ready {
  readonly #tree: ScopeTree;
  readonly #nodes: Heap[];
  /** Inner scopes with something ready, as first node × scopes + scope. */
  readonly #inner: Heap[];
  readonly #listed: Uint8Array;

  constructor(tree: ScopeTree) {
    this.#tree = tree;
    this.#nodes = tree.path.map(() => new Heap());
    this.#inner = tree.path.map(() => new Heap());
    this.#listed = new Uint8Array(tree.path.length);
  }

  add(node: number): void {
    const { of, parent, first, path } = this.#tree;
    let scope = of[node]!;
    this.#nodes[scope]!.push(node);
    for (; scope > 0 && !this.#listed[scope]; scope = parent[scope]!) {
      this.#listed[scope] = 1;
      this.#inner[parent[scope]!]!.push(first[scope]! * path.length + scope);
    }
  }

  /** Takes a layer from `scope` or the nearest scope around it that has one. -1: none anywhere. */
  take(scope: number): number {
    while (scope >= 0 && !this.#has(scope)) scope = this.#tree.parent[scope]!;
    if (scope < 0) return -1;
    for (;;) {
      const heap = this.#nodes[scope]!;
      const node = heap.top;
      if (node !== undefined) {
        heap.pop();
        return node;
      }
      scope = this.#inner[scope]!.top! % this.#tree.path.length;
    }
  }

  #has(scope: number): boolean {
    if (this.#nodes[scope]!.top !== undefined) return true;
    const inner = this.#inner[scope]!;
    while (inner.top !== undefined) {
      const child = inner.top % this.#tree.path.length;
      if (this.#has(child)) return true;
      inner.pop();
      this.#listed[child] = 0;
    }
    return false;
  }
}

/**
 * Topological order that stays in a scope as long as it can, so that a scope is in few pieces; each piece becomes a
 * group. After Kahn (1962), with the ready layers kept by scope. A cycle is entered at its smallest node.
 */
export function* scopeOrder(input: DiagramInput, graph: IndexGraph): Steps<{ order: Int32Array; scopes: ScopeTree }> {
  const { count, from, to, outs } = graph;
  const scopes = scopeTree(input.nodes);
  adopt(input, graph, scopes);
  const waiting = new Int32Array(count);
  for (let l = 0; l < to.length; l++) if (from[l] !== to[l]) waiting[to[l]!]!++;
  const ready = new Ready(scopes);
  const listed = new Uint8Array(count);
  const add = (v: number): void => {
    listed[v] = 1;
    ready.add(v);
  };
  for (let v = 0; v < count; v++) if (waiting[v] === 0) add(v);
  const order = new Int32Array(count);
  let scope = 0;
  let stuck = 0;
  for (let done = 0; done < count; ) {
    const v = ready.take(scope);
    if (v < 0) {
      while (listed[stuck]) stuck++;
      add(stuck);
      continue;
    }
    order[done++] = v;
    scope = scopes.of[v]!;
    for (let e = outs.start[v]!; e < outs.start[v + 1]!; e++) {
      const w = to[outs.item[e]!]!;
      if (--waiting[w]! === 0 && !listed[w]) add(w);
    }
    if ((done & 1023) === 0) yield;
  }
  return { order, scopes };
}

/** One interval per unbroken stretch of a scope with at least two layers; enclosing ones first. */
export function scopeIntervals(order: Int32Array, scopes: ScopeTree): Interval[] {
  const found: { start: number; end: number; scope: string }[] = [];
  const open: { scope: number; interval: { start: number; end: number; scope: string } }[] = [];
  for (let p = 0; p <= order.length; p++) {
    const chain: number[] = [];
    for (let s = p < order.length ? scopes.of[order[p]!]! : 0; s > 0; s = scopes.parent[s]!) chain.unshift(s);
    let common = 0;
    while (common < open.length && open[common]!.scope === chain[common]) common++;
    for (const { interval } of open.splice(common)) interval.end = p;
    for (const scope of chain.slice(common)) {
      const interval = { start: p, end: p, scope: scopes.path[scope]! };
      found.push(interval);
      open.push({ scope, interval });
    }
  }
  return found.filter((interval) => interval.end - interval.start > 1);
}
