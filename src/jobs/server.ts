import { BugError, CancelledError, Random } from '../base/index.ts';
import type { Diagnostic, StageContext } from '../ir/index.ts';
import { decodeError, type EncodedError, encodeError } from './errors.ts';
import { RunGate, type RunWish } from './run-gate.ts';

/** What a job is given besides its request. `Jobs` is the job table's type; sub-jobs run on other workers of the pool. */
export interface JobContext<Partial> extends StageContext {
  /** Sends a partial result: it is kept even if the job is cancelled or its worker dies. */
  partial(result: Partial): void;
  /** Runs another job on the pool and waits for it. */
  call(name: string, request: unknown): Promise<unknown>;
  /** How many workers the pool has for sub-jobs. */
  readonly parallelism: number;
  /** What the user asks of a job that goes on for long: to wait, or to end with what it has. */
  readonly gate: RunGate;
}

export type JobFunction = (request: never, context: JobContext<never>) => Promise<unknown>;
export type JobFunctions = Readonly<Record<string, JobFunction>>;

/** Messages a running job sends to whoever started it. */
export type JobEvent =
  | { readonly type: 'progress'; readonly done: number; readonly total: number }
  | { readonly type: 'partial'; readonly value: unknown }
  | { readonly type: 'warning'; readonly diagnostic: Diagnostic };

export type JobOutcome =
  | { readonly ok: true; readonly reply: unknown }
  | { readonly ok: false; readonly error: EncodedError };

/** How the client hears a worker's jobs: one object per worker, handed over once by `connect`. */
export interface JobCaller {
  /** Across a channel: resolves when it has been heard. */
  event(job: number, event: JobEvent): void | Promise<void>;
  call(job: number, name: string, request: unknown): Promise<JobOutcome>;
}

export interface JobStart {
  readonly id: number;
  readonly name: string;
  readonly request: unknown;
  readonly seed: number;
  readonly parallelism: number;
}

/** What a worker exposes. */
export interface JobServer {
  /** Must be called first. */
  connect(caller: JobCaller): void;
  /** Keeps a resource (model or data source) for jobs that name it by id. */
  hold(kind: string, id: string, source: unknown): void;
  release(id: string): void;
  run(start: JobStart): Promise<JobOutcome>;
  /** Fires the job's signal; jobs that check it end soon, others are ended by the client. */
  cancel(id: number): void;
  /** Asks a job to wait, to go on, or to end with what it has; jobs without such a state go on. */
  control(id: number, wish: RunWish): void;
}

export interface ResourceHolder {
  hold(kind: string, id: string, source: unknown): void;
  release(id: string): void;
}

/** Serves `jobs` on one worker. Never throws across the channel: every outcome is data. */
export function createServer(jobs: JobFunctions, resources: ResourceHolder): JobServer {
  const running = new Map<number, { readonly control: AbortController; readonly gate: RunGate }>();
  let caller: JobCaller | undefined;
  return {
    connect(connected) {
      caller = connected;
    },
    hold: (kind, id, source) => resources.hold(kind, id, source),
    release: (id) => resources.release(id),
    cancel: (id) => {
      const job = running.get(id);
      job?.control.abort();
      // Whoever waits at the gate goes on, and then hears that it was cancelled.
      job?.gate.wish('resume');
    },
    control: (id, wish) => running.get(id)?.gate.wish(wish),
    async run(start) {
      let heard: unknown;
      const send = (event: JobEvent): void => {
        heard = caller?.event(start.id, event);
      };
      const control = new AbortController();
      const gate = new RunGate();
      running.set(start.id, { control, gate });
      const context: JobContext<unknown> = {
        signal: control.signal,
        random: new Random(start.seed),
        parallelism: start.parallelism,
        gate,
        progress: (done, total) => send({ type: 'progress', done, total }),
        partial: (value) => send({ type: 'partial', value }),
        warn: (diagnostic) => send({ type: 'warning', diagnostic }),
        async call(name, request) {
          if (control.signal.aborted) throw new CancelledError();
          if (!caller) throw new BugError('A job calls another before `connect`.');
          const outcome = await caller.call(start.id, name, request);
          if (outcome.ok) return outcome.reply;
          throw decodeError(outcome.error);
        },
      };
      try {
        const job = jobs[start.name];
        if (!job) throw new BugError(`There is no job '${start.name}'.`);
        const reply = await (job as (request: unknown, context: JobContext<unknown>) => Promise<unknown>)(
          start.request,
          context,
        );
        return { ok: true, reply };
      } catch (thrown) {
        return { ok: false, error: encodeError(thrown) };
      } finally {
        running.delete(start.id);
        // Events go another way than the reply: the last of them must not come after it, when nobody listens any more.
        await Promise.allSettled([heard]);
      }
    },
  };
}
