import { deleteTraining, listTrainings, saveTraining } from '../state/storage.ts';
import { getState, patch, store } from '../state/store.ts';
import type { JobRecord, TrainingRun } from '../state/types.ts';
import { forgetWeights, holdWeights, weightsOf } from './training-held.ts';

const SAVE_EVERY_MILLISECONDS = 700;
/** Older runs than these leave the storage when the page opens. */
const KEPT_RUNS = 40;
const lockName = (id: string): string => `paretoscope training ${id}`;

/** Says to other tabs that this one works on the run, until the returned function is called or the tab is gone. */
export function lockRun(id: string): () => void {
  let release = (): void => {};
  const done = new Promise<void>((resolve) => {
    release = resolve;
  });
  // Absent on plain http addresses: another tab then shows the run as interrupted.
  void navigator.locks?.request(lockName(id), () => done);
  return release;
}

/** Runs that an earlier visit left in this browser. Those that another tab works on are left to it. */
export async function restoreTrainings(): Promise<void> {
  let stored: readonly TrainingRun[];
  try {
    stored = await listTrainings();
  } catch {
    // No storage in this window (private mode): there is nothing to restore.
    return;
  }
  for (const { id } of stored.slice(0, -KEPT_RUNS)) void deleteTraining(id);
  stored = stored.slice(-KEPT_RUNS);
  const held = new Set((await navigator.locks?.query())?.held?.map(({ name }) => name));
  const known = new Set(getState().training.runs.map(({ id }) => id));
  const runs = stored.filter(({ id }) => !known.has(id) && !held.has(lockName(id))).map(afterReload);
  if (runs.length > 0) patch({ training: { runs: [...runs, ...getState().training.runs] } });
  const interrupted = runs.filter(({ status }) => status === 'interrupted');
  if (interrupted.length > 0) patch({ training: { tab: 'train' } });
  patch({ jobs: { list: [...getState().jobs.list, ...interrupted.map(jobOf)] } });
  watchRuns();
}

/** What was under way when the page went is interrupted. */
export function afterReload(run: TrainingRun): TrainingRun {
  const { jobId: _job, secondsLeft: _left, ...kept } = run;
  const ended = run.status === 'done' || run.status === 'stopped' || run.status === 'failed';
  return ended ? kept : { ...kept, status: 'interrupted' };
}

/** In the list of jobs; ids below 0 meet no job of this page. */
const jobOf = (run: TrainingRun, index: number): JobRecord => ({
  id: -1 - index,
  title: `Training, run ${run.number}`,
  state: 'interrupted',
  run: run.id,
  done: run.step?.step ?? 0,
  total: run.step?.steps ?? 0,
  result:
    run.checkpointEpoch === undefined
      ? 'interrupted before its first checkpoint'
      : `interrupted; goes on from epoch ${Number(run.checkpointEpoch.toFixed(1))} under Compress, Train`,
});

const isOfThisPage = ({ jobId }: TrainingRun): boolean => jobId !== undefined;

const changed = new Map<string, TrainingRun>();
let timer: number | undefined;

function watchRuns(): void {
  for (const run of getState().training.runs) if (isOfThisPage(run)) saveSoon(run);
  store.subscribe((now, before) => {
    if (now.training.runs !== before.training.runs) {
      const old = new Set(before.training.runs);
      for (const run of now.training.runs) if (!old.has(run)) saveSoon(run);
    }
    if (now.training.removed !== before.training.removed) followRemoved(now.training.removed, before.training.removed);
  });
  window.addEventListener('pagehide', () => void saveNow());
}

function saveSoon(run: TrainingRun): void {
  changed.set(run.id, run);
  timer ??= window.setTimeout(() => void saveNow(), SAVE_EVERY_MILLISECONDS);
}

async function saveNow(): Promise<void> {
  window.clearTimeout(timer);
  timer = undefined;
  const runs = [...changed.values()];
  changed.clear();
  try {
    await Promise.all(runs.map(saveTraining));
  } catch {
    // A full or forbidden storage is told of where weights are stored; runs stay listed in this page.
    return;
  }
}

/** Removed runs leave the storage; their weights stay in this page, so that undo brings them back. */
function followRemoved(now: readonly string[], before: readonly string[]): void {
  for (const id of now) if (!before.includes(id)) void takeFromStorage(id);
  for (const id of before) if (!now.includes(id)) void giveBack(id);
}

async function takeFromStorage(id: string): Promise<void> {
  const weights = await weightsOf(id);
  if (weights) keptAside.set(id, weights);
  forgetWeights(id);
  changed.delete(id);
  await deleteTraining(id);
}

const keptAside = new Map<string, NonNullable<Awaited<ReturnType<typeof weightsOf>>>>();

async function giveBack(id: string): Promise<void> {
  const weights = keptAside.get(id);
  const run = getState().training.runs.find((other) => other.id === id);
  if (weights) await holdWeights(id, weights);
  if (run) saveSoon(run);
}
