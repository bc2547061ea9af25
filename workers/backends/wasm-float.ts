import {
  createPlainBackend,
  type FloatBackend,
  type FloatRunner,
  type Recording,
  type RunOptions,
  type StepBackend,
  type StepRunner,
} from '../../src/compute/index.ts';
import { bodiesOf, type Model, type Node, type Tensor, type TensorId } from '../../src/ir/index.ts';
import { unknownTap } from './errors.ts';
import { type BindOperator, FloatMachine } from './float-machine.ts';
import { KernelMemoryPool } from './kernel-memory.ts';
import { PreparedSteps } from './wasm-steps.ts';

export interface WasmFloatRunner extends FloatRunner {
  /** Nodes without a fast kernel: they run on the plain reference. */
  readonly plainNodes: readonly Node[];
}

export interface WasmFloatBackend extends FloatBackend, StepBackend {
  prepare(model: Model): Promise<WasmFloatRunner>;
}

/**
 * Float graphs on WebAssembly SIMD, one thread. Operators without a kernel (`plan/index.ts` lists those with one) run on the
 * plain reference that `bind` gives; `plainNodes` lists them. Networks with control flow, functions of their own or sequences
 * run on the plain backend as a whole. Sums are taken in another order than the reference takes them, so results differ in the
 * last bits; they are the same on every machine, and a sample's result does not depend on the batch around it.
 */
export function createWasmFloatBackend(module: WebAssembly.Module, bind: BindOperator): WasmFloatBackend {
  const pool = new KernelMemoryPool(module);
  return {
    id: 'wasm',
    description: 'WebAssembly SIMD, one thread',
    prepare: async (model) => (isPlainOnly(model) ? plainRunner(model) : new PreparedModel(model, bind, pool)),
    prepareSteps: async (model, state): Promise<StepRunner> => new PreparedSteps(model, state, bind, pool),
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

class PreparedModel implements WasmFloatRunner {
  readonly canTransform = true;
  readonly plainNodes: readonly Node[];
  readonly #machine: FloatMachine;
  readonly #model: Model;
  readonly #bind: BindOperator;
  readonly #pool: KernelMemoryPool;
  #recorder: FloatMachine | undefined;

  constructor(model: Model, bind: BindOperator, pool: KernelMemoryPool) {
    this.#model = model;
    this.#bind = bind;
    this.#pool = pool;
    this.#machine = new FloatMachine(model, bind, pool, { transformable: true });
    this.plainNodes = this.#machine.plainNodes;
  }

  async run(feeds: ReadonlyMap<TensorId, Tensor>, options: RunOptions = {}): Promise<ReadonlyMap<TensorId, Tensor>> {
    const { graph } = this.#model;
    const { taps = [], transform } = options;
    for (const tap of taps) if (!graph.tensors.has(tap)) throw unknownTap(tap);
    const wanted = taps.length === 0 ? this.#machine.outputs : new Set([...graph.outputs, ...taps]);
    return this.#machine.run(feeds, wanted, transform);
  }

  /** In kernel memory of its own, planned so that no two values share a place. */
  async record(feeds: ReadonlyMap<TensorId, Tensor>, taps: readonly TensorId[] = []): Promise<Recording> {
    const { graph } = this.#model;
    for (const tap of taps) if (!graph.tensors.has(tap)) throw unknownTap(tap);
    this.#recorder?.dispose();
    this.#recorder = new FloatMachine(this.#model, this.#bind, this.#pool, { transformable: true, keepAll: true });
    return this.#recorder.record(feeds, new Set([...graph.outputs, ...taps]));
  }

  dispose(): void {
    this.#machine.dispose();
    this.#recorder?.dispose();
  }
}
