import { expect, test } from 'vitest';
import { fineTuning } from '../../../state/initial.ts';
import type { TrainingRun } from '../../../state/types.ts';
import { wordsAt } from './cursor-words.ts';
import { drawnRuns } from './drawn-runs.ts';

const run = (number: number): TrainingRun => ({
  id: `r${number}`,
  number,
  model: { id: 'm', sha256: 's', name: 'net.onnx' },
  data: { id: 'd', name: 'data', count: 100 },
  recipe: fineTuning,
  status: 'done',
  startedAt: number,
  curve: [
    { epoch: 0.5, loss: 2, steps: 1 },
    { epoch: 1.5, loss: 1.25, steps: 1 },
  ],
  epochs: [
    { epoch: 0, learningRate: 0, validation: { loss: 2.5, accuracy: 0.5, count: 10 } },
    { epoch: 1, learningRate: 0, validation: { loss: 1.5, accuracy: 0.75, count: 10 } },
  ],
});

test('the curves say in words what they show: the mean that holds there, and the last judgement before', () => {
  const drawn = drawnRuns([run(1)], []);
  expect(wordsAt(drawn, 0.2)).toBe('epoch 0.2: loss 2.000, after epoch 0 validation 2.500, 50.0\u202f%');
  expect(wordsAt(drawn, 1.2)).toBe('epoch 1.2: loss 1.250, after epoch 1 validation 1.500, 75.0\u202f%');
  // Beyond the last step nothing is known of training.
  expect(wordsAt(drawn, 4)).toBe('epoch 4.0: after epoch 1 validation 1.500, 75.0\u202f%');
  expect(wordsAt(drawnRuns([run(1), run(2)], ['r1', 'r2']), 1)).toContain('; run 2 loss 1.250');
  expect(wordsAt([], 1)).toBe('epoch 1.0');
});
