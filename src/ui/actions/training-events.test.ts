import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Checkpoint, EpochRecord, TrainingEvent } from '../../train/index.ts';
import { fineTuning } from '../state/initial.ts';
import type { TrainingRun } from '../state/types.ts';
import {
  backAtCheckpoint,
  bestAccuracy,
  CURVE_POINTS,
  epochSeconds,
  recipeDifferences,
  wilson80,
  withEvents,
  withPoints,
} from './training-events.ts';

const recipe = { ...fineTuning, epochs: 4 };
const run: TrainingRun = {
  id: 'a',
  number: 1,
  model: { id: 'm', sha256: 's', name: 'net.onnx' },
  data: { id: 'd', name: 'data', count: 100 },
  recipe,
  status: 'running',
  startedAt: 0,
  epochs: [],
  curve: [],
};
const finished: NonNullable<TrainingRun['result']> = {
  kept: 1,
  fileName: 'net_trained.onnx',
  weightsSha256: '',
  engine: '',
  plainNodes: [],
  seconds: 1,
  bytes: 1,
  sha256: '',
};
const step = (number: number, loss: number): TrainingEvent => ({
  type: 'step',
  step: number,
  steps: 40,
  epoch: number / 10,
  loss,
  learningRate: 0.1,
  gradientNorm: 1,
  samplesPerSecond: 50,
});
const record = (epoch: number, accuracy: number): EpochRecord => ({
  epoch,
  learningRate: 0.1,
  validation: { loss: 1, accuracy, count: 50 },
});

test('events become a curve, records, the best epoch and the last step', () => {
  const after = withEvents(run, [
    { type: 'epoch', record: record(0, 0.5), isBest: false },
    step(5, 2),
    step(10, 1),
    { type: 'epoch', record: record(1, 0.75), isBest: true },
  ]);
  expect(after.curve).toEqual([
    { epoch: 0.5, loss: 2, steps: 5 },
    { epoch: 1, loss: 1, steps: 5 },
  ]);
  expect(after.epochs.map(({ epoch }) => epoch)).toEqual([0, 1]);
  expect(after.bestEpoch).toBe(1);
  expect(after.step?.step).toBe(10);
  expect(bestAccuracy(after)).toBe(0.75);
  expect(epochSeconds([after], 'm', 100)).toBe(2);
  expect(epochSeconds([after], 'other', 100)).toBeUndefined();
  const result = { ...finished, seconds: 5 };
  // Judging after each epoch takes time too.
  expect(epochSeconds([{ ...after, result }], 'm', 100)).toBe(5);
  expect(epochSeconds([{ ...after, result }], 'm', 200)).toBe(10);
});

test('a loss that is no number leaves no point, and an epoch told twice stands once', () => {
  const after = withEvents(run, [
    step(1, Number.NaN),
    { type: 'epoch', record: record(1, 0.5), isBest: true },
    { type: 'epoch', record: record(1, 0.6), isBest: true },
  ]);
  expect(after.curve).toEqual([]);
  expect(after.epochs).toHaveLength(1);
  expect(bestAccuracy(after)).toBe(0.6);
});

test('before training nothing is best', () => {
  expect(bestAccuracy(withEvents(run, [{ type: 'epoch', record: record(0, 0.9), isBest: false }]))).toBeUndefined();
});

test('a curve of any length has few points, keeps its mean, and grows only at its end', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 1, maxLength: 900 }), (losses) => {
      const points = losses.map((loss, i) => ({ epoch: ((i + 1) / losses.length) * 4, loss, steps: 1 }));
      const whole = withPoints([], points, 4);
      expect(whole.length).toBeLessThanOrEqual(CURVE_POINTS);
      expect(whole.reduce((sum, p) => sum + p.steps, 0)).toBe(losses.length);
      const mean = whole.reduce((sum, p) => sum + p.loss * p.steps, 0) / losses.length;
      expect(mean).toBeCloseTo(losses.reduce((a, b) => a + b, 0) / losses.length, 6);
      const half = Math.floor(points.length / 2);
      const inTwo = withPoints(withPoints([], points.slice(0, half), 4), points.slice(half), 4);
      expect(inTwo.map((p) => p.epoch)).toEqual(whole.map((p) => p.epoch));
    }),
  );
});

test('a run goes back to its checkpoint: what came after is forgotten', () => {
  const checkpoint: Checkpoint = {
    version: 1,
    recipe,
    model: 's',
    data: 'd',
    step: 10,
    state: [],
    best: { epoch: 1, state: [] },
    epochs: [record(0, 0.5), record(1, 0.7)],
    running: { loss: 0, correct: 0, count: 0 },
  };
  const before = withEvents(run, [step(5, 2), step(10, 1), { type: 'checkpoint', checkpoint }, step(15, 0.5)]);
  expect(before.checkpointEpoch).toBe(1);
  const problem = { code: 'x', message: 'x', hint: 'x' };
  const back = backAtCheckpoint({ ...before, problem, bestEpoch: 2 }, checkpoint);
  expect(back.curve.map((p) => p.epoch)).toEqual([0.5, 1]);
  expect(back.step).toMatchObject({ step: 10, epoch: 1, steps: 40 });
  expect(back.bestEpoch).toBe(1);
  expect(back.problem).toBeUndefined();
});

test('the interval holds the share, lies within 0 … 1, and narrows with the count', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.double({ min: 0, max: 1, noNaN: true }), (count, part) => {
      const share = Math.round(part * count) / count;
      const [low, high] = wilson80(share, count);
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(1);
      expect(low).toBeLessThanOrEqual(share + 1e-12);
      expect(high).toBeGreaterThanOrEqual(share - 1e-12);
      const [low4, high4] = wilson80(share, count * 4);
      expect(high4 - low4).toBeLessThan(high - low);
    }),
  );
  // Wilson by hand: n = 100, p = 0.5, z = 1.2816: half width 0.0636.
  expect(wilson80(0.5, 100)[0]).toBeCloseTo(0.4364, 3);
});

test('runs are told apart by what differs', () => {
  expect(recipeDifferences([recipe, { ...recipe, learningRate: 0.01, frozen: ['a'] }])).toEqual([
    'rate 3e\u22125 · all layers',
    'rate 0.01 · 1 frozen',
  ]);
  expect(recipeDifferences([recipe, recipe])[0]).toContain('AdamW');
});
