import { throwIfCancelled } from '../base/index.ts';
import type { FloatBackend } from '../compute/index.ts';
import {
  elementCount,
  type Model,
  numbersOf,
  type SampleSet,
  type StageContext,
  sampleOf,
  type Tensor,
  tensorOf,
} from '../ir/index.ts';
import type { Answer } from './head.ts';
import { type Goal, largestPlace, lossOf } from './losses.ts';
import type { Score } from './recipe.ts';

/** What running a network over a data set takes. */
export interface Passing {
  readonly backend: FloatBackend;
  readonly signal: StageContext['signal'];
  /** The network for another number of samples at once: `rebatch` of the room that knows shapes. */
  rebatch(model: Model, count: number): Model;
  /** Lets messages in. */
  breathe(): Promise<void>;
}

/** Samples a network is given at once where only its answers are wanted. A sample's answer does not depend on it. */
const MOST_AT_ONCE = 32;

/**
 * The network's answers on all samples, one after another. `model` may have any batch; the last, smaller batch is filled up with its last
 * sample, whose further answers are dropped.
 */
export async function answersOf(
  model: Model,
  answer: Answer,
  samples: SampleSet,
  passing: Passing,
): Promise<Float32Array> {
  const count = Math.min(MOST_AT_ONCE, samples.count);
  const [, ...sizes] = answer.shape;
  const size = elementCount(sizes);
  const answers = new Float32Array(samples.count * size);
  const runner = await passing.backend.prepare(passing.rebatch(model, count));
  try {
    for (let first = 0; first < samples.count; first += count) {
      throwIfCancelled(passing.signal);
      const there = Math.min(count, samples.count - first);
      const values = await runner.run(feedsFrom(model, samples, first, count), { taps: [answer.tensor] });
      const given = numbersOf(values.get(answer.tensor) as Tensor);
      for (let i = 0; i < there * size; i++) answers[first * size + i] = given[i] as number;
      await passing.breathe();
    }
  } finally {
    runner.dispose();
  }
  return answers;
}

function feedsFrom({ graph }: Model, samples: SampleSet, first: number, count: number): Map<string, Tensor> {
  return new Map(
    samples.inputs.map((input) => {
      const size = elementCount(input.shape);
      const data = new Float32Array(count * size);
      for (let i = 0; i < count; i++) {
        data.set(sampleOf(input, Math.min(samples.count - 1, first + i)), i * size);
      }
      const type = graph.tensors.get(input.tensor)?.type ?? 'float32';
      return [input.tensor, tensorOf(type, [count, ...input.shape.slice(1)], data)];
    }),
  );
}

/** Mean loss and accuracy of answers. `teacher`: answers of the network as it was, for distillation. */
export function scoreOfAnswers(answers: Float32Array, goal: Goal, samples: SampleSet, teacher?: Float32Array): Score {
  const { size, labels, target } = goal;
  const input = samples.inputs[0];
  let loss = 0;
  let correct = 0;
  for (let i = 0; i < samples.count; i++) {
    const answer = answers.subarray(i * size, (i + 1) * size);
    const given = input ? sampleOf(input, i) : new Float32Array(0);
    loss += lossOf(goal, i, answer, given, teacher?.subarray(i * size, (i + 1) * size));
    if (largestPlace(answer) === labels?.[i]) correct++;
  }
  const classes = target === 'classes' || target === 'one-hot';
  return {
    loss: loss / samples.count,
    count: samples.count,
    ...(classes && labels ? { accuracy: correct / samples.count } : {}),
  };
}
