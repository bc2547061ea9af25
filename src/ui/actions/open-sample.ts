import { messageOf } from '../../base/index.ts';
import type { ModelReference } from '../../ir/index.ts';
import { getState, patch } from '../state/store.ts';
import type { Sample } from '../state/types.ts';
import { fingerprintOf, type GivenFile, generatorOf, openFiles } from './open-files.ts';
import { showProblem } from './problems.ts';

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

export async function openSampleById(id: string): Promise<void> {
  const { samples } = getState().page;
  const sample = Array.isArray(samples) ? (samples as readonly Sample[]).find((s) => s.id === id) : undefined;
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

async function fetchFile(path: string): Promise<GivenFile> {
  const reply = await fetch(`./models/${path}`);
  if (!reply.ok) throw new Error(`${path} was answered with ${reply.status}`);
  return { name: path.slice(path.lastIndexOf('/') + 1), blob: await reply.blob() };
}
