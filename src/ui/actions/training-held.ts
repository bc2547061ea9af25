import { isStorageFull, loadWeights, MAX_STORED_BYTES, type StoredWeights, saveWeights } from '../state/storage.ts';
import { problemOf, showProblem } from './problems.ts';

/** Weights of the runs of this page, by id of the run: too large for the state. What is not here lies in the browser's storage. */
const held = new Map<string, StoredWeights>();
/** Writes of one run follow each other: an older checkpoint never replaces a newer one. */
const writing = new Map<string, Promise<void>>();

/** Replaces what is held of a run. Resolves once it is stored; false: it is too large to be, and is kept by this page only. */
export async function holdWeights(id: string, weights: StoredWeights): Promise<boolean> {
  held.set(id, weights);
  if (bytesOf(weights) > MAX_STORED_BYTES) return false;
  const before = writing.get(id) ?? Promise.resolve();
  let isStored = true;
  const write = before.then(async () => {
    // A newer one has come meanwhile: that one is written.
    if (held.get(id) !== weights) return;
    try {
      await saveWeights(id, weights);
    } catch (thrown) {
      isStored = false;
      showProblem(isStorageFull(thrown) ? storageFull : problemOf(thrown));
    }
  });
  writing.set(id, write);
  await write;
  return isStored;
}

export async function weightsOf(id: string): Promise<StoredWeights | undefined> {
  return held.get(id) ?? (await loadWeights(id));
}

export const forgetWeights = (id: string): void => {
  held.delete(id);
};

function bytesOf({ checkpoint, model }: StoredWeights): number {
  const states = checkpoint ? [...checkpoint.state, ...(checkpoint.best?.state ?? [])] : [];
  return states.reduce((sum, { data }) => sum + data.byteLength, model?.size ?? 0);
}

const storageFull = {
  code: 'ui/storage-full',
  message: 'The browser has no room left for checkpoints of this training. It goes on, but a reload would lose it.',
  hint: 'Download the network once it is trained, or delete stored data on the start page.',
};
