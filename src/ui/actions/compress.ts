import { CancelledError } from '../../base/index.ts';
import type { Choices, QuantizeChoice } from '../../explore/index.ts';
import type { NodeId } from '../../ir/index.ts';
import { act, getState, patch } from '../state/store.ts';
import type { AppState } from '../state/types.ts';
import { addPoints } from './explore.ts';
import { notQuantizable } from './obstacles.ts';
import { problemOf } from './problems.ts';
import { runJob } from './run-job.ts';

/** The scheme under edit as choices for the chosen target; undefined while one of them is missing. */
export function choicesOf(state: AppState): Choices | undefined {
  const { scheme } = state.compress;
  const { target } = state.session;
  return scheme && target ? { version: 1, target, quantize: scheme } : undefined;
}

/** Why the scheme cannot be checked now; undefined: it can. */
export function checkObstacle(state: AppState): string | undefined {
  if (!state.session.view || state.session.modelId === undefined) return 'open the model first';
  if (!state.compress.scheme) return state.session.view ? notQuantizable(state.session.view) : 'open the model first';
  if (!state.session.data) return 'the inputs are still being made';
  if (!state.session.target) return 'no target yet';
  if (state.compress.checkStatus === 'running') return 'a check is running';
  return undefined;
}

export function setScheme(label: string, change: Partial<QuantizeChoice>): void {
  const { scheme } = getState().compress;
  if (scheme)
    act(label, { compress: { scheme: { ...scheme, ...change } } }, { key: `scheme-${Object.keys(change).join()}` });
}

/** Bits of one layer's weights or activations. */
export function setLayerBits(node: NodeId, what: 'weights' | 'activations', bits: number): void {
  const { scheme } = getState().compress;
  const at = getState().session.view?.quantizable.indexOf(node) ?? -1;
  if (!scheme || at < 0) return;
  const next = scheme.bits.map((pair, i) =>
    i !== at ? pair : what === 'weights' ? ([bits, pair[1]] as const) : ([pair[0], bits] as const),
  );
  act(`${node}: ${what} ${bits} bits`, { compress: { scheme: { ...scheme, bits: next } } });
}

export function setUniformBits(weights: number, activations: number): void {
  const { scheme } = getState().compress;
  if (!scheme) return;
  const bits = scheme.bits.map(() => [weights, activations] as const);
  act(`All layers ${weights}/${activations} bits`, { compress: { scheme: { ...scheme, bits } } });
}

/**
 * The narrowest widths whose single-layer losses add up to at most `budget` (a share, 0.02 = 2 points): the layer whose
 * next step loses least goes down first. Losses of several layers together differ; the check says by how much.
 */
export function setBitsByBudget(budget: number): void {
  const { compress, session } = getState();
  const { scheme, losses } = compress;
  if (!scheme || !session.view || losses.length === 0) return;
  const layers = session.view.quantizable;
  const loss = new Map(losses.map((l) => [`${l.node}/${l.what}/${l.bits}`, Math.max(0, l.loss)]));
  const widths = [...new Set(losses.map((l) => l.bits))].sort((a, b) => b - a);
  const chosen = layers.map(() => [widths[0] ?? 8, widths[0] ?? 8]);
  const at = (i: number, k: number, bits: number): number | undefined =>
    loss.get(`${layers[i]}/${k === 0 ? 'weights' : 'activations'}/${bits}`);
  let spent = 0;
  for (;;) {
    let best: { i: number; k: number; bits: number; extra: number } | undefined;
    chosen.forEach((pair, i) => {
      for (const k of [0, 1]) {
        const bits = widths[widths.indexOf(pair[k] as number) + 1];
        const after = bits === undefined ? undefined : at(i, k, bits);
        if (bits === undefined || after === undefined) continue;
        const extra = after - (at(i, k, pair[k] as number) ?? 0);
        if (spent + extra <= budget && (!best || extra < best.extra)) best = { i, k, bits, extra };
      }
    });
    if (!best) break;
    const pair = chosen[best.i];
    if (pair) pair[best.k] = best.bits;
    spent += best.extra;
  }
  const bits = chosen.map(([w = 8, a = 8]) => [w, a] as const);
  act(
    `Bits for a loss of ${(budget * 100).toFixed(1)} points`,
    { compress: { scheme: { ...scheme, bits } } },
    { key: 'budget' },
  );
}

/** Takes the bits of an evaluated point into Compress. */
export function branchFrom(pointId: string): void {
  const point = getState().exploration.points.find((p) => p.id === pointId);
  if (point)
    act(`Branch from ${pointId.slice(0, 6)}`, { compress: { scheme: point.choices.quantize, checked: undefined } });
}

/** Measures the loss of each layer alone at each width; values appear as they come. */
export async function measureSensitivity(): Promise<void> {
  const state = getState();
  const choices = choicesOf(state);
  const { modelId, data, calibration } = state.session;
  if (!choices || modelId === undefined || !data || !calibration || state.compress.lossStatus === 'running') return;
  patch({ compress: { lossStatus: 'running', losses: [], lossProblem: undefined } });
  try {
    const losses = await runJob(
      'sensitivity',
      { modelId, dataId: data.id, calibrationId: calibration.id, choices },
      {
        title: 'Sensitivity of each layer',
        keeps: () => `keep ${getState().compress.losses.length}`,
        onPartial: (loss) => patch({ compress: { losses: [...getState().compress.losses, loss] } }),
        result: (all) => `${all.length} losses`,
      },
    );
    patch({ compress: { losses, lossStatus: 'done' } });
  } catch (thrown) {
    const cancelled = thrown instanceof CancelledError;
    patch({
      compress: {
        lossStatus: cancelled ? 'cancelled' : 'failed',
        ...(cancelled ? {} : { lossProblem: problemOf(thrown) }),
      },
    });
  }
}

/** Quantizes by the scheme and runs it in integers: the score, where it was lost, and a design point in Explore. */
export async function checkScheme(): Promise<void> {
  const state = getState();
  const choices = choicesOf(state);
  const { modelId, data, calibration } = state.session;
  if (checkObstacle(state) !== undefined || !choices || modelId === undefined || !data || !calibration) return;
  patch({ compress: { checkStatus: 'running', problem: undefined } });
  try {
    const reply = await runJob(
      'quantize',
      { modelId, dataId: data.id, calibrationId: calibration.id, choices },
      { title: 'Quantize and check', result: (r) => `${(r.integer.score * 100).toFixed(1)} % in integers` },
    );
    act('Quantize and check', { compress: { checked: { scheme: choices.quantize, reply } } });
    addPoints([reply.point]);
    patch({ compress: { checkStatus: 'none' } });
  } catch (thrown) {
    const cancelled = thrown instanceof CancelledError;
    patch({
      compress: { checkStatus: cancelled ? 'none' : 'failed', ...(cancelled ? {} : { problem: problemOf(thrown) }) },
    });
  }
}
