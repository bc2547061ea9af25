import type { Registry } from '../base/index.ts';
import {
  type Attribute,
  type DataType,
  elementCount,
  encodeWeight,
  type Graph,
  isKnown,
  type Model,
  type Node,
  type NodeId,
  readBy,
  type Shape,
  type StoredTensor,
  type Tensor,
  type TensorId,
  type TensorInfo,
  tensorOf,
  type WeightId,
} from '../ir/index.ts';
import { bindNode, type OpDef, type Value } from '../ops/index.ts';
import { unknownShape } from './errors.ts';
import { TRAINING_DOMAIN } from './operators/operator.ts';

/** Attributes as nodes hold them, spelled where a node is written. */
export const int = (value: number): Attribute => ({ kind: 'int', value });
export const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });
export const real = (value: number): Attribute => ({ kind: 'float', value });
export const reals = (value: readonly number[]): Attribute => ({ kind: 'floats', value });
export const text = (value: string): Attribute => ({ kind: 'string', value });

export type NamedAttributes = Readonly<Record<string, Attribute | undefined>>;

/** Elements that one node may leave behind as a constant: what a step would compute again and again. */
const LARGEST_FOLDED = 2 ** 24;

/** Constants up to this size are shared where their elements are equal: axes, shapes, factors. */
const SHARED = 16;

/**
 * Builds a graph node by node and knows type and shape of every value in it. Nodes whose result does not depend on
 * the step's inputs leave only a constant behind: they are computed here and not in each step.
 */
export class Emitter {
  readonly opsets: Graph['opsets'];
  readonly #registry: Registry<OpDef>;
  readonly #tensors = new Map<TensorId, TensorInfo>();
  readonly #weights = new Map<WeightId, StoredTensor>();
  readonly #values = new Map<TensorId, Value>();
  readonly #nodes: Node[] = [];
  readonly #taken: Set<string>;
  readonly #shared = new Map<string, TensorId>();
  readonly #layers = new Map<NodeId, NodeId>();
  #layer = '';

  /** `taken`: names that what is emitted must not get, those of the network. */
  constructor(opsets: Graph['opsets'], registry: Registry<OpDef>, taken: Iterable<string>) {
    this.opsets = new Map([...opsets, [TRAINING_DOMAIN, 1]]);
    this.#registry = registry;
    this.#taken = new Set(taken);
  }

  /** Opset of ai.onnx. */
  get opset(): number {
    return this.opsets.get('') ?? 1;
  }

  /** Emits on behalf of a layer of the network from now on: its name is in the names of what is made. */
  at(layer: NodeId): void {
    this.#layer = layer;
  }

  /** Which layer each emitted node belongs to. */
  get layers(): ReadonlyMap<NodeId, NodeId> {
    return this.#layers;
  }

