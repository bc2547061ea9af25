import { describe, expect, test } from 'vitest';
import { encodeWeight, type Model, type SampleSet, tensorOf, weightOf } from '../ir/index.ts';
import {
  generated,
  plainTrainer,
  RigGate,
  recipeOf,
  rigEngines,
  smallNetwork,
  trainWith,
} from '../test-kit/training-rig.ts';
import { modelOfCheckpoint } from './checkpoint.ts';
import type { Checkpoint, TrainingEvent } from './recipe.ts';
import { sweepLearningRates } from './sweep.ts';
import { weightsSha256 } from './weights.ts';

const tones = smallNetwork({ shape: [1, 32, 12], classes: 6, channels: 4, normalized: true, softmax: true });
const samples = generated('tones', 44, 1);
const validation = generated('tones', 20, 2);
const request = { model: tones, samples, validation, recipe: recipeOf() };

const checkpointsIn = (events: readonly TrainingEvent[]): Checkpoint[] =>
  events.flatMap((event) => (event.type === 'checkpoint' ? [event.checkpoint] : []));

describe('the same weights, bit by bit', () => {
  test('for the same seed, whatever the clock, and others for another seed', async () => {
    const first = await trainWith(request);
    const again = await trainWith(request, { tick: 7 });
    const other = await trainWith({ ...request, recipe: recipeOf({ seed: 6 }) });
    expect(again.weightsSha256).toBe(first.weightsSha256);
    expect(again.epochs).toEqual(first.epochs);
    expect(other.weightsSha256).not.toBe(first.weightsSha256);
  });

  test('resumed from any checkpoint, through a copy as storage makes it', async () => {
    const adam = recipeOf({ optimizer: { id: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }, learningRate: 0.01 });
    let steps = 0;
    const whole = await trainWith({ ...request, recipe: adam });
    const paused = await trainWith(
      { ...request, recipe: adam },
      {
        tick: 1,
        onEvent(event, gate) {
          if (event.type === 'step' && ++steps === 7) gate.pause();
          if (event.type === 'checkpoint' && event.checkpoint.step === 7) gate.resume();
        },
      },
    );
    expect(paused.weightsSha256).toBe(whole.weightsSha256);
    const saved = checkpointsIn(paused.events);
    expect(saved.map(({ step }) => step)).toEqual([5, 7, 10]);
    for (const checkpoint of saved) {
      const resumed = await trainWith({ ...request, recipe: adam, resume: structuredClone(checkpoint) });
      expect(resumed.weightsSha256).toBe(whole.weightsSha256);
      expect(resumed.epochs).toEqual(whole.epochs);
      expect(resumed.checkpoint).toEqual(whole.checkpoint);
    }
  });
});

