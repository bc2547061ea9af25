import { CancelledError } from '../../base/index.ts';
import type { Diagnostic } from '../../ir/index.ts';
import type { Checkpoint, TrainingEvent, TrainingReport } from '../../train/index.ts';
import { act, getState, patch } from '../state/store.ts';
import type { AppState, Problem, RunStatus, TrainingRun } from '../state/types.ts';
import { fingerprintOf } from './file-records.ts';
import { goTo } from './navigate.ts';
import { problemOf, showProblem } from './problems.ts';
import { RemainingTime } from './remaining-time.ts';
import { cancelJob, pauseJob, runJob, stopJob } from './run-job.ts';
import { Stopwatch } from './stopwatch.ts';
import { prepareTrainingData } from './training-data.ts';
import { backAtCheckpoint, withEvents } from './training-events.ts';
import { holdWeights, weightsOf } from './training-held.ts';
import { lockRun } from './training-store.ts';

/** Events come faster than anyone reads: they enter the state together, this often. */
const FLUSH_MILLISECONDS = 150;

/** Runs that have not ended. */
export const isActive = ({ status }: TrainingRun): boolean =>
  status === 'waiting' || status === 'running' || status === 'paused' || status === 'stopping';

/** Why training cannot begin now; undefined: it can. */
export function trainObstacle(state: AppState): string | undefined {
  const { session, training } = state;
  if (!session.view || session.modelId === undefined) return 'open the model first';
  if (session.view.weightless) return 'the file holds the structure only: open the network with its weights';
  if (training.trainableProblem) return 'this network cannot be trained';
  if (!session.data) return 'the samples are still being read';
  if (training.dataProblem) return 'the samples cannot be divided for training';
  if (Object.keys(training.invalid).length > 0) return 'a field of the recipe is wrong';
  if (!training.data || training.trainable?.modelId !== session.modelId)
    return 'network and samples are being looked at';
  if (training.recipe.loss.id !== 'mse' && !session.data.reference.labelled)
    return `${training.recipe.loss.id} needs labels, and these samples have none`;
  if (training.recipe.batch > training.data.training.reference.count)
    return `a batch of ${training.recipe.batch} is more than the ${training.data.training.reference.count} training samples`;
  const obstacles = trainableObstacles(training);
  if (training.recipe.frozen.length >= (training.trainable?.reply.layers.length ?? 0)) return 'every layer is frozen';
  if (obstacles.length === 0) return undefined;
  return obstacles.length === 1
    ? 'a layer cannot be trained: freeze it'
    : `${obstacles.length} layers cannot be trained: freeze them`;
}

/** Layers of the recipe that are to be trained and cannot be. */
export function trainableObstacles(
  training: AppState['training'],
): readonly { readonly node: string; readonly op: string; readonly obstacle: string }[] {
  const frozen = new Set(training.recipe.frozen);
  return (training.trainable?.reply.layers ?? []).flatMap(({ node, op, obstacle }) =>
    obstacle === undefined || frozen.has(node) ? [] : [{ node, op, obstacle }],
  );
}

/** Starts a run with the recipe of the form. Resolves when it has ended. */
export async function train(): Promise<void> {
  const state = getState();
  const { session, training } = state;
  if (trainObstacle(state) !== undefined || session.modelId === undefined || !session.view || !training.data) return;
  const parts = training.data;
  const run: TrainingRun = {
    id: crypto.randomUUID(),
    number: Math.max(0, ...training.runs.map(({ number }) => number)) + 1,
    model: { id: session.modelId, sha256: session.view.reference.sha256, name: session.view.reference.name },
    data: named(parts.training),
    validation: named(parts.validation),
    recipe: training.recipe,
    status: 'running',
    startedAt: Date.now(),
    epochs: [],
    curve: [],
  };
  patch({ training: { runs: [...training.runs, run], selected: training.selected.filter((id) => id !== run.id) } });
  await work(run);
}

const named = ({
  id,
  reference,
}: {
  readonly id: string;
  readonly reference: { readonly name: string; readonly count: number };
}) => ({
  id,
  name: reference.name,
  count: reference.count,
});

/** Why a run cannot be gone on with; undefined: it can. */
export function resumeObstacle(state: AppState, run: TrainingRun): string | undefined {
  if (run.checkpointEpoch === undefined) return 'no checkpoint of it is kept';
  if (state.session.modelId !== run.model.id) return `open ${run.model.name} first`;
  if (!state.training.data) return 'the samples are still being read';
  if (state.training.data.training.id !== run.data.id) return `give its samples again: ${run.data.name}`;
  return undefined;
}

