import { CancelledError } from '../../base/index.ts';
import type { Choices } from '../../explore/index.ts';
import type { ExportReply } from '../../jobs/protocol.ts';
import { act, getState, patch } from '../state/store.ts';
import type { AppState, PackageState } from '../state/types.ts';
import { choicesOf } from './compress.ts';
import { goTo, say } from './navigate.ts';
import { problemOf, showProblem } from './problems.ts';
import { runJob } from './run-job.ts';
import { shareState } from './share-state.ts';

/** Zips by package key; kept out of the store because they are large. */
const zips = new Map<string, Uint8Array>();

export interface DeployDesign {
  /** Letter or id of a point, or 'scheme' of Compress. */
  readonly name: string;
  readonly choices: Choices;
  readonly pointId?: string;
}

/** What Deploy acts on: the point last chosen, else the scheme of Compress. */
export function designOf(state: AppState): DeployDesign | undefined {
  const { activePoint, points } = state.selection;
  const point = state.exploration.points.find((p) => p.id === activePoint);
  if (point) {
    const at = points.indexOf(point.id);
    const name = at < 0 ? point.id.slice(0, 6) : String.fromCharCode(65 + at);
    return { name: `point ${name}`, choices: point.choices, pointId: point.id };
  }
  const choices = choicesOf(state);
  return choices && { name: 'the scheme in Compress', choices };
}

/** Values of an exporter's options: those set, else its defaults. */
export function optionsOf(state: AppState, exporter: string): Readonly<Record<string, number | boolean | string>> {
  const entry = state.session.catalog?.exporters.find((e) => e.id === exporter);
  const defaults = Object.fromEntries((entry?.options ?? []).map((o) => [o.id, o.default]));
  return { ...defaults, ...state.deploy.options[exporter] };
}

/** Names one package: model, design, exporter, options. */
export function packageKey(state: AppState, exporter: string): string | undefined {
  const design = designOf(state);
  if (!design) return undefined;
  return JSON.stringify([state.session.modelId, design.choices, exporter, optionsOf(state, exporter)]);
}

export function setExporter(target: string): void {
  if (getState().deploy.target !== target) act(`Package ${target}`, { deploy: { target, file: undefined } });
}

export function setOption(exporter: string, option: string, value: number | boolean | string): void {
  const { options } = getState().deploy;
  const changed = { ...options, [exporter]: { ...options[exporter], [option]: value } };
  act(`Set ${option}`, { deploy: { options: changed } }, { key: `option-${exporter}-${option}` });
}

export function showFile(file: string): void {
  patch({ deploy: { file } });
}

export function deployPoint(pointId: string): void {
  act('Deploy point', { selection: { activePoint: pointId } });
  goTo('deploy');
}

/** Why packages cannot be made; undefined: they can. */
export function packageObstacle(state: AppState): string | undefined {
  if (!state.session.view || state.session.modelId === undefined) return 'the model file is needed';
  if (!state.session.calibration) return 'the inputs are still being made';
  if (!designOf(state)) return 'no design yet';
  return undefined;
}

/** Makes the package of one exporter and runs its self-test, unless it is there already. */
export async function makePackage(exporter: string): Promise<void> {
  const state = getState();
  const key = packageKey(state, exporter);
  const design = designOf(state);
  const { modelId, calibration, seed } = state.session;
  if (packageObstacle(state) !== undefined || key === undefined || !design || modelId === undefined || !calibration)
    return;
  const known = state.deploy.packages[key];
  if (known?.status === 'running' || known?.status === 'ready') return;
  setPackage(key, { status: 'running' });
  const name = state.session.catalog?.exporters.find((e) => e.id === exporter)?.name ?? exporter;
  try {
    const reply = await runJob(
      'export',
      {
        modelId,
        calibrationId: calibration.id,
        choices: design.choices,
        target: exporter,
        options: optionsOf(state, exporter),
        seed,
      },
      {
        title: `Package ${name}`,
        result: (r) => `${r.selfTest.mismatches} of ${r.selfTest.vectors} vectors differ`,
      },
    );
    const { zip, ...rest } = reply;
    zips.set(key, zip);
    setPackage(key, { status: 'ready', reply: rest, zipBytes: zip.length });
  } catch (thrown) {
    if (thrown instanceof CancelledError) removePackage(key);
    else setPackage(key, { status: 'failed', problem: problemOf(thrown) });
  }
}

function setPackage(key: string, value: PackageState): void {
  patch({ deploy: { packages: { ...getState().deploy.packages, [key]: value } } });
}

function removePackage(key: string): void {
  const { [key]: _gone, ...packages } = getState().deploy.packages;
  patch({ deploy: { packages } });
}

/** Saves the zip of a package whose self-test passed. */
export function downloadPackage(key: string, reply: Pick<ExportReply, 'fileName'>): void {
  const zip = zips.get(key);
  if (zip) save(reply.fileName, zip, 'application/zip');
}

/** Hands bytes to the browser's own saving. */
export function save(name: string, content: Uint8Array | string, type: string): void {
  const part = typeof content === 'string' ? content : content.slice();
  const address = URL.createObjectURL(new Blob([part], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser reads the blob after this turn.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export async function saveParetoscope(withModel: 'with model' | 'without model'): Promise<void> {
  const state = shareState();
  const { modelId } = getState().session;
  if (!state) return;
  try {
    const include = withModel === 'with model' && modelId !== undefined ? { modelId } : {};
    const { bytes } = await runJob('saveFile', { state, ...include }, { title: 'Save .paretoscope' });
    save(`${state.exploration.model.name.replace(/\.onnx$/i, '')}.paretoscope`, bytes, 'application/zip');
  } catch (thrown) {
    if (!(thrown instanceof CancelledError)) showProblem(problemOf(thrown));
  }
}

/** The share link of what is open now. Throws what the encoder throws. */
export async function makeLink(): Promise<string | undefined> {
  const state = shareState();
  if (!state) return undefined;
  const { text } = await runJob('encodeLink', { state }, { title: 'Make link', unlisted: true });
  return `${window.location.href.replace(/[?#].*$/, '')}#${text}`;
}

export async function copyText(text: string, said: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(said);
  } catch {
    showProblem({
      code: 'ui/clipboard',
      message: 'The browser did not allow writing to the clipboard.',
      hint: 'Select the text and copy it by hand.',
    });
  }
}
