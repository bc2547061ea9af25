import { CancelledError, sha256Hex } from '../../base/index.ts';
import type { DataReference, DataSettings } from '../../explore/index.ts';
import type { DataSource } from '../../jobs/protocol.ts';
import { act, getState, patch } from '../state/store.ts';
import type { AppState, Sample } from '../state/types.ts';
import { client } from './client.ts';
import { type GivenFile, setFile } from './file-records.ts';
import { problemOf } from './problems.ts';
import { runJob } from './run-job.ts';

/** Samples used where none are given; enough for agreement to ± 0.03. */
const LEAST_GENERATED = 16;
const GENERATED_MACS = 10e9;
const GENERATED_SAMPLES = 200;
const CALIBRATION_SAMPLES = 128;
/** Far from any seed a user types, so that calibration and judgement never meet. */
const CALIBRATION_SEED_OFFSET = 1_000_003;

/** What comes with a model: given files, else a sample's generator, else inputs made from its shapes. */
export async function dataOf(modelId: string, files: readonly GivenFile[], sample: Sample | undefined): Promise<void> {
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
export const generateData = async (modelId: string): Promise<void> => {
  const { view } = getState().session;
  // Inputs have no size yet: the Model place asks for it, and setting it comes back here. Without weights nothing is run.
  if (view?.symbols.some((s) => s.size === undefined) || view?.weightless) return;
  await generateFrom(modelId, undefined, generatedCount());
};

/** As many as a search can judge a design on in about a second: large networks get fewer, and the data's name says how many. */
function generatedCount(): number {
  const macs = getState().session.view?.totals.macs ?? 0;
  return Math.max(LEAST_GENERATED, Math.min(GENERATED_SAMPLES, Math.floor(GENERATED_MACS / Math.max(1, macs))));
}

/** Judged on one seed, calibrated on another: no sample is used for both. */
async function generateFrom(
  modelId: string,
  generator: string | undefined,
  count: number,
  { difficulty, label, ...settings }: GeneratedOptions = {},
): Promise<void> {
  const { seed } = getState().session;
  const hard = difficulty === undefined ? {} : { difficulty };
  const source = (from: number, size: number): DataSource => {
    const id = `${generator ?? 'generated'}-${from}-${size}${difficulty === undefined ? '' : `-${difficulty}`}`;
    const made = { id, files: [], seed: from, count: size, ...(generator === undefined ? {} : { generator, ...hard }) };
    return withSettings(made, settings);
  };
  const calibration = source(seed + CALIBRATION_SEED_OFFSET, Math.min(count, CALIBRATION_SAMPLES));
  await loadData(modelId, source(seed, count), { calibration, ...(label === undefined ? {} : { label }) });
}

interface GeneratedOptions extends DataSettings {
  readonly difficulty?: number;
  /** A step of the history. */
  readonly label?: string;
}

/** Labelled samples of a generator in place of those in use; undo goes back. */
export async function makeData(generator: string, count: number, difficulty: number): Promise<void> {
  const { modelId } = getState().session;
  if (modelId === undefined) return;
  refused = undefined;
  await generateFrom(modelId, generator, count, { difficulty, label: `Samples of ${generator}` });
}

/** What is done to the samples of a source as they are read. */
export const settingsOf = ({ preprocessing, layout, resize }: DataSettings): DataSettings => ({
  ...(preprocessing && { preprocessing }),
  ...(layout && { layout }),
  ...(resize && { resize }),
});

/** The same files or seed, read with other settings: other samples, so another id. */
function withSettings(source: DataSource, settings: DataSettings): DataSource {
  const { preprocessing: _p, layout: _l, resize: _r, ...bare } = source;
  const kept = settingsOf(settings);
  const root = source.id.replace(/\+[0-9a-f]{8}/, '');
  if (Object.keys(kept).length === 0) return { ...bare, id: root };
  const hash = sha256Hex(new TextEncoder().encode(JSON.stringify(kept))).slice(0, 8);
  // What follows the root names a part of the samples.
  return { ...bare, ...kept, id: root.replace(/^(.*?)(-calibration| \(|$)/, `$1+${hash}$2`) };
}

/** The generator a sample's data comes from; undefined: from a file, or none. */
export const generatorOf = (sample: Sample): string | undefined =>
  sample.data !== undefined && !sample.data.includes('.') ? sample.data : undefined;

/** Sources by id: undo goes back to samples that were open before. */
const sources = new Map<string, DataSource>();
let lastData: DataSource | undefined;
const holdData = (source: DataSource): void => {
  sources.set(source.id, source);
  lastData = source;
};
/** The data in use as the worker got it, for storing. */
export const heldData = (): DataSource | undefined => sources.get(getState().session.data?.id ?? '') ?? lastData;

/** Takes dropped samples (and labels) as what points are judged on and calibrated with. */
export async function takeData(given: readonly GivenFile[]): Promise<void> {
  const { modelId, seed } = getState().session;
  if (modelId === undefined || given.length === 0) return;
  const files = given.flatMap((file) => file.members ?? [file]).map(({ name, blob }) => ({ name, blob }));
  const listed = files.map((f) => `${f.name}:${f.blob.size}`).join('|');
  const id = `data-${sha256Hex(new TextEncoder().encode(listed)).slice(0, 16)}`;
  const source: DataSource = { id, files, seed, count: 0, part: 'evaluation' };
  await loadData(modelId, source, { names: given.map((f) => f.name) });
}

/** Reads the open data, or those that could not be read, with other settings; undo goes back. True: they are in use now. */
export async function changeData(label: string, settings: DataSettings): Promise<boolean> {
  const { modelId, calibration } = getState().session;
  const source = refused ?? heldData();
  if (modelId === undefined || !source) return false;
  const ownCalibration = refused ? undefined : sources.get(calibration?.id ?? '');
  const next = withSettings(source, settings);
  await loadData(modelId, next, {
    label,
    calibration: ownCalibration ? withSettings(ownCalibration, settings) : calibrationFor(next),
  });
  return getState().session.data?.id === next.id;
}

/** Data that were given and could not be read: other settings may help. */
let refused: DataSource | undefined;
export const refusedData = (): DataSource | undefined => refused;

/** Where one set of files serves for more, calibration takes samples that points are not judged on, nor networks trained with. */
function calibrationFor(source: DataSource): DataSource {
  if (source.part === 'evaluation') return { ...source, id: `${source.id}-calibration`, part: 'calibration' };
  if (source.part !== 'validation') return source;
  return { ...source, id: `${source.id}-calibration`, part: 'calibration of training' };
}

async function calibrationOf(
  modelId: string,
  calibration: DataSource,
  source: DataSource,
  reference: DataReference,
): Promise<NonNullable<AppState['session']['calibration']>> {
  if (calibration === source) return { id: source.id, reference };
  client().hold('data', calibration.id, calibration);
  sources.set(calibration.id, calibration);
  const reply = await runJob('data', { modelId, source: calibration }, { title: 'Calibration inputs', unlisted: true });
  return { id: calibration.id, reference: reply.reference };
}

/** Takes a data source as it was stored. */
export async function takeSource(source: DataSource): Promise<void> {
  const { modelId } = getState().session;
  if (modelId !== undefined && source.files.length === 0)
    return generateFrom(modelId, source.generator, source.count, {
      ...settingsOf(source),
      ...(source.difficulty === undefined ? {} : { difficulty: source.difficulty }),
    });
  if (modelId !== undefined) await loadData(modelId, source);
}

interface LoadOptions {
  /** Files that records are kept of. */
  readonly names?: readonly string[];
  readonly calibration?: DataSource;
  /** A step of the history, asked for in the data panel: what is wrong is said there. */
  readonly label?: string;
}

async function loadData(modelId: string, source: DataSource, options: LoadOptions = {}): Promise<void> {
  const { names = [], calibration: calibrationSource = calibrationFor(source), label } = options;
  try {
    client().hold('data', source.id, source);
    if (label === undefined) holdData(source);
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
    holdData(source);
    refused = undefined;
    const session = { data: { id: source.id, reference }, calibration };
    if (label === undefined) patch({ session });
    else act(label, { session });
    patch({ dataPanel: { problem: undefined } });
    const note =
      diagnostics[0]?.message ?? `${reference.count} samples${reference.labelled ? ', labelled' : ', no labels'}`;
    for (const name of names) setFile(name, { status: 'opened', note, problems: [] });
  } catch (thrown) {
    if (thrown instanceof CancelledError) return;
    const problem = problemOf(thrown, names[0]);
    for (const name of names) setFile(name, { status: 'failed', note: problem.message, problems: [problem] });
    if (source.files.length > 0 && label === undefined) refused = source;
    patch({ dataPanel: { problem } });
    if (label !== undefined) return;
    patch({ page: { problems: [...getState().page.problems.filter((p) => p.code !== problem.code), problem] } });
  }
}
