import { CancelledError } from '../../base/index.ts';
import type { ModelChange } from '../../explore/index.ts';
import type { NodeId } from '../../ir/index.ts';
import type { ModelSource, UnreadFile } from '../../jobs/protocol.ts';
import { act, getState, patch } from '../state/store.ts';
import { loadCatalog } from './catalog.ts';
import { client } from './client.ts';
import { drawOpened } from './drawing.ts';
import { estimateAll } from './estimate.ts';
import { fingerprintOf, type GivenFile, setFile } from './file-records.ts';
import { filesOf, keepFiles } from './held-files.ts';
import { generateData, heldData, takeSource } from './open-data.ts';
import { problemOf, showProblem } from './problems.ts';
import { cancelServing, runJob } from './run-job.ts';

/** Above this a file's fingerprint is not waited for: the model is shown already, and known by it a moment later. */
const HASHED_FIRST_BYTES = 32 * 2 ** 20;
/** Above this it is not read whole for it either: a worker hashes it in parts. */
const HASHED_WHOLE_BYTES = 256 * 2 ** 20;

/** What makes a model besides its file. */
interface Making {
  readonly sizes: Readonly<Record<string, number>>;
  readonly changes: readonly ModelChange[];
  /** See `ModelSource`. */
  readonly missingKernels?: ModelSource['missingKernels'] | undefined;
}

/** Reads a model, shows it, and estimates it everywhere. False: it could not be opened, and why is in its record. */
export async function openModel(
  file: GivenFile,
  companions: readonly GivenFile[],
  loadItsData: (modelId: string) => Promise<void>,
): Promise<boolean> {
  const started = performance.now();
  const given = [file, ...companions];
  try {
    const isHashed = file.blob.size <= HASHED_FIRST_BYTES;
    const id = isHashed ? await fingerprintOf(file.blob) : provisionalId(file);
    cancelServing();
    keepFiles(id, given);
    // A link or a reload brings the sizes and changes that its points were found with.
    const { wanted, sizes, changes } = getState().session;
    const making = wanted?.sha256 === id ? { sizes, changes } : { sizes: {}, changes: [] };
    const reply = await runJob(
      'open',
      { source: hold(sourceOf(id, given, making)) },
      { title: `Read ${file.name}`, result: (r) => `${r.view.totals.nodes} nodes` },
    );
    setFile(file.name, { status: 'opened', note: `opened, ${reply.view.totals.nodes} nodes`, problems: [] });
    for (const other of companions)
      setFile(other.name, { status: 'opened', note: `read with ${file.name}`, problems: [] });
    // Of a model in an archive the fingerprint is its own, not the archive's.
    keepFiles(reply.view.reference.sha256, given);
    showModel(reply.modelId, reply.view, (performance.now() - started) / 1000, making);
    // The drawing, then the verdict; the data follow on another worker.
    await drawOpened(reply.modelId);
    await loadCatalog();
    await Promise.all([estimateAll(), loadItsData(reply.modelId)]);
    if (!isHashed) void fingerprintLater(file, companions, reply.modelId, making);
    return true;
  } catch (thrown) {
    if (thrown instanceof CancelledError) {
      setFile(file.name, { status: 'ignored', note: 'cancelled', problems: [] });
      return false;
    }
    const problem = problemOf(thrown, file.name);
    const incomplete = /external/.test(problem.code);
    setFile(file.name, { status: incomplete ? 'incomplete' : 'failed', note: problem.message, problems: [problem] });
    patch({ page: { place: 'start' } });
    return false;
  }
}

const provisionalId = ({ name, blob }: GivenFile): string => `unhashed ${name} ${blob.size}`;

/** The fingerprint of a large file, hashed by a worker; the model is then known by it. */
async function fingerprintLater(
  file: GivenFile,
  companions: readonly GivenFile[],
  provisional: string,
  making: Making,
): Promise<void> {
  try {
    const sha256 =
      file.blob.size <= HASHED_WHOLE_BYTES
        ? await fingerprintOf(file.blob)
        : (await runJob('fingerprint', { file }, { title: `Fingerprint of ${file.name}` })).sha256;
    const given = [file, ...companions];
    keepFiles(sha256, given);
    const source = hold(sourceOf(sha256, given, making));
    const { modelId, view } = await runJob('open', { source }, { title: file.name, unlisted: true });
    if (getState().session.modelId === provisional) patch({ session: { modelId, view } });
  } catch (thrown) {
    if (!(thrown instanceof CancelledError)) showProblem(problemOf(thrown, file.name));
  }
}

/** The same file with other sizes or changes is another model to the workers; undo goes back to the one before. */
function sourceId(sha256: string, { sizes, changes, missingKernels }: Making): string {
  const named = Object.keys(sizes).sort();
  return [
    sha256,
    ...named.map((name) => `${name}=${sizes[name]}`),
    ...(changes.length > 0 ? [JSON.stringify(changes)] : []),
    ...(missingKernels ? [missingKernels] : []),
  ].join(' ');
}

