import type { DesignPoint } from '../../explore/index.ts';
import { defaultAxes, frontOf } from '../../explore/view.ts';
import {
  deleteEverything,
  isStorageFull,
  listExplorations,
  loadExploration,
  loadModel,
  MAX_STORED_BYTES,
  type StoredExploration,
  saveExploration,
  saveModel,
  storedBytes,
} from '../state/storage.ts';
import { getState, patch } from '../state/store.ts';
import type { RecentRecord } from '../state/types.ts';
import { filesOf } from './held-files.ts';
import { heldData, takeSource } from './open-data.ts';
import { openFiles } from './open-files.ts';
import { problemOf, showProblem } from './problems.ts';
import { shareState, showShared } from './share-state.ts';

const SAVE_EVERY_MILLISECONDS = 700;
const SPARK_POINTS = 60;
/** Names the exploration open in this tab, so that a reload can go on with it. */
const OPEN_KEY = 'paretoscope-open';

let timer: number | undefined;

/** Saves the exploration within 1.5 s; many calls are one save. */
export function storeExplorationSoon(): void {
  if (timer !== undefined) return;
  timer = window.setTimeout(() => {
    timer = undefined;
    void storeExploration();
  }, SAVE_EVERY_MILLISECONDS);
}

/** At once, before the page may go away. */
export function storeExplorationNow(): void {
  if (timer === undefined) return;
  window.clearTimeout(timer);
  timer = undefined;
  void storeExploration();
}

async function storeExploration(): Promise<void> {
  const shared = shareState();
  if (!shared) return;
  const { model, data } = shared.exploration;
  const id = `${model.sha256.slice(0, 16)}-${data.sha256.slice(0, 16)}`;
  try {
    const hasModel = await storeModel(model.sha256);
    await saveExploration({
      record: recordFor(id, shared.exploration.points, hasModel),
      state: shared,
      ...storedData(),
    });
    sessionStorage.setItem(OPEN_KEY, id);
  } catch (thrown) {
    if (!isStorageFull(thrown)) return showProblem(problemOf(thrown));
    showProblem({
      code: 'ui/storage-full',
      message: 'The browser has no room left to store this exploration. It stays open in this tab.',
      hint: 'Save it as a .paretoscope file (Deploy), or delete stored data on the start page.',
    });
  }
  void refreshRecent();
}

function recordFor(id: string, points: readonly DesignPoint[], hasModel: boolean): RecentRecord {
  const { exploration, session } = getState();
  const model = session.view?.reference ?? exploration.header?.model;
  const axes = exploration.axes ? ([exploration.axes.x, exploration.axes.y] as const) : defaultAxes(points);
  const front = new Set(axes ? frontOf(points, axes) : []);
  return {
    id,
    name: model?.name ?? '',
    sha256: model?.sha256 ?? '',
    points: points.length,
    onFront: front.size,
    savedAt: Date.now(),
    bytes: model?.bytes ?? 0,
    interrupted: exploration.status === 'running',
    spark: axes ? sparkOf(points, axes, front) : [],
    hasModel,
  };
}

/** The front and an even choice of other points, scaled to the unit square. */
function sparkOf(
  points: readonly DesignPoint[],
  [x, y]: readonly [string, string],
  front: ReadonlySet<number>,
): RecentRecord['spark'] {
  const every = Math.max(1, Math.ceil(points.length / SPARK_POINTS));
  const kept = points.flatMap((point, i) => {
    const px = point.objectives[x]?.value;
    const py = point.objectives[y]?.value;
    if (px === undefined || py === undefined || !(front.has(i) || i % every === 0)) return [];
    return [[px, py, front.has(i)] as const];
  });
  const low = [0, 1].map((k) => Math.min(...kept.map((p) => p[k] as number)));
  const size = [0, 1].map((k) => Math.max(...kept.map((p) => p[k] as number)) - (low[k] as number) || 1);
  return kept.map(([px, py, on]) => [
    (px - (low[0] as number)) / (size[0] as number),
    (py - (low[1] as number)) / (size[1] as number),
    on,
  ]);
}

async function storeModel(sha256: string): Promise<boolean> {
  const files = filesOf(sha256);
  if (files.length === 0) return (await loadModel(sha256)) !== undefined;
  if (files.reduce((sum, f) => sum + f.blob.size, 0) > MAX_STORED_BYTES) return false;
  if (!(await loadModel(sha256))) {
    await saveModel(
      sha256,
      files.map(({ name, blob }) => ({ name, blob })),
    );
  }
  return true;
}

function storedData(): Pick<StoredExploration, 'data'> {
  const source = heldData();
  if (!source) return {};
  const files = source.files.flatMap((f) =>
    'blob' in f && f.blob instanceof Blob ? [{ name: f.name, blob: f.blob }] : [],
  );
  const total = files.reduce((sum, f) => sum + f.blob.size, 0);
  return files.length === source.files.length && total <= MAX_STORED_BYTES ? { data: { ...source, files } } : {};
}

/** Opens a stored exploration, with its model and data where they are stored. Its search can be gone on with. */
export async function openRecent(id: string): Promise<void> {
  try {
    const stored = await loadExploration(id);
    if (!stored) return;
    showShared(stored.state, `Open ${stored.record.name}`, stored.record.interrupted);
    patch({ page: { place: stored.record.points > 0 ? 'explore' : 'start' } });
    const files = await loadModel(stored.record.sha256);
    if (files) await openFiles(files);
    if (files && stored.data) await takeSource(stored.data);
  } catch (thrown) {
    showProblem(problemOf(thrown));
  }
}

/** After a reload: what was open in this tab. */
export async function reopenAfterReload(): Promise<boolean> {
  const id = sessionStorage.getItem(OPEN_KEY);
  if (id === null) return false;
  await openRecent(id);
  return true;
}

export async function refreshRecent(): Promise<void> {
  try {
    const [recent, bytes] = await Promise.all([listExplorations(), storedBytes()]);
    patch({ page: { recent, storedBytes: bytes } });
  } catch {
    // No storage in this window (private mode): the list stays empty, which is true.
    patch({ page: { recent: [] } });
  }
}

export async function deleteStored(): Promise<void> {
  await deleteEverything();
  sessionStorage.removeItem(OPEN_KEY);
  await refreshRecent();
}
