import { CancelledError } from '../../base/index.ts';
import type { ModelView, TargetChoice } from '../../explore/index.ts';
import type { Estimate } from '../../ir/index.ts';
import { getState, patch } from '../state/store.ts';
import { problemOf, showProblem } from './problems.ts';
import { runJob } from './run-job.ts';

/**
 * Estimates the open model on every platform: the verdict. Chooses the best-fitting target if none is chosen yet.
 * Resolves when the estimates are in the state, or a problem is shown.
 */
export async function estimateAll(): Promise<void> {
  const { modelId, bits, latencyMethod, view } = getState().session;
  if (modelId === undefined || !view) return;
  const started = performance.now();
  patch({ session: { estimateStatus: 'running' } });
  try {
    const estimates = await runJob(
      'estimate',
      { modelId, platforms: 'all', method: latencyMethod, bits, layersOf: isLarge(view) ? 'none' : 'all' },
      { title: `Verdict at ${bits} bits`, result: (reply) => `${fitting(reply)} of ${reply.length} fit` },
    );
    // The user may have opened another model or width meanwhile; their own estimate is on its way.
    if (getState().session.modelId !== modelId || getState().session.bits !== bits) return;
    const target = getState().session.target ?? bestTarget(estimates);
    patch({
      session: {
        estimates,
        estimateStatus: 'done',
        verdictSeconds: (performance.now() - started) / 1000,
        ...(target ? { target } : {}),
      },
    });
  } catch (thrown) {
    if (getState().session.modelId !== modelId) return;
    patch({ session: { estimateStatus: 'failed' } });
    if (!(thrown instanceof CancelledError)) showProblem(problemOf(thrown));
  }
}

/** From so many layers on, figures per layer come for the chosen target alone: those of all would stop the page for a second. */
const LARGE_LAYERS = 2000;

const isLarge = ({ costs }: ModelView): boolean => costs.length > LARGE_LAYERS;

/** Fetches figures per layer for the chosen target of a large network, where they are not here yet. */
export async function loadTargetLayers(): Promise<void> {
  const { modelId, bits, latencyMethod: method, view, target, estimates } = getState().session;
  const isTarget = (e: Estimate): boolean =>
    e.platform === target?.platform && e.runtime === target.runtime && e.clockHertz === target.clockHertz;
  const before = estimates.find(isTarget);
  if (modelId === undefined || !view || !target || !before || before.layers.length > 0 || !isLarge(view)) return;
  try {
    const request = { modelId, platforms: [target.platform], method, bits, layersOf: target };
    const found = (await runJob('estimate', request, { title: 'Layers of the target', unlisted: true })).find(isTarget);
    const now = getState().session.estimates;
    // A target without a model for the network has no layers either: then there is nothing to show.
    if (found && found.layers.length > 0 && now.includes(before))
      patch({ session: { estimates: now.map((e) => (e === before ? found : e)) } });
  } catch (thrown) {
    if (!(thrown instanceof CancelledError)) showProblem(problemOf(thrown));
  }
}

const fitting = (estimates: readonly Estimate[]): number => estimates.filter((e) => e.fits === 'yes').length;

/**
 * Where exploring pays: the smallest device that fits, because there memory and time are scarce: a microcontroller with a
 * known latency before any other device; the slowest of them last resort is the first that fits.
 */
function bestTarget(estimates: readonly Estimate[]): TargetChoice | undefined {
  const { catalog } = getState().session;
  const kind = (e: Estimate): string | undefined => catalog?.platforms.find((p) => p.id === e.platform)?.kind;
  const fit = estimates.filter((e) => e.fits === 'yes' && e.latency);
  const chosen =
    fit.find((e) => kind(e) === 'microcontroller') ?? fit[0] ?? estimates.find((e) => e.fits !== 'no') ?? estimates[0];
  return chosen && { platform: chosen.platform, runtime: chosen.runtime, clockHertz: chosen.clockHertz };
}
