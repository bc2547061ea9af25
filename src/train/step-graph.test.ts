import { describe, expect, test } from 'vitest';
import { Random } from '../base/index.ts';
import { createPlainBackend } from '../compute/index.ts';
import { elementCount, type Model, numbersOf, type Tensor, tensorOf, verifyGraph } from '../ir/index.ts';
import { denseNetwork, depthwiseNetwork, residualNetwork } from '../test-kit/training-networks.ts';
import { trainingOps } from './operators/list.ts';
import { type StepChoices, type StepGraph, stepGraph } from './step-graph.ts';

const BATCH = 4;
const choices: StepChoices = {
  loss: { id: 'cross-entropy', smoothing: 0.1 },
  optimizer: { id: 'sgd', momentum: 0.9, nesterov: true },
  weightDecay: 0,
  batchNormalization: 'batch',
  frozen: [],
};

function feedsFor({ model, inputs, answer }: StepGraph, rate: number): Map<string, Tensor> {
  const random = new Random(5);
  const [x = ''] = inputs.samples;
  const shape = model.graph.tensors.get(x)?.shape as number[];
  const classes = answer.shape[1] as number;
  return new Map([
    [
      x,
      tensorOf(
        'float32',
        shape,
        Float32Array.from({ length: elementCount(shape) }, () => random.normal()),
      ),
    ],
    [
      inputs.labels,
      tensorOf(
        'float32',
        [BATCH],
        Float32Array.from({ length: BATCH }, (_, i) => i % classes),
      ),
    ],
    [inputs.rates, tensorOf('float32', [3], [rate, 1, 1])],
  ]);
}

const networks: readonly (readonly [string, Model])[] = [
  ['residual', residualNetwork(BATCH)],
  ['residual, opset 10', residualNetwork(BATCH, 10)],
  ['dense', denseNetwork(BATCH)],
  ['depthwise', depthwiseNetwork(BATCH)],
];

describe.each(networks)('%s network', (_name, model) => {
  test('is a graph that holds together, and never computes the gradient of its input', () => {
    const step = stepGraph(model, choices);
    verifyGraph(step.model);
    for (const { id, shape } of step.model.graph.tensors.values()) expect(shape, id).toBeDefined();
    const first = step.model.graph.nodes.filter(
      (n) => n.op === 'ConvInputGradient' && step.layers.get(n.id) === 'stem',
    );
    expect(first).toEqual([]);
  });

  test('gradients of all parameters agree with differences of the loss', async () => {
    const step = stepGraph(model, choices);
    const runner = await createPlainBackend(trainingOps).prepare(step.model);
    const feeds = new Map([...feedsFor(step, 0), ...step.initialState]);
    const lossAt = async (given: Map<string, Tensor>): Promise<number> =>
      numbersOf((await runner.run(given)).get(step.outputs.loss) as Tensor)[0] as number;
    const results = await runner.run(feeds, { taps: [...step.gradients.values()] });
    for (const { id, shape } of step.parameters) {
      const found = numbersOf(results.get(step.gradients.get(id) as string) as Tensor);
      // Along the gradient itself, where differences are largest against the rounding of the loss.
      const length = Math.hypot(...found);
      if (length < 1e-3) continue;
      const moved = (by: number) => {
        const from = numbersOf(feeds.get(id) as Tensor);
        return new Map(feeds).set(
          id,
          tensorOf(
            'float32',
            shape,
            Array.from(from, (w, i) => w + (by * (found[i] as number)) / length),
          ),
        );
      };
      const slope = ((await lossAt(moved(1e-3))) - (await lossAt(moved(-1e-3)))) / 2e-3;
      expect(Math.abs(slope - length), id).toBeLessThan(5e-4 + 0.02 * length);
    }
  });

  test('steps lower the loss, and running statistics follow', async () => {
    const step = stepGraph(model, choices);
    const runner = await createPlainBackend(trainingOps).prepareSteps(step.model, step.state);
    runner.writeState(step.initialState);
    const losses: number[] = [];
    for (let i = 0; i < 25; i++) {
      const results = await runner.step(feedsFor(step, 0.05));
      losses.push(numbersOf(results.get(step.outputs.loss) as Tensor)[0] as number);
    }
    expect(losses.at(-1)).toBeLessThan(0.7 * (losses[0] as number));
    const state = await runner.readState();
    for (const id of step.statistics) expect(state.get(id)?.data).not.toEqual(step.initialState.get(id)?.data);
  });
});
