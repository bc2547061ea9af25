import { inferShapes } from '../../src/analyze/index.ts';
import { Random } from '../../src/base/index.ts';
import type { Model, Shape, TensorId } from '../../src/ir/index.ts';
import { type AttributeValue, type GraphBuilder, graphBuilder } from '../../src/test-kit/graph-builder.ts';

interface ConvOptions {
  readonly stride?: number;
  /** Without it: as many zeros around as keep the size. */
  readonly pads?: readonly number[];
  readonly group?: number;
  readonly bias?: boolean;
}

/**
 * Writes untrained networks layer by layer: weights from a seed, evenly distributed with the variance that keeps signals alive (He 2015);
 * not normally, for a logarithm may differ in its last bit from one engine to the next.
 */
export class Layers {
  readonly b: GraphBuilder;
  readonly #random: Random;
  #count = 0;

  constructor(seed: number) {
    this.b = graphBuilder(13);
    this.#random = new Random(seed);
  }

  weights(id: TensorId, shape: Shape, fanIn: number, gain = 2): TensorId {
    const limit = Math.sqrt((3 * gain) / fanIn);
    const random = this.#random.derive(this.#count++);
    const count = shape.reduce((n, d) => n * d, 1);
    return this.b.constant(
      id,
      shape,
      Float32Array.from({ length: count }, () => (2 * random.unit() - 1) * limit),
    );
  }

  filled(id: TensorId, shape: Shape, value: number): TensorId {
    return this.b.constant(id, shape, new Float32Array(shape.reduce((n, d) => n * d, 1)).fill(value));
  }

  /** `kernel` per spatial axis: one for series, two for pictures. */
  conv(
    id: string,
    x: TensorId,
    [from, to]: readonly [number, number],
    kernel: readonly number[],
    options: ConvOptions = {},
  ) {
    const { stride = 1, group = 1, bias = true } = options;
    const around = kernel.map((k) => (k - 1) / 2);
    const perGroup = from / group;
    const fanIn = kernel.reduce((n, k) => n * k, perGroup);
    const inputs = [x, this.weights(`${id}.weight`, [to, perGroup, ...kernel], fanIn)];
    if (bias) inputs.push(this.filled(`${id}.bias`, [to], 0));
    return this.b.node('Conv', inputs, {
      id,
      attributes: {
        kernel_shape: kernel,
        strides: kernel.map(() => stride),
        pads: options.pads ?? [...around, ...around],
        group,
      },
    });
  }

  /** Convolution, batch normalization, ReLU. */
  block(
    id: string,
    x: TensorId,
    channels: readonly [number, number],
    kernel: readonly number[],
    options: ConvOptions = {},
  ) {
    return this.relu(
      `${id}.relu`,
      this.norm(`${id}.norm`, this.conv(id, x, channels, kernel, { ...options, bias: false }), channels[1]),
    );
  }

  norm(id: string, x: TensorId, channels: number): TensorId {
    const parts = [
      this.filled(`${id}.scale`, [channels], 1),
      this.filled(`${id}.bias`, [channels], 0),
      this.filled(`${id}.mean`, [channels], 0),
      this.filled(`${id}.variance`, [channels], 1),
    ];
    return this.b.node('BatchNormalization', [x, ...parts], { id });
  }

  relu(id: string, x: TensorId): TensorId {
    return this.b.node('Relu', [x], { id });
  }

  /** `last`: the signal ends here, no ReLU follows. */
  dense(id: string, x: TensorId, [from, to]: readonly [number, number], last = false): TensorId {
    const w = this.weights(`${id}.weight`, [to, from], from, last ? 1 : 2);
    return this.b.node('Gemm', [x, w, this.filled(`${id}.bias`, [to], 0)], { id, attributes: { transB: 1 } });
  }

  node(
    op: string,
    id: string,
    inputs: readonly TensorId[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): TensorId {
    return this.b.node(op, inputs, { id, attributes });
  }

  flatten(x: TensorId): TensorId {
    return this.node('Flatten', 'flatten', [x], { axis: 1 });
  }

  averaged(x: TensorId): TensorId {
    return this.flatten(this.node('GlobalAveragePool', 'pool', [x]));
  }

  done(output: TensorId): Model {
    this.b.output(output);
    return inferShapes(this.b.done(), { warn() {} });
  }
}
