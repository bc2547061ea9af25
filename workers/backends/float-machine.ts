import { BugError } from '../../src/base/index.ts';
import type { FloatRunner, NodeEngine, RunOptions, Variation } from '../../src/compute/index.ts';
import {
  elementCount,
  type Model,
  type Node,
  type NodeId,
  type Tensor,
  type TensorId,
  weightOf,
} from '../../src/ir/index.ts';
import { missingFeed, nodeFailed, unsupportedNode, wrongShape } from './errors.ts';
import type { KernelMemory, KernelMemoryPool } from './kernel-memory.ts';
import { type FloatPlan, type PlanOptions, planValues } from './plan-values.ts';
import { RecordedRun, Repeat, type Repeated } from './recording.ts';

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
  /** Where only these are transformed. */
  readonly transformed?: ReadonlySet<TensorId>;
  /** Clamping nodes that were done on the way. */
  readonly fusedAway: Set<number>;
}

const newRun = (wanted: ReadonlySet<TensorId>, transform?: RunOptions['transform']): Run => ({
  tensors: new Map(),
  results: new Map(),
  wanted,
  transform,
  fusedAway: new Set(),
});

/** A float graph planned in kernel memory: nodes with kernels work there, all others on plain tensors. */
export class FloatMachine {
  readonly plainNodes: readonly Node[];
  readonly outputs: ReadonlySet<TensorId>;
  readonly plan: FloatPlan;
  /** Bytes of kernel memory this graph takes, constants and field blocks included. */
  readonly plannedBytes: number;
  readonly #model: Model;
  readonly #pool: KernelMemoryPool;
  readonly #bind: BindOperator;
  readonly #plain: (PlainOperator | undefined)[];
  /** Nodes that another engine runs, each as a model of its own. */
  readonly #foreign: ReadonlyMap<NodeId, FloatRunner>;
  readonly #constants: ReadonlyMap<TensorId, Tensor>;
  #memory: KernelMemory | undefined;

