import { CancelledError } from '../../base/index.ts';
import { getState, patch } from '../state/store.ts';
import type { FileKind, Problem, Sample } from '../state/types.ts';
import { grouped } from './dropped-folder.ts';
import { kindOf, kindsOf } from './file-kinds.ts';
import { type GivenFile, recordOf, setFile } from './file-records.ts';
import { say } from './navigate.ts';
import { dataOf, generateData, takeData } from './open-data.ts';
import { openModel } from './open-model.ts';
import { addMetric } from './own-metrics.ts';
import { problemOf } from './problems.ts';
import { runJob } from './run-job.ts';
import { showShared } from './share-state.ts';

/** Opens the file dialog of the browser. */
export function chooseFiles(): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.addEventListener('change', () => {
    const files = [...(input.files ?? [])].map((file) => ({ name: file.name, blob: file }));
    if (files.length > 0) void openFiles(grouped(files));
  });
  input.click();
}

/** Opens the folder dialog of the browser: pictures, one folder per class. */
export function chooseFolder(): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.webkitdirectory = true;
  input.addEventListener('change', () => {
    const files = [...(input.files ?? [])].map((file) => ({
      name: file.webkitRelativePath || file.name,
      folder: true,
      blob: file,
    }));
    if (files.length > 0) void openFiles(grouped(files));
  });
  input.click();
}

/** Opens what was dropped: model, external data, samples, labels, metrics, in any combination. What was open stays if it fails. */
export async function openFiles(given: readonly GivenFile[], sample?: Sample): Promise<void> {
  const saved = given.find((file) => kindOf(file.name) === 'saved exploration');
  if (saved) return openSaved(saved);
  patch({ session: { files: given.map((file) => recordOf(file, kindOf(file.name))) } });
  const kinds = await lookedAt(given);
  if (!kinds) return;
  patch({ session: { files: given.map((file) => recordOf(file, kinds.get(file) ?? 'unknown')) } });
  const ofKind = (...wanted: FileKind[]) => given.filter((file) => wanted.includes(kinds.get(file) ?? 'unknown'));
  const { models, beside } = modelsAmong(ofKind('model'), ofKind('unknown'));
  const data = ofKind('samples', 'labels');
  const metrics = ofKind('metric');
  if (models.length > 0) {
    ignoreUnknown(ofKind('unknown').filter((file) => !beside.includes(file)));
    const companions = [...ofKind('external data'), ...beside];
    const opened = await openFirst(models, companions, (modelId) => dataOf(modelId, data, sample));
    for (const file of metrics) {
      if (opened) await addMetric(file);
      else setFile(file.name, { status: 'ignored', note: 'not used: its model was not opened', problems: [] });
    }
    return;
  }
  if (getState().session.view && data.length + metrics.length > 0) {
    ignoreUnknown(ofKind('unknown'));
    for (const file of metrics) await addMetric(file);
    if (data.length > 0) await takeData(data);
    return;
  }
  for (const file of given) {
    // Perhaps a model under another name: the reader says what the file is.
    if (kinds.get(file) === 'unknown') await openModel(file, [], generateData);
    else setFile(file.name, { status: 'failed', note: 'no model is open', problems: [noModel(file.name)] });
  }
}

/** Kinds of the files; undefined: they could not be looked at, and why is in their records. */
async function lookedAt(given: readonly GivenFile[]): Promise<ReadonlyMap<GivenFile, FileKind> | undefined> {
  try {
    return await kindsOf(given);
  } catch (thrown) {
    for (const { name } of given) {
      const problem = problemOf(thrown, name);
      if (thrown instanceof CancelledError) setFile(name, { status: 'ignored', note: 'cancelled', problems: [] });
      else setFile(name, { status: 'failed', note: problem.message, problems: [problem] });
    }
    patch({ page: { place: 'start' } });
    return undefined;
  }
}

/** Weights that Keras wrote (.h5) and the JSON of their structure are one model: the weights are opened with the JSON beside them. */
function modelsAmong(
  models: readonly GivenFile[],
  unknown: readonly GivenFile[],
): { readonly models: readonly GivenFile[]; readonly beside: readonly GivenFile[] } {
  const [weights] = models.filter(({ name }) => /\.(h5|hdf5)$/i.test(name));
  if (!weights) return { models, beside: [] };
  const beside = [...models, ...unknown].filter(({ name }) => /\.json$/i.test(name));
  return { models: models.filter((file) => !beside.includes(file)), beside };
}

/** Opens the first model that can be read; those after it are told that one is opened at a time. */
async function openFirst(
  models: readonly GivenFile[],
  companions: readonly GivenFile[],
  loadItsData: (modelId: string) => Promise<void>,
): Promise<boolean> {
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
  return opened;
}

function ignoreUnknown(unknown: readonly GivenFile[]): void {
  const note = 'not used: no kind of file that is known here';
  for (const file of unknown) setFile(file.name, { status: 'ignored', note, problems: [] });
  if (unknown.length > 0) say(`${unknown.map(({ name }) => name).join(', ')}: ${note}`);
}

/** A `.paretoscope` file: its exploration, and its model if it carries one. */
async function openSaved(file: GivenFile): Promise<void> {
  patch({ session: { files: [recordOf(file, 'saved exploration')] } });
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

const twoModels = (name: string): Problem => ({
  code: 'ui/two-models',
  message: 'Two models were given at once; the first was opened.',
  hint: `Drop ${name} by itself to open it, or choose it under Compare in the Model place.`,
  where: name,
});

const noModel = (name: string): Problem => ({
  code: 'ui/no-model',
  message: 'Samples and metrics need a model to belong to.',
  hint: 'Drop them together with the model file, or open the model first.',
  where: name,
});
