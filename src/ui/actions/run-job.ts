import { CancelledError } from '../../base/index.ts';
import type { Diagnostic } from '../../ir/index.ts';
import type { JobName, PartialOf, ReplyOf, RequestOf } from '../../jobs/protocol.ts';
import { getState, patch } from '../state/store.ts';
import type { JobRecord } from '../state/types.ts';
import { client } from './client.ts';
import { problemOf } from './problems.ts';
import { RemainingTime } from './remaining-time.ts';

const controls = new Map<number, AbortController>();
/** Jobs that serve what is on the screen now (a layer's details, generated inputs): worthless once another model is opened. */
const serving = new Set<AbortController>();
let nextId = 1;

export interface JobHandlers<N extends JobName> {
  /** In the list of jobs: 'Search, NSGA-II, seed 1'. */
  readonly title: string;
  /** Short jobs (one layer's details) are not listed. */
  readonly unlisted?: boolean;
  readonly keeps?: () => string;
  readonly seed?: number;
  onPartial?(value: PartialOf<N>): void;
  onWarning?(diagnostic: Diagnostic): void;
  onStart?(id: number): void;
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
  if (handlers.unlisted) serving.add(control);
  const started = performance.now();
  const left = new RemainingTime();
  if (!handlers.unlisted) list({ id, title: handlers.title, state: 'running', done: 0, total: 0 });
  handlers.onStart?.(id);
  try {
    const reply = await client().run(name, request, {
      signal: control.signal,
      seed: handlers.seed ?? getState().session.seed,
      onProgress: (done, total) => {
        const secondsLeft = left.after(done, total, (performance.now() - started) / 1000);
        const keeps = handlers.keeps?.();
        change(id, { done, total, ...(secondsLeft ? { secondsLeft } : {}), ...(keeps ? { keeps } : {}) });
      },
      ...(handlers.onPartial ? { onPartial: (value: PartialOf<N>) => handlers.onPartial?.(value) } : {}),
      ...(handlers.onWarning ? { onWarning: (d: Diagnostic) => handlers.onWarning?.(d) } : {}),
    });
    const result = handlers.result?.(reply);
    change(id, { state: 'done', seconds: (performance.now() - started) / 1000, ...(result ? { result } : {}) });
    return reply;
  } catch (thrown) {
    if (thrown instanceof CancelledError) change(id, { state: 'cancelled', result: handlers.keeps?.() ?? 'cancelled' });
    else change(id, { state: 'failed', problem: problemOf(thrown) });
    throw thrown;
  } finally {
    controls.delete(id);
    serving.delete(control);
  }
}

export function cancelJob(id: number): void {
  controls.get(id)?.abort();
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
