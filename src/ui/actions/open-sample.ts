import { messageOf } from '../../base/index.ts';
import type { ModelReference } from '../../ir/index.ts';
import { getState, patch } from '../state/store.ts';
import type { Sample } from '../state/types.ts';
import { client } from './client.ts';
import { fingerprintOf, type GivenFile } from './file-records.ts';
import { generatorOf } from './open-data.ts';
import { openFiles } from './open-files.ts';
import { showProblem } from './problems.ts';
import { runJob } from './run-job.ts';

/** Reads the list of samples that come with the page; 'none' where the page was built without them. */
export async function loadSamples(): Promise<void> {
  try {
    const reply = await fetch('./models/index.json');
    const json: unknown = reply.ok ? await reply.json() : [];
    const list = Array.isArray(json) ? json : ((json as { samples?: unknown }).samples ?? []);
    const samples = (Array.isArray(list) ? list : []).filter(isSample);
    patch({ page: { samples: samples.length > 0 ? samples : 'none' } });
  } catch {
    // A page without samples is complete: the gallery says there are none.
    patch({ page: { samples: 'none' } });
  }
}

/** Fetches the samples themselves: they are small, and opening one later then asks nobody for anything. */
export async function loadSampleFiles(): Promise<void> {
  const { samples } = getState().page;
  if (!Array.isArray(samples)) return;
  await Promise.all((samples as readonly Sample[]).map((sample) => fetchFile(sample.file).catch(() => undefined)));
}

const isSample = (x: unknown): x is Sample => {
  const s = x as Partial<Sample> | null;
  return typeof s?.id === 'string' && typeof s.title === 'string' && typeof s.file === 'string';
};

/** Fetches a sample from the page's own address and opens it like dropped files. */
export async function openSample(sample: Sample): Promise<void> {
  try {
    const names = [
      sample.file,
      ...(sample.data === undefined || generatorOf(sample) !== undefined ? [] : [sample.data]),
    ];
    const files = await Promise.all(names.map(fetchFile));
    await openFiles(files, sample);
  } catch (thrown) {
    showProblem({
      code: 'ui/sample',
      message: `The sample ${sample.title} could not be loaded: ${messageOf(thrown)}`,
      hint: 'Check the connection to the address this page came from, or drop a file of your own.',
      where: sample.file,
    });
  }
}

/** Reads and estimates the first sample in the background, for the start page: a real verdict before any file is opened. */
export async function estimateExample(): Promise<void> {
  const { samples } = getState().page;
  const sample = Array.isArray(samples) ? (samples as readonly Sample[])[0] : undefined;
  const { modelId, files } = getState().session;
  if (!sample || modelId !== undefined || files.some((file) => file.status === 'reading')) return;
  try {
    const file = await fetchFile(sample.file);
    const id = await fingerprintOf(file.blob);
    const source = { id, files: [{ name: file.name, blob: file.blob }], shapes: { symbols: {}, inputs: {} } };
    client().hold('model', id, source);
    await runJob('open', { source }, { title: sample.title, unlisted: true });
    const request = { modelId: id, platforms: 'all' as const, method: 'auto', bits: 8 };
    const estimates = await runJob('estimate', request, { title: sample.title, unlisted: true });
    patch({ page: { example: { title: sample.title, estimates } } });
  } catch {
    // The start page is complete without an example; opening the sample itself will say what is wrong.
    patch({ page: { example: undefined } });
  }
}

export async function openSampleById(id: string): Promise<void> {
  const { samples } = getState().page;
  const sample = Array.isArray(samples)
    ? (samples as readonly Sample[]).find((s) => s.id === id || id === '')
    : undefined;
  if (sample) return openSample(sample);
  showProblem({
    code: 'ui/unknown-sample',
    message: `There is no sample '${id}'.`,
    hint: 'Choose one of the list on the start page.',
  });
}

/** Opens the sample that is this very model, if one is: its fingerprint is checked before anything is opened. */
export async function openSampleLike(model: ModelReference): Promise<void> {
  const { samples } = getState().page;
  if (!Array.isArray(samples)) return;
  const sample = (samples as readonly Sample[]).find((s) => s.file.endsWith(model.name) && s.bytes === model.bytes);
  if (!sample) return;
  const file = await fetchFile(sample.file);
  if ((await fingerprintOf(file.blob)) === model.sha256) await openSample(sample);
}

const fetched = new Map<string, GivenFile>();

async function fetchFile(path: string): Promise<GivenFile> {
  const known = fetched.get(path);
  if (known) return known;
  const reply = await fetch(`./models/${path}`);
  if (!reply.ok) throw new Error(`${path} was answered with ${reply.status}`);
  const file = { name: path.slice(path.lastIndexOf('/') + 1), blob: await reply.blob() };
  fetched.set(path, file);
  return file;
}
