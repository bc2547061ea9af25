import { CancelledError } from '../../base/index.ts';
import type { DataSource } from '../../jobs/protocol.ts';
import { getState, patch } from '../state/store.ts';
import type { AppState, TrainingData } from '../state/types.ts';
import { client } from './client.ts';
import { heldData } from './open-data.ts';
import { problemOf } from './problems.ts';
import { runJob } from './run-job.ts';

/** Samples made for training for each that is made for judging. */
const TRAINING_FACTOR = 4;

export type TrainingPart = 'training' | 'calibration of training' | 'validation';

/** A part of the open data; `source` is what points are judged on, whatever part of the samples that is. */
export function partOf(source: DataSource, part: TrainingPart): DataSource {
  const count = part === 'training' ? source.count * TRAINING_FACTOR : source.count;
  return { ...source, id: `${rootOf(source.id)} (${part})`, part, count };
}

/** Id of the samples that a part is of. */
export const rootOf = (id: string): string => id.replace(/ \(.*\)$/, '');

/** Names the samples and the network that parts are made of: other ones, other parts. */
export const dataKey = (state: AppState): string | undefined =>
  state.session.modelId === undefined || !state.session.data
    ? undefined
    : `${state.session.modelId} ${state.session.data.id}`;

let reading: { readonly key: string; readonly done: Promise<TrainingData | undefined> } | undefined;

/** Divides the open data for training, once; undefined: it cannot be, and why is in the state. */
export function prepareTrainingData(): Promise<TrainingData | undefined> {
  const key = dataKey(getState());
  const source = heldData();
  const { modelId } = getState().session;
  const { data } = getState().training;
  if (key === undefined || !source || modelId === undefined) return Promise.resolve(undefined);
  if (data?.of === key) return Promise.resolve(data);
  if (reading?.key !== key) reading = { key, done: readParts(key, modelId, source) };
  return reading.done;
}

async function readParts(key: string, modelId: string, source: DataSource): Promise<TrainingData | undefined> {
  patch({ training: { data: undefined, dataProblem: undefined } });
  const read = async (part: TrainingPart): Promise<TrainingData['training']> => {
    const made = partOf(source, part);
    client().hold('data', made.id, made);
    const { reference } = await runJob(
      'data',
      { modelId, source: made },
      { title: `Samples for ${part}`, unlisted: true },
    );
    return { id: made.id, reference };
  };
  try {
    const data: TrainingData = { of: key, training: await read('training'), validation: await read('validation') };
    if (dataKey(getState()) === key) patch({ training: { data } });
    return data;
  } catch (thrown) {
    reading = undefined;
    if (!(thrown instanceof CancelledError) && dataKey(getState()) === key)
      patch({ training: { dataProblem: problemOf(thrown) } });
    return undefined;
  }
}

/** Asks what of the open network can be trained, and what a step of the recipe's batch takes. */
export async function askTrainable(): Promise<void> {
  const { session, training } = getState();
  const { modelId } = session;
  const { batch } = training.recipe;
  if (modelId === undefined) return;
  const known = training.trainable;
  if (known?.modelId === modelId && known.batch === batch) return;
  try {
    const reply = await runJob('trainable', { modelId, batch }, { title: 'What can be trained', unlisted: true });
    if (getState().session.modelId !== modelId || getState().training.recipe.batch !== batch) return;
    const { recipe } = getState().training;
    const [first] = reply.losses;
    // A loss that does not fit the outputs is no choice of the user's.
    const loss = first !== undefined && !reply.losses.includes(recipe.loss.id) ? lossOf(first) : recipe.loss;
    const layers = new Set(reply.layers.map(({ node }) => node));
    const frozen = recipe.frozen.filter((node) => layers.has(node));
    patch({
      training: {
        trainable: { modelId, batch, reply },
        trainableProblem: undefined,
        recipe: { ...recipe, loss, frozen: frozen.length === recipe.frozen.length ? recipe.frozen : frozen },
      },
    });
  } catch (thrown) {
    if (thrown instanceof CancelledError || getState().session.modelId !== modelId) return;
    patch({ training: { trainable: undefined, trainableProblem: problemOf(thrown) } });
  }
}

/** A loss with its options as they usually are. */
export function lossOf(id: AppState['training']['recipe']['loss']['id']): AppState['training']['recipe']['loss'] {
  if (id === 'cross-entropy') return { id, smoothing: 0 };
  return id === 'mse' ? { id } : { id, temperature: 4, share: 0.5 };
}
