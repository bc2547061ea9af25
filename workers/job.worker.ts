import * as Comlink from 'comlink';
import type { FloatBackend } from '../src/compute/index.ts';
import { loadLater } from '../src/explore/index.ts';
import { createServer, createStore, type Engines, jobFunctions } from '../src/jobs/index.ts';
import { writeOnnx } from '../src/onnx/index.ts';
import { blobOpener } from './blob-source.ts';
import { decodeImage } from './decode-image.ts';
import type { KernelsMessage } from './engines.ts';

/** The general worker of the page: serves the job table. Engines and compiled kernels come when a job first needs them. */
export interface StartMessage {
  /** Where onnxruntime's WebAssembly lies; fetched only by the job that needs it. */
  readonly onnxruntimeUrl: string;
}

/** What the page is told and asked besides jobs, and the answer to the last. */
export type WorkerSays = 'listening' | 'ready' | 'complete' | 'kernels wanted';
export interface KernelsGiven {
  readonly kernels: KernelsMessage;
}

const say = (word: WorkerSays): void => postMessage(word);

function kernelsFromPage(): Promise<KernelsMessage> {
  return new Promise((resolve) => {
    addEventListener('message', ({ data }: MessageEvent<Partial<KernelsGiven> | undefined>) => {
      if (data?.kernels) resolve(data.kernels);
    });
    say('kernels wanted');
  });
}

let engines: Promise<Engines> | undefined;

let kernels: Promise<KernelsMessage> | undefined;
const givenKernels = (): Promise<KernelsMessage> => {
  kernels ??= kernelsFromPage();
  return kernels;
};

async function loadEngines(): Promise<Engines> {
  const [{ createEngines }, given] = await Promise.all([import('./engines.ts'), givenKernels()]);
  return createEngines(given);
}

function start({ onnxruntimeUrl }: StartMessage): void {
  const independent = async (): Promise<FloatBackend> => {
    const { createOrtBackend } = await import('./backends/ort.ts');
    return createOrtBackend(writeOnnx, onnxruntimeUrl);
  };
  const host = {
    independent,
    fastestSteps: async (onChoice: (words: string) => void) => {
      const [{ stepsByProbe }, given] = await Promise.all([import('./fastest-steps.ts'), givenKernels()]);
      return stepsByProbe(given, host.now, onChoice);
    },
    withOnnxruntime: async () => {
      const { floatsWith } = await import('./engines.ts');
      return floatsWith(await givenKernels(), await independent());
    },
    engines: () => {
      engines ??= loadEngines();
      return engines;
    },
    decodeImage,
    now: () => performance.now() / 1000,
    pause: () => new Promise<void>((done) => setTimeout(done)),
  };
  const store = createStore({ ...host, ...blobOpener });
  Comlink.expose(createServer(jobFunctions(store, host), store));
  addEventListener('message', ({ data: asked }: MessageEvent<unknown>) => {
    if (asked === 'load later')
      void Promise.all([loadLater(), host.engines(), import('./backends/ort.ts'), import('./fastest-steps.ts')]).then(
        () => say('complete'),
      );
  });
  say('ready');
}

addEventListener('message', ({ data }: MessageEvent<StartMessage>) => start(data), { once: true });
say('listening');
