import * as Comlink from 'comlink';
import { loadLater } from '../src/explore/index.ts';
import { createServer, createStore, jobFunctions } from '../src/jobs/index.ts';
import { writeOnnx } from '../src/onnx/index.ts';
import { createOrtBackend } from './backends/index.ts';
import { blobOpener } from './blob-source.ts';
import { createEngines, type KernelsMessage } from './engines.ts';

/** The general worker of the page. Waits for the compiled kernels, then serves the job table. */
export interface StartMessage {
  readonly kernels: KernelsMessage;
  /** Where onnxruntime's WebAssembly lies; fetched only by the job that needs it. */
  readonly onnxruntimeUrl: string;
}

addEventListener(
  'message',
  ({ data }: MessageEvent<StartMessage>) => {
    const host = {
      ...createEngines(data.kernels),
      independent: async () => createOrtBackend(writeOnnx, data.onnxruntimeUrl),
      now: () => performance.now() / 1000,
      pause: () => new Promise<void>((done) => setTimeout(done)),
    };
    const store = createStore({ ...host, ...blobOpener });
    Comlink.expose(createServer(jobFunctions(store, host), store));
    addEventListener('message', ({ data: asked }: MessageEvent<unknown>) => {
      if (asked === 'load later') void loadLater().then(() => postMessage('complete'));
    });
    postMessage('ready');
  },
  { once: true },
);
postMessage('listening');
