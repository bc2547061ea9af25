import { BugError } from '../../../src/base/index.ts';
import { elementCount, isKnown, type Model, type TensorId } from '../../../src/ir/index.ts';
import { clampOf } from '../plan/clamp.ts';
import { type Lifetime, shareBuffers } from './buffers.ts';
import { type GpuNode, GpuNodeView, type GpuView } from './gpu-node.ts';
import { planNode } from './plan/index.ts';

/** A node with kernels. */
export interface GpuStep {
  readonly node: GpuNode;
  /** Buffer numbers of its working memory. */
  readonly scratch: readonly number[];
  /** The Relu or Clip that alone reads its output 0 and can be done as it writes. */
  readonly fused?: { readonly index: number; readonly low: number; readonly high: number; readonly output: TensorId };
  /** Inputs to copy to outputs before, because the kernels change them where they lie. */
  readonly copies: readonly (readonly [from: TensorId, to: TensorId])[];
}

/** Where the values of a graph lie on the device, and what runs there. */
export interface GpuPlan {
  /** By node; `undefined`: on the plain reference. */
  readonly steps: readonly (GpuStep | 'view' | undefined)[];
  /** Values that lie on the device → number of their buffer. */
  readonly bufferOf: ReadonlyMap<TensorId, number>;
  /** Bytes of each buffer. */
  readonly bytes: readonly number[];
  /** Copies that end a step: state input, output that replaces it. */
  readonly moves: readonly (readonly [state: TensorId, output: TensorId])[];
  /** Values that are whole numbers below a count. */
  readonly classes: ReadonlyMap<TensorId, number>;
}

/** Plans a graph. `state`: as `StepBackend.prepareSteps` has it; state lies on the device from step to step. */
export function planValues(model: Model, state: ReadonlyMap<TensorId, TensorId>): GpuPlan {
  const views = model.graph.nodes.map((node) => new GpuNodeView(node, model));
  const planned = views.map(planNode);
  const values = new ValueGroups(model, planned, state);
  const nodes = planned.map((step) => (step && !('viewOf' in step) ? step : undefined));
  const scratch = nodes.map((node, index) => (node?.scratch ?? []).map((elements) => values.scratch(elements, index)));
  const fusions = nodes.map((node, index) => (node?.clamps ? fusionOf(model, views, nodes, index) : undefined));
  fusions.forEach((fused, index) => {
    if (fused) values.fuse(fused.output, index);
  });
  const { bufferOf, bytes } = shareBuffers(values.lifetimes);
  const buffer = (group: number) => bufferOf[group] as number;
  const steps = planned.map((step, index): GpuStep | 'view' | undefined => {
    const { inputs, outputs } = views[index]?.node ?? { inputs: [], outputs: [] };
    if (!step) return undefined;
    if ('viewOf' in step) return values.isOnePlace(step.viewOf, outputs[0] as TensorId) ? 'view' : undefined;
    const fused = fusions[index];
    const pairs = (step.inPlace ?? []).map(([o, i]) => [inputs[i] as TensorId, outputs[o] as TensorId] as const);
    return {
      node: step,
      scratch: (scratch[index] ?? []).map(buffer),
      ...(fused ? { fused } : {}),
      copies: pairs.filter(([from, to]) => !values.isOnePlace(from, to)),
    };
  });
  return {
    steps,
    bufferOf: new Map([...values.groupOf].map(([id, group]) => [id, buffer(group)])),
    bytes,
    moves: values.moves,
    classes: new Map(nodes.flatMap((node) => node?.classes ?? [])),
  };
}

function fusionOf(
  { graph }: Model,
  views: readonly GpuNodeView[],
  nodes: readonly (GpuNode | undefined)[],
  index: number,
): GpuStep['fused'] {
  const output = graph.nodes[index]?.outputs[0] as TensorId;
  const readers = graph.nodes.flatMap((node, i) => node.inputs.flatMap((id) => (id === output ? [i] : [])));
  const next = readers[0];
  if (next === undefined || readers.length > 1 || graph.outputs.includes(output) || !nodes[next]) return undefined;
  if (clampOf(views[index] as GpuNodeView)) return undefined;
  const clamp = clampOf(views[next] as GpuNodeView);
  return clamp && { index: next, ...clamp, output: graph.nodes[next]?.outputs[0] as TensorId };
}

/** Which values are one place, and from which node to which it is in use. */
class ValueGroups {
  readonly groupOf = new Map<TensorId, number>();
  readonly lifetimes: Lifetime[] = [];
  readonly moves: (readonly [TensorId, TensorId])[] = [];
  readonly #model: Model;
  readonly #lastRead = new Map<TensorId, number>();
  readonly #state: ReadonlyMap<TensorId, TensorId>;

