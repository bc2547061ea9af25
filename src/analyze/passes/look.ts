import {
  consumersOf,
  type Dim,
  isKnown,
  type Model,
  type Node,
  numbersOf,
  producersOf,
  type Shape,
  type Tensor,
  type TensorId,
  weightOf,
} from '../../ir/index.ts';

/** Where things are in a model: what the passes ask again and again. */
export interface Look {
  readonly outputs: ReadonlySet<TensorId>;
  /** The node that writes a value; none for inputs, constants and values of the graph around a body. */
  producer(id: TensorId | undefined): Node | undefined;
  /** The nodes that read a value, those whose bodies do too. */
  readers(id: TensorId): readonly Node[];
  /** The single reader of a value that is no graph output: what may be fused into its producer. */
  onlyReader(id: TensorId | undefined): Node | undefined;
  shape(id: TensorId | undefined): readonly Dim[] | undefined;
  /** The shape, where every size is known. */
  known(id: TensorId | undefined): Shape | undefined;
  /** The shape of a constant of the graph, without reading its elements: weights of large files stay where they are. */
  constantShape(id: TensorId | undefined): Shape | undefined;
  /** The elements of a constant of the graph; `undefined` for an absent operand and for run-time values. */
  constant(id: TensorId | undefined): Tensor | undefined;
  /** The same as numbers; `undefined` for strings too. */
  numbers(id: TensorId | undefined): ArrayLike<number> | undefined;
}

const looks = new WeakMap<Model, Look>();

/** Made once per model. */
export function lookAt(model: Model): Look {
  const known = looks.get(model);
  if (known) return known;
  const made = look(model);
  looks.set(model, made);
  return made;
}

function look({ graph, weights }: Model): Look {
  const outputs = new Set(graph.outputs);
  // Made when they are first asked for: many passes find nothing to ask about.
  let producers: ReadonlyMap<TensorId, Node> | undefined;
  let consumers: ReadonlyMap<TensorId, readonly Node[]> | undefined;
  const readersOf = (id: TensorId) => {
    consumers ??= consumersOf(graph);
    return consumers.get(id);
  };
  const shape = (id: TensorId | undefined) => (id === undefined ? undefined : graph.tensors.get(id)?.shape);
  const constant = (id: TensorId | undefined) => {
    const weight = id === undefined ? undefined : graph.tensors.get(id)?.weight;
    return weight === undefined ? undefined : weightOf(weights, weight);
  };
  return {
    outputs,
    producer(id) {
      producers ??= producersOf(graph);
      return id === undefined ? undefined : producers.get(id);
    },
    readers: (id) => readersOf(id) ?? [],
    onlyReader(id) {
      if (id === undefined || id === '' || outputs.has(id)) return undefined;
      const readers = readersOf(id);
      return readers?.length === 1 ? readers[0] : undefined;
    },
    shape,
    known(id) {
      const dims = shape(id);
      return isKnown(dims) ? dims : undefined;
    },
    constant,
    constantShape(id) {
      const weight = id === undefined ? undefined : graph.tensors.get(id)?.weight;
      return weight === undefined ? undefined : weights.get(weight)?.shape;
    },
    numbers(id) {
      const tensor = constant(id);
      return tensor && tensor.type !== 'string' ? numbersOf(tensor) : undefined;
    },
  };
}
