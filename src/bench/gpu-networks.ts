import { inferShapes, rebatch } from '../analyze/index.ts';
import { Random } from '../base/index.ts';
import type { Model, Tensor, TensorId } from '../ir/index.ts';
import { type StepChoices, type StepGraph, stepGraph } from '../train/index.ts';
import { GraphDraft } from './graph-draft.ts';

/** A network that is compared and timed: seeded weights, no file. */
export interface GpuNetwork {
  readonly id: string;
  readonly title: string;
  /** Of one sample. */
  readonly inputShape: readonly number[];
  readonly choices: StepChoices;
  /** Samples at once when it is compared with the reference. */
  readonly checkedBatch: number;
  /**
   * How far losses and weights may be from the reference after six steps, as a share of a tensor's largest magnitude. Wide where
   * units with corners follow normalizations: a value that rounds to the other side of 0 changes a gradient by all of its share.
   */
  readonly tolerance: number;
  build(): Model;
}

const choices = (optimizer: StepChoices['optimizer'], loss: StepChoices['loss']): StepChoices => ({
  loss,
  optimizer,
  weightDecay: 1e-4,
  clipNorm: 1,
  batchNormalization: 'batch',
  frozen: [],
});
const classes: StepChoices['loss'] = { id: 'cross-entropy', smoothing: 0.1 };

/** Layers that several networks have. */
class Layers extends GraphDraft {
  conv(x: TensorId, from: number, to: number, size: number, stride = 1, group = 1): TensorId {
    const name = `w${this.nodes.length}`;
    const w = this.weight(name, [to, from / group, size, size], Math.sqrt(2 / ((from / group) * size * size)));
    const pad = size >> 1;
    const pads = [pad, pad, pad, pad];
    return this.node('Conv', [x, w], { kernel_shape: [size, size], strides: [stride, stride], pads, group });
  }

  batchNorm(x: TensorId, channels: number): TensorId {
    const name = `bn${this.nodes.length}`;
    const full = (id: string, value: number) =>
      this.constant(id, { type: 'float32', shape: [channels], data: new Float32Array(channels).fill(value) });
    const parameters = [full(`${name}_scale`, 1), full(`${name}_bias`, 0)];
    return this.node('BatchNormalization', [x, ...parameters, full(`${name}_mean`, 0), full(`${name}_var`, 1)]);
  }

  dense(x: TensorId, from: number, to: number): TensorId {
    const name = `d${this.nodes.length}`;
    const bias = this.weight(`${name}_bias`, [to], 0.1);
    return this.node('Gemm', [x, this.weight(name, [from, to], Math.sqrt(2 / from)), bias]);
  }

  unit(x: TensorId, from: number, to: number, size: number, stride = 1, group = 1): TensorId {
    return this.node('Relu', [this.batchNorm(this.conv(x, from, to, size, stride, group), to)]);
  }

  done(name: string, output: TensorId): Model {
    return this.model(name, ['input'], output);
  }
}

