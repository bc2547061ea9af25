import { BugError } from '../../src/base/index.ts';
import { createPlainBackend, type FloatBackend, type FloatRunner, type RunOptions } from '../../src/compute/index.ts';
import {
  bodiesOf,
  elementCount,
  type Model,
  type Node,
  type Tensor,
  type TensorId,
  weightOf,
} from '../../src/ir/index.ts';
import { missingFeed, nodeFailed, unknownTap, unsupportedNode, wrongShape } from './errors.ts';
import { type KernelMemory, KernelMemoryPool } from './kernel-memory.ts';
import { planValues, type Values } from './plan-values.ts';

/** What a plain operator reference must be able to do: `BoundOp` of `src/ops` does. */
export interface PlainOperator {
  run(inputs: readonly (Tensor | undefined)[], outputCount: number): readonly Tensor[];
}

/** Reads a node's attributes; `undefined` for operators nobody knows. `bindNode` of `src/ops` fits. */
export type BindOperator = (node: Node, opsets: Model['graph']['opsets']) => PlainOperator | undefined;

export interface WasmFloatRunner extends FloatRunner {
  /** Nodes without a fast kernel: they run on the plain reference. */
  readonly plainNodes: readonly Node[];
}

export interface WasmFloatBackend extends FloatBackend {
  prepare(model: Model): Promise<WasmFloatRunner>;
}

/**
 * Float graphs on WebAssembly SIMD, one thread: convolution, Gemm, MatMul, pooling, Relu, Clip, Add, Mul and batch
 * normalization; every other operator runs on the plain reference that `bind` gives (`plainNodes` lists them).
 * Networks with control flow, functions of their own or sequences run on the plain backend as a whole.
 * Sums are taken in another order than the reference takes them, so results differ in the last bits.
 */
export function createWasmFloatBackend(module: WebAssembly.Module, bind: BindOperator): WasmFloatBackend {
  const pool = new KernelMemoryPool(module);
  return {
    id: 'wasm',
    description: 'WebAssembly SIMD, one thread',
    prepare: async (model) => (isPlainOnly(model) ? plainRunner(model) : new PreparedModel(model, bind, pool)),
  };
}

/** Whether values are anything but tensors, or graphs run inside nodes. */
const isPlainOnly = ({ graph }: Model): boolean =>
  graph.nodes.some(
    (node) => bodiesOf(node, graph).length > 0 || (node.domain === '' && /Sequence|^Optional/.test(node.op)),
  );

async function plainRunner(model: Model): Promise<WasmFloatRunner> {
  const runner = await createPlainBackend().prepare(model);
  return {
    canTransform: runner.canTransform,
    plainNodes: model.graph.nodes,
    run: (feeds, options) => runner.run(feeds, options),
    dispose: () => runner.dispose(),
  };
}

/** One run's values: where kernels wrote, they are in kernel memory; all others are plain tensors. */
interface RunState {
  readonly tensors: Map<TensorId, Tensor>;
  /** Values that are in kernel memory now. */
  readonly resident: Set<TensorId>;
  readonly results: Map<TensorId, Tensor>;
  readonly wanted: ReadonlySet<TensorId>;
  readonly transform: RunOptions['transform'];
}

class PreparedModel implements WasmFloatRunner {
  readonly canTransform = true;
  readonly plainNodes: readonly Node[];
  readonly #model: Model;
  readonly #pool: KernelMemoryPool;
  readonly #values: Values;
  readonly #plain: readonly (PlainOperator | undefined)[];
  readonly #constants: ReadonlyMap<TensorId, Tensor>;
  #memory: KernelMemory | undefined;

  constructor(model: Model, bind: BindOperator, pool: KernelMemoryPool) {
    const { graph, weights } = model;
    this.#model = model;
    this.#pool = pool;
    const memory = pool.take();
    this.#values = planValues(model, memory);
    this.#memory = memory;
    this.plainNodes = graph.nodes.filter((_, index) => !this.#values.steps[index]);
    this.#plain = graph.nodes.map((node, index) =>
      this.#values.steps[index] ? undefined : bindPlain(node, graph.opsets, bind),
    );
    const constants = new Map<TensorId, Tensor>();
    for (const { id, weight } of graph.tensors.values())
      if (weight !== undefined) constants.set(id, weightOf(weights, weight));
    this.#constants = constants;
  }

