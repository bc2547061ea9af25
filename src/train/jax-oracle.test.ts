import * as jax from '@jax-js/jax';
import { beforeAll, expect, test } from 'vitest';
import { Random } from '../base/index.ts';
import { createPlainBackend } from '../compute/index.ts';
import { elementCount, type Model, numbersOf, type Tensor, type TensorId, tensorOf } from '../ir/index.ts';
import { denseNetwork, depthwiseNetwork, residualNetwork } from '../test-kit/training-networks.ts';
import { trainingOps } from './operators/list.ts';
import { type StepChoices, type StepGraph, stepGraph } from './step-graph.ts';

/**
 * Whole networks against jax-js, which differentiates by itself: six training steps, losses equal to four decimals. Networks and maps are
 * tiny, for its convolutions are slow and what it compiles takes seconds. An array of jax-js is used up by what reads it: `ref` keeps it.
 */
const { numpy: np, lax, nn } = jax;
type Arrays = Record<string, jax.Array>;
type Forward = (p: Arrays, x: jax.Array) => jax.Array;

const BATCH = 4;
const STEPS = 6;

beforeAll(async () => {
  await jax.init('wasm');
  jax.defaultDevice('wasm');
});

const conv = (p: Arrays, id: string, x: jax.Array, stride = 1, groups = 1): jax.Array => {
  const w = p[`${id}.weight`] as jax.Array;
  const pad = ((w.shape[2] as number) - 1) / 2;
  const padding: [number, number][] = [
    [pad, pad],
    [pad, pad],
  ];
  const y = lax.convGeneralDilated(x, w, [stride, stride], padding, { featureGroupCount: groups });
  const bias = p[`${id}.bias`];
  return bias ? y.add(bias.reshape([1, bias.shape[0] as number, 1, 1])) : y;
};

const norm = (p: Arrays, id: string, x: jax.Array): jax.Array => {
  const centred = x.ref.sub(np.mean(x, [0, 2, 3], { keepdims: true }));
  const variance = np.mean(centred.ref.mul(centred.ref), [0, 2, 3], { keepdims: true });
  const channels = [1, centred.shape[1] as number, 1, 1];
  const [scale, bias] = [p[`${id}.scale`] as jax.Array, p[`${id}.bias`] as jax.Array];
  return centred
    .div(np.sqrt(variance.add(1e-5)))
    .mul(scale.reshape(channels))
    .add(bias.reshape(channels));
};

const dense = (p: Arrays, id: string, x: jax.Array): jax.Array =>
  np.matmul(x, (p[`${id}.weight`] as jax.Array).transpose()).add(p[`${id}.bias`] as jax.Array);

const residual: Forward = (p, x) => {
  const stem = nn.relu(norm(p, 'bn0', conv(p, 'stem', x)));
  const first = nn.relu(norm(p, 'bn1', conv(p, 'conv1', stem.ref)));
  const joined = nn.relu(norm(p, 'bn2', conv(p, 'conv2', first)).add(stem));
  return dense(p, 'classifier', np.mean(nn.relu(conv(p, 'down', joined, 2)), [2, 3]));
};
const perceptron: Forward = (p, x) =>
  dense(p, 'classifier', nn.relu(dense(p, 'dense2', np.tanh(dense(p, 'dense1', x)))));
const depthwise: Forward = (p, x) => {
  const stem = nn.relu(conv(p, 'stem', x, 2));
  const deep = nn.relu(conv(p, 'depthwise', stem, 1, 4));
  return dense(p, 'classifier', np.mean(nn.relu(conv(p, 'pointwise', deep)), [2, 3]));
};

/** One update of a parameter with its states, as arrays of numbers. `step` counts from 1. */
type Update = (p: number, g: number, states: number[], step: number) => number;

const RATE = 0.05;
const momentum: Update = (p, g, states) => {
  states[0] = 0.9 * (states[0] ?? 0) + g;
  return p - RATE * (states[0] as number);
};
const adam: Update = (p, g, states, step) => {
  states[0] = 0.9 * (states[0] ?? 0) + 0.1 * g;
  states[1] = 0.99 * (states[1] ?? 0) + 0.01 * g * g;
  const [m, v] = [(states[0] as number) / (1 - 0.9 ** step), (states[1] as number) / (1 - 0.99 ** step)];
  return p - RATE * (m / (Math.sqrt(v) + 1e-6));
};
const rmsProp: Update = (p, g, states) => {
  states[0] = 0.9 * (states[0] ?? 0) + 0.1 * g * g;
  return p - RATE * (g / (Math.sqrt(states[0] as number) + 1e-3));
};

