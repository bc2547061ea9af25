import { MessageChannel, type MessagePort } from 'node:worker_threads';
import * as Comlink from 'comlink';
import { afterEach, expect, test } from 'vitest';
import { BugError, CancelledError, UserError } from '../base/index.ts';
import { createClient, type JobClient, type RunControl, type WorkerHandle } from './client.ts';
import type { RunGate } from './run-gate.ts';
import { createServer, type JobFunctions } from './server.ts';

/** A worker without a thread: the real server behind a real message channel, so that everything is cloned. */
interface FakeWorker extends WorkerHandle {
  crash(reason: string): void;
  readonly alive: () => boolean;
}

const clients: JobClient[] = [];
const ports: MessagePort[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.dispose();
  for (const port of ports.splice(0)) port.close();
});

/** Jobs of a test, under whatever names: the server asks them for nothing but a reply. */
type TestJobs = Readonly<Record<string, (request: never, context: never) => Promise<unknown>>>;

function pool(jobs: TestJobs, size = 1) {
  const workers: FakeWorker[] = [];
  const held: string[] = [];
  const spawn = (): WorkerHandle => {
    const { port1, port2 } = new MessageChannel();
    ports.push(port1, port2);
    let listener: (reason: string) => void = () => {};
    let alive = true;
    const server = createServer(jobs as unknown as JobFunctions, {
      hold: (_kind, id) => void held.push(id),
      release: () => {},
    });
    Comlink.expose(server, port2 as unknown as Comlink.Endpoint);
    const worker: FakeWorker = {
      endpoint: port1 as unknown as Comlink.Endpoint,
      ready: Promise.resolve(),
      onCrash: (l) => {
        listener = l;
      },
      terminate: () => {
        alive = false;
        port2.close();
      },
      crash: (reason) => {
        port2.close();
        listener(reason);
      },
      alive: () => alive,
    };
    workers.push(worker);
    return worker;
  };
  const client = createClient({ spawn, size, delay: (ms) => new Promise((done) => setTimeout(done, ms)) });
  clients.push(client);
  return { client, workers, held };
}

/** The client is typed by the real job table; these jobs borrow its names. */
const ask = (client: JobClient, name: string, request: unknown, handlers = {}) =>
  client.run(name as 'layer', request as never, handlers);

test('a job gets its request and its reply comes back, with progress and partial results', async () => {
  const { client } = pool({
    layer: async (
      request: { n: number },
      context: { progress(a: number, b: number): void; partial(v: unknown): void },
    ) => {
      context.progress(1, 2);
      context.partial({ half: request.n / 2 });
      return { double: request.n * 2 };
    },
  });
  const seen: unknown[] = [];
  const reply = await ask(
    client,
    'layer',
    { n: 21 },
    { onProgress: (d: number, t: number) => seen.push([d, t]), onPartial: (v: unknown) => seen.push(v) },
  );
  expect(reply).toEqual({ double: 42 });
  await new Promise((done) => setTimeout(done, 10));
  expect(seen).toEqual([[1, 2], { half: 10.5 }]);
});

test('errors keep class, code, hint and facts across the channel', async () => {
  const { client } = pool({
    user: async () => {
      throw new UserError('onnx/truncated', 'cut', 'download again', { node: 'conv1' });
    },
    bug: async () => {
      throw new BugError('impossible', { at: 3 });
    },
  });
  const user = await ask(client, 'user', {}).catch((e: unknown) => e);
  expect(user).toBeInstanceOf(UserError);
  expect(user).toMatchObject({
    code: 'onnx/truncated',
    message: 'cut',
    hint: 'download again',
    facts: { node: 'conv1' },
  });
  const bug = await ask(client, 'bug', {}).catch((e: unknown) => e);
  expect(bug).toBeInstanceOf(BugError);
  expect(bug).toMatchObject({ message: 'impossible', facts: { at: 3 } });
});

test('a job that never looks at its signal is cancelled within 100 ms, and the pool goes on', async () => {
  const { client, workers } = pool({ stuck: () => new Promise(() => {}), fine: async () => 'fine' });
  const control = new AbortController();
  const running = ask(client, 'stuck', {}, { signal: control.signal }).catch((e: unknown) => e);
  await new Promise((done) => setTimeout(done, 20));
  const start = performance.now();
  control.abort();
  expect(await running).toBeInstanceOf(CancelledError);
  expect(performance.now() - start).toBeLessThan(100);
  await new Promise((done) => setTimeout(done, 90));
  expect(workers[0]!.alive()).toBe(false);
  expect(await ask(client, 'fine', {})).toBe('fine');
});

