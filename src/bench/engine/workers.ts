import { readFileSync } from 'node:fs';
import { defaultTarget, uniformChoices } from '../../explore/index.ts';
import type { JobClient } from '../../jobs/client.ts';
import type { DataSource } from '../../jobs/index.ts';
import type { TrainingRecipe } from '../../train/index.ts';
import { type BenchFigure, type BenchHost, goal } from '../suite.ts';

const MODEL = { id: 'figures', name: 'figures.onnx', path: 'public/models/figures.onnx' };
const SAMPLES = 3000;

const recipe = (seed: number): TrainingRecipe => ({
  version: 1,
  epochs: 8,
  batch: 32,
  optimizer: { id: 'sgd', momentum: 0.9, nesterov: false },
  learningRate: 0.01,
  schedule: { id: 'constant', warmUpEpochs: 0 },
  weightDecay: 1e-4,
  loss: { id: 'cross-entropy', smoothing: 0 },
  augmentation: { shift: 0, flip: false, noise: 0, cutOut: 0 },
  batchNormalization: 'batch',
  frozen: [],
  seed,
});

/** Two candidates one after another on one worker, then side by side on two: evaluation of designs, and training. */
export async function workerFigures(host: BenchHost): Promise<readonly BenchFigure[]> {
  const figures: BenchFigure[] = [];
  for (const [what, task] of [
    ['Evaluation', evaluation],
    ['Training', training],
  ] as const) {
    const one = await secondsWith(host, 1, task);
    const two = await secondsWith(host, 2, task);
    figures.push({
      name: `${what} of two candidates, two workers against one, Node`,
      unit: 's',
      median: two,
      runs: 1,
      reference: one,
      peer: 'one worker',
      ratio: one / two,
      goal: { ...goal('>=', 1.85, one / two), of: 'ratio' },
    });
  }
  return figures;
}

type Task = (client: JobClient, candidate: number) => Promise<unknown>;

const evaluation: Task = (client, candidate) => {
  const target = defaultTarget('stm32l4r5');
  const choices = Array.from({ length: 90 }, (_, i) =>
    uniformChoices(target, layers, 2 + ((i + candidate) % 7), 4 + (i % 5)),
  );
  return client.run('evaluate', { ...ids, choices, origin: 'bench' });
};

const training: Task = (client, candidate) =>
  client.run('train', { modelId: ids.modelId, dataId: 'training', recipe: recipe(candidate) });

const ids = { modelId: MODEL.id, dataId: 'evaluation', calibrationId: 'calibration' };
let layers = 0;

/** Both candidates, on a pool whose workers have everything open. */
async function secondsWith(host: BenchHost, workers: number, task: Task): Promise<number> {
  const client = host.newClient(workers);
  try {
    const files = [{ name: MODEL.name, bytes: new Uint8Array(readFileSync(MODEL.path)) }];
    const source = { id: MODEL.id, files, shapes: { symbols: {}, inputs: {} } };
    client.hold('model', MODEL.id, source);
    for (const [id, seed, count] of [
      ['training', 1, SAMPLES],
      ['evaluation', 2, SAMPLES],
      ['calibration', 3, 64],
    ] as const) {
      const data: DataSource = { id, files: [], seed, count, generator: 'figures' };
      client.hold('data', id, data);
    }
    const { view } = await client.run('open', { source });
    layers = view.quantizable.length;
    // Once before the clock starts: engines load, sessions are made, code is compiled.
    await together(workers, (candidate) => task(client, candidate));
    const start = host.now();
    await together(workers, (candidate) => task(client, candidate + 2));
    return host.now() - start;
  } finally {
    client.dispose();
  }
}

async function together(workers: number, task: (candidate: number) => Promise<unknown>): Promise<void> {
  if (workers === 2) await Promise.all([task(0), task(1)]);
  else for (const candidate of [0, 1]) await task(candidate);
}