/** Goes on with a run from its checkpoint: the same weights come out as if it had not been interrupted. */
export async function resumeRun(id: string): Promise<void> {
  const run = runOf(id);
  if (!run || isActive(run)) return;
  await prepareTrainingData();
  if (resumeObstacle(getState(), run) !== undefined) return;
  try {
    const checkpoint = (await weightsOf(id))?.checkpoint;
    if (!checkpoint) return showProblem(noCheckpoint(run));
    const { problem: _, ...back } = backAtCheckpoint(run, checkpoint);
    const next: TrainingRun = { ...back, status: 'running' };
    replace(next);
    await work(next, checkpoint);
  } catch (thrown) {
    showProblem(problemOf(thrown));
  }
}

const noCheckpoint = ({ number, model }: TrainingRun): Problem => ({
  code: 'ui/no-checkpoint',
  message: `The checkpoint of run ${number} is no longer in this browser.`,
  hint: 'Train again with its recipe: the same seed gives the same weights.',
  where: model.name,
});

export function pauseRun(id: string, paused: boolean): void {
  const run = runOf(id);
  if (run?.jobId !== undefined) pauseJob(run.jobId, paused);
}

/** Ends a run with what it has; one that has not begun is taken back. */
export function stopRun(id: string): void {
  const run = runOf(id);
  if (run?.jobId === undefined) return;
  if (run.status === 'waiting' || !run.step) {
    cancelJob(run.jobId);
  } else {
    change(id, { status: 'stopping' });
    stopJob(run.jobId);
  }
}

/** What stopping now keeps: the best epoch so far, in words. */
export function keepWords(run: TrainingRun): string {
  if (run.bestEpoch !== undefined && run.bestEpoch > 0) return `keep epoch ${run.bestEpoch}`;
  return run.step ? `keep step ${run.step.step}` : 'keep nothing';
}

async function work(run: TrainingRun, resume?: Checkpoint): Promise<void> {
  const inbox = new Inbox(run.id);
  const release = lockRun(run.id);
  try {
    const report = await runJob(
      'train',
      {
        modelId: run.model.id,
        dataId: run.data.id,
        ...(run.validation ? { validationId: run.validation.id } : {}),
        recipe: run.recipe,
        ...(resume ? { resume } : {}),
        ...(getState().training.engine === 'fastest' ? { engine: 'fastest' } : {}),
      },
      {
        title: `Training, run ${run.number}`,
        seed: run.recipe.seed,
        keeps: () => keepWords(runOf(run.id) ?? run),
        onStart: (jobId) => change(run.id, { jobId }),
        onPause: (paused) => inbox.pause(paused),
        onWarning: (told) => note(run.id, told),
        onPartial: (event) => inbox.take(event),
        result: resultWords,
      },
    );
    inbox.flush();
    await finish(run.id, report);
  } catch (thrown) {
    inbox.flush();
    if (thrown instanceof CancelledError) settle(run.id, { status: 'stopped' });
    else settle(run.id, { status: 'failed', problem: problemOf(thrown) });
  } finally {
    release();
  }
}

function note(id: string, { code, message }: Diagnostic): void {
  const notes = runOf(id)?.notes ?? [];
  if (code === 'jobs/waiting') change(id, { status: 'waiting' });
  else if (!notes.includes(message)) change(id, { notes: [...notes, message] });
}

function resultWords({ epochs, kept }: TrainingReport): string {
  const accuracy = epochs.find(({ epoch }) => epoch === kept)?.validation?.accuracy;
  const words = `epoch ${Number(kept.toFixed(1))} kept`;
  return accuracy === undefined ? words : `${(accuracy * 100).toFixed(1)}\u202f%, ${words}`;
}

async function finish(id: string, report: TrainingReport): Promise<void> {
  const { model, checkpoint, recipe, epochs, ...facts } = report;
  const blob = new Blob([model.slice()]);
  const result = { ...facts, bytes: model.byteLength, sha256: await fingerprintOf(blob) };
  const whole = (epochs.at(-1)?.epoch ?? 0) >= recipe.epochs;
  settle(id, { status: whole ? 'done' : 'stopped', epochs, result, bestEpoch: facts.kept });
  // A run that is over is not gone on with: its network is all that is needed.
  if (whole) await holdWeights(id, { model: blob });
  else if (await holdWeights(id, { checkpoint, model: blob })) markCheckpoint(id, checkpoint);
}