test('a job that heeds its signal keeps its worker', async () => {
  const { client, workers } = pool({
    heeding: (_request: unknown, context: { signal: AbortSignal }) =>
      new Promise((_, fail) => context.signal.addEventListener('abort', () => fail(new CancelledError()))),
  });
  const control = new AbortController();
  const running = ask(client, 'heeding', {}, { signal: control.signal }).catch((e: unknown) => e);
  await new Promise((done) => setTimeout(done, 20));
  control.abort();
  expect(await running).toBeInstanceOf(CancelledError);
  await new Promise((done) => setTimeout(done, 90));
  expect(workers[0]!.alive()).toBe(true);
});

test('a crashed worker is replaced, its job told why, and resources are handed over again', async () => {
  const { client, workers, held } = pool({ stuck: () => new Promise(() => {}), fine: async () => 'fine' });
  client.hold('model', 'm1', { files: [] });
  const running = ask(client, 'stuck', { modelId: 'm1' }).catch((e: unknown) => e);
  await new Promise((done) => setTimeout(done, 20));
  workers[0]!.crash('out of memory');
  expect(await running).toMatchObject({
    code: 'jobs/worker-crashed',
    facts: { job: 'stuck', reason: 'out of memory' },
  });
  expect(await ask(client, 'fine', { modelId: 'm1' })).toBe('fine');
  expect(held).toEqual(['m1', 'm1']);
});

test('whatever a request names is handed over: two models, data, calibration, validation', async () => {
  const { client, held } = pool({ layer: async () => 'done' });
  for (const id of ['before', 'after']) client.hold('model', id, { files: [] });
  for (const id of ['samples', 'few', 'judged']) client.hold('data', id, { files: [] });
  const request = {
    modelId: 'before',
    otherId: 'after',
    dataId: 'samples',
    calibrationId: 'few',
    validationId: 'judged',
  };
  await ask(client, 'layer', request);
  expect([...held].sort()).toEqual(['after', 'before', 'few', 'judged', 'samples']);
});

test('a coordinating job runs its sub-jobs on the pool, in any number, without taking a worker from it', async () => {
  const { client } = pool(
    {
      explore: async (
        request: { n: number },
        context: { call(name: string, request: unknown): Promise<unknown>; parallelism: number },
      ) => {
        const parts = await Promise.all(Array.from({ length: request.n }, (_, i) => context.call('square', { i })));
        return { parts, parallelism: context.parallelism };
      },
      square: async (request: { i: number }) => request.i ** 2,
    },
    2,
  );
  expect(await ask(client, 'explore', { n: 5 })).toEqual({ parts: [0, 1, 4, 9, 16], parallelism: 2 });
});

test('a sub-job whose worker crashes is run once more', async () => {
  let crashes = 0;
  const { client, workers } = pool({
    explore: async (_: unknown, context: { call(name: string, request: unknown): Promise<unknown> }) =>
      context.call('fragile', {}),
    fragile: () => (crashes++ === 0 ? new Promise(() => {}) : Promise.resolve('second time')),
  });
  const running = ask(client, 'explore', {});
  await new Promise((done) => setTimeout(done, 30));
  workers[0]!.crash('killed');
  expect(await running).toBe('second time');
});

test('what the user asks for goes ahead of waiting sub-jobs', async () => {
  const order: string[] = [];
  const { client } = pool({
    explore: async (_: unknown, context: { call(name: string, request: unknown): Promise<unknown> }) =>
      Promise.all(['a', 'b', 'c'].map((name) => context.call('step', { name }))),
    step: async (request: { name: string }) => {
      order.push(request.name);
      await new Promise((done) => setTimeout(done, 30));
    },
  });
  const exploring = ask(client, 'explore', {});
  await new Promise((done) => setTimeout(done, 20));
  await ask(client, 'step', { name: 'user' });
  await exploring;
  expect(order).toEqual(['a', 'user', 'b', 'c']);
});

