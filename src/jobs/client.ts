import * as Comlink from 'comlink';
import { CancelledError, messageOf, UserError } from '../base/index.ts';
import type { Diagnostic } from '../ir/index.ts';
import { decodeError, encodeError, workerCrashed } from './errors.ts';
import type { JobName, PartialOf, ReplyOf, RequestOf } from './protocol.ts';
import type { RunWish } from './run-gate.ts';
import type { JobCaller, JobEvent, JobOutcome, JobServer } from './server.ts';

/** A worker as the host makes it: a browser Worker, or a Node worker thread. */
export interface WorkerHandle {
  readonly endpoint: Comlink.Endpoint;
  /** Resolves once the worker listens; rejects if it cannot start. */
  readonly ready: Promise<void>;
  /** Has it fetch what it will ever need; resolves when it has, or has died. Absent: it fetches nothing. */
  complete?(): Promise<void>;
  /** Calls `listener` once when the worker dies by itself. */
  onCrash(listener: (reason: string) => void): void;
  terminate(): void;
}

export interface ClientOptions {
  spawn(): WorkerHandle;
  /** Workers that run jobs; jobs that coordinate others get one of their own besides. */
  readonly size: number;
  /** Starts the worker of coordinating jobs at once instead of when the first comes: a page then loads nothing later. */
  readonly eager?: boolean;
  /** Resolves after this many milliseconds: the host's timer. */
  delay(milliseconds: number): Promise<void>;
}

/** Holds up a job that goes on for long (`train`), lets it go on, or has it end with what it has. A job that waits for a worker waits on. */
export interface RunControl {
  pause(): void;
  resume(): void;
  stop(): void;
}

export interface RunHandlers<N extends JobName> {
  readonly signal?: AbortSignal;
  readonly seed?: number;
  /** Called once, before the job is handed to a worker. */
  onStart?(control: RunControl): void;
  onProgress?(done: number, total: number): void;
  onPartial?(value: PartialOf<N>): void;
  onWarning?(diagnostic: Diagnostic): void;
}

export interface JobClient {
  /** Keeps a model or data source for every worker that will need it, also for those that replace a crashed one. */
  hold(kind: 'model' | 'data', id: string, source: unknown): void;
  release(id: string): void;
  run<N extends JobName>(name: N, request: RequestOf<N>, handlers?: RunHandlers<N>): Promise<ReplyOf<N>>;
  readonly size: number;
  /** Resolves once every worker of the start is up, or could not be started. */
  ready(): Promise<void>;
  /** Has them fetch all that they will ever need; resolves when they have, or could not be started. */
  complete(): Promise<void>;
  /** Workers at work right now. */
  busy(): number;
  dispose(): void;
}

/**
 * Who does a job: 'pool' the workers every job shares; 'coordinator' a worker outside the pool, for jobs that only hand out others and wait,
 * so that they never starve it; 'trainer' one of its own, for jobs that hold a worker for minutes or hours.
 */
type Kind = 'pool' | 'coordinator' | 'trainer';
const KINDS: ReadonlyMap<string, Kind> = new Map<JobName, Kind>([
  ['explore', 'coordinator'],
  ['train', 'trainer'],
  ['learningRateSweep', 'trainer'],
]);
const kindOf = (job: string): Kind => KINDS.get(job) ?? 'pool';
/** How long a cancelled job may take to end by itself before its worker is replaced: cancel is done within 100 ms. */
const GRACE_MILLISECONDS = 60;
/** A crash while starting is repeated by the next worker: give up after this many in a row. */
const MAX_FAILED_STARTS = 3;

interface Task {
  readonly id: number;
  readonly name: string;
  readonly request: unknown;
  readonly handlers: RunHandlers<JobName>;
  /** Sub-jobs wait behind what the user asked for himself. */
  readonly background: boolean;
  readonly children: Set<AbortController>;
  retriesLeft: number;
  /** What was asked of it last: told to its worker when it gets one. */
  wish?: RunWish;
  /** It has been said that it waits for a worker. */
  toldWaiting?: boolean;
  settle(outcome: JobOutcome): void;
}

