import { BugError } from '../../src/base/index.ts';
import { elementCount, isKnown, type Model, type Node, type Shape, type TensorId } from '../../src/ir/index.ts';
import type { KernelMemory } from './kernel-memory.ts';
import { clampOf } from './plan/clamp.ts';
import { type FastNode, NodeView, type Places, type View } from './plan/fast-node.ts';
import { planNode } from './plan/index.ts';
import { bindMove } from './plan/move.ts';

/** A value's place in kernel memory while it lives. */
export interface Slot {
  readonly address: number;
  readonly shape: Shape;
}

export interface FloatStep {
  readonly outputs: readonly TensorId[];
  run(): void;
  /** The same with the clamping node `index` done on the way, which writes `output` in place of output 0. */
  readonly fused?: { readonly index: number; readonly output: TensorId; run(): void };
}

export interface FloatPlan {
  readonly slots: ReadonlyMap<TensorId, Slot>;
  /** By node. 'view': its output is its input's place. `undefined`: the node runs plain. */
  readonly steps: readonly (FloatStep | 'view' | undefined)[];
  /** State whose new value does not come to lie in its place by itself: [state, new value]. */
  readonly moves: readonly (readonly [TensorId, TensorId])[];
  /** Where the values lie, and their bytes. */
  readonly values: { readonly address: number; readonly bytes: number };
  /** Plans node `index` anew for a model with other constants, in memory reserved after this plan's. `undefined`: it runs plain. */
  replan(index: number, model: Model): FloatStep | undefined;
  /** Of values and working memory; constants and field blocks come on top. */
  readonly valueBytes: number;
}

export interface PlanOptions {
  /** Input → the output that replaces it (see `StepBackend`). Such inputs keep their place. */
  readonly state?: ReadonlyMap<TensorId, TensorId>;
  /** Values may be changed from outside as soon as they are computed: then two values share a place only where no third reader is. */
  readonly transformable?: boolean;
  /** Every value keeps its place to the end of the run: none share memory. */
  readonly keepAll?: boolean;
}

/** Values that are one place in memory, and when that place is in use, by node index. */
interface Lifetime {
  readonly bytes: number;
  first: number;
  last: number;
}

/** Chooses kernels for the nodes, and a place for each value they touch: values that do not live at once share memory. */
export function planValues(model: Model, memory: KernelMemory, options: PlanOptions = {}): FloatPlan {
  const { graph } = model;
  const views = graph.nodes.map((node) => new NodeView(node, model));
  const planned = views.map(planNode);
  const fast = planned.map((node) => (node && !isView(node) ? node : undefined));
  const fusions = fusionsOf(model, views, fast);
  const values = new ValueGroups(model, planned, fast, fusions, options);
  const { offsets, bytes } = layOut(values.lifetimes);
  const start = memory.reserve(bytes);
  const slots = new Map(
    [...values.groupOf].map(([id, group]) => {
      const slot = { address: start + (offsets[group] as number), shape: shapeOf(model, id) };
      return [id, slot] as const;
    }),
  );
  const scratchBytes = fast.reduce((most, node) => Math.max(most, node?.scratchBytes ?? 0), 0);
  const scratch = memory.reserve(scratchBytes);
  const stepOf = (index: number, step: FastNode, binder: Binder): FloatStep => {
    const node = graph.nodes[index] as Node;
    const run = step.bind(binder.places(node.outputs));
    const next = fusions.get(index);
    const clamp = next === undefined ? undefined : clampOf(views[next] as NodeView);
    if (next === undefined || !clamp) return { outputs: node.outputs, run };
    const output = graph.nodes[next]?.outputs[0] as TensorId;
    const clamped = step.bind(binder.places([output, ...node.outputs.slice(1)], clamp));
    return { outputs: node.outputs, run, fused: { index: next, output, run: clamped } };
  };
  const binder = new Binder(model, memory, slots, scratch);
  const steps = graph.nodes.map((node, index): FloatStep | 'view' | undefined => {
    const step = planned[index];
    if (step && isView(step)) {
      const output = node.outputs[0] as TensorId;
      if (values.isOnePlace(step.viewOf, output)) return 'view';
      const [from, to] = [slots.get(step.viewOf), slots.get(output)];
      return from && to ? { outputs: [output], run: bindCopy(memory, from, to) } : undefined;
    }
    return step ? stepOf(index, step, binder) : undefined;
  });
  return {
    slots,
    steps,
    moves: values.moves,
    values: { address: start, bytes },
    valueBytes: bytes + scratchBytes,
    replan(index, changed) {
      const step = planNode(new NodeView(graph.nodes[index] as Node, changed));
      return step && !isView(step) ? stepOf(index, step, new Binder(changed, memory, slots, scratch)) : undefined;
    },
  };
}

