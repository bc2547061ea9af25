/** A worker that has been started, perhaps before anybody listened to it. */
export interface StartedWorker {
  readonly worker: Worker;
  /** Resolves when its script runs; rejects with the reason if it cannot be loaded. */
  readonly listening: Promise<void>;
}

let early: StartedWorker | undefined;

function start(): StartedWorker {
  const worker = new Worker(new URL('./job.worker.ts', import.meta.url), { type: 'module' });
  const listening = new Promise<void>((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<unknown>) => data === 'listening' && resolve());
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      reject(new Error(event.message || 'it could not be loaded'));
    });
  });
  listening.catch(() => {});
  return { worker, listening };
}

/** Starts the first worker ahead of the page's own code: on two cores they then load side by side. */
export function startEarly(): void {
  early = start();
}

/** The worker that was started early, once; then new ones. */
export function takeWorker(): StartedWorker {
  const worker = early ?? start();
  early = undefined;
  return worker;
}