function lenet(): Model {
  const net = new Layers(11);
  let x = net.input('input', 'float32', [1, 1, 28, 28]);
  x = net.node('Tanh', [net.conv(x, 1, 6, 5)]);
  x = net.node('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
  x = net.node('Relu', [net.conv(x, 6, 16, 5)]);
  x = net.node('AveragePool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
  x = net.node('Relu', [net.dense(net.node('Flatten', [x]), 784, 84)]);
  return net.done('lenet', net.dense(x, 84, 10));
}

function resnet8(): Model {
  const net = new Layers(12);
  let x = net.unit(net.input('input', 'float32', [1, 3, 32, 32]), 3, 16, 3);
  let from = 16;
  for (const to of [16, 32, 64]) {
    const stride = to === 16 ? 1 : 2;
    const a = net.unit(x, from, to, 3, stride);
    const b = net.batchNorm(net.conv(a, to, to, 3), to);
    const shortcut = to === 16 ? x : net.conv(x, from, to, 1, stride);
    x = net.node('Relu', [net.node('Add', [shortcut, b])]);
    from = to;
  }
  const pooled = net.node('Flatten', [net.node('GlobalAveragePool', [x])]);
  return net.done('resnet8', net.dense(pooled, 64, 10));
}

function depthwise(): Model {
  const net = new Layers(13);
  let x = net.unit(net.input('input', 'float32', [1, 3, 32, 32]), 3, 16, 3, 2);
  let from = 16;
  for (const [to, stride] of [
    [32, 1],
    [64, 2],
    [64, 1],
    [128, 2],
  ] as const) {
    x = net.unit(net.unit(x, from, from, 3, stride, from), from, to, 1);
    from = to;
  }
  const pooled = net.node('Flatten', [net.node('GlobalAveragePool', [x])]);
  return net.done('depthwise', net.dense(pooled, 128, 12));
}

function autoencoder(): Model {
  const net = new Layers(14);
  let x = net.input('input', 'float32', [1, 640]);
  let from = 640;
  for (const to of [128, 128, 8, 128, 128]) {
    x = net.node('Relu', [net.dense(x, from, to)]);
    from = to;
  }
  return net.done('autoencoder', net.dense(x, from, 640));
}

/** Everything without corners: differences are those of rounding alone. */
function smooth(): Model {
  const net = new Layers(15);
  let x = net.input('input', 'float32', [1, 3, 16, 16]);
  x = net.node('Sigmoid', [net.batchNorm(net.conv(x, 3, 8, 3), 8)]);
  x = net.node('Softplus', [net.batchNorm(net.conv(x, 8, 8, 3, 2, 8), 8)]);
  x = net.node('Mish', [net.batchNorm(net.conv(x, 8, 24, 1), 24)]);
  x = net.node('AveragePool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
  x = net.node('Tanh', [net.conv(x, 24, 24, 3, 1, 4)]);
  const pooled = net.node('Flatten', [net.node('GlobalAveragePool', [x])]);
  return net.done('smooth', net.dense(pooled, 24, 5));
}

/** Timed, each trained by another optimizer. */
export const gpuNetworks: readonly GpuNetwork[] = [
  {
    id: 'lenet',
    title: 'LeNet, 28 × 28',
    inputShape: [1, 28, 28],
    choices: choices({ id: 'sgd', momentum: 0.9, nesterov: true }, classes),
    checkedBatch: 4,
    tolerance: 1e-3,
    build: lenet,
  },
  {
    id: 'resnet8',
    title: 'ResNet-8, 32 × 32 × 3',
    inputShape: [3, 32, 32],
    choices: choices({ id: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-3 }, classes),
    checkedBatch: 2,
    tolerance: 5e-3,
    build: resnet8,
  },
  {
    id: 'depthwise',
    title: 'Depthwise network, 32 × 32 × 3',
    inputShape: [3, 32, 32],
    choices: choices({ id: 'sgd', momentum: 0.9, nesterov: false }, classes),
    checkedBatch: 2,
    tolerance: 5e-3,
    build: depthwise,
  },
  {
    id: 'autoencoder',
    title: 'Auto-encoder, 640',
    inputShape: [640],
    choices: choices({ id: 'rmsprop', decay: 0.9, momentum: 0.5, epsilon: 1e-3 }, { id: 'mse' }),
    checkedBatch: 4,
    tolerance: 1e-3,
    build: autoencoder,
  },
];

/** Compared: those, and one whose tolerance is that of a single operator. */
export const checkedNetworks: readonly GpuNetwork[] = [
  {
    id: 'smooth',
    title: 'Smooth network, 16 × 16 × 3',
    inputShape: [3, 16, 16],
    choices: choices({ id: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-2 }, classes),
    checkedBatch: 4,
    tolerance: 1e-4,
    build: smooth,
  },
  ...gpuNetworks,
];

/** The network for so many samples at once, shapes known. */
export function batched(network: GpuNetwork, batch: number): Model {
  const context = { warn() {} };
  return rebatch(inferShapes(network.build(), context), batch, context);
}

export const stepOf = (network: GpuNetwork, batch: number): StepGraph =>
  stepGraph(batched(network, batch), network.choices);

/** Seeded samples; of a network of classes the brighter half of them is class 1. */
export function samplesOf({ inputShape }: GpuNetwork, batch: number, seed: number): Tensor {
  const random = new Random(seed);
  const shape = [batch, ...inputShape];
  const size = inputShape.reduce((n, d) => n * d, 1);
  const data = Float32Array.from({ length: batch * size }, (_, i) => random.normal() + (Math.floor(i / size) % 2));
  return { type: 'float32', shape, data };
}

/** What step `number` of a training is fed with. */
export function stepFeeds(
  network: GpuNetwork,
  { inputs }: StepGraph,
  batch: number,
  number: number,
): ReadonlyMap<TensorId, Tensor> {
  const samples = samplesOf(network, batch, 100 + number);
  const labels: Tensor = {
    type: 'float32',
    shape: [batch],
    data: Float32Array.from({ length: batch }, (_, i) => i % 2),
  };
  const [t, beta1, beta2] = [number + 1, 0.9, 0.999];
  const rates = Float32Array.of(0.01, 1 / (1 - beta1 ** t), 1 / (1 - beta2 ** t));
  return new Map<TensorId, Tensor>([
    ['input', samples],
    [inputs.labels, network.choices.loss.id === 'mse' ? samples : labels],
    [inputs.rates, { type: 'float32', shape: [3], data: rates }],
  ]);
}
