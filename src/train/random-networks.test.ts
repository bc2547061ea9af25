import { expect, test } from 'vitest';
import { Random, UserError } from '../base/index.ts';
import { createPlainBackend } from '../compute/index.ts';
import { elementCount, numbersOf, type Tensor, tensorOf, verifyGraph } from '../ir/index.ts';
import { randomModel } from '../test-kit/random-model.ts';
import { trainingOps } from './operators/list.ts';
import { type StepChoices, type StepGraph, stepGraph } from './step-graph.ts';

/** Networks with every kind of wiring: fans, residuals, layers with several outputs, dead ends, graphs inside nodes. */

const NETWORKS = 120;
const choices: StepChoices = {
  loss: { id: 'mse' },
  optimizer: { id: 'sgd', momentum: 0.5, nesterov: false },
  weightDecay: 0,
  batchNormalization: 'batch',
  frozen: [],
};

/** A step on the last output that has one, or why there is none. */
function stepOf(seed: number): StepGraph | string {
  const random = new Random(seed);
  const model = randomModel(random, 6 + random.below(20));
  let reason = '';
  for (const output of model.graph.outputs.toReversed()) {
    try {
      return stepGraph(model, choices, { output });
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      reason = thrown.code;
    }
  }
  return reason;
}

const noise = (
  random: Random,
  { type = 'float32', shape }: { type?: Tensor['type']; shape?: readonly unknown[] },
): Tensor => {
  const sizes = shape as number[];
  const values = Array.from({ length: elementCount(sizes) }, () => (type === 'float32' ? random.normal() : 1));
  return tensorOf(type, sizes, values);
};

test('a random network either says why it cannot be trained, or its gradients are those of its loss', async () => {
  const refusals = new Map<string, number>();
  let checked = 0;
  for (let seed = 0; seed < NETWORKS; seed++) {
    const step = stepOf(seed);
    if (typeof step === 'string') {
      refusals.set(step, (refusals.get(step) ?? 0) + 1);
      continue;
    }
    verifyGraph(step.model);
    const runner = await createPlainBackend(trainingOps).prepare(step.model);
    const random = new Random(seed + 1000);
    const feeds = new Map<string, Tensor>();
    for (const id of step.model.graph.inputs) {
      const info = step.model.graph.tensors.get(id);
      feeds.set(id, step.initialState.get(id) ?? noise(random, info ?? {}));
    }
    const { loss, norm } = step.outputs;
    const results = await runner.run(feeds, { taps: [...step.gradients.values()] });
    const length = numbersOf(results.get(norm) as Tensor)[0] as number;
    if (!(length > 1e-3)) continue;
    const lossAt = async (by: number): Promise<number> => {
      const moved = new Map(feeds);
      for (const [id, gradient] of step.gradients) {
        const slopes = numbersOf(results.get(gradient) as Tensor);
        const values = Array.from(
          numbersOf(feeds.get(id) as Tensor),
          (w, i) => w + (by * (slopes[i] as number)) / length,
        );
        moved.set(id, tensorOf('float32', feeds.get(id)?.shape ?? [], values));
      }
      return numbersOf((await runner.run(moved)).get(loss) as Tensor)[0] as number;
    };
    const slope = ((await lossAt(2e-3)) - (await lossAt(-2e-3))) / 4e-3;
    expect(Math.abs(slope - length), `seed ${seed}: ${slope}, not ${length}`).toBeLessThan(2e-3 + 0.02 * length);
    checked++;
  }
  expect(checked).toBeGreaterThan(NETWORKS / 2);
  for (const code of refusals.keys()) expect(['train/no-gradient', 'train/nothing-to-train']).toContain(code);
});
