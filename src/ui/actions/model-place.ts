import { CancelledError } from '../../base/index.ts';
import type { Edit } from '../../edit/index.ts';
import type { ModelChange } from '../../explore/index.ts';
import type { NodeId } from '../../ir/index.ts';
import type { ModelSource } from '../../jobs/protocol.ts';
import { inText, middleCut } from '../format/index.ts';
import { act, getState, patch } from '../state/store.ts';
import type { ModelPlaceState } from '../state/types.ts';
import { client } from './client.ts';
import { save } from './deploy.ts';
import { fingerprintOf, type GivenFile } from './file-records.ts';
import { filesOf } from './held-files.ts';
import { reopen } from './open-model.ts';
import { problemOf } from './problems.ts';
import { runJob } from './run-job.ts';
import { selectLayer } from './select.ts';

/** What a user does with the model itself: how it is drawn, changes, simplification, comparison, writing. */

export function setForm(form: ModelPlaceState['form']): void {
  const words = { layers: 'Show layers', execution: 'Show what hardware runs', nodes: 'Show every node' };
  act(words[form], {
    model: { form, expanded: [], collapsed: [], expandAll: false },
  });
}

export function setGrouping(grouping: ModelPlaceState['grouping']): void {
  act(`Group by ${grouping}`, { model: { grouping, expanded: [], collapsed: [], expandAll: false } });
}

/** Opens or closes a group; `expanded` says what it is now. */
export function toggleGroup(group: string, expanded: boolean): void {
  const { model } = getState();
  const without = (list: readonly string[]): readonly string[] => list.filter((id) => id !== group);
  act(expanded ? 'Close group' : 'Open group', {
    model: {
      expandAll: false,
      expanded: expanded ? without(model.expanded) : [...without(model.expanded), group],
      collapsed: expanded ? [...without(model.collapsed), group] : without(model.collapsed),
    },
  });
}

/** Opens a closed group without a step in the history: it hides what was just chosen. */
export function revealGroup(group: string): void {
  const { expanded, collapsed } = getState().model;
  patch({ model: { expanded: [...expanded, group], collapsed: collapsed.filter((id) => id !== group) } });
}

export function expandEverything(expandAll: boolean): void {
  act(expandAll ? 'Open all groups' : 'Close all groups', { model: { expandAll, expanded: [], collapsed: [] } });
}

/** Shows a graph inside a node (a branch, a loop body, a function); `path` empty: the network again. */
export function showBody(body: ModelPlaceState['body']): void {
  act(body.length > 0 ? `Show ${body.at(-1)?.name} of ${body.at(-1)?.node}` : 'Show the network', {
    model: { body, expanded: [], collapsed: [], expandAll: false },
    selection: { layer: undefined },
  });
}

export const setFind = (find: string): void => patch({ model: { find } });

export function setHeatScale(heatScale: ModelPlaceState['heatScale']): void {
  act(`Heat scale ${heatScale}`, { model: { heatScale } });
}

/**
 * Does something to the model: it is opened again with the change, shapes and costs and all, as one step of the history.
 * What does not fit is said, the layer where it breaks is selected, and nothing changes. `select`: the layer selected then.
 */
export async function changeModel(change: ModelChange, label: string, select?: NodeId): Promise<boolean> {
  const { session } = getState();
  return remake([...session.changes, change], label, select);
}

/** Takes the last change back, as a step of its own: what was changed before it stays. */
export async function dropLastChange(): Promise<boolean> {
  const { changes, view } = getState().session;
  if (changes.length === 0) return false;
  return remake(changes.slice(0, -1), `Take back: ${view?.changes.at(-1) ?? 'last change'}`);
}

/** Names that changes gave to sizes of inputs. */
const namesBy = (changes: readonly ModelChange[]): ReadonlySet<unknown> =>
  new Set(changes.flatMap((c) => (c.kind === 'edit' && c.edit.kind === 'set-input-shape' ? c.edit.shape : [])));

/** The sizes given so far, without those of names that only left-out changes had brought. */
function sizesFor(changes: readonly ModelChange[]): Readonly<Record<string, number>> {
  const { sizes, changes: now } = getState().session;
  const [brought, kept] = [namesBy(now), namesBy(changes)];
  return Object.fromEntries(Object.entries(sizes).filter(([name]) => !brought.has(name) || kept.has(name)));
}

