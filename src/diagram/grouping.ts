import { BugError } from '../base/index.ts';
import type { DiagramInput, DiagramNode } from './diagram.ts';
import { ClassNumbers, mix, type Sequence } from './segments.ts';
import type { Steps } from './steps.ts';

/**
 * Groups of layers, nested, as intervals of one topological order: so a path never leaves a group and comes back, and a
 * network with groups closed to boxes has no cycle. Listed from outside in, in order: a group follows what encloses it.
 */
export interface Grouping {
  /** position → node. */
  readonly order: Int32Array;
  /** node → position. */
  readonly position: Int32Array;
  readonly count: number;
  /** Positions [start, end). */
  readonly start: Int32Array;
  readonly end: Int32Array;
  /** Enclosing group, -1. */
  readonly parent: Int32Array;
  readonly depth: Int32Array;
  readonly id: readonly string[];
  readonly title: readonly string[];
  readonly subtitle: readonly string[];
  /** Equal for groups of the same layers (without shapes), wired in the same way. */
  readonly structure: Int32Array;
  /** How many groups have the same structure. */
  readonly repeats: Int32Array;
}

/** A group before it has a name. */
export interface Interval {
  readonly start: number;
  readonly end: number;
  readonly scope?: string;
  /** What its title says before its number; for groups without a scope. */
  readonly word?: 'block' | 'stage' | 'blocks';
}

/** What `naming` learns of a group. */
export interface Naming {
  readonly index: number;
  readonly interval: Interval;
  readonly parent: number;
}

/** Numbers equal layers: `kind` without shapes and strides, `exact` with them. By node. */
export function* kindsOf(nodes: DiagramInput['nodes']): Steps<{ kind: Int32Array; exact: Int32Array }> {
  const kinds = new Map<string, number>();
  const exacts = new Map<string, number>();
  const numberOf = (known: Map<string, number>, text: string): number => {
    const found = known.get(text);
    if (found !== undefined) return found;
    known.set(text, known.size);
    return known.size - 1;
  };
  const kind = new Int32Array(nodes.length);
  const exact = new Int32Array(nodes.length);
  for (const [i, node] of nodes.entries()) {
    kind[i] = numberOf(kinds, kindText(node));
    exact[i] = numberOf(exacts, node.signature);
    if ((i & 1023) === 1023) yield;
  }
  return { kind, exact };
}

/** The first block of a stage often differs from the others by its stride alone: it is left out. */
const kindText = (node: DiagramNode): string =>
  `${node.op} ${(node.kind ?? node.subtitle).replace(/ ?\/\d+(×\d+)*/g, '')}`;

/** Operators that do the work of a network; blocks are counted by them. */
export const isMainOp = (op: string): boolean =>
  /conv|depthwise|gemm|matmul|^dense$|^linear$|lstm|gru|rnn|attention|einsum|fullyconnected|innerproduct/i.test(op);

const isJoinOp = (op: string): boolean => /^(Add|Sum|Concat|Concatenate)$/i.test(op);

/** Sorts intervals from outside in and names them. Equal intervals are one group. @throws BugError if two cross. */
export function* groupingOf(
  input: DiagramInput,
  order: Int32Array,
  position: Int32Array,
  sequence: Sequence,
  intervals: readonly Interval[],
  titles: (naming: readonly Naming[]) => { id: string; title: string }[],
): Steps<Grouping> {
  const sorted = [...intervals].sort((a, b) => a.start - b.start || b.end - a.end);
  const namings: Naming[] = [];
  const stack: number[] = [];
  for (const interval of sorted) {
    while (stack.length > 0 && namings[stack.at(-1)!]!.interval.end <= interval.start) stack.pop();
    const parent = stack.at(-1) ?? -1;
    const outer = namings[parent]?.interval;
    if (outer && outer.start === interval.start && outer.end === interval.end) continue;
    if (outer && outer.end < interval.end) {
      throw new BugError('Two groups of layers overlap.', { starts: [outer.start, interval.start] });
    }
    stack.push(namings.length);
    namings.push({ index: namings.length, interval, parent });
  }
  const count = namings.length;
  const column = (value: (naming: Naming) => number): Int32Array => Int32Array.from(namings, value);
  const parent = column((n) => n.parent);
  const depth = new Int32Array(count);
  for (let g = 0; g < count; g++) depth[g] = parent[g]! < 0 ? 0 : depth[parent[g]!]! + 1;
  const structure = column((n) => n.index);
  const numbers = new ClassNumbers();
  const subtitle: string[] = [];
  let work = 0;
  for (const [g, { interval }] of namings.entries()) {
    structure[g] = structureOf(interval.start, interval.end, sequence, numbers);
    subtitle.push(contents(interval, input, order));
    work += interval.end - interval.start;
    if (work < 4096) continue;
    work = 0;
    yield;
  }
  const times = new Map<number, number>();
  for (const s of structure) times.set(s, (times.get(s) ?? 0) + 1);
  yield;
  const named = titles(namings);
  yield;
  return {
    order,
    position,
    count,
    start: column((n) => n.interval.start),
    end: column((n) => n.interval.end),
    parent,
    depth,
    id: named.map((n) => n.id),
    title: named.map((n) => n.title),
    subtitle,
    structure,
    repeats: structure.map((s) => times.get(s) ?? 1),
  };
}

/** Layers by kind and every link inside, both by place in the interval. */
function structureOf(start: number, end: number, { kind, producers }: Sequence, numbers: ClassNumbers): number {
  let a = mix(17, end - start);
  let b = mix(19, end - start);
  for (let p = start; p < end; p++) {
    a = mix(a, kind[p]!);
    b = mix(b, kind[p]! + 1);
    for (let e = producers.start[p]!; e < producers.start[p + 1]!; e++) {
      const from = producers.item[e]!;
      if (from < start) continue;
      a = mix(mix(a, 23), p - from);
      b = mix(mix(b, 29), p - from);
    }
  }
  return numbers.of(a, b);
}

/** '2 Conv, 1 Add': its main operators and how their results meet; else what it has most of. */
function contents({ start, end }: Interval, { nodes }: DiagramInput, order: Int32Array): string {
  const times = new Map<string, number>();
  for (let p = start; p < end; p++) {
    const { op } = nodes[order[p]!]!;
    times.set(op, (times.get(op) ?? 0) + 1);
  }
  const byTimes = [...times].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const main = byTimes.filter(([op]) => isMainOp(op)).slice(0, 2);
  const joins = byTimes.filter(([op]) => isJoinOp(op)).slice(0, 1);
  const shown = main.length > 0 ? [...main, ...joins] : byTimes.slice(0, 2);
  return shown.map(([op, n]) => `${n} ${op}`).join(', ');
}