test('a worker that dies while idle is replaced only when a job needs it', async () => {
  const { client, workers } = pool({ fine: async () => 'fine' });
  for (let i = 0; i < 5; i++) workers[0]!.crash('could not be loaded');
  expect(workers).toHaveLength(1);
  expect(await ask(client, 'fine', {})).toBe('fine');
  expect(workers).toHaveLength(2);
});

test('a worker that dies each time it is started is given up, with a message', async () => {
  const spawn = (): WorkerHandle => ({
    endpoint: new MessageChannel().port1 as unknown as Comlink.Endpoint,
    ready: Promise.reject(new Error('blocked by policy')),
    onCrash() {},
    terminate() {},
  });
  const client = createClient({ spawn, size: 1, delay: (ms) => new Promise((done) => setTimeout(done, ms)) });
  clients.push(client);
  const outcome = await ask(client, 'layer', {}).catch((e: unknown) => e);
  expect(outcome).toMatchObject({ code: 'jobs/worker-crashed', facts: { reason: 'blocked by policy' } });
});

/** Counts to ten in turns, holding at the gate; tells each count. */
const counting = async (
  { pace }: { pace: number },
  { gate, partial, signal }: { gate: RunGate; partial(v: unknown): void; signal: AbortSignal },
) => {
  for (let count = 1; count <= 10; count++) {
    if (signal.aborted) throw new CancelledError();
    if (gate.waiting) {
      partial('held');
      await gate.waiting;
    }
    if (gate.stopping) return { stopped: count };
    partial(count);
    await new Promise((done) => setTimeout(done, pace));
  }
  return { stopped: 0 };
};
const after = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

test('a long job waits when asked to, goes on from where it was, and ends with what it has', async () => {
  const { client, workers } = pool({ train: counting });
  const seen: unknown[] = [];
  let control: RunControl | undefined;
  const reply = client.run('train', { pace: 40 } as never, {
    onStart: (given) => {
      control = given;
    },
    onPartial: (value) => seen.push(value),
  });
  await expect.poll(() => seen.length).toBeGreaterThan(1);
  control?.pause();
  await expect.poll(() => seen.at(-1)).toBe('held');
  const held = seen.length;
  await after(60);
  expect(seen.length).toBe(held);
  control?.resume();
  await expect.poll(() => seen.length).toBeGreaterThan(held);
  control?.stop();
  const { stopped } = (await reply) as unknown as { stopped: number };
  expect(stopped).toBeGreaterThan(held - 1);
  expect(seen.filter((v) => v !== 'held')).toEqual(Array.from({ length: stopped - 1 }, (_, i) => i + 1));
  expect(workers.length).toBe(2); // the pool's, and the training's own
});

test('a job that is held up hears that it is cancelled, and one paused before it began begins paused', async () => {
  const { client } = pool({ train: counting });
  const abort = new AbortController();
  const seen: unknown[] = [];
  const running = client
    .run('train', { pace: 1 } as never, {
      signal: abort.signal,
      onStart: (control) => control.pause(),
      onPartial: (value) => seen.push(value),
    })
    .catch((e: unknown) => e);
  await expect.poll(() => seen.at(-1)).toBe('held');
  expect(seen.length).toBeLessThan(3);
  abort.abort();
  expect(await running).toBeInstanceOf(CancelledError);
});

test('trainings leave the pool free, run side by side up to its size, and those that wait say so', async () => {
  const { client, workers } = pool({ train: counting, fine: async () => 'fine' }, 2);
  await client.ready();
  const warnings: string[] = [];
  const handlers = { onWarning: ({ code }: { code: string }) => void warnings.push(code) };
  const runs = [1, 2, 3].map(() => client.run('train', { pace: 5 } as never, handlers));
  expect(await ask(client, 'fine', {})).toBe('fine');
  expect(client.busy()).toBe(0);
  expect(warnings).toEqual(['jobs/waiting']);
  await Promise.all(runs);
  expect(workers.length).toBe(4);
});

test('a training whose worker dies fails with the reason, and the next one gets a new worker', async () => {
  const { client, workers } = pool({ train: counting });
  const failed = client.run('train', { pace: 50 } as never).catch((e: unknown) => e);
  await expect.poll(() => workers.length).toBe(2);
  workers[1]!.crash('out of memory');
  expect(await failed).toMatchObject({ code: 'jobs/worker-crashed', facts: { job: 'train', reason: 'out of memory' } });
  expect(await client.run('train', { pace: 1 } as never)).toEqual({ stopped: 0 });
});