function markCheckpoint(id: string, checkpoint: Checkpoint): void {
  const run = runOf(id);
  if (run) replace(withEvents(run, [{ type: 'checkpoint', checkpoint }]));
}

/** What a run tells, gathered and entered into the state several times a second; tells the time left by what has been done. */
class Inbox {
  readonly #id: string;
  readonly #left = new RemainingTime();
  /** From the first step told on: opening the network is no step. */
  #first: { readonly step: number; readonly watch: Stopwatch } | undefined;
  #events: TrainingEvent[] = [];
  #timer: number | undefined;

  constructor(id: string) {
    this.#id = id;
  }

  take(event: TrainingEvent): void {
    if (event.type === 'checkpoint') {
      const { checkpoint } = event;
      void holdWeights(this.#id, { checkpoint }).then((isStored) => isStored && markCheckpoint(this.#id, checkpoint));
      return;
    }
    this.#events.push(event);
    this.#timer ??= window.setTimeout(() => this.flush(), FLUSH_MILLISECONDS);
  }

  pause(paused: boolean): void {
    this.#first?.watch.run(!paused);
    const status: RunStatus = paused ? 'paused' : 'running';
    if (runOf(this.#id)?.status !== 'stopping') change(this.#id, { status });
  }

  flush(): void {
    window.clearTimeout(this.#timer);
    this.#timer = undefined;
    const run = runOf(this.#id);
    const events = this.#events;
    this.#events = [];
    if (!run || events.length === 0) return;
    const told = withEvents(run, events);
    const secondsLeft = told.step && this.#timeLeft(told.step.step, told.step.steps);
    replace({
      ...told,
      ...(told.status === 'waiting' ? { status: 'running' as const } : {}),
      ...(secondsLeft ? { secondsLeft } : {}),
    });
  }

  #timeLeft(step: number, steps: number): readonly [number, number, number] | undefined {
    this.#first ??= { step, watch: new Stopwatch(() => performance.now()) };
    const { step: first, watch } = this.#first;
    return this.#left.after(step - first, steps - first, watch.seconds());
  }
}

export const runOf = (id: string): TrainingRun | undefined => getState().training.runs.find((run) => run.id === id);

function replace(run: TrainingRun): void {
  patch({ training: { runs: getState().training.runs.map((other) => (other.id === run.id ? run : other)) } });
}

function change(id: string, members: Partial<TrainingRun>): void {
  const run = runOf(id);
  if (run) replace({ ...run, ...members });
}

/** It has ended: what only a run under way has goes. */
function settle(id: string, members: Partial<TrainingRun>): void {
  const run = runOf(id);
  if (!run) return;
  const { jobId: _job, secondsLeft: _left, ...kept } = run;
  replace({ ...kept, ...members });
}

/** Runs that belong to the open network: those that began with it, that made it, and that began where that one did. */
export function listedRuns({ session, training }: AppState): readonly TrainingRun[] {
  const sha256 = session.view?.reference.sha256;
  const begun = new Set([sha256]);
  for (const run of training.runs) if (run.result?.sha256 === sha256) begun.add(run.model.sha256);
  return training.runs.filter(({ id, model }) => begun.has(model.sha256) && !training.removed.includes(id));
}

export function selectRun(id: string, add: boolean): void {
  const { selected } = getState().training;
  const others = selected.filter((other) => other !== id);
  const next = add ? (selected.includes(id) ? others : [...others, id]) : [id];
  act('Select runs', { training: { selected: next } }, { key: 'select-runs' });
}

/** Shows a run in its place. */
export function showRun(id: string): void {
  showTab('train');
  goTo('compress');
  selectRun(id, false);
}

export function removeRun(id: string): void {
  const run = runOf(id);
  if (!run || isActive(run)) return;
  const { removed, selected } = getState().training;
  act(
    `Remove run ${run.number}`,
    { training: { removed: [...removed, id], selected: selected.filter((other) => other !== id) } },
    { say: true },
  );
}

/** What is pointed at in a curve; undefined: nothing. */
export function pointAtEpoch(cursor: AppState['training']['cursor']): void {
  patch({ training: { cursor } });
}

export function showTab(tab: AppState['training']['tab']): void {
  if (getState().training.tab !== tab) patch({ training: { tab } });
}
