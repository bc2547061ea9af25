import type { MatchedBy } from './comparison.ts';
import type { MatchedGraph, Signature } from './signatures.ts';
import type { Reader } from './wiring.ts';

const NONE = -1;

/** The pairs found so far. */
export class Pairing {
  readonly a: MatchedGraph;
  readonly b: MatchedGraph;
  /** Partner in `b` of each node of `a`, −1 for none; and the other way round. */
  readonly ofA: Int32Array;
  readonly ofB: Int32Array;
  /** How each node of `a` found its partner. */
  readonly by: (MatchedBy | undefined)[];
  /** Nodes of `a` that were paired since this list was last taken. */
  #fresh: number[] = [];

  constructor(a: MatchedGraph, b: MatchedGraph) {
    this.a = a;
    this.b = b;
    this.ofA = new Int32Array(a.ids.length).fill(NONE);
    this.ofB = new Int32Array(b.ids.length).fill(NONE);
    this.by = a.ids.map(() => undefined);
  }

  pair(a: number, b: number, by: MatchedBy): void {
    if (this.ofA[a] !== NONE || this.ofB[b] !== NONE) return;
    this.ofA[a] = b;
    this.ofB[b] = a;
    this.by[a] = this.a.ids[a] === this.b.ids[b] ? 'name' : by;
    this.#fresh.push(a);
  }

  #takeFresh(): readonly number[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }

  /** Whether one of the models has no node left without a partner. */
  isDone(): boolean {
    return !this.ofA.includes(NONE) || !this.ofB.includes(NONE);
  }

  openInA(): number[] {
    return openOf(this.ofA);
  }

  openInB(): number[] {
    return openOf(this.ofB);
  }

  /** Pairs the nodes whose key no other open node of their model has. `undefined`: the node takes no part. */
  pairUnique(keyOf: (graph: MatchedGraph, node: number) => string | number | undefined, by: MatchedBy): void {
    if (this.isDone()) return;
    const inA = byKey(this.openInA(), (node) => keyOf(this.a, node));
    const inB = byKey(this.openInB(), (node) => keyOf(this.b, node));
    for (const [key, a] of inA) {
      const b = inB.get(key);
      if (a !== 'several' && b !== undefined && b !== 'several') this.pair(a, b, by);
    }
  }

  /**
   * Carries all pairs along edges, again and again: neighbours on the same port, or the only ones of their kind, are partners too where `alike` is
   * equal. A node that several neighbours claim differently is left open, so the order of claims does not matter.
   */
  spread(alike: (graph: MatchedGraph) => Signature): void {
    if (this.isDone()) return;
    const kinds = [alike(this.a), alike(this.b)] as const;
    let fresh: readonly number[] = Array.from(this.ofA.keys()).filter((a) => this.ofA[a] !== NONE);
    for (this.#takeFresh(); fresh.length > 0; fresh = this.#takeFresh()) {
      const claims = new Claims();
      for (const a of fresh) {
        const b = this.ofA[a] as number;
        for (const side of ['producers', 'readers'] as const) {
          const nearA = (this.a.wiring.near[side][a] ?? []).filter(({ node }) => this.ofA[node] === NONE);
          const nearB = (this.b.wiring.near[side][b] ?? []).filter(({ node }) => this.ofB[node] === NONE);
          if (nearA.length > 0 && nearB.length > 0) claims.between(nearA, nearB, kinds);
        }
      }
      for (const [a, b] of claims.undisputed()) this.pair(a, b, 'structure');
    }
  }
}

/** Proposed pairs of one round. */
class Claims {
  readonly #ofA = new Map<number, number>();
  readonly #ofB = new Map<number, number>();

  /** Neighbours of two partners that are of one kind: those on the same port, or the only ones. */
  between(nearA: readonly Reader[], nearB: readonly Reader[], [kindA, kindB]: readonly [Signature, Signature]): void {
    const onPort = byKey(nearB, ({ node, port }) => 1024 * (kindB[node] as number) + port);
    const ofKind = byKey(nearB, ({ node }) => kindB[node]);
    const onlyOnes = byKey(nearA, ({ node }) => kindA[node]);
    for (const [key, near] of byKey(nearA, ({ node, port }) => 1024 * (kindA[node] as number) + port)) {
      if (near === 'several') continue;
      const kind = kindA[near.node] as number;
      const found = onPort.get(key) ?? (onlyOnes.get(kind) === 'several' ? undefined : ofKind.get(kind));
      if (found !== undefined && found !== 'several') this.add(near.node, found.node);
    }
  }

  add(a: number, b: number): void {
    this.#ofA.set(a, (this.#ofA.get(a) ?? b) === b ? b : NONE);
    this.#ofB.set(b, (this.#ofB.get(b) ?? a) === a ? a : NONE);
  }

  undisputed(): readonly (readonly [number, number])[] {
    return [...this.#ofA].filter(([a, b]) => b !== NONE && this.#ofB.get(b) === a);
  }
}

function openOf(partners: Int32Array): number[] {
  const open: number[] = [];
  partners.forEach((partner, node) => {
    if (partner === NONE) open.push(node);
  });
  return open;
}

/** Items by key; 'several' where more than one has it. Items without a key take no part. */
function byKey<T, K>(items: readonly T[], keyOf: (item: T) => K | undefined): ReadonlyMap<K, T | 'several'> {
  const found = new Map<K, T | 'several'>();
  for (const item of items) {
    const key = keyOf(item);
    if (key !== undefined) found.set(key, found.has(key) ? 'several' : item);
  }
  return found;
}