  constructor(
    model: Model,
    bind: BindOperator,
    pool: KernelMemoryPool,
    options: PlanOptions,
    foreign: ReadonlyMap<NodeId, FloatRunner> = new Map(),
  ) {
    const { graph, weights } = model;
    this.#model = model;
    this.#pool = pool;
    this.#bind = bind;
    this.#foreign = foreign;
    this.outputs = new Set(graph.outputs);
    const memory = pool.take();
    const before = memory.mark();
    try {
      this.plan = planValues(model, memory, options);
      this.#plain = graph.nodes.map((node, index) =>
        this.plan.steps[index] || foreign.has(node.id) ? undefined : bindPlain(node, graph.opsets, bind),
      );
    } catch (thrown) {
      pool.giveBack(memory);
      throw thrown;
    }
    this.plannedBytes = memory.mark() - before;
    this.#memory = memory;
    this.plainNodes = graph.nodes.filter((node, index) => !this.plan.steps[index] && !foreign.has(node.id));
    this.#constants = this.#constantsOutside(weights);
  }

  /** Runs the graph once; the result holds copies of the values that are wanted. */
  async run(
    feeds: ReadonlyMap<TensorId, Tensor>,
    wanted: ReadonlySet<TensorId>,
    transform?: RunOptions['transform'],
  ): Promise<ReadonlyMap<TensorId, Tensor>> {
    const run = newRun(wanted, transform);
    for (const id of wanted) {
      const constant = this.#constant(id);
      if (constant) run.results.set(id, { ...constant, data: constant.data.slice() });
    }
    for (const input of this.#model.graph.inputs) this.#keep(input, this.#feedOf(input, feeds), run);
    const { nodes } = this.#model.graph;
    for (let next = this.#runNodes(run); next < nodes.length; next = this.#runNodes(run, next + 1))
      await this.#runForeign(nodes[next] as Node, run);
    return run.results;
  }

  /** The same on values that are in kernel memory already: `fed` names the inputs whose places hold their values. */
  step(feeds: ReadonlyMap<TensorId, Tensor>, held: { has(id: TensorId): boolean }, wanted: ReadonlySet<TensorId>) {
    const run = newRun(wanted);
    for (const input of this.#model.graph.inputs)
      if (!held.has(input)) this.#keep(input, this.#feedOf(input, feeds), run);
    this.#runNodes(run);
    for (const [state, value] of this.plan.moves) this.write(state, this.#tensor(value, run));
    return run.results;
  }

  /** Runs the graph and keeps what it computed; the plan must keep all values. */
  record(feeds: ReadonlyMap<TensorId, Tensor>, wanted: ReadonlySet<TensorId>): RecordedRun {
    const run = newRun(wanted);
    for (const input of this.#model.graph.inputs) this.#keep(input, this.#feedOf(input, feeds), run);
    this.#runNodes(run);
    for (const id of wanted) if (!run.results.has(id)) run.results.set(id, copyOf(this.#tensor(id, run)));
    const memory = this.#use();
    const { address, bytes } = this.plan.values;
    const backup = memory.reserve(bytes);
    memory.bytes(backup, bytes).set(memory.bytes(address, bytes));
    return new RecordedRun(run.results, (change) => this.#repeat(run, backup - address, change));
  }

  /** Runs what lies behind a change of a recorded run, then puts the recorded values back. */
  #repeat(recorded: Run, backupOffset: number, change: Variation): Repeated {
    const memory = this.#use();
    const mark = memory.mark();
    const repeat = new Repeat(this.#model, this.plan, change);
    const { values } = repeat;
    const run: Run = {
      tensors: new Map([...recorded.tensors, ...repeat.constants]),
      results: new Map(recorded.results),
      wanted: recorded.wanted,
      fusedAway: repeat.fusedAway,
      transform: change.transform,
      transformed: values,
    };
    for (const input of this.#model.graph.inputs)
      if (values.has(input)) this.#changed(input, this.#tensor(input, run), run, repeat.dirty);
    for (const [index, node] of this.#model.graph.nodes.entries()) this.#repeatNode(index, node, run, repeat);
    for (const id of repeat.dirty) {
      const slot = this.plan.slots.get(id);
      if (!slot) continue;
      const bytes = elementCount(slot.shape) * 4;
      memory.bytes(slot.address, bytes).set(memory.bytes(slot.address + backupOffset, bytes));
    }
    memory.release(mark);
    return { results: run.results, nodesRun: repeat.nodesRun };
  }

  #repeatNode(index: number, node: Node, run: Run, repeat: Repeat): void {
    if (repeat.fusedAway.has(index)) return;
    if (!repeat.concerns(index, node)) {
      for (const id of node.outputs)
        if (repeat.values.has(id)) this.#changed(id, this.#tensor(id, run), run, repeat.dirty);
      return;
    }
    repeat.nodesRun++;
    const step = repeat.stepOf(index, node);
    if (step === undefined) this.#runPlain(node, this.#plainOf(index, node), run);
    else if (step === 'view') this.#computed(node.outputs[0] as TensorId, run);
    else {
      const { fused } = step;
      const raw = step.outputs[0] as TensorId;
      const goesOn = fused && !repeat.values.has(raw) && !run.wanted.has(raw);
      if (goesOn) {
        fused.run();
        repeat.fusedAway.add(fused.index);
        this.#computed(fused.output, run);
        repeat.dirty.add(fused.output);
      } else step.run();
      for (const id of goesOn ? step.outputs.slice(1) : step.outputs) this.#computed(id, run);
    }
    for (const id of node.outputs) if (id !== '') repeat.dirty.add(id);
  }

  /** A recorded value that is changed without being computed again. */
  #changed(id: TensorId, tensor: Tensor, run: Run, dirty: Set<TensorId>): void {
    this.#keep(id, copyOf(tensor), run);
    dirty.add(id);
  }

  /** What runs each node. */
  get engines(): ReadonlyMap<NodeId, NodeEngine> {
    const { nodes } = this.#model.graph;
    return new Map(
      nodes.map((node, index) => {
        const engine = this.#foreign.has(node.id) ? 'ort' : this.plan.steps[index] ? 'wasm' : 'plain';
        return [node.id, engine] as const;
      }),
    );
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

  /** Of the whole kernel memory this graph has, grown to what was ever reserved in it. */
  get heldBytes(): number {
    return this.#use().buffer.byteLength;
  }

  dispose(): void {
    if (this.#memory) this.#pool.giveBack(this.#memory);
    this.#memory = undefined;
  }

  /** Runs nodes from `first` on, up to one that another engine runs; its index, or the number of nodes. */
  #runNodes(run: Run, first = 0): number {
    const { nodes } = this.#model.graph;
    const { fusedAway } = run;
    for (let index = first; index < nodes.length; index++) {
      const node = nodes[index] as Node;
      if (this.#foreign.has(node.id)) return index;
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
    return nodes.length;
  }

  async #runForeign(node: Node, run: Run): Promise<void> {
    const runner = this.#foreign.get(node.id) as FloatRunner;
    const feeds = new Map<TensorId, Tensor>();
    for (const id of node.inputs)
      if (id !== '' && !isConstant(this.#model, id)) feeds.set(id, copyOf(this.#tensor(id, run)));
    const results = await runner.run(feeds);
    for (const [id, tensor] of results) this.#keep(id, tensor, run);
  }

  /** The reference of a node that has a kernel, except with the constants of a variant. */
  #plainOf(index: number, node: Node): PlainOperator {
    this.#plain[index] ??= bindPlain(node, this.#model.graph.opsets, this.#bind);
    return this.#plain[index] as PlainOperator;
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
    const kept = transforms(run, id) ? run.transform(id, tensor) : tensor;
    if (this.plan.slots.has(id)) this.write(id, kept);
    else run.tensors.set(id, kept);
    if (run.wanted.has(id)) run.results.set(id, { ...kept, data: kept.data.slice() });
  }

  /** Takes note that a kernel wrote a value; lets it be seen and changed. */
  #computed(id: TensorId, run: Run): void {
    if (id !== '' && transforms(run, id)) this.write(id, run.transform(id, copyOf(this.view(id))));
    if (run.wanted.has(id)) run.results.set(id, copyOf(this.view(id)));
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

  #feedOf(input: TensorId, feeds: ReadonlyMap<TensorId, Tensor>): Tensor {
    const feed = feeds.get(input);
    if (!feed) throw missingFeed(input);
    const shape = this.#model.graph.tensors.get(input)?.shape;
    const differs = shape?.some((d, i) => typeof d === 'number' && d !== feed.shape[i]);
    if (shape && (differs || shape.length !== feed.shape.length)) throw wrongShape(input, shape, feed.shape);
    return feed;
  }
}

const transforms = (run: Run, id: TensorId): run is Run & { transform: NonNullable<RunOptions['transform']> } =>
  run.transform !== undefined && (run.transformed?.has(id) ?? true);

const isConstant = ({ graph }: Model, id: TensorId): boolean => graph.tensors.get(id)?.weight !== undefined;

const copyOf = (tensor: Tensor): Tensor => ({ ...tensor, data: tensor.data.slice() });

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
