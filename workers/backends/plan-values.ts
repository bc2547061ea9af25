import { BugError } from '../../src/base/index.ts';
import { elementCount, isKnown, type Model, type Shape, type TensorId } from '../../src/ir/index.ts';
import type { KernelMemory } from './kernel-memory.ts';
import { clampOf, type FastNode, NodeView, planNode } from './plan-float.ts';

/** A value's place in kernel memory while it lives. */
export interface Slot {
  readonly address: number;
  readonly shape: Shape;
}

export interface FloatStep {
  readonly reads: readonly TensorId[];
  readonly output: TensorId;
  run(): void;
  /** The same with the clamping node `index` done on the way, which writes `output` instead. */
  readonly fused?: { readonly index: number; readonly output: TensorId; run(): void };
}

export interface Values {
  readonly slots: ReadonlyMap<TensorId, Slot>;
  /** By node; `undefined` where the node runs plain. */
  readonly steps: readonly (FloatStep | undefined)[];
}

interface Lifetime {
  readonly id: TensorId;
  readonly shape: Shape;
  readonly bytes: number;
  first: number;
  last: number;
}

/** Chooses kernels for the nodes, and a place for each value they touch: values that do not live at once share memory. */
export function planValues(model: Model, memory: KernelMemory): Values {
  const { graph } = model;
  const views = graph.nodes.map((node) => new NodeView(node, model));
  const fast = views.map(planNode);
  const fusions = fusionsOf(model, views, fast);
  const lifetimes = lifetimesOf(model, fast, fusions);
  const { offsets, bytes } = layOut(lifetimes);
  const start = memory.reserve(bytes);
  const slots = new Map(lifetimes.map(({ id, shape }, i) => [id, { address: start + (offsets[i] as number), shape }]));
  const largest = (size: (node: FastNode) => number | undefined) =>
    fast.reduce((most, node) => Math.max(most, node ? (size(node) ?? 0) : 0), 0);
  const map = memory.reserve(largest((node) => node.mapBytes));
  const panels = memory.reserve(largest((node) => node.panelBytes));
  const address = (id: TensorId): number => {
    const slot = slots.get(id);
    if (!slot) throw new BugError(`Value '${id}' has no place in kernel memory.`);
    return slot.address;
  };
  const open = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const steps = graph.nodes.map((node, index): FloatStep | undefined => {
    const planned = fast[index];
    if (!planned) return undefined;
    const output = node.outputs[0] as TensorId;
    const places = { memory, address, map, panels };
    const run = planned.bind({ ...places, output: address(output), ...open });
    const next = fusions.get(index);
    const clamp = next === undefined ? undefined : clampOf(views[next] as NodeView);
    if (next === undefined || !clamp) return { reads: planned.reads, output, run };
    const clamped = graph.nodes[next]?.outputs[0] as TensorId;
    const fused = {
      index: next,
      output: clamped,
      run: planned.bind({ ...places, output: address(clamped), ...clamp }),
    };
    return { reads: planned.reads, output, run, fused };
  });
  return { slots, steps };
}

/** Node → the Relu or Clip that alone reads its output. */
function fusionsOf(
  { graph }: Model,
  views: readonly NodeView[],
  fast: readonly (FastNode | undefined)[],
): ReadonlyMap<number, number> {
  const readers = new Map<TensorId, number[]>();
  for (const [index, node] of graph.nodes.entries())
    for (const id of node.inputs) readers.set(id, [...(readers.get(id) ?? []), index]);
  const found = new Map<number, number>();
  for (const [index, node] of graph.nodes.entries()) {
    const output = node.outputs[0] as TensorId;
    const [next, ...others] = readers.get(output) ?? [];
    if (!fast[index]?.clamps || clampOf(views[index] as NodeView) || next === undefined || others.length > 0) continue;
    if (!graph.outputs.includes(output) && fast[next] && clampOf(views[next] as NodeView)) found.set(index, next);
  }
  return found;
}

function lifetimesOf(
  { graph }: Model,
  fast: readonly (FastNode | undefined)[],
  fusions: ReadonlyMap<number, number>,
): Lifetime[] {
  const lifetimes = new Map<TensorId, Lifetime>();
  const touch = (id: TensorId, index: number): void => {
    const known = lifetimes.get(id);
    if (known) {
      known.first = Math.min(known.first, index);
      known.last = Math.max(known.last, index);
      return;
    }
    const shape = graph.tensors.get(id)?.shape;
    if (!isKnown(shape)) throw new BugError(`Value '${id}' has no known shape.`);
    lifetimes.set(id, { id, shape, bytes: elementCount(shape) * 4, first: index, last: index });
  };
  for (const [index, node] of graph.nodes.entries()) {
    const planned = fast[index];
    if (planned) {
      for (const id of planned.reads) touch(id, index);
      touch(node.outputs[0] as TensorId, index);
      const fused = fusions.get(index);
      if (fused !== undefined) touch(graph.nodes[fused]?.outputs[0] as TensorId, index);
    } else {
      for (const id of node.inputs) if (lifetimes.has(id)) touch(id, index);
    }
  }
  return [...lifetimes.values()];
}

/** First fit in order of first use: offsets, 64-byte aligned, and bytes in all. */
function layOut(lifetimes: readonly Lifetime[]): { readonly offsets: readonly number[]; readonly bytes: number } {
  const placed: { readonly from: number; readonly to: number; readonly life: Lifetime }[] = [];
  let bytes = 0;
  const offsets = lifetimes.map((life) => {
    const size = Math.ceil(life.bytes / 64) * 64 + 64;
    const alive = placed
      .filter((p) => p.life.first <= life.last && life.first <= p.life.last)
      .sort((a, b) => a.from - b.from);
    let from = 0;
    for (const p of alive) {
      if (p.from - from >= size) break;
      from = Math.max(from, p.to);
    }
    placed.push({ from, to: from + size, life });
    bytes = Math.max(bytes, from + size);
    return from;
  });
  return { offsets, bytes };
}
