import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { ShareState } from '../../explore/view.ts';
import type { DataSource } from '../../jobs/protocol.ts';
import type { Checkpoint } from '../../train/index.ts';
import type { RecentRecord, TrainingRun } from './types.ts';

export interface StoredFile {
  readonly name: string;
  readonly blob: Blob;
}

/** An exploration as it lies in the browser: its points and view, and the files to go on with (if they are small enough). */
export interface StoredExploration {
  readonly record: RecentRecord;
  readonly state: ShareState;
  readonly data?: Omit<DataSource, 'files'> & { readonly files: readonly StoredFile[] };
}

/** What is large of a training run: what to go on from, and the network that came out. */
export interface StoredWeights {
  readonly checkpoint?: Checkpoint;
  readonly model?: Blob;
}

interface Schema extends DBSchema {
  explorations: { key: string; value: StoredExploration };
  /** By SHA-256: the model and its external data. */
  models: { key: string; value: { readonly files: readonly StoredFile[] } };
  /** By id of the run: what is shown of it, small. */
  trainings: { key: string; value: TrainingRun };
  /** By id of the run: what is large. */
  weights: { key: string; value: StoredWeights };
}

/** Larger files are asked for again after a reload rather than stored. */
export const MAX_STORED_BYTES = 128 * 2 ** 20;

let opened: Promise<IDBPDatabase<Schema>> | undefined;

function database(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>('paretoscope', 2, {
    upgrade(db, from) {
      if (from < 1) {
        db.createObjectStore('explorations');
        db.createObjectStore('models');
      }
      db.createObjectStore('trainings');
      db.createObjectStore('weights');
    },
    // A newer page in another tab must not wait for this one.
    blocking: () => {
      void opened?.then((db) => db.close());
      opened = undefined;
    },
  });
  return opened;
}

export async function saveExploration(stored: StoredExploration): Promise<void> {
  await (await database()).put('explorations', stored, stored.record.id);
}

export async function loadExploration(id: string): Promise<StoredExploration | undefined> {
  return (await database()).get('explorations', id);
}

/** Newest first. */
export async function listExplorations(): Promise<RecentRecord[]> {
  const all = await (await database()).getAll('explorations');
  return all.map((stored) => stored.record).sort((a, b) => b.savedAt - a.savedAt);
}

export async function saveModel(sha256: string, files: readonly StoredFile[]): Promise<void> {
  await (await database()).put('models', { files }, sha256);
}

export async function loadModel(sha256: string): Promise<readonly StoredFile[] | undefined> {
  return (await (await database()).get('models', sha256))?.files;
}

export async function saveTraining(run: TrainingRun): Promise<void> {
  await (await database()).put('trainings', run, run.id);
}

/** What a run goes on from, or what came out of it; replaces what was stored for it. */
export async function saveWeights(id: string, weights: StoredWeights): Promise<void> {
  await (await database()).put('weights', weights, id);
}

/** In the order they were started. */
export async function listTrainings(): Promise<TrainingRun[]> {
  const all = await (await database()).getAll('trainings');
  return all.sort((a, b) => a.startedAt - b.startedAt);
}

export async function loadWeights(id: string): Promise<StoredWeights | undefined> {
  return (await database()).get('weights', id);
}

export async function deleteTraining(id: string): Promise<void> {
  const db = await database();
  await Promise.all([db.delete('trainings', id), db.delete('weights', id)]);
}

export async function deleteEverything(): Promise<void> {
  const db = await database();
  await Promise.all([db.clear('explorations'), db.clear('models'), db.clear('trainings'), db.clear('weights')]);
}

/** Bytes this page has stored, as the browser estimates; undefined where it does not say. */
export async function storedBytes(): Promise<number | undefined> {
  return (await navigator.storage?.estimate?.())?.usage;
}

export const isStorageFull = (thrown: unknown): boolean =>
  thrown instanceof DOMException && (thrown.name === 'QuotaExceededError' || /quota/i.test(thrown.message));
