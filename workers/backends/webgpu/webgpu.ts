import { BugError } from '../../../src/base/index.ts';
import type { FloatBackend, FloatRunner, RunOptions, StepBackend, StepRunner } from '../../../src/compute/index.ts';
import type { Model, Node, Tensor, TensorId } from '../../../src/ir/index.ts';
import { unknownTap } from '../errors.ts';
import type { BindOperator } from '../float-machine.ts';
import { enginesOf, isPlainOnly, plainRunner } from '../plain-only.ts';
import type { GpuPort } from './device.ts';
import { noTransform } from './errors.ts';
import { GpuMachine } from './gpu-machine.ts';
import { GpuPipelines } from './gpu-memory.ts';

export interface WebGpuRunner extends FloatRunner {
  /** Nodes without a WGSL kernel: they run on the plain reference, and what they read is fetched from the device. */
  readonly plainNodes: readonly Node[];
}

export interface WebGpuBackend extends FloatBackend, StepBackend {
  prepare(model: Model): Promise<WebGpuRunner>;
}

/**
 * Float graphs on WebGPU. Nodes without a kernel run on the plain reference that `bind` gives; networks with control flow,
 * functions of their own or sequences run on the plain backend as a whole. Sums are taken in another order than elsewhere and
 * devices round differently: results agree with the other backends within `GPU_TOLERANCE`, not bit by bit.
 */
export function createWebGpuBackend(port: GpuPort, bind: BindOperator): WebGpuBackend {
  const pipelines = new GpuPipelines(port);
  return {
    id: 'webgpu',
    description: `WebGPU on ${port.name}`,
    prepare: async (model) =>
      isPlainOnly(model)
        ? plainRunner(model)
        : new PreparedModel(model, await GpuMachine.prepare(model, bind, port, pipelines)),
    prepareSteps: async (model, state) =>
      new PreparedSteps(model, state, await GpuMachine.prepare(model, bind, port, pipelines, state)),
  };
}

/** Of a tensor's largest magnitude: how far results may lie from the plain reference for one operator or one whole network. */
export const GPU_TOLERANCE = 1e-4;

class PreparedModel implements WebGpuRunner {
  readonly canTransform = false;
  readonly plainNodes: readonly Node[];
  readonly engines: WebGpuRunner['engines'];
  readonly #model: Model;
  readonly #machine: GpuMachine;

  constructor(model: Model, machine: GpuMachine) {
    this.#model = model;
    this.#machine = machine;
    this.plainNodes = machine.plainNodes;
    this.engines = enginesOf(model, machine.plainNodes, 'webgpu');
  }

  async run(feeds: ReadonlyMap<TensorId, Tensor>, options: RunOptions = {}): Promise<ReadonlyMap<TensorId, Tensor>> {
    const { graph } = this.#model;
    const { taps = [], transform } = options;
    if (transform) throw noTransform();
    for (const tap of taps) if (!graph.tensors.has(tap)) throw unknownTap(tap);
    return this.#machine.run(feeds, taps.length === 0 ? this.#machine.outputs : new Set([...graph.outputs, ...taps]));
  }

  dispose(): void {
    this.#machine.dispose();
  }
}

/** A graph whose state stays in buffers of the device from step to step. */
class PreparedSteps implements StepRunner {
  readonly plainNodes: readonly Node[];
  readonly plannedBytes: number;
  readonly #machine: GpuMachine;
  readonly #state: ReadonlyMap<TensorId, TensorId>;
  readonly #wanted: ReadonlySet<TensorId>;

  constructor(model: Model, state: ReadonlyMap<TensorId, TensorId>, machine: GpuMachine) {
    this.#machine = machine;
    this.#state = state;
    this.plainNodes = machine.plainNodes;
    this.plannedBytes = machine.plannedBytes;
    const inside = new Set(state.values());
    this.#wanted = new Set(model.graph.outputs.filter((id) => !inside.has(id)));
  }

  step(feeds: ReadonlyMap<TensorId, Tensor>): Promise<ReadonlyMap<TensorId, Tensor>> {
    return this.#machine.run(feeds, this.#wanted, this.#state);
  }

  readState(): Promise<ReadonlyMap<TensorId, Tensor>> {
    return this.#machine.read([...this.#state.keys()]);
  }

  writeState(values: ReadonlyMap<TensorId, Tensor>): void {
    for (const [id, tensor] of values) {
      if (!this.#state.has(id)) throw new BugError(`'${id}' is no state of this step.`);
      this.#machine.write(id, tensor);
    }
  }

  dispose(): void {
    this.#machine.dispose();
  }
}
