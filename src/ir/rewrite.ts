import type { Dim, Graph, Model, Node, NodeId, TensorId, TensorInfo } from './graph.ts';
import type { Tensor, WeightId } from './tensor.ts';
import { encodeWeight } from './weights.ts';

/** Which nodes read each value, in graph order. Graph outputs are not listed: see `Graph.outputs`. */
export function consumersOf(graph: Graph): ReadonlyMap<TensorId, readonly Node[]> {
  const consumers = new Map<TensorId, Node[]>();
  for (const node of graph.nodes) {
    for (const input of new Set(node.inputs)) {
      if (input === '') continue;
      const list = consumers.get(input);
      if (list) list.push(node);
      else consumers.set(input, [node]);
    }
  }
  return consumers;
}

/** Which node writes each value. Inputs and constants have none. */
export function producersOf(graph: Graph): ReadonlyMap<TensorId, Node> {
  const producers = new Map<TensorId, Node>();
  for (const node of graph.nodes) for (const output of node.outputs) if (output !== '') producers.set(output, node);
  return producers;
}

/**
 * Collects changes to a model and applies them at once. Reading goes to the model as it was; `done()` gives the new one.
 * Values that nothing reads any more are left out of the result, weights too.
 */
export class Rewrite {
  readonly #model: Model;
  readonly #tensors: Map<TensorId, TensorInfo>;
  readonly #weights: Map<WeightId, ReturnType<typeof encodeWeight>>;
  readonly #replaced = new Map<NodeId, readonly Node[]>();
  readonly #renamed = new Map<TensorId, TensorId>();
  #changes = 0;

  constructor(model: Model) {
    this.#model = model;
    this.#tensors = new Map(model.graph.tensors);
    this.#weights = new Map(model.weights);
  }

  /** How many changes were asked for; 0 means `done()` returns the model itself. */
  get changes(): number {
    return this.#changes;
  }

  /** Puts `nodes` in the place of a node; none removes it. */
  replace(id: NodeId, ...nodes: readonly Node[]): void {
    this.#replaced.set(id, nodes);
    this.#changes++;
  }

  /** Every reader of `from`, graph outputs included, reads `to` instead. */
  redirect(from: TensorId, to: TensorId): void {
    this.#renamed.set(from, to);
    this.#changes++;
  }

  /** Adds a constant under a fresh name made from `hint`; returns the name. */
  constant(hint: string, tensor: Tensor): TensorId {
    const id = this.freshTensor(hint);
    this.#tensors.set(id, { id, type: tensor.type, shape: tensor.shape, weight: id });
    this.#weights.set(id, encodeWeight(id, tensor));
    this.#changes++;
    return id;
  }

  /** Declares a value; give `weight` to keep an existing constant's elements. */
  declare(info: TensorInfo): void {
    this.#tensors.set(info.id, info);
    this.#changes++;
  }

  setShape(id: TensorId, shape: readonly Dim[]): void {
    const info = this.#tensors.get(id);
    this.declare({ ...(info ?? { id }), shape });
  }

  /** A value name that is not taken: `hint`, or `hint_1`, `hint_2` … */
  freshTensor(hint: string): TensorId {
    let id = hint;
    for (let i = 1; this.#tensors.has(id) || this.#weights.has(id); i++) id = `${hint}_${i}`;
    return id;
  }

  done(): Model {
    if (this.#changes === 0) return this.#model;
    const { graph } = this.#model;
    const follow = (id: TensorId): TensorId => {
      let at = id;
      for (let next = this.#renamed.get(at); next !== undefined; next = this.#renamed.get(at)) at = next;
      return at;
    };
    const nodes = graph.nodes
      .flatMap((node) => this.#replaced.get(node.id) ?? [node])
      .map((node) =>
        node.inputs.some((i) => this.#renamed.has(i)) ? { ...node, inputs: node.inputs.map(follow) } : node,
      );
    const outputs = graph.outputs.map(follow);
    const used = new Set<TensorId>([...graph.inputs, ...outputs]);
    for (const node of nodes) for (const id of [...node.inputs, ...node.outputs]) used.add(id);
    const tensors = new Map([...this.#tensors].filter(([id]) => used.has(id)));
    const held = new Set([...tensors.values()].map((t) => t.weight));
    const weights = new Map([...this.#weights].filter(([id]) => held.has(id)));
    return { graph: { ...graph, nodes, outputs, tensors }, weights };
  }
}