async function remake(changes: readonly ModelChange[], label: string, select?: NodeId): Promise<boolean> {
  const { session, model } = getState();
  // A second change would be made to the model as it was before the first.
  if (model.changing !== undefined) return false;
  patch({ model: { problem: undefined, changing: label } });
  const before = session.view?.totals.macs;
  try {
    await reopen({ sizes: sizesFor(changes), changes }, label, {
      ...(select === undefined ? {} : { select }),
      onShown: () => {
        const after = getState().session.view?.totals.macs;
        patch({
          model: { changing: undefined },
          page: { message: { id: Date.now(), text: `${label}${macsText(before, after)}`, undoable: true } },
        });
      },
    });
    return true;
  } catch (thrown) {
    if (!(thrown instanceof CancelledError)) showModelProblem(thrown);
    return false;
  } finally {
    patch({ model: { changing: undefined } });
  }
}

/** ': 12.5 M to 11.3 M MACs', where both are known and differ. */
const macsText = (before: number | undefined, after: number | undefined): string =>
  before === undefined || after === undefined || before === after
    ? ''
    : `: ${inText(before, 'macs')} → ${inText(after, 'macs')} MACs`;

/** Says what is wrong with a change, and selects the layer where it breaks if there is one of this name. */
function showModelProblem(thrown: unknown): void {
  const problem = problemOf(thrown);
  const node = problem.facts?.['node'];
  // What rooms say of a file they read is no remedy for a change: the layer in front of the broken one is.
  const broken = typeof node === 'string' && /^(ops|analyze)\//.test(problem.code);
  const hint = broken ? 'Choose another value, or change this layer first so that its inputs fit.' : problem.hint;
  patch({ model: { problem: { ...problem, message: `${problem.message} Nothing was changed.`, hint } } });
  if (getState().session.view?.nodes.some(({ id }) => id === node)) selectLayer(node as NodeId);
}

export const dismissModelProblem = (): void => patch({ model: { problem: undefined } });

/** Asks what simplification would do. */
export async function askSimplify(): Promise<void> {
  const { modelId } = getState().session;
  if (modelId === undefined) return;
  try {
    const simplify = await runJob('simplify', { modelId }, { title: 'Simplify' });
    patch({ model: { simplify, problem: undefined } });
  } catch (thrown) {
    if (!(thrown instanceof CancelledError)) patch({ model: { problem: problemOf(thrown) } });
  }
}

/** Simplifies with these passes. */
export async function simplifyModel(passes: readonly string[]): Promise<void> {
  patch({ model: { simplify: undefined } });
  await changeModel({ kind: 'simplify', passes }, 'Simplify');
}

export const closeSimplify = (): void => patch({ model: { simplify: undefined } });

/** Writes the model as it is now to an ONNX file and hands it to the browser. */
export async function saveModel(): Promise<void> {
  const { modelId } = getState().session;
  if (modelId === undefined) return;
  try {
    const { bytes, fileName } = await runJob('write', { modelId }, { title: 'Write ONNX' });
    save(fileName, bytes, 'application/octet-stream');
  } catch (thrown) {
    if (!(thrown instanceof CancelledError)) patch({ model: { problem: problemOf(thrown) } });
  }
}

/** Compares the open model, as it is now, with a file; `before` is the file, after is what is open. */
export async function compareWith(files: readonly GivenFile[]): Promise<void> {
  const [file] = files;
  if (!file) return;
  const id = await fingerprintOf(file.blob);
  const source: ModelSource = {
    id: `compared ${id}`,
    files: files.map(({ name, blob }) => ({ name, blob })),
    shapes: { symbols: {}, inputs: {} },
    sha256: id,
  };
  await compareSource(source);
}

/** Compares the open model with what it was when it was read. */
export async function compareWithFile(): Promise<void> {
  const { session } = getState();
  if (session.modelId === undefined || session.changes.length === 0) return;
  const sha256 = session.view?.reference.sha256 ?? '';
  const files = filesOf(sha256).map(({ name, blob }) => ({ name, blob }));
  await compareSource({ id: `as read ${sha256}`, files, shapes: { symbols: sizesFor([]), inputs: {} }, sha256 });
}