/** For a value whose place others read, too, and may see changed. */
const bindCopy = (memory: KernelMemory, from: Slot, to: Slot): (() => void) =>
  bindMove({ memory }, from.address, to.address, {
    dimensions: [{ size: elementCount(to.shape), inputStep: 1, outputStep: 1 }],
  });

const isView = (node: FastNode | View): node is View => 'viewOf' in node;

function shapeOf({ graph }: Model, id: TensorId): Shape {
  const shape = graph.tensors.get(id)?.shape;
  if (!isKnown(shape)) throw new BugError(`Value '${id}' has no known shape.`);
  return shape;
}

/** Gives nodes their addresses; constants that are operands are placed once for all their readers. */
class Binder {
  readonly #model: Model;
  readonly #memory: KernelMemory;
  readonly #slots: ReadonlyMap<TensorId, Slot>;
  readonly #scratch: number;
  readonly #constants = new Map<TensorId, number>();

  constructor(model: Model, memory: KernelMemory, slots: ReadonlyMap<TensorId, Slot>, scratch: number) {
    this.#model = model;
    this.#memory = memory;
    this.#slots = slots;
    this.#scratch = scratch;
  }

  places(outputs: readonly TensorId[], clamp?: { readonly low: number; readonly high: number }): Places {
    return {
      memory: this.#memory,
      operand: (id) => this.#slots.get(id)?.address ?? this.#constant(id),
      output: (index) => {
        const slot = this.#slots.get(outputs[index] ?? '');
        if (!slot) throw new BugError(`Output ${index} ('${outputs[index]}') has no place in kernel memory.`);
        return slot.address;
      },
      low: clamp?.low ?? Number.NEGATIVE_INFINITY,
      high: clamp?.high ?? Number.POSITIVE_INFINITY,
      scratch: this.#scratch,
    };
  }

  #constant(id: TensorId): number {
    const known = this.#constants.get(id);
    if (known !== undefined) return known;
    const data = NodeView.floatConstant(this.#model, id)?.data;
    if (!data) throw new BugError(`Value '${id}' has no place in kernel memory.`);
    const address = this.#memory.place(data);
    this.#constants.set(id, address);
    return address;
  }
}

/** Node → the Relu or Clip that alone reads its output 0. */
function fusionsOf(
  { graph }: Model,
  views: readonly NodeView[],
  fast: readonly (FastNode | undefined)[],
): ReadonlyMap<number, number> {
  const readers = new Map<TensorId, number[]>();
  for (const [index, node] of graph.nodes.entries()) {
    for (const id of node.inputs) {
      const known = readers.get(id);
      if (known) known.push(index);
      else readers.set(id, [index]);
    }
  }
  const found = new Map<number, number>();
  for (const [index, node] of graph.nodes.entries()) {
    const output = node.outputs[0] as TensorId;
    const [next, ...others] = readers.get(output) ?? [];
    if (!fast[index]?.clamps || clampOf(views[index] as NodeView) || next === undefined || others.length > 0) continue;
    if (!graph.outputs.includes(output) && fast[next] && clampOf(views[next] as NodeView)) found.set(index, next);
  }
  return found;
}

/** Which values are one place, and from which node to which it is in use. */
class ValueGroups {
  /** Values that have a place → its group. */
  readonly groupOf = new Map<TensorId, number>();
  readonly lifetimes: Lifetime[] = [];
  readonly moves: (readonly [TensorId, TensorId])[] = [];
  readonly #model: Model;

