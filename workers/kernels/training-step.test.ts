import { beforeAll, describe, expect, test } from 'vitest';
import { inferShapes } from '../../src/analyze/index.ts';
import { Random } from '../../src/base/index.ts';
import { createPlainBackend, type StepBackend, type StepRunner } from '../../src/compute/index.ts';
import { elementCount, type Model, type Tensor } from '../../src/ir/index.ts';
import { type GraphBuilder, graphBuilder } from '../../src/test-kit/graph-builder.ts';
import { type StepChoices, type StepGraph, stepGraph, trainingOps } from '../../src/train/index.ts';
import type { WasmFloatBackend } from '../backends/index.ts';
import { even, trainingBackend } from './training-case.ts';

/** Whole steps: networks of every family on the kernels and on the references. */

let wasm: WasmFloatBackend;
beforeAll(async () => {
  wasm = await trainingBackend();
});

const BATCH = 4;
const CLASSES = 3;

/** Writes a network's nodes; weights are drawn as they are named. */
class Net {
  readonly b: GraphBuilder = graphBuilder();
  readonly #random = new Random(11);

  weight(id: string, shape: readonly number[], fanIn: number): string {
    const limit = Math.sqrt(3 / fanIn);
    return this.b.constant(id, shape, even(this.#random, shape, -limit, limit).data as Float32Array);
  }

  conv(id: string, x: string, [from, to]: readonly [number, number], options: Readonly<Record<string, number>> = {}) {
    const { kernel = 3, stride = 1, group = 1 } = options;
    const w = this.weight(`${id}.w`, [to, from / group, kernel, kernel], (from / group) * kernel * kernel);
    const pads = new Array<number>(4).fill((kernel - 1) >> 1);
    const attributes = { kernel_shape: [kernel, kernel], strides: [stride, stride], pads, group };
    return this.b.node('Conv', [x, w, this.weight(`${id}.b`, [to], 100)], { id, attributes });
  }

  normalized(id: string, x: string, channels: number): string {
    const of = (name: string, value: number) =>
      this.b.constant(`${id}.${name}`, [channels], new Float32Array(channels).fill(value));
    return this.b.node('BatchNormalization', [x, of('s', 1), of('b', 0.1), of('m', 0), of('v', 1)], { id });
  }

  dense(id: string, x: string, from: number, to: number): string {
    const w = this.weight(`${id}.w`, [from, to], from);
    return this.b.node('Gemm', [x, w, this.weight(`${id}.b`, [to], 100)], { id });
  }

  done(output: string): Model {
    this.b.output(output);
    return inferShapes(this.b.done(), { warn() {} });
  }
}

const networks: Readonly<Record<string, () => Model>> = {
  residual() {
    const net = new Net();
    const { b } = net;
    b.input('x', [BATCH, 3, 12, 10]);
    const first = b.node('Relu', [net.normalized('n0', net.conv('c0', 'x', [3, 8]), 8)]);
    const inner = b.node('Relu', [net.normalized('n1', net.conv('c1', first, [8, 12], { stride: 2 }), 12)]);
    const skip = net.conv('c3', first, [8, 12], { kernel: 1, stride: 2 });
    const sum = b.node('Add', [net.normalized('n2', net.conv('c2', inner, [12, 12]), 12), skip]);
    const pooled = b.node('MaxPool', [b.node('Relu', [sum])], {
      attributes: { kernel_shape: [2, 2], strides: [2, 2] },
    });
    const flat = b.node('Flatten', [b.node('GlobalAveragePool', [pooled])]);
    return net.done(net.dense('fc', flat, 12, CLASSES));
  },
  depthwise() {
    const net = new Net();
    const { b } = net;
    b.constant('low', [], [0]);
    b.constant('high', [], [6]);
    b.input('x', [BATCH, 2, 13, 9]);
    const relu6 = (x: string) => b.node('Clip', [x, 'low', 'high']);
    const first = relu6(net.normalized('n0', net.conv('c0', 'x', [2, 8], { stride: 2 }), 8));
    const wide = relu6(net.normalized('n1', net.conv('d1', first, [8, 8], { group: 8 }), 8));
    const narrow = b.node('HardSwish', [net.conv('p1', wide, [8, 10], { kernel: 1 })]);
    const last = b.node('Sigmoid', [net.conv('d2', narrow, [10, 10], { group: 10, stride: 2 })]);
    const pooled = b.node('AveragePool', [last], { attributes: { kernel_shape: [2, 2] } });
    return net.done(net.dense('fc', b.node('Flatten', [pooled]), 10 * 3 * 2, CLASSES));
  },
  recurrent() {
    const net = new Net();
    const { b } = net;
    b.input('x', [7, BATCH, 5]);
    const lstm = [net.weight('l.w', [2, 24, 5], 6), net.weight('l.r', [2, 24, 6], 6), net.weight('l.b', [2, 48], 6)];
    const y = b.node('LSTM', ['x', ...lstm], {
      attributes: { hidden_size: 6, direction: 'bidirectional' },
      outputs: ['y', 'h'],
    });
    b.constant('shape', [2], [0, -1], 'int64');
    const steps = b.node('Transpose', [y], { attributes: { perm: [2, 0, 1, 3] } });
    return net.done(net.dense('fc', b.node('Reshape', [steps, 'shape']), 7 * 12, CLASSES));
  },
  attention() {
    const net = new Net();
    const { b } = net;
    b.input('x', [BATCH, 6, 8]);
    const of = (id: string) => b.node('MatMul', ['x', net.weight(`${id}.w`, [8, 8], 8)], { id });
    const turned = b.node('Transpose', [of('k')], { attributes: { perm: [0, 2, 1] } });
    b.constant('scale', [], [0.35]);
    const scores = b.node('Mul', [b.node('MatMul', [of('q'), turned]), 'scale']);
    const mixed = b.node('MatMul', [b.node('Softmax', [scores], { attributes: { axis: -1 } }), of('v')]);
    const sum = b.node('Add', [mixed, 'x']);
    b.constant('s', [8], new Float32Array(8).fill(1));
    b.constant('o', [8], new Float32Array(8));
    const flat = b.node('Flatten', [b.node('LayerNormalization', [sum, 's', 'o'])]);
    const hidden = b.node('Tanh', [net.dense('d', flat, 48, 16)]);
    return net.done(net.dense('fc', hidden, 16, CLASSES));
  },
};

const choices: StepChoices = {
  loss: { id: 'cross-entropy', smoothing: 0.1 },
  optimizer: { id: 'sgd', momentum: 0.9, nesterov: true },
  weightDecay: 1e-3,
  clipNorm: 5,
  batchNormalization: 'batch',
  frozen: [],
};

function feedsOf({ model, inputs }: StepGraph, seed: number): ReadonlyMap<string, Tensor> {
  const random = new Random(seed);
  const shapeOf = (id: string) => model.graph.tensors.get(id)?.shape as readonly number[];
  const [samples, labels] = [inputs.samples[0] as string, inputs.labels];
  const classes = even(random, shapeOf(labels));
  return new Map<string, Tensor>([
    [samples, even(random, shapeOf(samples))],
    [labels, { ...classes, data: (classes.data as Float32Array).map(() => random.below(CLASSES)) }],
    [inputs.rates, { type: 'float32', shape: [3], data: Float32Array.of(0.05, 2, 3) }],
  ]);
}

/** Six steps: the loss of each, and the state at the end. */
async function sixSteps(backend: StepBackend, step: StepGraph) {
  const runner: StepRunner = await backend.prepareSteps(step.model, step.state);
  runner.writeState(step.initialState);
  const losses: number[] = [];
  for (let i = 0; i < 6; i++) {
    const results = await runner.step(feedsOf(step, i));
    losses.push(results.get(step.outputs.loss)?.data[0] as number);
  }
  const state = await runner.readState();
  const plain = runner.plainNodes.map((node) => node.op);
  runner.dispose();
  return { losses, state, plain };
}

describe.each(Object.keys(networks))('%s network', (name) => {
  const optimizers: readonly StepChoices['optimizer'][] = [
    choices.optimizer,
    { id: 'adamw', beta1: 0.9, beta2: 0.99, epsilon: 1e-4 },
  ];
  test.each(optimizers)('six steps with $id are those of the references', async (optimizer) => {
    const step = stepGraph(networks[name]!(), { ...choices, optimizer });
    const fast = await sixSteps(wasm, step);
    const slow = await sixSteps(createPlainBackend(trainingOps), step);
    expect(fast.plain, 'every node has a kernel').toEqual([]);
    fast.losses.forEach((loss, i) => {
      expect(loss).toBeCloseTo(slow.losses[i] ?? Number.NaN, 4);
    });
    for (const [id, { data, shape }] of slow.state) {
      const found = fast.state.get(id)?.data as Float32Array;
      const worst = (data as Float32Array).reduce(
        (most, v, i) => Math.max(most, Math.abs(v - (found[i] as number))),
        0,
      );
      expect(elementCount(shape), id).toBe(found.length);
      expect(worst, id).toBeLessThan(2e-4);
    }
  });

  test('two runs end with the same bits', async () => {
    const step = stepGraph(networks[name]!(), choices);
    const [first, second] = [await sixSteps(wasm, step), await sixSteps(wasm, step)];
    expect(second.losses).toEqual(first.losses);
    for (const [id, { data }] of first.state) expect(second.state.get(id)?.data, id).toEqual(data);
  });
});
