import { CancelledError } from '../../base/index.ts';
import { initialState } from '../state/initial.ts';
import { getState, patch } from '../state/store.ts';
import type { AppState } from '../state/types.ts';
import { problemOf } from './problems.ts';
import { cancelJob, runJob } from './run-job.ts';
import { trainObstacle } from './training.ts';

/** Half decades over all rates that optimizers are used with. */
const RATES: readonly number[] = [1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3];
/** At each rate: enough for the loss to go down where it will. */
const STEPS = 24;

export function sweepObstacle(state: AppState): string | undefined {
  if (state.training.sweep.status === 'running') return 'a sweep is running';
  return trainObstacle(state);
}

/** Takes a few steps at each learning rate, all from the weights as they are now. */
export async function sweepRates(): Promise<void> {
  const { session, training } = getState();
  if (sweepObstacle(getState()) !== undefined || session.modelId === undefined || !training.data) return;
  const { data, recipe } = training;
  const sweep = { modelId: session.modelId, rates: RATES, steps: STEPS, points: [] };
  patch({ training: { sweep: { ...sweep, status: 'running' } } });
  const change = (members: Partial<AppState['training']['sweep']>): void =>
    patch({ training: { sweep: { ...getState().training.sweep, ...members } } });
  try {
    const points = await runJob(
      'learningRateSweep',
      {
        modelId: session.modelId,
        dataId: data.training.id,
        validationId: data.validation.id,
        recipe,
        rates: RATES,
        steps: STEPS,
      },
      {
        title: 'Sweep of learning rates',
        seed: recipe.seed,
        keeps: () => `keep ${getState().training.sweep.points.length}`,
        onStart: (jobId) => change({ jobId }),
        onPartial: (point) => change({ points: [...getState().training.sweep.points, point] }),
        result: (all) => `${all.length} rates`,
      },
    );
    change({ points, status: 'done' });
  } catch (thrown) {
    if (thrown instanceof CancelledError) change({ status: 'cancelled' });
    else change({ status: 'failed', problem: problemOf(thrown) });
  }
}

export function cancelSweep(): void {
  const { jobId } = getState().training.sweep;
  if (jobId !== undefined) cancelJob(jobId);
}

/** The sweep of the open network; that of another one is not shown. */
export const openSweep = ({ session, training }: AppState): AppState['training']['sweep'] =>
  training.sweep.modelId === session.modelId ? training.sweep : initialState.training.sweep;

/** The rate with the least loss; undefined: all diverged, or none is known. */
export const bestRate = (state: AppState): number | undefined =>
  openSweep(state).points.reduce<{ learningRate: number; loss?: number } | undefined>(
    (best, point) => (point.loss !== undefined && point.loss < (best?.loss ?? Number.POSITIVE_INFINITY) ? point : best),
    undefined,
  )?.learningRate;
