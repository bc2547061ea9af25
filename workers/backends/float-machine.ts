import { BugError } from '../../src/base/index.ts';
import type { RunOptions } from '../../src/compute/index.ts';
import { elementCount, type Model, type Node, type Tensor, type TensorId, weightOf } from '../../src/ir/index.ts';
import { missingFeed, nodeFailed, unsupportedNode, wrongShape } from './errors.ts';
import type { KernelMemory, KernelMemoryPool } from './kernel-memory.ts';
import { type FloatPlan, type PlanOptions, planValues } from './plan-values.ts';

/** What a plain operator reference must be able to do: `BoundOp` of `src/ops` does. */
export interface PlainOperator {
  run(inputs: readonly (Tensor | undefined)[], outputCount: number): readonly Tensor[];
}

/** Reads a node's attributes; `undefined` for operators nobody knows. `bindNode` of `src/ops` fits. */
export type BindOperator = (node: Node, opsets: Model['graph']['opsets']) => PlainOperator | undefined;

type FloatTensor = Tensor & { readonly data: Float32Array };

/** One run's values outside kernel memory, and what the caller gets. */
interface Run {
  readonly tensors: Map<TensorId, Tensor>;
  readonly results: Map<TensorId, Tensor>;
  readonly wanted: ReadonlySet<TensorId>;
  readonly transform: RunOptions['transform'];
}

/** A float graph planned in kernel memory: nodes with kernels work there, all others on plain tensors. */
export class FloatMachine {
  readonly plainNodes: readonly Node[];
  readonly outputs: ReadonlySet<TensorId>;
  readonly plan: FloatPlan;
  /** Bytes of kernel memory this graph takes, constants and field blocks included. */
  readonly plannedBytes: number;
  readonly #model: Model;
  readonly #pool: KernelMemoryPool;
  readonly #plain: readonly (PlainOperator | undefined)[];
  readonly #constants: ReadonlyMap<TensorId, Tensor>;
  #memory: KernelMemory | undefined;

