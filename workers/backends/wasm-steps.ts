import { BugError } from '../../src/base/index.ts';
import type { StepRunner } from '../../src/compute/index.ts';
import type { Model, Node, Tensor, TensorId } from '../../src/ir/index.ts';
import { type BindOperator, FloatMachine } from './float-machine.ts';
import type { KernelMemoryPool } from './kernel-memory.ts';

/** A graph whose state stays in kernel memory from step to step. */
export class PreparedSteps implements StepRunner {
  readonly plainNodes: readonly Node[];
  readonly plannedBytes: number;
  readonly #machine: FloatMachine;
  readonly #state: ReadonlyMap<TensorId, TensorId>;
  readonly #wanted: ReadonlySet<TensorId>;

  constructor(model: Model, state: ReadonlyMap<TensorId, TensorId>, bind: BindOperator, pool: KernelMemoryPool) {
    this.#machine = new FloatMachine(model, bind, pool, { state });
    this.plainNodes = this.#machine.plainNodes;
    this.plannedBytes = this.#machine.plannedBytes;
    this.#state = state;
    const inside = new Set(state.values());
    this.#wanted = new Set(model.graph.outputs.filter((id) => !inside.has(id)));
    for (const id of state.keys()) this.#machine.view(id).data.fill(0);
  }

  get heldBytes(): number {
    return this.#machine.heldBytes;
  }

  async step(feeds: ReadonlyMap<TensorId, Tensor>): Promise<ReadonlyMap<TensorId, Tensor>> {
    return this.#machine.step(feeds, this.#state, this.#wanted);
  }

  async readState(): Promise<ReadonlyMap<TensorId, Tensor>> {
    const values = new Map<TensorId, Tensor>();
    for (const id of this.#state.keys()) {
      const view = this.#machine.view(id);
      values.set(id, { ...view, data: view.data.slice() });
    }
    return values;
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