interface Slot {
  handle: WorkerHandle;
  server: Comlink.Remote<JobServer>;
  readonly held: Set<string>;
  task: Task | undefined;
  readonly kind: Kind;
  /** Its worker died while idle: it is replaced before it gets a job. */
  dead: boolean;
}

/** A pool of workers behind one function. Jobs are typed by the job table; errors keep class, code and hint. */
export function createClient(options: ClientOptions): JobClient {
  return new Pool(options);
}

class Pool implements JobClient {
  readonly size: number;
  readonly #options: ClientOptions;
  readonly #slots: Slot[] = [];
  readonly #queue: Task[] = [];
  readonly #resources = new Map<string, { readonly kind: string; readonly source: unknown }>();
  readonly #tasks = new Map<number, Task>();
  /** All workers have been started. */
  readonly #started: Promise<void>;
  #nextId = 1;
  #failedStarts = 0;
  #disposed = false;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.size = options.size;
    // The first worker starts alone: the first job waits for it, and would wait longer if all started side by side.
    const first = this.#newSlot('pool');
    this.#slots.push(first);
    const startOthers = (): void => {
      if (this.#disposed) return;
      for (let i = 1; i < options.size; i++) this.#slots.push(this.#newSlot('pool'));
      if (options.eager) this.#slots.push(this.#newSlot('coordinator'));
      this.#dispatch();
    };
    this.#started = first.handle.ready.then(startOthers, startOthers);
  }

