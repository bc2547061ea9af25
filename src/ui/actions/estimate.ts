import { CancelledError } from '../../base/index.ts';
import type { TargetChoice } from '../../explore/index.ts';
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
      { modelId, platforms: 'all', method: latencyMethod, bits },
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