  fresh(hint: string): string {
    let id = hint;
    for (let i = 1; this.#taken.has(id); i++) id = `${hint}_${i}`;
    this.#taken.add(id);
    return id;
  }

  /** A value fed with each step. */
  input(id: TensorId, type: DataType, shape: Shape): TensorId {
    this.#declare(id, { type, shape });
    return id;
  }

  /** A constant whose elements are stored already, under its own name. */
  stored(info: TensorInfo, stored: StoredTensor, decoded: Tensor): void {
    this.#tensors.set(info.id, { ...info, type: stored.type, shape: stored.shape });
    this.#weights.set(stored.id, stored);
    this.#values.set(info.id, { type: stored.type, shape: stored.shape, constant: decoded });
  }

  constant(hint: string, tensor: Tensor): TensorId {
    const { type, shape } = tensor;
    const key =
      elementCount(shape) <= SHARED
        ? `${type}[${shape.join()}]${Array.from(tensor.data as ArrayLike<number>).join()}`
        : '';
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const id = this.fresh(hint);
    if (key !== '') this.#shared.set(key, id);
    this.stored({ id, weight: id }, encodeWeight(id, tensor), tensor);
    return id;
  }

  /** A list of whole numbers as operators take axes and sizes. */
  list(values: readonly number[]): TensorId {
    return this.constant(`list_${values.join('_')}`, tensorOf('int64', [values.length], values));
  }

  /** A float32 scalar. */
  number(value: number): TensorId {
    return this.constant(`number_${value}`, tensorOf('float32', [], [value]));
  }

  /** Takes a node as it is, with its names. Types and shapes come from its operator, or from `known` where that cannot tell. */
  append(node: Node, known: ReadonlyMap<TensorId, TensorInfo> = new Map()): void {
    const inferred = this.#infer(node);
    const isConstant = node.outputs.every((id, i) => id === '' || inferred[i]?.constant !== undefined);
    node.outputs.forEach((id, i) => {
      if (id === '') return;
      const value = inferred[i];
      const info = known.get(id);
      const constant = value?.constant;
      if (isConstant && constant) this.stored({ id, weight: id }, encodeWeight(id, constant), constant);
      else {
        const shape = isKnown(value?.shape) ? value.shape : info?.shape;
        const type = value?.type ?? info?.type;
        this.#declare(id, { ...(type ? { type } : {}), ...(shape ? { shape } : {}) });
      }
    });
    if (!isConstant) {
      this.#nodes.push(node);
      this.#layers.set(node.id, this.#layer);
    }
  }

  /** A new node of the layer at hand; gives its first output. `domain`: '' is ai.onnx. */
  emit(op: string, inputs: readonly TensorId[], attributes: NamedAttributes = {}, domain = ''): TensorId {
    return this.emitAll(op, inputs, 1, attributes, domain)[0] as TensorId;
  }

  /** A new node with several outputs; `absent`: those that it does not give, whose name is ''. */
  emitAll(
    op: string,
    inputs: readonly TensorId[],
    count: number,
    attributes: NamedAttributes = {},
    domain = '',
    absent: readonly number[] = [],
  ): TensorId[] {
    const id = this.fresh(`${this.#layer}/${op}`);
    const outputs = Array.from({ length: count }, (_, i) => (absent.includes(i) ? '' : this.fresh(`${id}:${i}`)));
    const given = Object.entries(attributes).filter((entry): entry is [string, Attribute] => entry[1] !== undefined);
    const ends = inputs.findLastIndex((input) => input !== '');
    this.append({ id, op, domain, inputs: inputs.slice(0, ends + 1), outputs, attributes: new Map(given) });
    return outputs;
  }

  /** As `emit`, of the training domain. */
  train(op: string, inputs: readonly TensorId[], attributes: NamedAttributes = {}): TensorId {
    return this.emit(op, inputs, attributes, TRAINING_DOMAIN);
  }

  trainAll(
    op: string,
    inputs: readonly TensorId[],
    count: number,
    attributes: NamedAttributes = {},
    absent: readonly number[] = [],
  ): TensorId[] {
    return this.emitAll(op, inputs, count, attributes, TRAINING_DOMAIN, absent);
  }

  /** Sizes of a value. Throws `train/unknown-shape`. */
  shapeOf(id: TensorId): Shape {
    const shape = this.#values.get(id)?.shape;
    if (!isKnown(shape)) throw unknownShape(id, shape);
    return shape;
  }

  typeOf(id: TensorId): DataType | undefined {
    return this.#values.get(id)?.type;
  }

  /** The elements of a value that does not depend on the step's inputs, where they are known here. */
  constantOf(id: TensorId | undefined): Tensor | undefined {
    return id === undefined ? undefined : this.#values.get(id)?.constant;
  }

  has(id: TensorId): boolean {
    return this.#values.has(id);
  }

  /** The graph so far: what the outputs depend on, and no more. */
  done(name: string, inputs: readonly TensorId[], outputs: readonly TensorId[]): Model {
    const used = new Set<TensorId>(outputs);
    const nodes: Node[] = [];
    for (const node of this.#nodes.toReversed()) {
      if (!node.outputs.some((id) => used.has(id))) continue;
      for (const id of readBy(node)) used.add(id);
      nodes.push(node);
    }
    for (const id of [...inputs, ...nodes.flatMap((node) => node.outputs)]) used.add(id);
    const tensors = new Map([...this.#tensors].filter(([id]) => used.has(id)));
    const held = new Set([...tensors.values()].map((info) => info.weight));
    const weights = new Map([...this.#weights].filter(([id]) => held.has(id)));
    return {
      graph: { version: 1, name, opsets: this.opsets, inputs, outputs, tensors, nodes: nodes.reverse() },
      weights,
    };
  }

  #infer(node: Node): readonly Value[] {
    const bound = bindNode(node, this.opsets, this.#registry);
    if (!bound) return [];
    const inputs = node.inputs.map((id) => (id === '' ? undefined : (this.#values.get(id) ?? {})));
    const inferred = bound.infer(inputs, node.outputs.length);
    const isFixed = inputs.length > 0 && inputs.every((v) => v === undefined || v.constant !== undefined);
    const elements = inferred.reduce(
      (n, { shape }) => n + (isKnown(shape) ? elementCount(shape) : Number.POSITIVE_INFINITY),
      0,
    );
    if (!isFixed || bound.isRandom || bound.runValues || elements > LARGEST_FOLDED) return inferred;
    const constants = bound.run(
      inputs.map((v) => v?.constant),
      node.outputs.length,
    );
    return constants.map((constant) => ({ type: constant.type, shape: constant.shape, constant }));
  }

  #declare(id: TensorId, value: Value): void {
    this.#taken.add(id);
    this.#values.set(id, value);
    this.#tensors.set(id, {
      id,
      ...(value.type ? { type: value.type } : {}),
      ...(value.shape ? { shape: value.shape } : {}),
    });
  }
}
