import type { Random } from '../base/index.ts';
import {
  type Attribute,
  capturedBy,
  type DataType,
  elementCount,
  encodeWeight,
  type Model,
  type Node,
  type StoredTensor,
  type TensorId,
  type TensorInfo,
  tensorOf,
  verifyGraph,
} from '../ir/index.ts';

/**
 * A runnable model of `layers` layers with every kind of wiring: fans, residuals, layers with two outputs, bodies that read
 * values around them, dead ends. Inputs 'x' and 'x2' [1, 2, 4, 4] and 'flag' (bool); all shapes are declared. The same
 * random numbers give the same model.
 */
export const randomModel = (random: Random, layers: number): Model => new RandomModel(random).build(layers);

type Shape = readonly number[];

interface Choice {
  readonly x: TensorId;
  readonly shape: Shape;
  /** Another value of the same shape, or `x` itself. */
  readonly other: TensorId;
}

const ints = (...value: readonly number[]): Attribute => ({ kind: 'ints', value });
const int = (value: number): Attribute => ({ kind: 'int', value });

class RandomModel {
  readonly #random: Random;
  readonly #tensors = new Map<TensorId, TensorInfo>();
  readonly #weights = new Map<string, StoredTensor>();
  readonly #nodes: Node[] = [];
  readonly #shapes = new Map<TensorId, Shape>();

  constructor(random: Random) {
    this.#random = random;
  }

  build(layers: number): Model {
    for (const id of ['x', 'x2']) this.#value(id, [1, 2, 4, 4]);
    this.#tensors.set('flag', { id: 'flag', type: 'bool', shape: [] });
    for (let i = 0; i < layers; i++) {
      const [x, shape] = this.#random.pick([...this.#shapes]);
      const alike = [...this.#shapes].filter(([, s]) => s.join() === shape.join()).map(([id]) => id);
      const layer = this.#random.pick(this.#layers);
      layer(i, { x, shape, other: this.#random.pick(alike) });
    }
    const read = new Set(this.#nodes.flatMap((node) => [...node.inputs, ...capturedBy(node)]));
    const written = this.#nodes.flatMap((node) => node.outputs);
    const graph: Model['graph'] = {
      version: 1,
      name: 'random',
      opsets: new Map([['', 17]]),
      inputs: ['x', 'x2', 'flag'],
      outputs: written.filter((id, i) => !read.has(id) || (i > 0 && this.#random.below(12) === 0)),
      tensors: this.#tensors,
      nodes: this.#nodes,
    };
    return verifyGraph({ graph, weights: this.#weights });
  }

  readonly #layers: readonly ((i: number, choice: Choice) => void)[] = [
    (i, { x, shape }) => this.#node(`relu${i}`, 'Relu', [x], [shape]),
    (i, { x, shape }) => this.#node(`leaky${i}`, 'LeakyRelu', [x], [shape], { alpha: { kind: 'float', value: 0.25 } }),
    (i, { x, shape, other }) => this.#node(`add${i}`, 'Add', [x, other], [shape]),
    (i, { x, shape }) =>
      this.#node(`mul${i}`, 'Mul', [x, this.#weight(`mul${i}_w`, [1, shape[1] ?? 1, 1, 1])], [shape]),
    (i, { x, shape: [n = 1, c = 1, h = 1, w = 1] }) => {
      const weights = this.#weight(`conv${i}_w`, [3, c, 1, 1]);
      this.#node(`conv${i}`, 'Conv', [x, weights], [[n, 3, h, w]], { kernel_shape: ints(1, 1) });
    },
    (i, { x, shape: [n = 1, c = 1, h = 1, w = 1] }) => {
      const result = [n, c, Math.ceil(h / 2), Math.ceil(w / 2)];
      this.#node(`pool${i}`, 'MaxPool', [x], [result], { kernel_shape: ints(1, 1), strides: ints(2, 2) });
    },
    (i, { x, shape: [n = 1, c = 1, h = 1, w = 1], other }) =>
      this.#node(`concat${i}`, 'Concat', [x, other], [[n, 2 * c, h, w]], { axis: int(1) }),
    (i, { x, shape: [n = 1, c = 1, h = 1, w = 1] }) => {
      if (c < 2) return;
      const sizes = this.#constant(`split${i}_sizes`, 'int64', [2], [1, c - 1]);
      const results = [1, c - 1].map((channels) => [n, channels, h, w]);
      this.#node(`split${i}`, 'Split', [x, sizes], results, { axis: int(1) });
    },
    (i, { x, shape, other }) =>
      this.#node(`if${i}`, 'If', ['flag'], [shape], {
        then_branch: branch(`if${i}_then`, 'Add', [x, other], shape),
        else_branch: branch(`if${i}_else`, 'Mul', [x, x], shape),
      }),
  ];

  #value(id: TensorId, shape: Shape): TensorId {
    this.#shapes.set(id, shape);
    this.#tensors.set(id, { id, type: 'float32', shape });
    return id;
  }

  #node(
    id: string,
    op: string,
    inputs: readonly TensorId[],
    shapes: readonly Shape[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): void {
    const outputs = shapes.map((shape, i) => this.#value(`${id}_out${i === 0 ? '' : i}`, shape));
    this.#nodes.push({ id, op, domain: '', inputs, outputs, attributes: new Map(Object.entries(attributes)) });
  }

  #weight(id: TensorId, shape: Shape): TensorId {
    const values = Array.from({ length: elementCount(shape) }, () => this.#random.normal());
    return this.#constant(id, 'float32', shape, values);
  }

  #constant(id: TensorId, type: DataType, shape: Shape, values: readonly number[]): TensorId {
    this.#tensors.set(id, { id, type, shape, weight: id });
    this.#weights.set(id, encodeWeight(id, tensorOf(type, shape, values)));
    return id;
  }
}

/** A body without inputs that reads values of the graph around it. */
function branch(name: string, op: string, reads: readonly TensorId[], shape: Shape): Attribute {
  const output = `${name}_out`;
  const graph: Model['graph'] = {
    version: 1,
    name,
    opsets: new Map([['', 17]]),
    inputs: [],
    outputs: [output],
    tensors: new Map([[output, { id: output, type: 'float32', shape }]]),
    nodes: [{ id: name, op, domain: '', inputs: reads, outputs: [output], attributes: new Map() }],
  };
  return { kind: 'graph', value: { graph, weights: new Map() } };
}