  async run(feeds: ReadonlyMap<TensorId, Tensor>, options: RunOptions = {}): Promise<ReadonlyMap<TensorId, Tensor>> {
    const { graph } = this.#model;
    const { taps = [], transform } = options;
    for (const tap of taps) if (!graph.tensors.has(tap)) throw unknownTap(tap);
    const wanted = new Set<TensorId>([...graph.outputs, ...taps]);
    const tensors = new Map(this.#constants);
    const state: RunState = { tensors, resident: new Set(), results: new Map(), wanted, transform };
    for (const id of wanted) {
      const constant = this.#constants.get(id);
      if (constant) state.results.set(id, { ...constant, data: constant.data.slice() });
    }
    for (const input of graph.inputs) this.#keep(input, this.#feedOf(input, feeds), state);
    this.#runNodes(state);
    return state.results;
  }

  dispose(): void {
    if (this.#memory) this.#pool.giveBack(this.#memory);
    this.#memory = undefined;
  }

  #runNodes(state: RunState): void {
    const fusedAway = new Set<number>();
    for (const [index, node] of this.#model.graph.nodes.entries()) {
      if (fusedAway.has(index)) continue;
      const step = this.#values.steps[index];
      if (!step) {
        this.#runPlain(node, this.#plain[index] as PlainOperator, state);
        continue;
      }
      for (const id of step.reads) this.#bringIn(id, state);
      const { fused } = step;
      if (fused && !state.transform && !state.wanted.has(step.output)) {
        fused.run();
        fusedAway.add(fused.index);
        this.#computed(fused.output, state);
      } else {
        step.run();
        this.#computed(step.output, state);
      }
    }
  }

  #runPlain(node: Node, operator: PlainOperator, state: RunState): void {
    const inputs = node.inputs.map((id) => (id === '' ? undefined : this.#tensor(id, state)));
    let outputs: readonly Tensor[];
    try {
      outputs = operator.run(inputs, node.outputs.length);
    } catch (thrown) {
      throw nodeFailed(node.id, node.op, thrown);
    }
    for (const [i, id] of node.outputs.entries()) {
      const output = outputs[i];
      if (id !== '' && output) this.#keep(id, this.#owned(output), state);
    }
  }

  /** A plain operator may hand on the memory it was given (Reshape): kernel memory must not leave that way. */
  #owned(tensor: Tensor): Tensor {
    const { data } = tensor;
    return ArrayBuffer.isView(data) && data.buffer === this.#use().buffer ? { ...tensor, data: data.slice() } : tensor;
  }

  /** Takes a value that a plain operator computed or the caller fed. */
  #keep(id: TensorId, tensor: Tensor, state: RunState): void {
    const kept = state.transform ? state.transform(id, tensor) : tensor;
    state.tensors.set(id, kept);
    if (state.wanted.has(id)) state.results.set(id, { ...kept, data: kept.data.slice() });
  }

  /** Takes note that a kernel wrote a value; lets it be seen and changed. */
  #computed(id: TensorId, state: RunState): void {
    state.resident.add(id);
    if (state.transform) {
      const changed = state.transform(id, this.#copyOf(id));
      this.#write(id, changed);
    }
    if (state.wanted.has(id)) state.results.set(id, this.#copyOf(id));
  }

  /** Copies a value into kernel memory where it is not there yet. */
  #bringIn(id: TensorId, state: RunState): void {
    if (state.resident.has(id)) return;
    const tensor = state.tensors.get(id);
    if (!tensor) throw new BugError(`Value '${id}' is read before it is computed.`);
    this.#write(id, tensor);
    state.resident.add(id);
  }

  #tensor(id: TensorId, state: RunState): Tensor {
    const known = state.tensors.get(id);
    if (known) return known;
    if (!state.resident.has(id)) throw new BugError(`Value '${id}' is read before it is computed.`);
    return this.#view(id);
  }

  #use(): KernelMemory {
    if (!this.#memory) throw new BugError('This runner was disposed of.');
    return this.#memory;
  }

  #view(id: TensorId): Tensor & { readonly data: Float32Array } {
    const slot = this.#values.slots.get(id);
    if (!slot) throw new BugError(`Value '${id}' has no place in kernel memory.`);
    return {
      type: 'float32',
      shape: slot.shape,
      data: this.#use().float32(slot.address, elementCount(slot.shape)),
    };
  }

  #copyOf(id: TensorId): Tensor {
    const view = this.#view(id);
    return { ...view, data: view.data.slice() };
  }

  #write(id: TensorId, tensor: Tensor): void {
    const view = this.#view(id);
    if (!(tensor.data instanceof Float32Array) || tensor.data.length !== view.data.length)
      throw wrongShape(id, view.shape, tensor.shape);
    view.data.set(tensor.data);
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
