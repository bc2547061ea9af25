import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { createClient, type JobClient, type WorkerHandle } from '../jobs/client.ts';

/** A pool of worker threads that serves the job table. `dispose()` it, or the process stays alive. */
export function createNodeClient(size = availableParallelism()): JobClient {
  return createClient({ spawn, size, delay: (ms) => new Promise((done) => setTimeout(done, ms)) });
}

function spawn(): WorkerHandle {
  const worker = new Worker(resolve(import.meta.dirname, 'job.worker.js'));
  let crashed: (reason: string) => void = () => {};
  let ended = false;
  const fail = (reason: string) => {
    if (ended) return;
    ended = true;
    crashed(reason);
  };
  const ready = new Promise<void>((started, failed) => {
    worker.on('message', (data: unknown) => {
      if (data === 'ready') started();
    });
    worker.on('error', (error) => {
      failed(error);
      fail(error.message);
    });
    worker.on('exit', (code) => {
      const reason = `exit code ${code}`;
      failed(new Error(reason));
      fail(reason);
    });
  });
  ready.catch(() => {});
  return {
    endpoint: nodeEndpoint(worker),
    ready,
    onCrash: (listener) => {
      crashed = listener;
    },
    terminate: () => {
      ended = true;
      void worker.terminate();
    },
  };
}
