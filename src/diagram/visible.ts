import { BugError } from '../base/index.ts';
import { BOX, type DiagramInput, type DiagramOptions, KIND } from './diagram.ts';
import type { Grouping } from './grouping.ts';
import type { Steps } from './steps.ts';

/** What is seen of a network: boxes and frames, frames before what they hold, and the edges between boxes. */
export interface Visible {
  readonly count: number;
  readonly id: string[];
  readonly kind: Uint8Array;
  readonly node: Int32Array;
  /** Index in the grouping, -1. */
  readonly group: Int32Array;
  /** Enclosing frame, -1. */
  readonly parent: Int32Array;
  /** px; of a frame set by its layout. */
  readonly width: Float64Array;
  readonly height: Float64Array;
  readonly title: string[];
  readonly subtitle: string[];
  readonly boxOfNode: Int32Array;
  readonly edges: VisibleEdges;
}

export interface VisibleEdges {
  readonly count: number;
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Index in `DiagramInput.values`: the first that is drawn as this edge. */
  readonly value: Int32Array;
  /** 0: closes a cycle, is not placed. */
  readonly forward: Uint8Array;
}

export function* visibleOf(input: DiagramInput, grouping: Grouping, options: DiagramOptions): Steps<Visible> {
  const boxes = yield* boxesOf(input, grouping, openGroups(grouping, options));
  return { ...boxes, edges: yield* edgesOf(input, grouping, boxes) };
}

/** Which groups are frames. */
export function openGroups(grouping: Grouping, options: DiagramOptions): Uint8Array {
  const open = new Uint8Array(grouping.count);
  if (options.expandAll) return open.fill(1);
  const expanded = new Set(options.expanded);
  const collapsed = new Set(options.collapsed);
  const levels = openLevels(grouping, options.collapseFrom);
  for (let g = 0; g < grouping.count; g++) {
    const id = grouping.id[g]!;
    open[g] = expanded.has(id) || (grouping.depth[g]! < levels && !collapsed.has(id)) ? 1 : 0;
  }
  for (const node of options.reveal ?? []) {
    const p = grouping.position[node];
    if (p === undefined) throw new BugError('A node to be revealed is not in the diagram.', { node });
    for (let g = 0; g < grouping.count && grouping.start[g]! <= p; g++) if (grouping.end[g]! > p) open[g] = 1;
  }
  return open;
}

/** How many levels of groups can be open, from the outermost, with no more than `most` boxes seen. */
function openLevels(grouping: Grouping, most: number): number {
  const { count, depth, start, end, order } = grouping;
  const deepest = depth.reduce((m, d) => Math.max(m, d + 1), 0);
  const groups = new Int32Array(deepest + 1);
  // Layers that lie directly in groups of each depth; [0]: in none.
  const layers = new Int32Array(deepest + 1);
  layers[0] = order.length;
  for (let g = 0; g < count; g++) {
    groups[depth[g]!]!++;
    layers[depth[g]! + 1]! += end[g]! - start[g]!;
    layers[depth[g]!]! -= end[g]! - start[g]!;
  }
  let direct = layers[0]!;
  for (let level = 1; level <= deepest; level++) {
    direct += layers[level]!;
    if (direct + groups[level]! > most) return level - 1;
  }
  return deepest;
}

type Boxes = Omit<Visible, 'edges'>;

/** Gathers boxes column by column. */
class BoxList {
  readonly id: string[] = [];
  readonly kind: number[] = [];
  readonly node: number[] = [];
  readonly group: number[] = [];
  readonly parent: number[] = [];
  readonly title: string[] = [];
  readonly subtitle: string[] = [];

  add(
    id: string,
    kind: number,
    { node = -1, group = -1, parent = -1 }: { node?: number; group?: number; parent?: number },
    title: string,
    subtitle = '',
  ): number {
    this.id.push(id);
    this.kind.push(kind);
    this.node.push(node);
    this.group.push(group);
    this.parent.push(parent);
    this.title.push(title);
    this.subtitle.push(subtitle);
    return this.id.length - 1;
  }
}

