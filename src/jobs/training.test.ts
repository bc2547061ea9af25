import { MessageChannel, type MessagePort } from 'node:worker_threads';
import * as Comlink from 'comlink';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPlainProgramBackend } from '../emulate/index.ts';
import { writeOnnx } from '../onnx/index.ts';
import { plainTrainer, recipeOf, smallNetwork } from '../test-kit/training-rig.ts';
import type { Checkpoint, SweepPoint, TrainingEvent } from '../train/index.ts';
import { createClient, type JobClient, type RunControl } from './client.ts';
import type { DataSource, ModelSource } from './protocol.ts';
import { createServer } from './server.ts';
import { createStore } from './store.ts';
import { jobFunctions } from './table.ts';

/** Training as the page and the command line ask for it: through a pool, everything cloned on its way. */

const network = smallNetwork({ shape: [1, 32, 12], classes: 6, channels: 4, normalized: true, softmax: true });
const model: ModelSource = {
  id: 'network',
  files: [{ name: 'tones.onnx', bytes: writeOnnx(network) }],
  shapes: { symbols: {}, inputs: {} },
};
const data = (part: NonNullable<DataSource['part']>, count: number): DataSource => ({
  id: part,
  files: [],
  generator: 'tones',
  seed: 1,
  count,
  part,
});
const ids = { modelId: 'network', dataId: 'training', validationId: 'validation' };
// The inputs are codes from 0 to 255: small steps.
const recipe = recipeOf({ batch: 4, epochs: 2, learningRate: 1e-4 });

const ports: MessagePort[] = [];
const clients: JobClient[] = [];
afterAll(() => {
  for (const client of clients) client.dispose();
  for (const port of ports) port.close();
});

function pool(size: number): JobClient {
  const client = createClient({
    size,
    delay: (ms) => new Promise((done) => setTimeout(done, ms)),
    spawn() {
      const { port1, port2 } = new MessageChannel();
      ports.push(port1, port2);
      const backend = plainTrainer();
      const engines = { programs: createPlainProgramBackend(), floats: backend, steps: backend, notes: [] };
      const host = {
        engines: async () => engines,
        fastestSteps: async (onChoice: (words: string) => void) => {
          onChoice('the reference is the only engine here');
          return backend;
        },
        withOnnxruntime: () => Promise.reject(new Error('not asked for')),
        independent: () => Promise.reject(new Error('not asked for')),
        now: () => performance.now() / 1000,
        pause: () => new Promise<void>((done) => setImmediate(done)),
      };
      const store = createStore(host);
      Comlink.expose(createServer(jobFunctions(store, host), store), port2 as unknown as Comlink.Endpoint);
      return {
        endpoint: port1 as unknown as Comlink.Endpoint,
        ready: Promise.resolve(),
        onCrash() {},
        terminate: () => port2.close(),
      };
    },
  });
  clients.push(client);
  client.hold('model', model.id, model);
  for (const source of [data('training', 40), data('validation', 12)]) client.hold('data', source.id, source);
  return client;
}

let client: JobClient;
beforeAll(() => {
  client = pool(2);
});

test('a run tells its epochs and replies with a network that opens, the same for any number of workers', async () => {
  const events: TrainingEvent[] = [];
  const [first, second] = await Promise.all([
    client.run('train', { ...ids, recipe }, { onPartial: (event) => void events.push(event) }),
    client.run('train', { ...ids, recipe }),
  ]);
  const alone = await pool(1).run('train', { ...ids, recipe });
  expect(second.weightsSha256).toBe(first.weightsSha256);
  expect(alone.weightsSha256).toBe(first.weightsSha256);
  expect(alone.model).toEqual(first.model);
  expect(events.filter((e) => e.type === 'epoch').map((e) => e.record.epoch)).toEqual([0, 1, 2]);
  expect(first.fileName).toBe('tones_trained.onnx');
  expect(first.engine).toContain('plain');
  const source = { ...model, id: 'trained', files: [{ name: first.fileName, bytes: first.model }] };
  const opened = await client.run('open', { source });
  expect(opened.view.totals.params).toBe((await client.run('open', { source: model })).view.totals.params);
});

test('a run is held up with a checkpoint, goes on, and ends with what it has; its checkpoint is a network too', async () => {
  const checkpoints: Checkpoint[] = [];
  let control: RunControl | undefined;
  const reply = await client.run(
    'train',
    { ...ids, recipe: { ...recipe, epochs: 400 } },
    {
      onStart: (given) => {
        control = given;
      },
      onPartial(event) {
        if (event.type === 'step' && event.step > 3 && checkpoints.length === 0) control?.pause();
        if (event.type !== 'checkpoint') return;
        if (event.checkpoint.step % 10 !== 0 || checkpoints.length > 0) control?.resume();
        checkpoints.push(event.checkpoint);
        if (checkpoints.length >= 3) control?.stop();
      },
    },
  );
  expect(reply.epochs.length).toBeLessThan(400);
  const { model: written } = await client.run('fromCheckpoint', {
    modelId: 'network',
    checkpoint: reply.checkpoint,
    which: 'best',
  });
  expect(written).toEqual(reply.model);
});

test('where the fastest engine is asked for, a warning tells which it is', async () => {
  const told: string[] = [];
  const onWarning = ({ code, message }: { readonly code: string; readonly message: string }) =>
    void told.push(`${code} ${message}`);
  const fastest = await client.run('train', { ...ids, recipe, engine: 'fastest' }, { onWarning });
  expect(told).toContain('jobs/engine-chosen the reference is the only engine here');
  told.length = 0;
  const usual = await client.run('train', { ...ids, recipe }, { onWarning });
  expect(told.filter((words) => words.startsWith('jobs/engine'))).toEqual([]);
  expect(usual.weightsSha256).toBe(fastest.weightsSha256);
});

test('a sweep tells its points as they come', async () => {
  const points: SweepPoint[] = [];
  const rates = [1e-5, 1e-4];
  const reply = await client.run(
    'learningRateSweep',
    { ...ids, recipe, rates, steps: 4 },
    { onPartial: (point) => void points.push(point) },
  );
  expect(points).toEqual(reply);
  expect(reply.map((p) => p.learningRate)).toEqual(rates);
  for (const { loss, validation } of reply) expect([typeof loss, validation?.count]).toEqual(['number', 12]);
});

test('what can be trained is told layer by layer', async () => {
  const reply = await client.run('trainable', { modelId: 'network', batch: 8 });
  expect(reply).toMatchObject({
    layers: [
      { node: 'conv', op: 'Conv', parameters: 40 },
      { node: 'bn', op: 'BatchNormalization', parameters: 8 },
      { node: 'fc', op: 'Gemm', parameters: 30 },
    ],
    parameters: 78,
    losses: ['cross-entropy', 'distillation', 'mse'],
  });
});