describe('learning', () => {
  test('a network learns 32 samples by heart', async () => {
    const few = generated('tones', 32, 3);
    const still = { shift: 0, flip: false, noise: 0, cutOut: 0 };
    const recipe = recipeOf({
      epochs: 40,
      batch: 16,
      augmentation: still,
      loss: { id: 'cross-entropy', smoothing: 0 },
      optimizer: { id: 'adam', beta1: 0.9, beta2: 0.99, epsilon: 1e-8 },
      learningRate: 0.01,
      schedule: { id: 'constant', warmUpEpochs: 0 },
    });
    const model = smallNetwork({ shape: [1, 32, 12], classes: 6, channels: 4, dense: true });
    const { epochs } = await trainWith({ model, samples: few, validation: few, recipe });
    expect(epochs.at(-1)?.training?.accuracy).toBeGreaterThan(0.95);
    expect(Math.min(...epochs.map((e) => e.validation?.loss ?? 9))).toBeLessThan(0.3);
  });

  test('loss falls on samples that were not trained on, and the best epoch is kept', async () => {
    const optimizer = { id: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
    const recipe = recipeOf({ epochs: 5, optimizer, learningRate: 0.01 });
    const model = smallNetwork({ shape: [1, 32, 12], classes: 6, channels: 4, dense: true });
    const report = await trainWith({ validation, model, samples: generated('tones', 240, 4), recipe });
    const losses = report.epochs.map((e) => e.validation?.loss ?? Number.NaN);
    expect(report.epochs.map((e) => e.epoch)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(report.epochs[0]?.training).toBeUndefined();
    expect(losses.at(-1)).toBeLessThan(0.9 * (losses[0] ?? 0));
    const best = Math.max(...report.epochs.slice(1).map((e) => e.validation?.accuracy ?? 0));
    expect(report.epochs[report.kept]?.validation?.accuracy).toBe(best);
    expect(report.checkpoint.best?.epoch).toBe(report.kept);
    const kept = modelOfCheckpoint(model, report.checkpoint, 'best');
    const ids = report.checkpoint.best?.state.map(({ name }) => name) ?? [];
    expect(weightsSha256(kept, ids)).toBe(report.weightsSha256);
  });

  test('frozen layers keep their weights; running statistics follow the batches unless they are frozen', async () => {
    const weightIn = (id: string, model: Model): number[] =>
      Array.from(weightOf(model.weights, model.graph.tensors.get(id)?.weight ?? '').data as Float32Array);
    const { trained } = await trainWith({
      ...request,
      recipe: recipeOf({ frozen: ['conv'], batchNormalization: 'frozen' }),
    });
    expect(weightIn('conv.w', trained)).toEqual(weightIn('conv.w', tones));
    expect(weightIn('bn.mean', trained)).toEqual(weightIn('bn.mean', tones));
    expect(weightIn('fc.w', trained)).not.toEqual(weightIn('fc.w', tones));
    const follows = await trainWith(request);
    expect(weightIn('bn.mean', follows.trained)).not.toEqual(weightIn('bn.mean', tones));
  });

  test('an auto-encoder learns its input, a student its teacher', async () => {
    const model = smallNetwork({ shape: [1, 32, 12], classes: 384, channels: 8 });
    const recipe = recipeOf({ loss: { id: 'mse' }, epochs: 3 });
    const unlabelled: SampleSet = { ...samples, inputs: samples.inputs };
    const echo = await trainWith({ model, samples: unlabelled, validation, recipe });
    expect(echo.epochs.at(-1)?.validation?.loss).toBeLessThan(echo.epochs[0]?.validation?.loss ?? 0);
    expect(echo.epochs.at(-1)?.validation?.accuracy).toBeUndefined();
    const distilled = await trainWith({
      ...request,
      recipe: recipeOf({ loss: { id: 'distillation', temperature: 3, share: 1 }, learningRate: 1e-3 }),
    });
    // The student begins as its teacher: there is nothing to learn but what batch statistics change.
    expect(distilled.epochs[0]?.validation?.loss).toBeCloseTo(0, 6);
  });
});

describe('watching and ending a run', () => {
  test('the clock decides how often is told, at most four times a second', async () => {
    const seldom = await trainWith(request, { tick: 0.01 });
    const often = await trainWith(request, { tick: 1 });
    const stepsIn = (events: readonly TrainingEvent[]): number => events.filter((e) => e.type === 'step').length;
    expect(stepsIn(often.events)).toBe(10);
    expect(stepsIn(seldom.events)).toBeLessThan(6);
    const last = often.events.filter((e) => e.type === 'step').at(-1);
    expect(last).toMatchObject({ step: 10, steps: 10, epoch: 2 });
    // What is told seldom is the mean of what was not told.
    expect(lossSum(seldom.events)).toBeCloseTo(lossSum(often.events), 10);
  });

  test('stopped, it replies with what it has; cancelled, it ends within a batch', async () => {
    const stopped = await trainWith(request, {
      tick: 1,
      onEvent(event, gate) {
        if (event.type === 'step' && event.step === 7) gate.stopping = true;
      },
    });
    expect(stopped.checkpoint.step).toBe(7);
    expect(stopped.kept).toBe(1);
    const resumed = await trainWith({ ...request, resume: stopped.checkpoint });
    expect(resumed.weightsSha256).toBe((await trainWith(request)).weightsSha256);
    const abort = new AbortController();
    let last = 0;
    const cancelled = trainWith(request, {
      tick: 1,
      signal: abort.signal,
      onEvent(event) {
        if (event.type !== 'step') return;
        last = event.step;
        if (last === 3) abort.abort();
      },
    });
    await expect(cancelled).rejects.toThrow('Cancelled');
    expect(last).toBe(3);
  });
});

describe('what goes wrong is said', () => {
  const codeOf = (changes: object): Promise<unknown> => trainWith({ ...request, ...changes }).catch((e: unknown) => e);
  const withWeight = (model: Model, id: string, change: (data: Float32Array) => void): Model => {
    const weight = model.graph.tensors.get(id)?.weight ?? '';
    const tensor = weightOf(model.weights, weight);
    const data = (tensor.data as Float32Array).slice();
    change(data);
    return {
      ...model,
      weights: new Map(model.weights).set(weight, encodeWeight(weight, tensorOf('float32', tensor.shape, data))),
    };
  };

  test('a layer whose result leaves the range is named, with step and rate', async () => {
    const model = withWeight(tones, 'fc.w', (data) => data.fill(3e38));
    expect(await codeOf({ model })).toMatchObject({
      code: 'train/diverged',
      message: expect.stringMatching(/step 1 at learning rate .*layer 'fc' \(Gemm\)/),
      facts: { node: 'fc', step: 0 },
    });
  });

  test('a network that gives no numbers on validation samples is not trained on', async () => {
    const model = withWeight(tones, 'bn.mean', (data) => data.fill(Number.NaN));
    expect(await codeOf({ model })).toMatchObject({
      code: 'train/diverged',
      message: expect.stringContaining('After step 5'),
    });
  });

  test('a rate that is far too large diverges, and the hint is to lower it', async () => {
    const recipe = recipeOf({ learningRate: 1000, schedule: { id: 'constant', warmUpEpochs: 0 }, epochs: 30 });
    const { clipNorm: _, ...unclipped } = recipe;
    const model = smallNetwork({ shape: [1, 32, 12], classes: 6, channels: 4 });
    expect(await codeOf({ model, recipe: { ...unclipped, weightDecay: 10 } })).toMatchObject({
      code: 'train/diverged',
      hint: expect.stringMatching(/lower learning rate.*clip the gradients/),
    });
  });

  test('data that cannot be trained on', async () => {
    const { labels: _, ...unlabelled } = samples;
    expect(await codeOf({ samples: unlabelled })).toMatchObject({ code: 'train/no-labels' });
    const wrong = { ...samples, labels: Int32Array.from(samples.labels ?? [], (label, i) => (i === 9 ? 6 : label)) };
    expect(await codeOf({ samples: wrong })).toMatchObject({
      code: 'train/label-out-of-range',
      facts: { sample: 9, label: 6, classes: 6 },
    });
    expect(await codeOf({ recipe: recipeOf({ batch: 64 }) })).toMatchObject({ code: 'train/batch-too-large' });
    const [input] = samples.inputs;
    const size = { ...samples, inputs: [{ ...input, shape: [1, 1, 12, 32] }] };
    expect(await codeOf({ samples: size })).toMatchObject({ code: 'train/other-size' });
    const broken = input?.data.slice() ?? new Float32Array(0);
    broken[384 * 5 + 3] = Number.NaN;
    expect(await codeOf({ samples: { ...samples, inputs: [{ ...input, data: broken }] } })).toMatchObject({
      code: 'train/not-finite-data',
      facts: { sample: 5 },
    });
    expect(await codeOf({ samples: { ...samples, inputs: [{ ...input, tensor: 'z' }] } })).toMatchObject({
      code: 'train/missing-input',
    });
    expect(await codeOf({ recipe: recipeOf({ loss: { id: 'mse' } }), samples: unlabelled })).toMatchObject({
      code: 'train/no-target',
    });
    expect(await codeOf({ recipe: recipeOf({ learningRate: Number.NaN }) })).toMatchObject({
      code: 'train/recipe',
      facts: { field: 'learningRate' },
    });
  });

  test('a class without samples is warned of', async () => {
    const missing = { ...samples, labels: Int32Array.from(samples.labels ?? [], (label) => (label === 2 ? 3 : label)) };
    const { diagnostics } = await trainWith({ ...request, samples: missing });
    expect(diagnostics).toMatchObject([{ code: 'train/absent-classes', message: expect.stringContaining('class 2') }]);
  });

  test('a checkpoint of another run, or a damaged one, is refused', async () => {
    const { checkpoint } = await trainWith(request);
    const code = (changed: Partial<Checkpoint>): Promise<unknown> => codeOf({ resume: { ...checkpoint, ...changed } });
    expect(await code({ model: 'another' })).toMatchObject({ code: 'train/other-run', facts: { what: 'network' } });
    expect(await code({ data: 'another' })).toMatchObject({ code: 'train/other-run' });
    expect(await code({ recipe: recipeOf({ seed: 99 }) })).toMatchObject({ code: 'train/other-run' });
    expect(await code({ state: checkpoint.state.slice(1) })).toMatchObject({ code: 'train/damaged-checkpoint' });
    expect(await code({ step: 1e6 })).toMatchObject({ code: 'train/damaged-checkpoint' });
  });

  test('memory that runs out is said in terms of the batch', async () => {
    const backend = plainTrainer();
    const poor = { ...backend, prepareSteps: () => Promise.reject(new RangeError('Array buffer allocation failed')) };
    const failed = await trainWith(request, { backend: poor }).catch((e: unknown) => e);
    expect(failed).toMatchObject({ code: 'train/out-of-memory', hint: 'Use a smaller batch: 4.' });
  });
});

test('a sweep tries each rate from the same start on the same batches, and one that diverges has no loss', async () => {
  const model = smallNetwork({ shape: [1, 32, 12], classes: 6, channels: 4 });
  const { clipNorm: _, ...recipe } = recipeOf({ weightDecay: 10 });
  const sweep = (rates: readonly number[]) =>
    sweepLearningRates({ model, samples, recipe, rates, steps: 30, validation }, rigEngines(), {
      onPoint: () => {},
      progress: () => {},
      gate: new RigGate(),
    });
  const points = await sweep([1e-4, 1e-2, 1e3]);
  expect(points.map((p) => p.learningRate)).toEqual([1e-4, 1e-2, 1e3]);
  expect(points[2]).toEqual({ learningRate: 1e3 });
  expect(points[1]?.loss).toBeLessThan(points[0]?.loss ?? 0);
  expect((await sweep([1e-2]))[0]).toEqual(points[1]);
  expect(await sweep([-1]).catch((e: unknown) => e)).toMatchObject({ code: 'train/recipe' });
});

test('a sweep that is stopped tells the rates it has finished', async () => {
  const gate = new RigGate();
  const points = await sweepLearningRates({ ...request, rates: [1e-3, 1e-2, 1e-1], steps: 5 }, rigEngines(), {
    gate,
    onPoint: () => {},
    progress: (done) => {
      gate.stopping = done === 7;
    },
  });
  expect(points.map((p) => p.learningRate)).toEqual([1e-3]);
});

/** Losses of all steps together, from means told now and then. */
function lossSum(events: readonly TrainingEvent[]): number {
  let before = 0;
  return events.reduce((sum, event) => {
    if (event.type !== 'step') return sum;
    const steps = event.step - before;
    before = event.step;
    return sum + event.loss * steps;
  }, 0);
}
