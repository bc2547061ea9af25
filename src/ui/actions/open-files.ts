import { CancelledError, sha256Hex } from '../../base/index.ts';
import type { DataReference } from '../../explore/index.ts';
import type { DataSource, ModelSource, UnreadFile } from '../../jobs/protocol.ts';
import { act, getState, patch } from '../state/store.ts';
import type { AppState, FileRecord, Problem, Sample } from '../state/types.ts';
import { client } from './client.ts';
import { estimateAll } from './estimate.ts';
import { kindOf } from './file-kinds.ts';
import { filesOf, keepFiles } from './held-files.ts';
import { problemOf, showProblem } from './problems.ts';
import { cancelServing, runJob } from './run-job.ts';
import { showShared } from './share-state.ts';

/** A browser cannot hold more than this in one buffer. */
const MAX_FILE_BYTES = 2 ** 31 - 1;
/** Samples used where none are given; enough for agreement to ± 0.03. */
const LEAST_GENERATED = 16;
const GENERATED_MACS = 10e9;
const GENERATED_SAMPLES = 200;
const CALIBRATION_SAMPLES = 128;
/** Far from any seed a user types, so that calibration and judgement never meet. */
const CALIBRATION_SEED_OFFSET = 1_000_003;

/** A file of a drop, a picker or a sample: what a browser's File offers. */
export interface GivenFile {
  readonly name: string;
  readonly blob: Blob;
}

/** Opens the file dialog of the browser. */
export function chooseFiles(): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.addEventListener('change', () => {
    const files = [...(input.files ?? [])].map((file) => ({ name: file.name, blob: file }));
    if (files.length > 0) void openFiles(files);
  });
  input.click();
}

/** Opens what was dropped: model, external data, samples, labels, in any combination. What was open stays if it fails. */
export async function openFiles(given: readonly GivenFile[], sample?: Sample): Promise<void> {
  const saved = given.find((file) => kindOf(file.name) === 'saved exploration');
  if (saved) return openSaved(saved);
  const records = given.map(recordOf);
  patch({ session: { files: records } });
  const models = given.filter((file) => kindOf(file.name) === 'model');
  const data = given.filter((file) => ['samples', 'labels'].includes(kindOf(file.name)));
  const companions = given.filter((file) => kindOf(file.name) === 'external data');
  if (models.length > 0) {
    ignoreUnknown(given);
    await openFirst(models, companions, (modelId) => dataOf(modelId, data, sample));
    return;
  }
  if (data.length > 0 && getState().session.view) {
    ignoreUnknown(given);
    return takeData(data);
  }
  for (const file of given) {
    const kind = kindOf(file.name);
    // Perhaps a model under another name: the reader says what the file is.
    if (kind === 'unknown') await openModel(file, [], generateData);
    else setFile(file.name, { status: 'failed', note: 'no model is open', problems: [noModel(file.name)] });
  }
}

/** Opens the first model that can be read; those after it are told that one is opened at a time. */
async function openFirst(
  models: readonly GivenFile[],
  companions: readonly GivenFile[],
  loadItsData: (modelId: string) => Promise<void>,
): Promise<void> {
  let opened = false;
  for (const model of models) {
    if (opened)
      setFile(model.name, {
        status: 'ignored',
        note: 'one model is opened at a time',
        problems: [twoModels(model.name)],
      });
    else opened = await openModel(model, companions, loadItsData);
  }
}

function ignoreUnknown(given: readonly GivenFile[]): void {
  const note = 'not used: neither a model, nor its external data, nor samples (.npz, .npy, idx, CIFAR binary)';
  for (const file of given)
    if (kindOf(file.name) === 'unknown') setFile(file.name, { status: 'ignored', note, problems: [] });
}

