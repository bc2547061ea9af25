import { Random } from '../base/index.ts';
import {
  type Attribute,
  type DataType,
  elementCount,
  encodeWeight,
  type Model,
  type Node,
  type Shape,
  type StoredTensor,
  type TensorInfo,
} from '../ir/index.ts';

/** Builds graphs node by node; weights are seeded numbers, so that speed is measured without any file. */
export class GraphDraft {
  readonly random: Random;
  readonly nodes: Node[] = [];
  readonly tensors = new Map<string, TensorInfo>();
  readonly weights = new Map<string, StoredTensor>();

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  input(id: string, type: DataType, shape: Shape): string {
    this.tensors.set(id, { id, type, shape });
    return id;
  }

  /** Normal numbers times `scale`. */
  weight(id: string, shape: Shape, scale: number): string {
    const data = Float32Array.from({ length: elementCount(shape) }, () => this.random.normal() * scale);
    return this.constant(id, { type: 'float32', shape, data });
  }

  constant(id: string, tensor: Parameters<typeof encodeWeight>[1]): string {
    this.weights.set(id, encodeWeight(id, tensor));
    this.tensors.set(id, { id, type: tensor.type, shape: tensor.shape, weight: id });
    return id;
  }

  node(op: string, inputs: readonly string[], attributes: Readonly<Record<string, number | readonly number[]>> = {}) {
    const id = `${op}_${this.nodes.length}`;
    const entries = Object.entries(attributes).map(([name, value]): [string, Attribute] => [
      name,
      typeof value === 'number' ? { kind: 'int', value } : { kind: 'ints', value },
    ]);
    this.nodes.push({ id, op, domain: '', inputs, outputs: [id], attributes: new Map(entries) });
    this.tensors.set(id, { id });
    return id;
  }

  model(name: string, inputs: readonly string[], output: string): Model {
    const { nodes, tensors, weights } = this;
    const opsets = new Map([['', 17]]);
    return { graph: { version: 1, name, opsets, inputs, outputs: [output], tensors, nodes }, weights };
  }
}