  constructor(
    model: Model,
    planned: readonly (FastNode | View | undefined)[],
    fast: readonly (FastNode | undefined)[],
    fusions: ReadonlyMap<number, number>,
    { state = new Map(), transformable = false, keepAll = false }: PlanOptions,
  ) {
    this.#model = model;
    const { nodes } = model.graph;
    const inputs = new Set(model.graph.inputs);
    const lastRead = new Map<TensorId, number>();
    const readers = new Map<TensorId, number>();
    for (const [index, node] of nodes.entries()) {
      for (const id of node.inputs) {
        lastRead.set(id, index);
        readers.set(id, (readers.get(id) ?? 0) + 1);
      }
    }
    for (const input of state.keys()) this.#place(input, -1, Number.POSITIVE_INFINITY);
    for (const step of fast)
      for (const id of step?.reads ?? []) if (inputs.has(id)) this.#place(id, -1, lastRead.get(id) ?? -1);
    // An input that is only given another shape lies where kernels read it then.
    for (const step of planned)
      if (step && isView(step) && inputs.has(step.viewOf))
        this.#place(step.viewOf, -1, lastRead.get(step.viewOf) ?? -1);
    const needed = neededByKernels(fast);
    for (const [index, node] of nodes.entries()) {
      const step = planned[index];
      const source = step && isView(step) ? this.groupOf.get(step.viewOf) : undefined;
      if (step && isView(step)) {
        const shared =
          transformable && ((readers.get(step.viewOf) ?? 0) > 1 || model.graph.outputs.includes(step.viewOf));
        if (source !== undefined && !shared) {
          this.#join(node.outputs[0] as TensorId, source, lastRead);
          continue;
        }
      }
      for (const [i, id] of node.outputs.entries()) {
        if (id === '' || this.groupOf.has(id)) continue;
        // What only changes the shape of a value in kernel memory stays there, if only as a copy.
        if (!fast[index] && source === undefined && !needed.has(id)) continue;
        const replaced =
          step && !isView(step) ? this.#stateInPlace(step, i, node.inputs, id, index, state, lastRead) : undefined;
        if (replaced === undefined) this.#place(id, index, Math.max(index, lastRead.get(id) ?? index));
        else this.#join(id, replaced, lastRead);
      }
      const fused = fusions.get(index);
      const clamped = fused === undefined ? undefined : (nodes[fused]?.outputs[0] as TensorId);
      if (clamped !== undefined) this.#place(clamped, index, Math.max(fused as number, lastRead.get(clamped) ?? 0));
    }
    this.#findMoves(state);
    if (keepAll) for (const lifetime of this.lifetimes) lifetime.last = Number.POSITIVE_INFINITY;
  }

  isOnePlace(a: TensorId, b: TensorId): boolean {
    const group = this.groupOf.get(a);
    return group !== undefined && group === this.groupOf.get(b);
  }

  /** The group of the state that output `i` of a node may overwrite: nobody reads its old value any more. */
  #stateInPlace(
    step: FastNode,
    i: number,
    inputs: readonly TensorId[],
    id: TensorId,
    index: number,
    state: ReadonlyMap<TensorId, TensorId>,
    lastRead: ReadonlyMap<TensorId, number>,
  ): number | undefined {
    for (const [output, input] of step.inPlace ?? []) {
      const old = inputs[input] ?? '';
      if (output === i && state.get(old) === id && lastRead.get(old) === index) return this.groupOf.get(old);
    }
    return undefined;
  }

  #findMoves(state: ReadonlyMap<TensorId, TensorId>): void {
    for (const [input, output] of state) {
      const group = this.groupOf.get(output);
      if (group !== undefined && group === this.groupOf.get(input)) continue;
      if (group !== undefined) (this.lifetimes[group] as Lifetime).last = Number.POSITIVE_INFINITY;
      this.moves.push([input, output]);
    }
  }

  #place(id: TensorId, first: number, last: number): void {
    const known = this.groupOf.get(id);
    if (known !== undefined) {
      const lifetime = this.lifetimes[known] as Lifetime;
      lifetime.first = Math.min(lifetime.first, first);
      lifetime.last = Math.max(lifetime.last, last);
      return;
    }
    this.groupOf.set(id, this.lifetimes.length);
    this.lifetimes.push({ bytes: elementCount(shapeOf(this.#model, id)) * 4, first, last });
  }

  #join(id: TensorId, group: number, lastRead: ReadonlyMap<TensorId, number>): void {
    const lifetime = this.lifetimes[group] as Lifetime;
    lifetime.last = Math.max(lifetime.last, lastRead.get(id) ?? 0);
    this.groupOf.set(id, group);
  }
}

/** Values that some kernel reads. */
function neededByKernels(fast: readonly (FastNode | undefined)[]): ReadonlySet<TensorId> {
  return new Set(fast.flatMap((step) => step?.reads ?? []));
}

/** First fit in order of first use: offsets, 64-byte aligned, and bytes in all. */
function layOut(lifetimes: readonly Lifetime[]): { readonly offsets: readonly number[]; readonly bytes: number } {
  const order = lifetimes
    .map((_, i) => i)
    .sort((a, b) => (lifetimes[a] as Lifetime).first - (lifetimes[b] as Lifetime).first);
  const offsets = new Array<number>(lifetimes.length).fill(0);
  let alive: { readonly from: number; readonly to: number; readonly last: number }[] = [];
  let bytes = 0;
  for (const i of order) {
    const life = lifetimes[i] as Lifetime;
    const size = Math.ceil(life.bytes / 64) * 64 + 64;
    alive = alive.filter((p) => p.last >= life.first);
    let from = 0;
    let at = 0;
    for (; at < alive.length; at++) {
      const p = alive[at] as (typeof alive)[number];
      if (p.from - from >= size) break;
      from = Math.max(from, p.to);
    }
    // Kept in the order of addresses: places never overlap while alive.
    alive.splice(at, 0, { from, to: from + size, last: life.last });
    bytes = Math.max(bytes, from + size);
    offsets[i] = from;
  }
  return { offsets, bytes };
}