/** Reads a model, shows it, and estimates it everywhere. False: it could not be opened, and why is in its record. */
async function openModel(
  file: GivenFile,
  companions: readonly GivenFile[],
  loadItsData: (modelId: string) => Promise<void>,
): Promise<boolean> {
  const started = performance.now();
  try {
    if (file.blob.size > MAX_FILE_BYTES) throw new FileTooLarge(file);
    const id = await fingerprintOf(file.blob);
    cancelServing();
    keepFiles(id, [file, ...companions]);
    const files: UnreadFile[] = [file, ...companions].map(({ name, blob }) => ({ name, blob }));
    // A link or a reload brings the sizes that its points were found with.
    const { wanted, sizes: shared } = getState().session;
    const sizes = wanted?.sha256 === id ? shared : {};
    const source: ModelSource = { id: sourceId(id, sizes), files, shapes: { symbols: sizes, inputs: {} } };
    client().hold('model', source.id, source);
    const reply = await runJob(
      'open',
      { source },
      { title: `Read ${file.name}`, result: (r) => `${r.view.totals.nodes} nodes` },
    );
    setFile(file.name, { status: 'opened', note: `opened, ${reply.view.totals.nodes} nodes`, problems: [] });
    for (const other of companions)
      setFile(other.name, { status: 'opened', note: `external data of ${file.name}`, problems: [] });
    showModel(reply.modelId, reply.view, (performance.now() - started) / 1000, sizes);
    // The verdict is asked for first; the data follow on another worker.
    await Promise.all([estimateAll(), loadItsData(reply.modelId)]);
    return true;
  } catch (thrown) {
    if (thrown instanceof CancelledError) {
      setFile(file.name, { status: 'ignored', note: 'cancelled', problems: [] });
      return false;
    }
    const problem = thrown instanceof FileTooLarge ? thrown.problem : problemOf(thrown, file.name);
    const incomplete = /external/.test(problem.code);
    setFile(file.name, {
      status: incomplete ? 'incomplete' : 'failed',
      note: problem.message,
      problems: [problem],
    });
    patch({ page: { place: 'start' } });
    return false;
  }
}

/** The same file with other sizes is another model to the workers; undo goes back to the one before. */
const sourceId = (sha256: string, sizes: Readonly<Record<string, number>>): string => {
  const named = Object.keys(sizes).sort();
  return named.length === 0 ? sha256 : `${sha256} ${named.map((name) => `${name}=${sizes[name]}`).join(' ')}`;
};

/** Gives named dimensions a size and estimates again. Throws nothing: what does not fit is shown as a problem. */
export async function setSizes(sizes: Readonly<Record<string, number>>): Promise<void> {
  const { view } = getState().session;
  const kept = view ? filesOf(view.reference.sha256) : [];
  if (!view || kept.length === 0) return;
  const started = performance.now();
  const files: UnreadFile[] = kept.map(({ name, blob }) => ({ name, blob }));
  const source: ModelSource = {
    id: sourceId(view.reference.sha256, sizes),
    files,
    shapes: { symbols: sizes, inputs: {} },
  };
  try {
    cancelServing();
    client().hold('model', source.id, source);
    const reply = await runJob('open', { source }, { title: `Set sizes of ${view.reference.name}` });
    const given = heldData();
    showModel(reply.modelId, reply.view, (performance.now() - started) / 1000, sizes);
    const data = given && given.files.length > 0 ? takeSource(given) : generateData(reply.modelId);
    await Promise.all([estimateAll(), data]);
  } catch (thrown) {
    if (!(thrown instanceof CancelledError)) showProblem(problemOf(thrown, view.reference.name));
  }
}