const choicesWith = (optimizer: StepChoices['optimizer']): StepChoices => ({
  loss: { id: 'cross-entropy', smoothing: 0 },
  optimizer,
  weightDecay: 0,
  batchNormalization: 'batch',
  frozen: [],
});

interface Data {
  readonly x: Tensor;
  readonly labels: readonly number[];
}

function batches({ model, inputs }: StepGraph, classes: number): Data[] {
  const shape = model.graph.tensors.get(inputs.samples[0] ?? '')?.shape as number[];
  const random = new Random(17);
  return Array.from({ length: STEPS }, () => ({
    x: tensorOf(
      'float32',
      shape,
      Float32Array.from({ length: elementCount(shape) }, () => random.normal()),
    ),
    labels: Array.from({ length: BATCH }, () => random.below(classes)),
  }));
}

async function lossesOfOurs(step: StepGraph, data: readonly Data[]): Promise<number[]> {
  const runner = await createPlainBackend(trainingOps).prepareSteps(step.model, step.state);
  runner.writeState(step.initialState);
  const losses: number[] = [];
  for (const [i, { x, labels }] of data.entries()) {
    const feeds = new Map<TensorId, Tensor>([
      [step.inputs.samples[0] as TensorId, x],
      [step.inputs.labels, tensorOf('float32', [BATCH], labels)],
      [step.inputs.rates, tensorOf('float32', [3], [RATE, 1 / (1 - 0.9 ** (i + 1)), 1 / (1 - 0.99 ** (i + 1))])],
    ]);
    losses.push(numbersOf((await runner.step(feeds)).get(step.outputs.loss) as Tensor)[0] as number);
  }
  return losses;
}

async function lossesOfJax(step: StepGraph, data: readonly Data[], forward: Forward, update: Update, classes: number) {
  const values = new Map(
    step.parameters.map(({ id }) => [id, Float64Array.from(numbersOf(step.initialState.get(id) as Tensor))]),
  );
  const states = new Map(
    step.parameters.map(({ id, shape }) => [id, Array.from({ length: elementCount(shape) }, (): number[] => [])]),
  );
  const lossOf = (p: Arrays, x: jax.Array, y: jax.Array): jax.Array =>
    np.mean(np.sum(nn.logSoftmax(forward(p, x), -1).mul(y), -1)).neg();
  const gradient = jax.jit(jax.valueAndGrad(lossOf));
  const losses: number[] = [];
  for (const [i, { x, labels }] of data.entries()) {
    const p = Object.fromEntries(
      step.parameters.map(({ id, shape }) => [
        id,
        np.array(Float32Array.from(values.get(id) as Float64Array), { shape: [...shape] }),
      ]),
    );
    const oneHot = new Float32Array(BATCH * classes);
    labels.forEach((label, n) => {
      oneHot[n * classes + label] = 1;
    });
    const [loss, gradients] = gradient(
      p,
      np.array(x.data as Float32Array, { shape: [...x.shape] }),
      np.array(oneHot, { shape: [BATCH, classes] }),
    ) as [jax.Array, Arrays];
    losses.push(Number(await loss.jsAsync()));
    for (const { id } of step.parameters) {
      const g = await (gradients[id] as jax.Array).data();
      const own = values.get(id) as Float64Array;
      const held = states.get(id) as number[][];
      for (let k = 0; k < own.length; k++)
        own[k] = update(own[k] as number, g[k] as number, held[k] as number[], i + 1);
    }
  }
  return losses;
}

const networks: readonly (readonly [string, Model, Forward, StepChoices['optimizer'], Update])[] = [
  [
    'residual CNN with batch normalization, SGD',
    residualNetwork(BATCH),
    residual,
    { id: 'sgd', momentum: 0.9, nesterov: false },
    momentum,
  ],
  ['perceptron, Adam', denseNetwork(BATCH), perceptron, { id: 'adam', beta1: 0.9, beta2: 0.99, epsilon: 1e-6 }, adam],
  [
    'depthwise CNN, RMSprop',
    depthwiseNetwork(BATCH),
    depthwise,
    { id: 'rmsprop', decay: 0.9, momentum: 0, epsilon: 1e-3 },
    rmsProp,
  ],
];

test.each(networks)(
  '%s: six losses agree with jax-js',
  { timeout: 120_000 },
  async (_name, model, forward, optimizer, update) => {
    const step = stepGraph(model, choicesWith(optimizer));
    const classes = step.answer.shape[1] as number;
    const data = batches(step, classes);
    const ours = await lossesOfOurs(step, data);
    const theirs = await lossesOfJax(step, data, forward, update, classes);
    ours.forEach((loss, i) => {
      expect(loss, `step ${i + 1}`).toBeCloseTo(theirs[i] as number, 4);
    });
  },
);
