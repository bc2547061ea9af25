import type { BlockSource } from './block-parts.ts';
import type { DiagramInput, GroupingKind } from './diagram.ts';
import { blockIntervals } from './group-by-block.ts';
import { scopeIntervals, scopeOrder } from './group-by-scope.ts';
import { type Grouping, groupingOf, type Interval, isMainOp, kindsOf, type Naming } from './grouping.ts';
import { deepFirstOrder, type IndexGraph, indexGraph, inverse } from './index-graph.ts';
import { everywhere, type Sequence, segmentsOf } from './segments.ts';
import type { Steps } from './steps.ts';

/** Orders the layers of a network and finds its groups. */
export function* groupLayers(input: DiagramInput, kind: GroupingKind): Steps<Grouping> {
  const graph = yield* layerGraph(input);
  yield;
  if (kind === 'scope') {
    const { order, scopes } = yield* scopeOrder(input, graph);
    const intervals = withoutWhole(scopeIntervals(order, scopes), order.length);
    const position = inverse(order);
    const sequence = yield* sequenceOf(input, graph, order, position);
    return yield* groupingOf(input, order, position, sequence, intervals, scopeTitles);
  }
  let order = yield* deepFirstOrder(graph);
  let position = inverse(order);
  let sequence = yield* sequenceOf(input, graph, order, position);
  const early = kind === 'none' ? [] : everywhere(sequence);
  if (early.length > 0) {
    // What every block needs would else stand in the first of them.
    order = yield* deepFirstOrder(
      graph,
      early.map((p) => order[p]!),
    );
    position = inverse(order);
    sequence = yield* sequenceOf(input, graph, order, position);
  }
  yield;
  const intervals = kind === 'none' || order.length < 4 ? [] : yield* blocksOf(input, order, sequence);
  yield;
  return yield* groupingOf(input, order, position, sequence, withoutWhole(intervals, order.length), (namings) =>
    blockTitles(namings, input, order),
  );
}

function* layerGraph({ nodes, values }: DiagramInput): Steps<IndexGraph> {
  const from = new Int32Array(values.length);
  const to = new Int32Array(values.length);
  let links = 0;
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!;
    if ((i & 4095) === 4095) yield;
    if (v.from < 0 || v.to < 0) continue;
    from[links] = v.from;
    to[links++] = v.to;
  }
  return indexGraph(nodes.length, from.subarray(0, links), to.subarray(0, links));
}

/** The network by position; links that close a cycle are left out. */
export function* sequenceOf(
  input: DiagramInput,
  graph: IndexGraph,
  order: Int32Array,
  position: Int32Array,
): Steps<Sequence> {
  const { count, from, ins } = graph;
  const { kind, exact } = yield* kindsOf(input.nodes);
  const start = new Uint32Array(count + 1);
  const item = new Int32Array(from.length);
  let size = 0;
  for (let p = 0; p < count; p++) {
    const v = order[p]!;
    const first = size;
    for (let e = ins.start[v]!; e < ins.start[v + 1]!; e++) {
      const producer = position[from[ins.item[e]!]!]!;
      if (producer < p) item[size++] = producer;
    }
    if (size - first > 1) size = first + sortUnique(item.subarray(first, size));
    start[p + 1] = size;
    if ((p & 2047) === 2047) yield;
  }
  return {
    count,
    kind: order.map((v) => kind[v]!),
    exact: order.map((v) => exact[v]!),
    producers: { start, item: item.subarray(0, size) },
  };
}

/** Sorts in place, equal ones once, at the front. Returns how many are left. */
function sortUnique(values: Int32Array): number {
  values.sort();
  let kept = 1;
  for (let i = 1; i < values.length; i++) if (values[i] !== values[i - 1]) values[kept++] = values[i]!;
  return kept;
}

const isTrailing = (op: string): boolean =>
  /relu|^clip$|sigmoid|swish|tanh|gelu|^elu$|selu|mish|softplus|batchnorm|activation/i.test(op);

function* blocksOf(input: DiagramInput, order: Int32Array, sequence: Sequence): Steps<Interval[]> {
  const segments = yield* segmentsOf(sequence);
  yield;
  const { count } = sequence;
  const isMain = new Map<string, boolean>();
  const isLast = new Map<string, boolean>();
  for (const { op } of input.nodes) {
    if (isMain.has(op)) continue;
    isMain.set(op, isMainOp(op));
    isLast.set(op, isTrailing(op));
  }
  // A network of operators that nobody knows is judged by its number of layers.
  const known = [...isMain.values()].some(Boolean);
  const mains = new Int32Array(count + 1);
  const trailing = new Uint8Array(count);
  for (let p = 0; p < count; p++) {
    const { op } = input.nodes[order[p]!]!;
    mains[p + 1] = mains[p]! + (!known || isMain.get(op) ? 1 : 0);
    trailing[p] = isLast.get(op) ? 1 : 0;
  }
  const source: BlockSource = { sequence, segments, mains, trailing, need: known ? 2 : 4 };
  return yield* blockIntervals(source);
}

/** A frame around everything says nothing. */
const withoutWhole = (intervals: readonly Interval[], count: number): Interval[] =>
  intervals.filter((i) => i.end - i.start < count);

function scopeTitles(namings: readonly Naming[]): { id: string; title: string }[] {
  const pieces = new Map<string, number>();
  return namings.map(({ interval }) => {
    const scope = interval.scope ?? '';
    const piece = (pieces.get(scope) ?? 0) + 1;
    pieces.set(scope, piece);
    const name = scope.slice(scope.lastIndexOf('/') + 1);
    return piece === 1
      ? { id: `scope:${scope}`, title: name }
      : { id: `scope:${scope}#${piece}`, title: `${name} (${piece})` };
  });
}

/** 'stage 2', 'block 5', 'block 5.1' inside it, 'blocks 1–32'. */
function blockTitles(
  namings: readonly Naming[],
  input: DiagramInput,
  order: Int32Array,
): { id: string; title: string }[] {
  const numbers: string[] = [];
  const inside = new Map<string, number>();
  for (const { interval, parent } of namings) {
    let outer = parent;
    while (outer >= 0 && namings[outer]!.interval.word !== interval.word) outer = namings[outer]!.parent;
    const within = interval.word === 'blocks' || outer < 0 ? '' : `${numbers[outer]}.`;
    const key = `${interval.word} ${within}`;
    const number = (inside.get(key) ?? 0) + 1;
    inside.set(key, number);
    numbers.push(`${within}${number}`);
  }
  return namings.map(({ interval, index }) => {
    const first = input.nodes[order[interval.start]!]!.id;
    const id = `block:${first}:${interval.end - interval.start}`;
    if (interval.word !== 'blocks') return { id, title: `${interval.word} ${numbers[index]}` };
    const blocks: number[] = [];
    for (let g = index + 1; g < namings.length && namings[g]!.interval.start < interval.end; g++) {
      if (namings[g]!.interval.word === 'block') blocks.push(g);
    }
    const last = blocks.findLast((g) => !numbers[g]!.includes('.'));
    return { id, title: `blocks ${numbers[blocks[0] ?? -1] ?? ''}–${numbers[last ?? -1] ?? ''}` };
  });
}
