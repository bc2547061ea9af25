import {
  type Attribute,
  type DataType,
  type Dim,
  deferredTensor,
  encodeWeight,
  type Model,
  type Node,
  type StoredTensor,
  type TensorId,
  type TensorInfo,
  tensorOf,
  verifyGraph,
} from '../ir/index.ts';

export interface NodeOptions {
  /** Name of the node; made unique. */
  readonly id: string;
  /** Name of the first output; made unique. Default: the node's name with `_out`. */
  readonly output?: TensorId;
  /** How many outputs; default 1. '' outputs cannot be asked for. */
  readonly outputs?: number;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Default: the standard operators. */
  readonly domain?: string;
}

export const int = (value: number): Attribute => ({ kind: 'int', value });
export const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });
export const float = (value: number): Attribute => ({ kind: 'float', value });
export const floats = (value: readonly number[]): Attribute => ({ kind: 'floats', value });
export const text = (value: string): Attribute => ({ kind: 'string', value });
export const texts = (value: readonly string[]): Attribute => ({ kind: 'strings', value });

/** Puts together the graph of a file that is not ONNX. Names are made unique by a number; the order of calls is the order of nodes. */
export class NetworkBuilder {
  readonly #tensors = new Map<TensorId, TensorInfo>();
  readonly #weights = new Map<string, StoredTensor>();
  readonly #nodes: Node[] = [];
  readonly #nodeIds = new Set<string>();
  readonly #inputs: TensorId[] = [];
  readonly #outputs: TensorId[] = [];
  readonly #opsets = new Map<string, number>();

  constructor(opset: number) {
    this.#opsets.set('', opset);
  }

  input(id: TensorId, shape: readonly Dim[], type: DataType = 'float32'): TensorId {
    const unique = this.#freshTensor(id);
    this.#tensors.set(unique, { id: unique, type, shape });
    this.#inputs.push(unique);
    return unique;
  }

  /** A small constant, given by its numbers. */
  constant(id: TensorId, shape: readonly number[], values: ArrayLike<number>, type: DataType = 'float32'): TensorId {
    const unique = this.#freshTensor(id);
    return this.#store(unique, encodeWeight(unique, tensorOf(type, shape, values)));
  }

  /** A float32 constant whose elements are read when they are first used. */
  weight(id: TensorId, shape: readonly number[], read: () => Float32Array): TensorId {
    const unique = this.#freshTensor(id);
    const head = { id: unique, type: 'float32' as const, shape };
    return this.#store(
      unique,
      deferredTensor(head, () => {
        const data = read();
        return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      }),
    );
  }

  /** Adds a node and returns its outputs. '' as an input is an absent one. */
  nodes(op: string, inputs: readonly TensorId[], options: NodeOptions): readonly TensorId[] {
    const id = fresh(options.id, (name) => this.#nodeIds.has(name));
    this.#nodeIds.add(id);
    const outputs = Array.from({ length: options.outputs ?? 1 }, (_, i) => {
      const output = this.#freshTensor(i === 0 && options.output !== undefined ? options.output : outputName(id, i));
      this.#tensors.set(output, { id: output });
      return output;
    });
    const domain = options.domain ?? '';
    if (!this.#opsets.has(domain)) this.#opsets.set(domain, 1);
    this.#nodes.push({
      id,
      op,
      domain,
      inputs,
      outputs,
      attributes: new Map(Object.entries(options.attributes ?? {})),
    });
    return outputs;
  }

  /** Adds a node and returns its first output. */
  node(op: string, inputs: readonly TensorId[], options: NodeOptions): TensorId {
    return this.nodes(op, inputs, options)[0] as TensorId;
  }

  /** States the type and shape of a value that a node writes. */
  describe(id: TensorId, shape: readonly Dim[], type: DataType = 'float32'): void {
    this.#tensors.set(id, { ...this.#tensors.get(id), id, type, shape });
  }

  typeOf(id: TensorId): DataType | undefined {
    return this.#tensors.get(id)?.type;
  }

  output(id: TensorId): void {
    this.#outputs.push(id);
  }

  /** Gives a node's output another name, everywhere; made unique. Returns it. */
  rename(from: TensorId, to: TensorId): TensorId {
    const id = this.#freshTensor(to);
    const info = this.#tensors.get(from);
    this.#tensors.delete(from);
    this.#tensors.set(id, { ...info, id });
    const renamed = (name: TensorId): TensorId => (name === from ? id : name);
    this.#nodes.forEach((node, i) => {
      if (node.inputs.includes(from) || node.outputs.includes(from))
        this.#nodes[i] = { ...node, inputs: node.inputs.map(renamed), outputs: node.outputs.map(renamed) };
    });
    return id;
  }

  isBoundary(id: TensorId): boolean {
    return this.#inputs.includes(id) || this.#outputs.includes(id);
  }

  /** The model, verified. */
  done(name: string): Model {
    return verifyGraph({
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
    });
  }

  #store(id: TensorId, tensor: StoredTensor): TensorId {
    this.#tensors.set(id, { id, type: tensor.type, shape: tensor.shape, weight: id });
    this.#weights.set(id, tensor);
    return id;
  }

  #freshTensor(id: TensorId): TensorId {
    return fresh(id, (name) => this.#tensors.has(name));
  }
}

const outputName = (node: string, index: number): TensorId => (index === 0 ? `${node}_out` : `${node}_out_${index}`);

function fresh(name: string, taken: (name: string) => boolean): string {
  if (!taken(name)) return name;
  let n = 1;
  while (taken(`${name}_${n}`)) n++;
  return `${name}_${n}`;
}
