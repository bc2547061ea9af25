import {
  type Attribute,
  type DataType,
  type Dim,
  encodeWeight,
  type Model,
  type Node,
  type StoredTensor,
  type Tensor,
  type TensorId,
  type TensorInfo,
  tensorOf,
  verifyGraph,
} from '../ir/index.ts';

/** Attribute values as a test writes them: whole numbers are ints, [1, 2] ints; write { float: 1 } for a float that is whole. */
export type AttributeValue =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly tensor: Tensor };

export interface NodeOptions {
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly domain?: string;
  /** Default: the operator's name with a number. */
  readonly id?: string;
  /** Names of the outputs; default: one, the node's id with `_out`. */
  readonly outputs?: readonly TensorId[];
}

/**
 * Builds small models for tests. Values are named; `node` returns the name of its first output, so calls nest:
 * `const b = graphBuilder(); const x = b.input('x', [1, 3, 8, 8]); b.output(b.node('Relu', [x])); b.done()`.
 */
export class GraphBuilder {
  readonly #tensors = new Map<TensorId, TensorInfo>();
  readonly #weights = new Map<string, StoredTensor>();
  readonly #nodes: Node[] = [];
  readonly #inputs: TensorId[] = [];
  readonly #outputs: TensorId[] = [];
  readonly #opsets: ReadonlyMap<string, number>;

  constructor(opset: number, domains: Readonly<Record<string, number>>) {
    this.#opsets = new Map([['', opset], ...Object.entries(domains)]);
  }

  input(id: TensorId, shape: readonly Dim[], type: DataType = 'float32'): TensorId {
    this.#tensors.set(id, { id, type, shape });
    this.#inputs.push(id);
    return id;
  }

  /** A constant, float32 unless said otherwise. */
  constant(id: TensorId, shape: readonly number[], values: ArrayLike<number>, type: DataType = 'float32'): TensorId {
    this.#tensors.set(id, { id, type, shape, weight: id });
    this.#weights.set(id, encodeWeight(id, tensorOf(type, shape, values)));
    return id;
  }

  /** Adds a node and returns its first output. '' as an input is an absent one. */
  node(op: string, inputs: readonly TensorId[], options: NodeOptions = {}): TensorId {
    const id = options.id ?? `${op}_${this.#nodes.length}`;
    const outputs = options.outputs ?? [`${id}_out`];
    const attributes = new Map(Object.entries(options.attributes ?? {}).map(([name, v]) => [name, attributeFrom(v)]));
    this.#nodes.push({ id, op, domain: options.domain ?? '', inputs, outputs, attributes });
    for (const output of outputs) if (!this.#tensors.has(output)) this.#tensors.set(output, { id: output });
    return outputs[0] ?? '';
  }

  /** States the type and shape of a value that a node writes. */
  describe(id: TensorId, shape: readonly Dim[], type: DataType = 'float32'): TensorId {
    this.#tensors.set(id, { ...this.#tensors.get(id), id, type, shape });
    return id;
  }

  output(...ids: readonly TensorId[]): void {
    this.#outputs.push(...ids);
  }

  /** The model, verified. */
  done(name = 'test'): Model {
    return verifyGraph(this.unverified(name));
  }

  /** For graphs inside nodes, which may read values of the graph around them. */
  unverified(name = 'test'): Model {
    return {
      graph: {
        version: 1,
        name,
        opsets: this.#opsets,
        inputs: this.#inputs,
        outputs: this.#outputs,
        tensors: this.#tensors,
        nodes: this.#nodes,
      },
      weights: this.#weights,
    };
  }
}

export const graphBuilder = (opset = 17, domains: Readonly<Record<string, number>> = {}): GraphBuilder =>
  new GraphBuilder(opset, domains);

/** The IR form of an attribute value. */
export function attributeFrom(value: AttributeValue): Attribute {
  if (typeof value === 'number') return Number.isInteger(value) ? { kind: 'int', value } : { kind: 'float', value };
  if (typeof value === 'string') return { kind: 'string', value };
  if (isList(value)) return value.every(Number.isInteger) ? { kind: 'ints', value } : { kind: 'floats', value };
  if ('float' in value) return { kind: 'float', value: value.float };
  if ('floats' in value) return { kind: 'floats', value: value.floats };
  return { kind: 'tensor', value: encodeWeight('', value.tensor) };
}

const isList = (value: AttributeValue): value is readonly number[] => Array.isArray(value);