function* boxesOf(input: DiagramInput, grouping: Grouping, open: Uint8Array): Steps<Boxes> {
  const { order, start, end, id, title, subtitle } = grouping;
  const list = new BoxList();
  for (const name of input.inputs) list.add(`in:${name}`, KIND.input, {}, name);
  const boxOfNode = new Int32Array(order.length).fill(-1);
  const frames: { box: number; end: number }[] = [];
  let next = 0;
  for (let p = 0; p < order.length; ) {
    while (frames.length > 0 && frames.at(-1)!.end <= p) frames.pop();
    const parent = frames.at(-1)?.box ?? -1;
    if ((list.id.length & 2047) === 2047) yield;
    if (next < grouping.count && start[next] === p) {
      const g = next++;
      if (open[g]) {
        const frame = list.add(id[g]!, KIND.frame, { group: g, parent }, title[g]!, subtitle[g]);
        frames.push({ box: frame, end: end[g]! });
        continue;
      }
      const box = list.add(id[g]!, KIND.group, { group: g, parent }, title[g]!, subtitle[g]);
      for (; p < end[g]!; p++) boxOfNode[order[p]!] = box;
      while (next < grouping.count && start[next]! < p) next++;
      continue;
    }
    const v = order[p]!;
    const node = input.nodes[v]!;
    boxOfNode[v] = list.add(node.id, KIND.layer, { node: v, parent }, node.title, node.subtitle);
    p++;
  }
  for (const name of input.outputs) list.add(`out:${name}`, KIND.output, {}, name);
  return {
    count: list.id.length,
    id: list.id,
    kind: Uint8Array.from(list.kind),
    node: Int32Array.from(list.node),
    group: Int32Array.from(list.group),
    parent: Int32Array.from(list.parent),
    width: new Float64Array(list.id.length).fill(BOX.width),
    height: Float64Array.from(list.subtitle, (text) => (text === '' ? BOX.lowHeight : BOX.height)),
    title: list.title,
    subtitle: list.subtitle,
    boxOfNode,
  };
}

/** Values between boxes: those inside one box vanish, those of one tensor between the same boxes are one edge. */
function* edgesOf(input: DiagramInput, grouping: Grouping, boxes: Boxes): Steps<VisibleEdges> {
  const { position } = grouping;
  const inputs = new Map(input.inputs.map((name, i) => [name, i]));
  const firstOutput = boxes.count - input.outputs.length;
  const outputs = new Map(input.outputs.map((name, i) => [name, firstOutput + i]));
  const count = input.values.length;
  const from = new Int32Array(count);
  const to = new Int32Array(count);
  const value = new Int32Array(count);
  const forward = new Uint8Array(count);
  const first = new Map<number, number>();
  // Edges with the same ends, of different tensors.
  const others = new Int32Array(count).fill(-1);
  let edges = 0;
  for (let i = 0; i < count; i++) {
    const v = input.values[i]!;
    if ((i & 2047) === 2047) yield;
    const a = v.from < 0 ? inputs.get(v.tensor) : boxes.boxOfNode[v.from];
    const b = v.to < 0 ? outputs.get(v.tensor) : boxes.boxOfNode[v.to];
    if (a === undefined || b === undefined) {
      throw new BugError('A value of the diagram has an end that is not in it.', { tensor: v.tensor });
    }
    if (a === b && !(v.from === v.to && boxes.kind[a] === KIND.layer)) continue;
    const key = a * boxes.count + b;
    const known = first.get(key) ?? -1;
    let same = known;
    while (same >= 0 && input.values[value[same]!]!.tensor !== v.tensor) same = others[same]!;
    if (same >= 0) continue;
    if (known < 0) first.set(key, edges);
    else {
      others[edges] = others[known]!;
      others[known] = edges;
    }
    from[edges] = a;
    to[edges] = b;
    value[edges] = i;
    forward[edges++] = v.from < 0 || v.to < 0 || position[v.from]! < position[v.to]! ? 1 : 0;
  }
  return {
    count: edges,
    from: from.subarray(0, edges),
    to: to.subarray(0, edges),
    value: value.subarray(0, edges),
    forward: forward.subarray(0, edges),
  };
}

/** The first `count` boxes, with the edges between them: what is drawn first of a large drawing. */
export function upperEnd(visible: Visible, count: number): Visible {
  const { edges } = visible;
  const kept: number[] = [];
  for (let e = 0; e < edges.count; e++) if (edges.from[e]! < count && edges.to[e]! < count) kept.push(e);
  const column = (all: Int32Array): Int32Array => Int32Array.from(kept, (e) => all[e]!);
  return {
    count,
    id: visible.id.slice(0, count),
    kind: visible.kind.slice(0, count),
    node: visible.node.slice(0, count),
    group: visible.group.slice(0, count),
    parent: visible.parent.slice(0, count),
    width: visible.width.slice(0, count),
    height: visible.height.slice(0, count),
    title: visible.title.slice(0, count),
    subtitle: visible.subtitle.slice(0, count),
    boxOfNode: visible.boxOfNode.map((box) => (box < count ? box : -1)),
    edges: {
      count: kept.length,
      from: column(edges.from),
      to: column(edges.to),
      value: column(edges.value),
      forward: Uint8Array.from(kept, (e) => edges.forward[e]!),
    },
  };
}
