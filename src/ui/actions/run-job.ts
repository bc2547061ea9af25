import { CancelledError } from '../../base/index.ts';
import type { Diagnostic } from '../../ir/index.ts';
import type { RunControl } from '../../jobs/client.ts';
import type { JobName, PartialOf, ReplyOf, RequestOf } from '../../jobs/protocol.ts';
import { getState, patch } from '../state/store.ts';
import type { JobRecord } from '../state/types.ts';
import { client } from './client.ts';
import { problemOf } from './problems.ts';
import { RemainingTime } from './remaining-time.ts';
import { Stopwatch } from './stopwatch.ts';

const orders = new Map<number, { readonly control: RunControl; onPause(paused: boolean): void }>();
const controls = new Map<number, AbortController>();
/** Jobs that serve what is on the screen now (a layer's details, generated inputs): worthless once another model is opened. */
const serving = new Set<AbortController>();
let nextId = 1;

export interface JobHandlers<N extends JobName> {
  /** In the list of jobs: 'Search, NSGA-II, seed 1'. */
  readonly title: string;
  /** Short jobs (one layer's details) are not listed. */
  readonly unlisted?: boolean;
  /** It is about no model: opening another one does not end it. */
  readonly isOfPage?: boolean;
  readonly keeps?: () => string;
  readonly seed?: number;
  onPartial?(value: PartialOf<N>): void;
  onWarning?(diagnostic: Diagnostic): void;
  onStart?(id: number): void;
  /** It was paused or resumed, here or in the list of jobs. Present: the job can be, and can be stopped. */
  onPause?(paused: boolean): void;
  /** What came out, in words, for the list. */
  result?(reply: ReplyOf<N>): string;
}

/** Runs a job with a line in the list of jobs: progress, time left as an interval, cancel. Rethrows what it throws. */
export async function runJob<N extends JobName>(
  name: N,
  request: RequestOf<N>,
  handlers: JobHandlers<N>,
): Promise<ReplyOf<N>> {
  const id = nextId++;
  const control = new AbortController();
  controls.set(id, control);
  if (handlers.unlisted && !handlers.isOfPage) serving.add(control);
  const watch = new Stopwatch(() => performance.now());
  const left = new RemainingTime();
  if (!handlers.unlisted) list({ id, title: handlers.title, state: 'running', done: 0, total: 0 });
  handlers.onStart?.(id);
  const takeOrders = (control: RunControl): void => {
    const onPause = (paused: boolean): void => {
      watch.run(!paused);
      handlers.onPause?.(paused);
    };
    orders.set(id, { control, onPause });
    change(id, { pausable: true });
  };
  try {
    const reply = await client().run(name, request, {
      signal: control.signal,
      seed: handlers.seed ?? getState().session.seed,
      onProgress: (done, total) => {
        const secondsLeft = left.after(done, total, watch.seconds());
        const keeps = handlers.keeps?.();
        change(id, { done, total, ...(secondsLeft ? { secondsLeft } : {}), ...(keeps ? { keeps } : {}) });
      },
      ...(handlers.onPartial ? { onPartial: (value: PartialOf<N>) => handlers.onPartial?.(value) } : {}),
      ...(handlers.onWarning ? { onWarning: (d: Diagnostic) => handlers.onWarning?.(d) } : {}),
      ...(handlers.onPause ? { onStart: (control: RunControl) => takeOrders(control) } : {}),
    });
    const result = handlers.result?.(reply);
    change(id, { state: 'done', seconds: watch.seconds(), ...(result ? { result } : {}) });
    return reply;
  } catch (thrown) {
    if (thrown instanceof CancelledError) change(id, { state: 'cancelled', result: handlers.keeps?.() ?? 'cancelled' });
    else change(id, { state: 'failed', problem: problemOf(thrown) });
    throw thrown;
  } finally {
    controls.delete(id);
    orders.delete(id);
    change(id, { pausable: false });
    serving.delete(control);
  }
}

export function cancelJob(id: number): void {
  controls.get(id)?.abort();
}

/** Pauses a job that is running, or goes on with one that is paused. Other jobs are left alone. */
export function pauseJob(id: number, paused: boolean): void {
  const order = orders.get(id);
  if (!order) return;
  if (paused) order.control.pause();
  else order.control.resume();
  order.onPause(paused);
  change(id, { state: paused ? 'paused' : 'running' });
}

/** Ends a job with what it has; one that takes no orders (yet) is cancelled. */
export function stopJob(id: number): void {
  const order = orders.get(id);
  if (order) order.control.stop();
  else cancelJob(id);
}

/** What the key P does: pauses the job that was started last, or goes on with it. */
export function togglePause(): void {
  const job = getState().jobs.list.find(({ pausable }) => pausable);
  if (job) pauseJob(job.id, job.state !== 'paused');
}

export function cancelAllJobs(): void {
  for (const control of controls.values()) control.abort();
}

/** Ends what only the model that is open now needs: the next one must not wait for it. */
export function cancelServing(): void {
  for (const control of serving) control.abort();
}

export function forgetJob(id: number): void {
  patch({ jobs: { list: getState().jobs.list.filter((job) => job.id !== id) } });
}

const MAX_LISTED = 30;
function list(job: JobRecord): void {
  patch({ jobs: { list: [job, ...getState().jobs.list].slice(0, MAX_LISTED) } });
}

function change(id: number, members: Partial<JobRecord>): void {
  const { list: jobs } = getState().jobs;
  if (!jobs.some((job) => job.id === id)) return;
  patch({ jobs: { list: jobs.map((job) => (job.id === id ? { ...job, ...members } : job)) } });
}
