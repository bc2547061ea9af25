import { BugError, CancelledError } from '../../base/index.ts';
import { act, patch } from '../state/store.ts';
import type { TrainingRun } from '../state/types.ts';
import { save } from './deploy.ts';
import { type GivenFile, recordOf } from './file-records.ts';
import { goTo } from './navigate.ts';
import { generateData, heldData, takeSource } from './open-data.ts';
import { openModel } from './open-model.ts';
import { problemOf, showProblem } from './problems.ts';
import { runJob } from './run-job.ts';
import { runOf } from './training.ts';
import { partOf, rootOf } from './training-data.ts';
import { weightsOf } from './training-held.ts';

/** Why a run has no network to take; undefined: it has one. */
export function networkObstacle(run: TrainingRun): string | undefined {
  if (run.result || run.checkpointEpoch !== undefined) return undefined;
  return 'it has no weights yet';
}

/** The trained network: as the run handed it over, or made from its checkpoint. Throws what the job throws. */
async function networkOf(run: TrainingRun): Promise<GivenFile> {
  const weights = await weightsOf(run.id);
  if (weights?.model && run.result) return { name: run.result.fileName, blob: weights.model };
  if (!weights?.checkpoint) throw new BugError(`Run ${run.number} has neither a network nor a checkpoint.`);
  const which = weights.checkpoint.best ? 'best' : 'last';
  const { model, fileName } = await runJob(
    'fromCheckpoint',
    { modelId: run.model.id, checkpoint: weights.checkpoint, which },
    { title: `Network of run ${run.number}` },
  );
  return { name: fileName, blob: new Blob([model.slice()]) };
}

/**
 * Opens the trained network in place of the open one: undo brings that back. It is judged on the validation part of the samples,
 * and calibrated on a third part: training has seen none of either.
 */
export async function openNetwork(id: string): Promise<void> {
  const run = runOf(id);
  if (!run) return;
  try {
    const file = await networkOf(run);
    const source = heldData();
    const judged = source && rootOf(source.id) === rootOf(run.data.id) ? partOf(source, 'validation') : source;
    patch({ session: { files: [recordOf(file, 'model')] } });
    const isOpen = await openModel(file, [], (modelId) => (judged ? takeSource(judged) : generateData(modelId)));
    if (!isOpen) return;
    goTo('compress');
    patch({ page: { message: { id: Date.now(), text: `${file.name} of run ${run.number} is open`, undoable: true } } });
  } catch (thrown) {
    if (!(thrown instanceof CancelledError)) showProblem(problemOf(thrown, run.model.name));
  }
}

export async function downloadNetwork(id: string): Promise<void> {
  const run = runOf(id);
  if (!run) return;
  try {
    const { name, blob } = await networkOf(run);
    save(name, new Uint8Array(await blob.arrayBuffer()), 'application/octet-stream');
  } catch (thrown) {
    if (!(thrown instanceof CancelledError)) showProblem(problemOf(thrown, run.model.name));
  }
}

/** Takes the recipe of a run into the form. */
export function takeRecipe(id: string): void {
  const run = runOf(id);
  if (!run) return;
  patch({ training: { invalid: {} } });
  act(`Recipe of run ${run.number}`, { training: { recipe: run.recipe } });
}