async function compareSource(source: ModelSource): Promise<void> {
  const { modelId } = getState().session;
  if (modelId === undefined) return;
  patch({ model: { compareStatus: 'running', problem: undefined } });
  try {
    client().hold('model', source.id, source);
    const { view } = await runJob('open', { source }, { title: `Read ${source.files[0]?.name ?? ''}` });
    const result = await runJob('compare', { modelId: source.id, otherId: modelId }, { title: 'Compare' });
    act('Compare', {
      model: { compare: { modelId: source.id, view, withId: modelId, result }, otherLayer: undefined },
    });
    patch({ model: { compareStatus: 'none' } });
  } catch (thrown) {
    const cancelled = thrown instanceof CancelledError;
    patch({
      model: { compareStatus: cancelled ? 'none' : 'failed', ...(cancelled ? {} : { problem: problemOf(thrown) }) },
    });
  }
}

export const closeCompare = (): void =>
  act('Close comparison', { model: { compare: undefined, otherLayer: undefined, compareStatus: 'none' } });

/** Compares again after the open model has changed, or another state of it came back by undo. No step of the history. */
export async function compareAgain(): Promise<void> {
  const { session, model } = getState();
  const { modelId } = session;
  if (modelId === undefined || !model.compare || model.compare.withId === modelId) return;
  const { modelId: otherId } = model.compare;
  patch({ model: { compareStatus: 'running' } });
  try {
    const result = await runJob(
      'compare',
      { modelId: otherId, otherId: modelId },
      { title: 'Compare', unlisted: true },
    );
    const { compare } = getState().model;
    if (getState().session.modelId !== modelId || compare?.modelId !== otherId) return;
    patch({ model: { compare: { ...compare, withId: modelId, result }, compareStatus: 'none' } });
  } catch (thrown) {
    const cancelled = thrown instanceof CancelledError;
    patch({
      model: { compareStatus: cancelled ? 'none' : 'failed', ...(cancelled ? {} : { problem: problemOf(thrown) }) },
    });
  }
}

/** Estimates the other model on the same platforms and at the same width as the open one. */
export async function estimateOther(): Promise<void> {
  const { bits, latencyMethod: method } = getState().session;
  const { compare } = getState().model;
  if (!compare || (compare.estimates?.bits === bits && compare.estimates.method === method)) return;
  const { modelId } = compare;
  try {
    const request = { modelId, platforms: 'all', method, bits } as const;
    const list = await runJob('estimate', request, { title: 'Estimate the other model', unlisted: true });
    const now = getState().model.compare;
    if (now?.modelId === modelId) patch({ model: { compare: { ...now, estimates: { bits, method, list } } } });
  } catch (thrown) {
    if (!(thrown instanceof CancelledError)) patch({ model: { problem: problemOf(thrown) } });
  }
}

/** Selects a layer of the open model, or one that only the other model has. */
export function selectCompared(layer: NodeId | undefined, otherLayer?: NodeId): void {
  const { selection, model } = getState();
  if (selection.layer === layer && model.otherLayer === otherLayer) return;
  act(`Select ${layer ?? otherLayer ?? 'nothing'}`, { selection: { layer }, model: { otherLayer } });
}

/** One edit, as a step of the history. */
export const editModel = (edit: Edit, label: string, select?: NodeId): Promise<boolean> =>
  changeModel({ kind: 'edit', edit }, label, select);

const MOST_OF_A_NAME = 36;

/** Removes layers: a common edit, also by key. */
export const removeLayers = (nodes: readonly NodeId[]): Promise<boolean> =>
  editModel(
    { kind: 'remove', nodes },
    `Remove ${nodes.length > 2 ? `${nodes.length} layers` : nodes.map((id) => middleCut(id, MOST_OF_A_NAME)).join(' and ')}`,
  );

/** What the graph sets off: what feeds a layer, what it feeds, a block. */
export function setChosen(chosen: readonly NodeId[]): void {
  const now = getState().model.chosen;
  if (now.length !== chosen.length || now.some((id, i) => id !== chosen[i])) patch({ model: { chosen } });
}

/** Fetches what can be edited at a layer and those fused into it. */
export async function loadEditOptions(nodes: readonly NodeId[]): Promise<void> {
  const { modelId } = getState().session;
  if (modelId === undefined) return;
  try {
    const list = await runJob('editOptions', { modelId, nodes }, { title: `Edit ${nodes[0]}`, unlisted: true });
    patch({ model: { editOptions: { modelId, list } } });
  } catch (thrown) {
    if (!(thrown instanceof CancelledError)) patch({ model: { problem: problemOf(thrown) } });
  }
}