function sourceOf(sha256: string, files: readonly GivenFile[], making: Making): ModelSource {
  const unread: UnreadFile[] = files.map(({ name, blob }) => ({ name, blob }));
  return {
    id: sourceId(sha256, making),
    files: unread,
    shapes: { symbols: making.sizes, inputs: {} },
    ...(making.changes.length > 0 ? { changes: making.changes } : {}),
    ...(making.missingKernels ? { missingKernels: making.missingKernels } : {}),
    sha256,
  };
}

function hold(source: ModelSource): ModelSource {
  client().hold('model', source.id, source);
  return source;
}

/** Gives named dimensions a size and estimates again. Throws nothing: what does not fit is shown as a problem. */
export async function setSizes(sizes: Readonly<Record<string, number>>): Promise<void> {
  const { view, changes } = getState().session;
  if (!view) return;
  try {
    await reopen({ sizes, changes }, `Set sizes of ${view.reference.name}`);
  } catch (thrown) {
    if (!(thrown instanceof CancelledError)) showProblem(problemOf(thrown, view.reference.name));
  }
}

/**
 * Opens the model that is open once more, made otherwise. Undoable: what was open before comes back. Rethrows what is wrong
 * with it; what is open then stays. `select`: the layer that is selected then, if there is one of this name; default: the one
 * that is. `onShown` is called when it is open, before estimates and data have followed.
 */
export async function reopen(
  change: Making,
  label: string,
  { select, onShown }: { readonly select?: NodeId; readonly onShown?: () => void } = {},
): Promise<void> {
  const { view, missingKernels } = getState().session;
  // What runs layers without a kernel stays as the user chose it, unless that is what changes.
  const making: Making = 'missingKernels' in change || !missingKernels ? change : { ...change, missingKernels };
  const kept = view ? filesOf(view.reference.sha256) : [];
  if (!view || kept.length === 0) return;
  const started = performance.now();
  cancelServing();
  const source = hold(sourceOf(view.reference.sha256, kept, making));
  const reply = await runJob('open', { source }, { title: label });
  const layer = select ?? getState().selection.layer;
  showModel(reply.modelId, reply.view, (performance.now() - started) / 1000, making, label, layer);
  onShown?.();
  await Promise.all([estimateAll(), dataAgain(reply.modelId)]);
}

/** The data of the same file under another making. */
function dataAgain(modelId: string): Promise<void> {
  const given = heldData();
  return given && given.files.length > 0 ? takeSource(given) : generateData(modelId);
}

/** After undo or redo brought back another model than `before`: works out what had not been when it was left. */
export async function resumeModel(before: ReturnType<typeof getState>['session']): Promise<void> {
  const { modelId, view, estimateStatus, data } = getState().session;
  if (modelId === undefined || modelId === before.modelId) return;
  const sameFile = view?.reference.sha256 === before.view?.reference.sha256;
  await Promise.all([
    ...(estimateStatus === 'done' ? [] : [estimateAll()]),
    ...(data ? [] : [sameFile ? dataAgain(modelId) : generateData(modelId)]),
  ]);
}

function showModel(
  modelId: string,
  view: NonNullable<ReturnType<typeof getState>['session']['view']>,
  readSeconds: number,
  making: Making,
  label = `Open ${view.reference.name}`,
  select?: NodeId,
): void {
  const { session, exploration } = getState();
  const sameFile = session.view?.reference.sha256 === view.reference.sha256;
  const layer = view.nodes.some(({ id }) => id === select) ? select : undefined;
  const sameMaking = sourceId('', session) === sourceId('', making);
  const continues = exploration.header?.model.sha256 === view.reference.sha256 && sameMaking;
  act(label, {
    session: {
      modelId,
      view,
      ...making,
      missingKernels: making.missingKernels,
      layerEngines: undefined,
      wanted: undefined,
      readSeconds,
      estimates: [],
      estimateStatus: 'none',
      verdictSeconds: undefined,
      data: undefined,
      calibration: undefined,
      details: new Map(),
      target: continues || sameFile ? session.target : undefined,
    },
    // A comparison with the same file goes on: it is made again.
    model: {
      body: [],
      problem: undefined,
      simplify: undefined,
      ...(sameFile
        ? {}
        : {
            compare: undefined,
            otherLayer: undefined,
            expanded: [],
            collapsed: [],
            expandAll: false,
            find: '',
            ownMetrics: [],
          }),
    },
    selection: { layer, ...(continues ? {} : { points: [], activePoint: undefined }) },
    ...(continues
      ? {}
      : {
          exploration: {
            header: undefined,
            points: [],
            constraints: [],
            status: 'none',
            axes: undefined,
            brush: undefined,
            zoom: undefined,
            hiddenOrigins: [],
            problem: undefined,
          },
        }),
    compress: {
      scheme:
        view.quantizable.length === 0
          ? undefined
          : {
              method: session.catalog?.observers[0]?.id ?? 'min-max',
              weights: 'per-channel',
              activations: 'symmetric',
              rescale: 'fixed32',
              bits: view.quantizable.map(() => [8, 8] as const),
            },
      losses: [],
      lossStatus: 'none',
      checked: undefined,
      checkStatus: 'none',
      problem: undefined,
      floatCheck: undefined,
    },
    deploy: { packages: {}, file: undefined },
  });
  patch({ page: { place: continues && exploration.points.length > 0 ? 'explore' : 'model' } });
}
