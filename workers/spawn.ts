import onnxruntimeUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import kernelsUrl from '../build/kernels/kernels.wasm?url';
import { messageOf } from '../src/base/index.ts';
import { createClient, type JobClient, type WorkerHandle } from '../src/jobs/client.ts';
import type { KernelsMessage } from './engines.ts';
import { takeWorker } from './first-worker.ts';
import type { KernelsGiven, StartMessage } from './job.worker.ts';

/** The page's pool of workers. The kernels are fetched and compiled once, here, when the first worker wants them, and handed to every worker. */
export function createPageClient(size: number): JobClient {
  let compiled: Promise<KernelsMessage> | undefined;
  const kernels = (): Promise<KernelsMessage> => {
    compiled ??= compileKernels();
    return compiled;
  };
  return createClient({
    spawn: () => spawn(kernels),
    size,
    eager: true,
    delay: (ms) => new Promise((done) => setTimeout(done, ms)),
  });
}

async function compileKernels(): Promise<KernelsMessage> {
  if (typeof WebAssembly === 'undefined') return { problem: 'this browser does not offer it' };
  try {
    const reply = await fetch(kernelsUrl);
    if (!reply.ok) return { problem: `the kernels were answered with ${reply.status}` };
    return { module: await WebAssembly.compile(await reply.arrayBuffer()) };
  } catch (thrown) {
    return { problem: messageOf(thrown) };
  }
}

function spawn(kernels: () => Promise<KernelsMessage>): WorkerHandle {
  const { worker, listening } = takeWorker();
  let crashed: (reason: string) => void = () => {};
  let completed = (): void => {};
  const complete = new Promise<void>((resolve) => {
    completed = resolve;
  });
  const give = (given: KernelsMessage): void => {
    const message: KernelsGiven = { kernels: given };
    worker.postMessage(message);
  };
  const ready = new Promise<void>((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (data === 'ready') resolve();
      else if (data === 'complete') completed();
      else if (data === 'kernels wanted') void kernels().then((given) => give(given));
    });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      completed();
      crashed(event.message || 'it could not be loaded');
    });
    const begin = async (): Promise<void> => {
      await listening;
      const start: StartMessage = { onnxruntimeUrl: new URL(onnxruntimeUrl, document.baseURI).href };
      worker.postMessage(start);
    };
    begin().catch(reject);
  });
  ready.catch(() => {});
  return {
    endpoint: worker,
    ready,
    complete: () => {
      worker.postMessage('load later');
      return complete;
    },
    onCrash: (listener) => {
      crashed = listener;
    },
    terminate: () => worker.terminate(),
  };
}
