import { UserError } from '../../src/base/index.ts';
import type {
  FloatBackend,
  FloatRunner,
  Recording,
  RunOptions,
  StepBackend,
  StepRunner,
} from '../../src/compute/index.ts';
import type { Model, Node, NodeId, Tensor, TensorId } from '../../src/ir/index.ts';
import { unknownTap } from './errors.ts';
import { type BindOperator, FloatMachine } from './float-machine.ts';
import { KernelMemoryPool } from './kernel-memory.ts';
import { oneNodeModel } from './one-node.ts';
import { isPlainOnly, plainRunner, type RunnerWithPlainNodes } from './plain-only.ts';
import { NodeView } from './plan/fast-node.ts';
import { planNode } from './plan/index.ts';
import { PreparedSteps } from './wasm-steps.ts';

export type WasmFloatRunner = RunnerWithPlainNodes;

export interface WasmFloatBackend extends FloatBackend, StepBackend {
  prepare(model: Model): Promise<WasmFloatRunner>;
}

/**
 * Float graphs on WebAssembly SIMD, one thread. Operators without a kernel (`plan/index.ts` lists those with one) run on the
 * plain reference that `bind` gives; `plainNodes` lists them. Networks with control flow, functions of their own or sequences
 * run on the plain backend as a whole. Sums are taken in another order than the reference takes them, so results differ in the
 * last bits; they are the same on every machine, and a sample's result does not depend on the batch around it.
 * `others` (onnxruntime-web, where the user agreed to it) runs what has no kernel, if it can; steps never use it.
 */
export function createWasmFloatBackend(
  module: WebAssembly.Module,
  bind: BindOperator,
  others?: FloatBackend,
): WasmFloatBackend {
  const pool = new KernelMemoryPool(module);
  return {
    id: 'wasm',
    description: 'WebAssembly SIMD, one thread',
    prepare: async (model) => {
      if (isPlainOnly(model)) return plainRunner(model);
      return new PreparedModel(model, bind, pool, others ? await foreignRunners(model, others) : undefined);
    },
    prepareSteps: async (model, state): Promise<StepRunner> => new PreparedSteps(model, state, bind, pool),
  };
}

/** Nodes without a kernel that `others` can run. Those that it cannot stay with the reference: `engines` says which are which. */
async function foreignRunners(model: Model, others: FloatBackend): Promise<ReadonlyMap<NodeId, FloatRunner>> {
  const found = new Map<NodeId, FloatRunner>();
  for (const node of model.graph.nodes) {
    if (planNode(new NodeView(node, model))) continue;
    try {
      found.set(node.id, await others.prepare(oneNodeModel(model, node)));
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
    }
  }
  return found;
}

class PreparedModel implements WasmFloatRunner {
  readonly canTransform = true;
  readonly plainNodes: readonly Node[];
  readonly engines: FloatRunner['engines'];
  readonly #machine: FloatMachine;
  readonly #model: Model;
  readonly #bind: BindOperator;
  readonly #pool: KernelMemoryPool;
  readonly #foreign: ReadonlyMap<NodeId, FloatRunner>;
  #recorder: FloatMachine | undefined;
  /** Absent where another engine runs some nodes: it answers later, and a variant is computed at once. */
  readonly record?: NonNullable<FloatRunner['record']>;

  constructor(
    model: Model,
    bind: BindOperator,
    pool: KernelMemoryPool,
    foreign: ReadonlyMap<NodeId, FloatRunner> = new Map(),
  ) {
    this.#model = model;
    this.#bind = bind;
    this.#pool = pool;
    this.#machine = new FloatMachine(model, bind, pool, { transformable: true }, foreign);
    this.#foreign = foreign;
    this.plainNodes = this.#machine.plainNodes;
    this.engines = this.#machine.engines;
    if (foreign.size === 0) this.record = (feeds, taps) => this.#record(feeds, taps);
  }

  async run(feeds: ReadonlyMap<TensorId, Tensor>, options: RunOptions = {}): Promise<ReadonlyMap<TensorId, Tensor>> {
    const { graph } = this.#model;
    const { taps = [], transform } = options;
    for (const tap of taps) if (!graph.tensors.has(tap)) throw unknownTap(tap);
    const wanted = taps.length === 0 ? this.#machine.outputs : new Set([...graph.outputs, ...taps]);
    return this.#machine.run(feeds, wanted, transform);
  }

  /** In kernel memory of its own, planned so that no two values share a place. */
  async #record(feeds: ReadonlyMap<TensorId, Tensor>, taps: readonly TensorId[] = []): Promise<Recording> {
    const { graph } = this.#model;
    for (const tap of taps) if (!graph.tensors.has(tap)) throw unknownTap(tap);
    this.#recorder?.dispose();
    this.#recorder = new FloatMachine(this.#model, this.#bind, this.#pool, { transformable: true, keepAll: true });
    return this.#recorder.record(feeds, new Set([...graph.outputs, ...taps]));
  }

  dispose(): void {
    this.#machine.dispose();
    this.#recorder?.dispose();
    for (const runner of this.#foreign.values()) runner.dispose();
  }
}
