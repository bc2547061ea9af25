import { inferShapes } from '../analyze/index.ts';
import { Random } from '../base/index.ts';
import { type Model, type Shape, type TensorId, verifyGraph } from '../ir/index.ts';
import { testContext } from './context.ts';
import { type AttributeValue, type GraphBuilder, graphBuilder } from './graph-builder.ts';

/** Small networks that tests train: random weights from a seed, all shapes known, the batch fixed. */

class Layers {
  readonly b: GraphBuilder;
  readonly #random: Random;

  constructor(seed: number, opset = 17) {
    this.b = graphBuilder(opset);
    this.#random = new Random(seed);
  }

  /** A constant of normal numbers with this standard deviation around `mean`. */
  numbers(id: TensorId, shape: Shape, deviation: number, mean = 0): TensorId {
    const count = shape.reduce((n, d) => n * d, 1);
    return this.b.constant(
      id,
      shape,
      Float32Array.from({ length: count }, () => mean + deviation * this.#random.normal()),
    );
  }

  conv(
    id: string,
    x: TensorId,
    [output, input, size]: readonly [number, number, number],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    bias = true,
  ): TensorId {
    const w = this.numbers(`${id}.weight`, [output, input, size, size], Math.sqrt(2 / (input * size * size)));
    const pads = new Array<number>(4).fill((size - 1) / 2);
    const more = bias ? [this.numbers(`${id}.bias`, [output], 0.1)] : [];
    return this.b.node('Conv', [x, w, ...more], { id, attributes: { pads, ...attributes } });
  }

  norm(id: string, x: TensorId, channels: number): TensorId {
    const parts = [
      this.numbers(`${id}.scale`, [channels], 0.1, 1),
      this.numbers(`${id}.bias`, [channels], 0.1),
      this.b.constant(`${id}.mean`, [channels], new Float32Array(channels)),
      this.b.constant(`${id}.var`, [channels], new Float32Array(channels).fill(1)),
    ];
    return this.b.node('BatchNormalization', [x, ...parts], { id });
  }

  dense(id: string, x: TensorId, [output, input]: readonly [number, number]): TensorId {
    const w = this.numbers(`${id}.weight`, [output, input], Math.sqrt(2 / input));
    return this.b.node('Gemm', [x, w, this.numbers(`${id}.bias`, [output], 0.1)], { id, attributes: { transB: 1 } });
  }

  head(x: TensorId, channels: number, classes: number): TensorId {
    const pooled = this.b.node('GlobalAveragePool', [x], { id: 'pool' });
    return this.dense('classifier', this.b.node('Flatten', [pooled], { id: 'flatten' }), [classes, channels]);
  }

  done(...outputs: TensorId[]): Model {
    this.b.output(...outputs);
    return verifyGraph(inferShapes(this.b.done(), testContext()));
  }
}

/** Two convolutions with batch normalization in a residual block, a strided one, and a classifier with Softmax. */
export function residualNetwork(batch: number, opset = 17): Model {
  const l = new Layers(1, opset);
  const x = l.b.input('x', [batch, 2, 6, 6]);
  const stem = l.b.node('Relu', [l.norm('bn0', l.conv('stem', x, [4, 2, 3], {}, false), 4)], { id: 'relu0' });
  const first = l.b.node('Relu', [l.norm('bn1', l.conv('conv1', stem, [4, 4, 3], {}, false), 4)], { id: 'relu1' });
  const second = l.norm('bn2', l.conv('conv2', first, [4, 4, 3], {}, false), 4);
  const joined = l.b.node('Relu', [l.b.node('Add', [second, stem], { id: 'join' })], { id: 'relu2' });
  const down = l.b.node('Relu', [l.conv('down', joined, [6, 4, 3], { strides: [2, 2] })], { id: 'relu3' });
  return l.done(l.b.node('Softmax', [l.head(down, 6, 3)], { id: 'softmax' }));
}

/** Vectors of 5 through two hidden layers to 3 classes. */
export function denseNetwork(batch: number): Model {
  const l = new Layers(2);
  const x = l.b.input('x', [batch, 5]);
  const first = l.b.node('Tanh', [l.dense('dense1', x, [8, 5])], { id: 'tanh' });
  const second = l.b.node('Relu', [l.dense('dense2', first, [7, 8])], { id: 'relu' });
  return l.done(l.dense('classifier', second, [3, 7]));
}

/** Depthwise and pointwise convolutions with biases. */
export function depthwiseNetwork(batch: number): Model {
  const l = new Layers(3);
  const x = l.b.input('x', [batch, 1, 8, 6]);
  const stem = l.b.node('Relu', [l.conv('stem', x, [4, 1, 3], { strides: [2, 2] })], { id: 'relu0' });
  const deep = l.b.node('Relu', [l.conv('depthwise', stem, [4, 1, 3], { group: 4 })], { id: 'relu1' });
  const wide = l.b.node('Relu', [l.conv('pointwise', deep, [6, 4, 1])], { id: 'relu2' });
  return l.done(l.head(wide, 6, 3));
}