  constructor(model: Model, bind: BindOperator, pool: KernelMemoryPool, options: PlanOptions) {
    const { graph, weights } = model;
    this.#model = model;
    this.#pool = pool;
    this.outputs = new Set(graph.outputs);
    const memory = pool.take();
    const before = memory.mark();
    try {
      this.plan = planValues(model, memory, options);
      this.#plain = graph.nodes.map((node, index) =>
        this.plan.steps[index] ? undefined : bindPlain(node, graph.opsets, bind),
      );
    } catch (thrown) {
      pool.giveBack(memory);
      throw thrown;
    }
    this.plannedBytes = memory.mark() - before;
    this.#memory = memory;
    this.plainNodes = graph.nodes.filter((_, index) => !this.plan.steps[index]);
    this.#constants = this.#constantsOutside(weights);
  }

  /** Runs the graph once; the result holds copies of the values that are wanted. */
  run(
    feeds: ReadonlyMap<TensorId, Tensor>,
    wanted: ReadonlySet<TensorId>,
    transform?: RunOptions['transform'],
  ): ReadonlyMap<TensorId, Tensor> {
    const run: Run = { tensors: new Map(), results: new Map(), wanted, transform };
    for (const id of wanted) {
      const constant = this.#constant(id);
      if (constant) run.results.set(id, { ...constant, data: constant.data.slice() });
    }
    for (const input of this.#model.graph.inputs) this.#keep(input, this.#feedOf(input, feeds), run);
    this.#runNodes(run);
    return run.results;
  }

  /** The same on values that are in kernel memory already: `fed` names the inputs whose places hold their values. */
  step(feeds: ReadonlyMap<TensorId, Tensor>, held: { has(id: TensorId): boolean }, wanted: ReadonlySet<TensorId>) {
    const run: Run = { tensors: new Map(), results: new Map(), wanted, transform: undefined };
    for (const input of this.#model.graph.inputs)
      if (!held.has(input)) this.#keep(input, this.#feedOf(input, feeds), run);
    this.#runNodes(run);
    for (const [state, value] of this.plan.moves) this.write(state, this.#tensor(value, run));
    return run.results;
  }

  /** A window on a value's place: valid until memory grows. */
  view(id: TensorId): FloatTensor {
    const slot = this.plan.slots.get(id);
    if (!slot) throw new BugError(`Value '${id}' has no place in kernel memory.`);
    return {
      type: 'float32',
      shape: slot.shape,
      data: this.#use().float32(slot.address, elementCount(slot.shape)),
    };
  }

  write(id: TensorId, tensor: Tensor): void {
    const view = this.view(id);
    if (!(tensor.data instanceof Float32Array) || tensor.data.length !== view.data.length)
      throw wrongShape(id, view.shape, tensor.shape);
    view.data.set(tensor.data);
  }

  dispose(): void {
    if (this.#memory) this.#pool.giveBack(this.#memory);
    this.#memory = undefined;
  }

  #runNodes(run: Run): void {
    const { nodes } = this.#model.graph;
    const fusedAway = new Set<number>();
    for (const [index, node] of nodes.entries()) {
      const step = this.plan.steps[index];
      if (step === undefined) this.#runPlain(node, this.#plain[index] as PlainOperator, run);
      else if (step === 'view') this.#computed(node.outputs[0] as TensorId, run);
      else if (!fusedAway.has(index)) {
        const { fused } = step;
        if (fused && !run.transform && !run.wanted.has(step.outputs[0] as TensorId)) {
          fused.run();
          fusedAway.add(fused.index);
          this.#computed(fused.output, run);
          for (const id of step.outputs.slice(1)) this.#computed(id, run);
        } else {
          step.run();
          for (const id of step.outputs) this.#computed(id, run);
        }
      }
    }
  }

  #runPlain(node: Node, operator: PlainOperator, run: Run): void {
    const inputs = node.inputs.map((id) => (id === '' ? undefined : this.#tensor(id, run)));
    let outputs: readonly Tensor[];
    try {
      outputs = operator.run(inputs, node.outputs.length);
    } catch (thrown) {
      throw nodeFailed(node.id, node.op, thrown);
    }
    for (const [i, id] of node.outputs.entries()) {
      const output = outputs[i];
      if (id !== '' && output) this.#keep(id, this.#owned(output), run);
    }
  }

  /** A plain operator may hand on the memory it was given (Reshape): kernel memory must not leave that way. */
  #owned(tensor: Tensor): Tensor {
    const { data } = tensor;
    return ArrayBuffer.isView(data) && data.buffer === this.#use().buffer ? { ...tensor, data: data.slice() } : tensor;
  }

  /** Takes a value that a plain operator computed or the caller fed. */
  #keep(id: TensorId, tensor: Tensor, run: Run): void {
    const kept = run.transform ? run.transform(id, tensor) : tensor;
    if (this.plan.slots.has(id)) this.write(id, kept);
    else run.tensors.set(id, kept);
    if (run.wanted.has(id)) run.results.set(id, { ...kept, data: kept.data.slice() });
  }

  /** Takes note that a kernel wrote a value; lets it be seen and changed. */
  #computed(id: TensorId, run: Run): void {
    if (run.transform && id !== '') this.write(id, run.transform(id, this.#copyOf(id)));
    if (run.wanted.has(id)) run.results.set(id, this.#copyOf(id));
  }

  #tensor(id: TensorId, run: Run): Tensor {
    const known = run.tensors.get(id) ?? this.#constant(id);
    return known ?? this.view(id);
  }

  #constant(id: TensorId): Tensor | undefined {
    return this.#constants.get(id);
  }

  /** Decoded constants that plain nodes read or that are outputs. */
  #constantsOutside(weights: Model['weights']): ReadonlyMap<TensorId, Tensor> {
    const { graph } = this.#model;
    const read = new Set([...graph.outputs, ...this.plainNodes.flatMap((node) => node.inputs)]);
    const constants = new Map<TensorId, Tensor>();
    for (const { id, weight } of graph.tensors.values())
      if (weight !== undefined && read.has(id)) constants.set(id, weightOf(weights, weight));
    return constants;
  }

  #use(): KernelMemory {
    if (!this.#memory) throw new BugError('This runner was disposed of.');
    return this.#memory;
  }

  #copyOf(id: TensorId): Tensor {
    const view = this.view(id);
    return { ...view, data: view.data.slice() };
  }

  #feedOf(input: TensorId, feeds: ReadonlyMap<TensorId, Tensor>): Tensor {
    const feed = feeds.get(input);
    if (!feed) throw missingFeed(input);
    const shape = this.#model.graph.tensors.get(input)?.shape;
    const differs = shape?.some((d, i) => typeof d === 'number' && d !== feed.shape[i]);
    if (shape && (differs || shape.length !== feed.shape.length)) throw wrongShape(input, shape, feed.shape);
    return feed;
  }
}

function bindPlain(node: Node, opsets: Model['graph']['opsets'], bind: BindOperator): PlainOperator {
  let operator: PlainOperator | undefined;
  try {
    operator = bind(node, opsets);
  } catch (thrown) {
    throw nodeFailed(node.id, node.op, thrown);
  }
  if (!operator) throw unsupportedNode(node.id, node.op);
  return operator;
}
