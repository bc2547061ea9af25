import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parentPort } from 'node:worker_threads';
import * as Comlink from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { createOrtBackend } from '../../workers/backends/index.ts';
import { createEngines, floatsWith, type KernelsMessage } from '../../workers/engines.ts';
import { messageOf } from '../base/index.ts';
import { createServer, createStore, type Engines, jobFunctions } from '../jobs/index.ts';
import { writeOnnx } from '../onnx/index.ts';
import { diskOpener } from './disk-source.ts';

/** The worker thread of the command line: the same jobs as in the page, with files in place of fetches. */
function kernels(): KernelsMessage {
  if (process.env.PARETOSCOPE_PLAIN === '1') return { problem: 'PARETOSCOPE_PLAIN=1 forbids it' };
  try {
    return { module: new WebAssembly.Module(readFileSync(resolve(import.meta.dirname, 'kernels/kernels.wasm'))) };
  } catch (thrown) {
    return { problem: messageOf(thrown) };
  }
}

if (!parentPort) throw new Error('job-worker runs as a worker thread only');
let engines: Engines | undefined;
const host = {
  engines: async () => {
    engines ??= createEngines(kernels());
    return engines;
  },
  independent: async () => createOrtBackend(writeOnnx),
  fastestSteps: async (onChoice: (words: string) => void) => {
    onChoice('WebAssembly: Node has no graphics processor to compare with.');
    return (await host.engines()).steps;
  },
  withOnnxruntime: async () => floatsWith(kernels(), createOrtBackend(writeOnnx)),
  now: () => performance.now() / 1000,
  pause: () => new Promise<void>((done) => setImmediate(done)),
};
const store = createStore({ ...host, ...diskOpener });
Comlink.expose(createServer(jobFunctions(store, host), store), nodeEndpoint(parentPort));
parentPort.postMessage('ready');
