import type { Recording, Variation } from '../../src/compute/index.ts';
import { type Model, type Node, type Tensor, type TensorId, weightOf } from '../../src/ir/index.ts';
import type { FloatPlan, FloatStep } from './plan-values.ts';

/** What a variant gives: its results, and how many nodes it ran. */
export interface Repeated {
  readonly results: ReadonlyMap<TensorId, Tensor>;
  readonly nodesRun: number;
}

/** A run whose values stay in their places; a variant overwrites those behind its change and puts them back. */
export class RecordedRun implements Recording {
  readonly results: ReadonlyMap<TensorId, Tensor>;
  nodesRun = 0;
  readonly #repeat: (change: Variation) => Repeated;

  constructor(results: ReadonlyMap<TensorId, Tensor>, repeat: (change: Variation) => Repeated) {
    this.results = results;
    this.#repeat = repeat;
  }

  variant(change: Variation): ReadonlyMap<TensorId, Tensor> {
    const { results, nodesRun } = this.#repeat(change);
    this.nodesRun = nodesRun;
    return results;
  }
}

/** Which nodes a change concerns, as the walk through the graph finds out. */
export class Repeat {
  /** Values that differ from the recorded ones. */
  readonly dirty = new Set<TensorId>();
  /** Values whose replacement was asked for. */
  readonly values: ReadonlySet<TensorId>;
  /** Clamping nodes that were done on the way. */
  readonly fusedAway = new Set<number>();
  /** Constants that are others than in the recorded run, decoded. */
  readonly constants: ReadonlyMap<TensorId, Tensor>;
  nodesRun = 0;
  readonly #plan: FloatPlan;
  readonly #changed: Model;

  constructor(model: Model, plan: FloatPlan, change: Variation) {
    const { graph } = model;
    const weights = change.weights ?? new Map();
    this.#plan = plan;
    this.values = change.values ?? new Set();
    this.#changed = { graph, weights: new Map([...model.weights, ...weights]) };
    const constants = new Map<TensorId, Tensor>();
    for (const { id, weight } of graph.tensors.values())
      if (weight !== undefined && weights.has(weight)) constants.set(id, weightOf(weights, weight));
    this.constants = constants;
  }

  /** Whether a node must run again: something it reads is another, or what it computed was not kept and is asked for. */
  concerns(index: number, node: Node): boolean {
    if (node.inputs.some((id) => this.dirty.has(id) || this.constants.has(id))) return true;
    const step = this.#plan.steps[index];
    return typeof step === 'object' && step.fused !== undefined && this.values.has(step.outputs[0] as TensorId);
  }

  /** As planned, or planned anew where a constant of the node is another. */
  stepOf(index: number, node: Node): FloatStep | 'view' | undefined {
    const step = this.#plan.steps[index];
    const isOther = typeof step === 'object' && node.inputs.some((id) => this.constants.has(id));
    return isOther ? this.#plan.replan(index, this.#changed) : step;
  }
}