  hold(kind: 'model' | 'data', id: string, source: unknown): void {
    this.#resources.set(id, { kind, source });
    for (const slot of this.#slots) slot.held.delete(id);
  }

  release(id: string): void {
    this.#resources.delete(id);
    for (const slot of this.#slots) if (slot.held.delete(id)) void slot.server.release(id);
  }

  async ready(): Promise<void> {
    await this.#started;
    await Promise.allSettled(this.#slots.map((slot) => slot.handle.ready));
  }

  async complete(): Promise<void> {
    await this.#started;
    await Promise.allSettled(this.#slots.map((slot) => slot.handle.complete?.()));
  }

  busy(): number {
    return this.#slots.filter((slot) => slot.task && slot.kind === 'pool').length;
  }

  dispose(): void {
    this.#disposed = true;
    for (const task of this.#tasks.values()) task.settle({ ok: false, error: encodeError(new CancelledError()) });
    for (const slot of this.#slots) slot.handle.terminate();
    this.#slots.length = 0;
    this.#queue.length = 0;
  }

  run<N extends JobName>(name: N, request: RequestOf<N>, handlers: RunHandlers<N> = {}): Promise<ReplyOf<N>> {
    return this.#enqueue(name, request, handlers as RunHandlers<JobName>, false).then((outcome) => {
      if (outcome.ok) return outcome.reply as ReplyOf<N>;
      throw decodeError(outcome.error);
    });
  }

  #enqueue(name: string, request: unknown, handlers: RunHandlers<JobName>, background: boolean): Promise<JobOutcome> {
    return new Promise((resolve) => {
      const task: Task = {
        id: this.#nextId++,
        name,
        request,
        handlers,
        background,
        children: new Set(),
        retriesLeft: background ? 1 : 0,
        settle: (outcome) => {
          if (this.#tasks.delete(task.id)) resolve(outcome);
        },
      };
      this.#tasks.set(task.id, task);
      const { signal } = handlers;
      if (signal?.aborted) {
        this.#cancel(task);
        return;
      }
      signal?.addEventListener('abort', () => this.#cancel(task));
      handlers.onStart?.({
        pause: () => this.#control(task, 'pause'),
        resume: () => this.#control(task, 'resume'),
        stop: () => this.#control(task, 'stop'),
      });
      const firstBackground = this.#queue.findIndex((t) => t.background);
      if (background || firstBackground < 0) this.#queue.push(task);
      else this.#queue.splice(firstBackground, 0, task);
      this.#dispatch();
    });
  }

  #dispatch(): void {
    for (let i = 0; i < this.#queue.length; ) {
      const task = this.#queue[i] as Task;
      const kind = kindOf(task.name);
      const free = this.#slots.filter((s) => !s.task && s.kind === kind);
      // A worker that has the model open need not open it again.
      const model = (task.request as { modelId?: string }).modelId;
      let slot = free.find((s) => model !== undefined && s.held.has(model)) ?? free[0];
      if (!slot && this.#mayGrow(kind)) {
        slot = this.#newSlot(kind);
        this.#slots.push(slot);
      }
      if (!slot) {
        this.#tellWaiting(task, kind);
        i++;
        continue;
      }
      this.#queue.splice(i, 1);
      if (slot.dead) Object.assign(slot, this.#newSlot(slot.kind), { held: slot.held });
      slot.task = task;
      void this.#start(slot, task);
    }
  }

  /** More than the pool's size of trainings at once would only take turns on the cores. */
  #mayGrow(kind: Kind): boolean {
    if (kind === 'pool') return false;
    return kind === 'coordinator' || this.#slots.filter((s) => s.kind === kind).length < this.size;
  }

  #tellWaiting(task: Task, kind: Kind): void {
    if (kind !== 'trainer' || task.toldWaiting) return;
    task.toldWaiting = true;
    const message = `${this.size} ${this.size === 1 ? 'training runs' : 'trainings run'} already: this one begins when one of them ends.`;
    task.handlers.onWarning?.({ code: 'jobs/waiting', severity: 'info', message });
  }

  async #start(slot: Slot, task: Task): Promise<void> {
    let outcome: JobOutcome;
    const handle = slot.handle;
    try {
      await handle.ready;
      await this.#handOver(slot, task.request);
      const ended = slot.server.run({
        id: task.id,
        name: task.name,
        request: task.request,
        seed: task.handlers.seed ?? 1,
        parallelism: this.size,
      });
      if (task.wish) void slot.server.control(task.id, task.wish);
      outcome = await ended;
      this.#failedStarts = 0;
    } catch (thrown) {
      // A request that cannot be cloned, or a worker that never started: the job fails, the pool goes on.
      if (slot.handle === handle && slot.task === task) this.#replace(slot, messageOf(thrown));
      return;
    }
    if (slot.handle !== handle || slot.task !== task) return;
    slot.task = undefined;
    task.settle(outcome);
    this.#dispatch();
  }

  /** Gives the worker the resources the request names that it does not hold yet. */
  async #handOver(slot: Slot, request: unknown): Promise<void> {
    const named = request as {
      modelId?: string;
      dataId?: string;
      calibrationId?: string;
      validationId?: string;
      otherId?: string;
      source?: { readonly id?: unknown };
    };
    // A source in the request itself is kept by the worker under its id: it must not be handed over, and opened, again.
    if (typeof named.source?.id === 'string') slot.held.add(named.source.id);
    const { modelId, otherId, dataId, calibrationId, validationId } = named;
    for (const id of [modelId, otherId, dataId, calibrationId, validationId]) {
      if (id === undefined || slot.held.has(id)) continue;
      const resource = this.#resources.get(id);
      if (!resource) continue;
      slot.held.add(id);
      await slot.server.hold(resource.kind, id, resource.source);
    }
  }

  #control(task: Task, wish: RunWish): void {
    if (!this.#tasks.has(task.id)) return;
    task.wish = wish;
    const slot = this.#slots.find((s) => s.task === task);
    if (slot) void slot.server.control(task.id, wish);
  }

  #cancel(task: Task): void {
    const cancelled: JobOutcome = { ok: false, error: encodeError(new CancelledError()) };
    const waiting = this.#queue.indexOf(task);
    if (waiting >= 0) this.#queue.splice(waiting, 1);
    for (const child of task.children) child.abort();
    // Whoever asked is told at once; the worker gets a moment to end by itself before it is replaced.
    task.settle(cancelled);
    const slot = this.#slots.find((s) => s.task === task);
    if (!slot) return;
    void slot.server.cancel(task.id);
    const handle = slot.handle;
    void this.#options.delay(GRACE_MILLISECONDS).then(() => {
      if (slot.handle === handle && slot.task === task) this.#respawn(slot);
    });
  }

  /** The worker died: its job is tried once more if it was a sub-job, else failed with the reason. */
  #replace(slot: Slot, reason: string): void {
    const { task } = slot;
    this.#failedStarts++;
    if (!task) {
      // Nobody waits for it: its place is filled when a job needs one, so that a worker that cannot start is not started for ever.
      slot.handle.terminate();
      slot.held.clear();
      slot.dead = true;
      return;
    }
    this.#respawn(slot);
    for (const child of task.children) child.abort();
    if (task.retriesLeft > 0 && this.#failedStarts < MAX_FAILED_STARTS) {
      task.retriesLeft--;
      this.#queue.unshift(task);
      this.#dispatch();
    } else {
      task.settle({ ok: false, error: encodeError(workerCrashed(task.name, reason)) });
    }
  }

  #respawn(slot: Slot): void {
    slot.handle.terminate();
    slot.task = undefined;
    slot.held.clear();
    if (this.#disposed) return;
    if (this.#failedStarts >= MAX_FAILED_STARTS) {
      this.#failedStarts = 0;
      const error = encodeError(
        new UserError(
          'jobs/worker-start',
          'The background worker stops each time it is started.',
          'Reload the page; if it happens again, use a current Chromium, Firefox or Safari and allow workers for this address.',
        ),
      );
      for (const task of this.#queue.splice(0)) task.settle({ ok: false, error });
    }
    Object.assign(slot, this.#newSlot(slot.kind), { held: slot.held });
    this.#dispatch();
  }

  #newSlot(kind: Kind): Slot {
    const handle = this.#options.spawn();
    const server = Comlink.wrap<JobServer>(handle.endpoint);
    const slot: Slot = { handle, server, held: new Set(), task: undefined, kind, dead: false };
    handle.ready.then(
      () => void server.connect(Comlink.proxy(this.#callerOf())),
      () => {},
    );
    handle.onCrash((reason) => {
      const owner = this.#slots.find((s) => s.handle === handle);
      if (owner) this.#replace(owner, reason);
    });
    return slot;
  }

  #callerOf(): JobCaller {
    return {
      event: (job, event) => {
        const task = this.#tasks.get(job);
        if (task) deliver(task.handlers, event);
      },
      call: (job, name, request) => {
        const parent = this.#tasks.get(job);
        if (!parent) return Promise.resolve({ ok: false, error: encodeError(new CancelledError()) });
        const control = new AbortController();
        parent.children.add(control);
        const handlers = {
          signal: control.signal,
          ...(parent.handlers.seed === undefined ? {} : { seed: parent.handlers.seed }),
        };
        return this.#enqueue(name, request, handlers, true).finally(() => parent.children.delete(control));
      },
    };
  }
}

function deliver(handlers: RunHandlers<JobName>, event: JobEvent): void {
  switch (event.type) {
    case 'progress':
      handlers.onProgress?.(event.done, event.total);
      break;
    case 'partial':
      handlers.onPartial?.(event.value as never);
      break;
    case 'warning':
      handlers.onWarning?.(event.diagnostic);
  }
}

export type {
  BlobLike,
  DataSource,
  ModelSource,
  NamedFile,
  ShapeSettings,
  SourceFile,
  UnreadFile,
} from './protocol.ts';