  constructor(
    model: Model,
    planned: readonly (GpuNode | GpuView | undefined)[],
    state: ReadonlyMap<TensorId, TensorId>,
  ) {
    this.#model = model;
    this.#state = state;
    const { nodes, inputs, outputs } = model.graph;
    for (const [index, node] of nodes.entries()) for (const id of node.inputs) this.#lastRead.set(id, index);
    for (const id of [...outputs, ...state.values()]) this.#lastRead.set(id, nodes.length);
    const needed = this.#readOnDevice(planned);
    for (const id of state.keys()) this.#place(id, -1, Number.POSITIVE_INFINITY);
    for (const id of inputs) if (needed.has(id)) this.#place(id, -1, this.#lastRead.get(id) ?? -1);
    for (const [index, step] of planned.entries()) this.#planNode(index, step, needed);
    for (const [input, output] of state) {
      if (this.isOnePlace(input, output)) continue;
      this.moves.push([input, output]);
    }
  }

  isOnePlace(a: TensorId, b: TensorId): boolean {
    const group = this.groupOf.get(a);
    return group !== undefined && group === this.groupOf.get(b);
  }

  /** Working memory of a node. */
  scratch(elements: number, index: number): number {
    this.lifetimes.push({ bytes: elements * 4, first: index, last: index });
    return this.lifetimes.length - 1;
  }

  /** The clamped value is written where its producer runs. */
  fuse(output: TensorId, index: number): void {
    const life = this.lifetimes[this.groupOf.get(output) ?? -1];
    if (life) life.first = Math.min(life.first, index);
  }

  #planNode(index: number, step: GpuNode | GpuView | undefined, needed: ReadonlySet<TensorId>): void {
    const { inputs, outputs } = this.#model.graph.nodes[index] as Model['graph']['nodes'][number];
    if (step && 'viewOf' in step) {
      const source = this.groupOf.get(step.viewOf);
      if (source !== undefined) {
        this.#join(outputs[0] as TensorId, source);
        return;
      }
    }
    const runsHere = step !== undefined && !('viewOf' in step);
    for (const [i, id] of outputs.entries()) {
      if (id === '' || (!runsHere && !needed.has(id))) continue;
      const replaced = runsHere ? this.#stateInPlace(step, i, inputs, id, index) : undefined;
      if (replaced === undefined) this.#place(id, index, Math.max(index, this.#lastRead.get(id) ?? index));
      else this.#join(id, replaced);
    }
  }

  /** The group of the state that output `i` may overwrite: nobody reads its old value any more. */
  #stateInPlace(
    step: GpuNode,
    i: number,
    inputs: readonly TensorId[],
    id: TensorId,
    index: number,
  ): number | undefined {
    for (const [output, input] of step.inPlace ?? []) {
      const old = inputs[input] ?? '';
      if (output === i && this.#state.get(old) === id && this.#lastRead.get(old) === index)
        return this.groupOf.get(old);
    }
    return undefined;
  }

  /** Values that kernels read, through views too, and those that replace state. */
  #readOnDevice(planned: readonly (GpuNode | GpuView | undefined)[]): ReadonlySet<TensorId> {
    const needed = new Set<TensorId>(this.#state.values());
    const { nodes } = this.#model.graph;
    for (let index = nodes.length - 1; index >= 0; index--) {
      const step = planned[index];
      if (step && 'viewOf' in step) {
        if (needed.has(nodes[index]?.outputs[0] as TensorId)) needed.add(step.viewOf);
      } else for (const id of step?.reads ?? []) needed.add(id);
    }
    return needed;
  }

  #place(id: TensorId, first: number, last: number): void {
    if (this.groupOf.has(id)) return;
    const { type, shape } = this.#model.graph.tensors.get(id) ?? {};
    if (!isKnown(shape)) throw new BugError(`Value '${id}' has no known shape.`);
    if (type !== 'float32' && type !== 'bool') throw new BugError(`Value '${id}' (${type}) cannot lie on the device.`);
    this.groupOf.set(id, this.lifetimes.length);
    this.lifetimes.push({ bytes: Math.max(4, elementCount(shape) * 4), first, last });
  }

  #join(id: TensorId, group: number): void {
    const lifetime = this.lifetimes[group] as Lifetime;
    lifetime.last = Math.max(lifetime.last, this.#lastRead.get(id) ?? 0);
    this.groupOf.set(id, group);
  }
}