function showModel(
  modelId: string,
  view: NonNullable<ReturnType<typeof getState>['session']['view']>,
  readSeconds: number,
  sizes: Readonly<Record<string, number>>,
): void {
  const { session, exploration } = getState();
  const sameSizes = sourceId('', session.sizes) === sourceId('', sizes);
  const continues = exploration.header?.model.sha256 === view.reference.sha256 && sameSizes;
  act(`Open ${view.reference.name}`, {
    session: {
      modelId,
      view,
      sizes,
      wanted: undefined,
      readSeconds,
      estimates: [],
      estimateStatus: 'none',
      verdictSeconds: undefined,
      data: undefined,
      calibration: undefined,
      details: new Map(),
      target: continues ? session.target : undefined,
    },
    selection: { layer: undefined, ...(continues ? {} : { points: [], activePoint: undefined }) },
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

/** What comes with a model: given files, else a sample's generator, else inputs made from its shapes. */
async function dataOf(modelId: string, files: readonly GivenFile[], sample: Sample | undefined): Promise<void> {
  const generator = sample && generatorOf(sample);
  if (files.length > 0) {
    await takeData(files);
    // Unreadable data do not take the model with them: it is judged on generated inputs, and the file says what is wrong.
    if (!getState().session.data) await generateData(modelId);
  } else if (generator !== undefined) {
    await generateFrom(modelId, generator, sample?.samples ?? GENERATED_SAMPLES);
  } else {
    await generateData(modelId);
  }
}

/** Inputs made from the model's input shapes and the seed, until real ones are dropped. */
const generateData = async (modelId: string): Promise<void> => {
  // Inputs have no size yet: the Model place asks for it, and setting it comes back here.
  if (getState().session.view?.symbols.some((s) => s.size === undefined)) return;
  await generateFrom(modelId, undefined, generatedCount());
};

/** As many as a search can judge a design on in about a second: large networks get fewer, and the data's name says how many. */
function generatedCount(): number {
  const macs = getState().session.view?.totals.macs ?? 0;
  return Math.max(LEAST_GENERATED, Math.min(GENERATED_SAMPLES, Math.floor(GENERATED_MACS / Math.max(1, macs))));
}

/** Judged on one seed, calibrated on another: no sample is used for both. */
async function generateFrom(modelId: string, generator: string | undefined, count: number): Promise<void> {
  const { seed } = getState().session;
  const source = (from: number, size: number): DataSource => ({
    id: `${generator ?? 'generated'}-${from}-${size}`,
    files: [],
    seed: from,
    count: size,
    ...(generator === undefined ? {} : { generator }),
  });
  await loadData(
    modelId,
    source(seed, count),
    [],
    source(seed + CALIBRATION_SEED_OFFSET, Math.min(count, CALIBRATION_SAMPLES)),
  );
}

/** The generator a sample's data comes from; undefined: from a file, or none. */
export const generatorOf = (sample: Sample): string | undefined =>
  sample.data !== undefined && !sample.data.includes('.') ? sample.data : undefined;

/** Takes dropped samples (and labels) as what points are judged on and calibrated with. */
let lastData: DataSource | undefined;
const holdData = (source: DataSource): void => {
  lastData = source;
};
/** The data in use as the worker got it, for storing. */
export const heldData = (): DataSource | undefined => lastData;

export async function takeData(files: readonly GivenFile[]): Promise<void> {
  const { modelId, seed } = getState().session;
  if (modelId === undefined || files.length === 0) return;
  const id = `data-${sha256Hex(new TextEncoder().encode(files.map((f) => `${f.name}:${f.blob.size}`).join('|'))).slice(0, 16)}`;
  await loadData(
    modelId,
    { id, files: files.map(({ name, blob }) => ({ name, blob })), seed, count: 0, part: 'evaluation' },
    files.map((f) => f.name),
  );
}

/** Where one set of files serves for both, calibration takes samples that points are not judged on. */
const calibrationFor = (source: DataSource): DataSource =>
  source.part === 'evaluation' ? { ...source, id: `${source.id}-calibration`, part: 'calibration' } : source;

async function calibrationOf(
  modelId: string,
  calibration: DataSource,
  source: DataSource,
  reference: DataReference,
): Promise<NonNullable<AppState['session']['calibration']>> {
  if (calibration === source) return { id: source.id, reference };
  client().hold('data', calibration.id, calibration);
  const reply = await runJob('data', { modelId, source: calibration }, { title: 'Calibration inputs', unlisted: true });
  return { id: calibration.id, reference: reply.reference };
}

/** Takes a data source as it was stored. */
export async function takeSource(source: DataSource): Promise<void> {
  const { modelId } = getState().session;
  if (modelId !== undefined && source.files.length === 0) return generateFrom(modelId, source.generator, source.count);
  if (modelId !== undefined) await loadData(modelId, source, []);
}

async function loadData(
  modelId: string,
  source: DataSource,
  names: readonly string[],
  calibrationSource: DataSource = calibrationFor(source),
): Promise<void> {
  try {
    client().hold('data', source.id, source);
    holdData(source);
    const { reference, diagnostics } = await runJob(
      'data',
      { modelId, source },
      {
        title: names.length ? `Read ${names.join(', ')}` : 'Make inputs from the seed',
        unlisted: names.length === 0,
        result: (r) => `${r.reference.count} samples`,
      },
    );
    if (getState().session.modelId !== modelId) return;
    const calibration = await calibrationOf(modelId, calibrationSource, source, reference);
    patch({ session: { data: { id: source.id, reference }, calibration } });
    const note =
      diagnostics[0]?.message ?? `${reference.count} samples${reference.labelled ? ', labelled' : ', no labels'}`;
    for (const name of names) setFile(name, { status: 'opened', note, problems: [] });
  } catch (thrown) {
    if (thrown instanceof CancelledError) return;
    const problem = problemOf(thrown, names[0]);
    for (const name of names) setFile(name, { status: 'failed', note: problem.message, problems: [problem] });
    patch({ page: { problems: [...getState().page.problems.filter((p) => p.code !== problem.code), problem] } });
  }
}

/** A `.paretoscope` file: its exploration, and its model if it carries one. */
async function openSaved(file: GivenFile): Promise<void> {
  patch({ session: { files: [recordOf(file)] } });
  try {
    const { state, model } = await runJob('readFile', { file }, { title: `Read ${file.name}` });
    showShared(state, `Open ${file.name}`, false);
    patch({ page: { place: 'explore' } });
    const files = model.map(({ name, bytes }) => ({ name, blob: new Blob([bytes.slice()]) }));
    if (files.length > 0) await openFiles(files);
  } catch (thrown) {
    if (thrown instanceof CancelledError) return;
    const problem = problemOf(thrown, file.name);
    patch({ page: { place: 'start' } });
    setFile(file.name, { status: 'failed', note: problem.message, problems: [problem] });
  }
}

const recordOf = ({ name, blob }: GivenFile): FileRecord => ({
  name,
  bytes: blob.size,
  kind: kindOf(name),
  status: 'reading',
  note: 'reading',
  problems: [],
});

function setFile(name: string, change: Partial<FileRecord>): void {
  const { files } = getState().session;
  patch({ session: { files: files.map((file) => (file.name === name ? { ...file, ...change } : file)) } });
}

/** SHA-256 of a file, by the browser where it offers that (secure addresses), by our own code elsewhere. */
export async function fingerprintOf(blob: Blob): Promise<string> {
  const bytes = await blob.arrayBuffer();
  if (!crypto.subtle) return sha256Hex(new Uint8Array(bytes));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

class FileTooLarge extends Error {
  readonly problem: Problem;
  constructor(file: GivenFile) {
    super(file.name);
    this.problem = {
      code: 'ui/file-too-large',
      message: `${file.name} has ${(file.blob.size / 1e9).toFixed(1)} GB; a page can hold at most 2.1 GB of one file.`,
      hint: 'Store the weights as external data in several files, or use the command line.',
      where: file.name,
    };
  }
}

const twoModels = (name: string): Problem => ({
  code: 'ui/two-models',
  message: 'Two models were given at once; the first was opened.',
  hint: `Drop ${name} by itself to open it.`,
  where: name,
});

const noModel = (name: string): Problem => ({
  code: 'ui/no-model',
  message: 'Samples need a model to belong to.',
  hint: 'Drop them together with the ONNX file, or open the model first.',
  where: name,
});
