import { bodiesOf, type Model, type NodeId, producersOf, type TensorId } from '../ir/index.ts';
import { writtenIn } from './reads.ts';

/** Names that are taken: no value may get one of them, because bodies see the values around them by name. */
export class Names {
  readonly #values = new Set<TensorId>();
  readonly #nodes: Set<NodeId>;

  constructor(model: Model) {
    this.#nodes = new Set(model.graph.nodes.map((node) => node.id));
    for (const id of model.graph.tensors.keys()) this.#values.add(id);
    for (const id of model.weights.keys()) this.#values.add(id);
    for (const id of deepNames(model)) this.#values.add(id);
  }

  /** A value name that is not taken: `hint`, or `hint_1`, `hint_2` …; it is taken from now on. */
  value(hint: string): TensorId {
    return claim(this.#values, hint);
  }

  /** A layer name that is not taken, likewise. */
  node(hint: string): NodeId {
    return claim(this.#nodes, hint);
  }
}

function claim(taken: Set<string>, hint: string): string {
  let name = hint;
  for (let i = 1; taken.has(name); i++) name = `${hint}_${i}`;
  taken.add(name);
  return name;
}

/** Values written in the graph and in the bodies of its nodes, at any depth. */
function* deepNames(model: Model): Iterable<TensorId> {
  yield* writtenIn(model);
  for (const node of model.graph.nodes) {
    for (const attribute of node.attributes.values()) {
      if (attribute.kind === 'graph') yield* deepNames(attribute.value);
      else if (attribute.kind === 'graphs') for (const body of attribute.value) yield* deepNames(body);
    }
  }
}

/** Who has a value name, in words: 'an input'; `undefined` where it is free. */
export function holderOf(model: Model, name: TensorId): string | undefined {
  const { graph } = model;
  if (graph.inputs.includes(name)) return 'an input';
  if (graph.tensors.get(name)?.weight !== undefined) return 'a constant';
  const producer = producersOf(graph).get(name);
  if (producer) return `an output of layer '${producer.id}'`;
  for (const node of graph.nodes)
    for (const body of bodiesOf(node, { ...graph, functions: new Map() }))
      for (const id of deepNames(body.model)) if (id === name) return `a value inside layer '${node.id}'`;
  return graph.tensors.has(name) || model.weights.has(name) ? 'a value' : undefined;
}
