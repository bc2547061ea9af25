import { throwIfCancelled, UserError } from '../base/index.ts';
import type { SampleSet } from '../ir/index.ts';
import type { SweepPoint } from './recipe.ts';
import { badRecipe } from './run-errors.ts';
import { type Engines, prepareTask, type Task, type TaskRequest } from './task.ts';
import { keptWeights, type RunHost, takeStep } from './trainer.ts';
import { withWeights } from './weights.ts';

/** Rates of methods C.14: 1, 3, 10 … from 10⁻⁴ to 0.1. */
export const SWEEP_RATES: readonly number[] = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1];

export interface SweepRequest extends TaskRequest {
  readonly rates: readonly number[];
  /** Steps at each rate. */
  readonly steps: number;
  /** Judged after the steps of each rate. */
  readonly validation?: SampleSet;
}

/** How a sweep is watched, held up and ended. */
export interface SweepHost extends Pick<RunHost, 'gate'> {
  onPoint(point: SweepPoint): void;
  progress(done: number, total: number): void;
}

/**
 * A few steps at each learning rate, all from the network as it is and on the same batches, at a constant rate. A rate at which the numbers
 * leave the range has no loss; that is a finding, not a failure.
 */
export async function sweepLearningRates(
  request: SweepRequest,
  engines: Engines,
  host: SweepHost,
): Promise<SweepPoint[]> {
  const { rates, steps } = request;
  if (!(Number.isInteger(steps) && steps >= 1)) throw badRecipe('steps', steps, 'a whole number from 1 on');
  for (const rate of rates)
    if (!(rate > 0 && rate <= 1e3)) throw badRecipe('rates', rate, 'numbers above 0, up to 1000');
  const task = await prepareTask(request, engines);
  const points: SweepPoint[] = [];
  try {
    for (const [index, learningRate] of rates.entries()) {
      const between = async (step: number): Promise<boolean> => {
        host.progress(index * steps + step, rates.length * steps);
        await host.gate.waiting;
        return !host.gate.stopping;
      };
      const point = await trial(task, request, learningRate, engines, between);
      if (!point) break;
      points.push(point);
      host.onPoint(point);
    }
  } finally {
    task.runner.dispose();
  }
  return points;
}

/** `undefined`: it was stopped half-way. `between` is asked before each step whether to go on. */
async function trial(
  task: Task,
  { recipe: asGiven, model, steps, validation }: SweepRequest,
  learningRate: number,
  engines: Engines,
  between: (step: number) => Promise<boolean>,
): Promise<SweepPoint | undefined> {
  const recipe = { ...asGiven, learningRate, schedule: { id: 'constant', warmUpEpochs: 0 } } as const;
  const { graph } = task;
  task.writeState(graph.initialState);
  // The last quarter: where the loss has come to, not where it began.
  const from = steps - Math.max(1, Math.floor(steps / 4));
  let sum = 0;
  for (let step = 0; step < steps; step++) {
    if (!(await between(step))) return undefined;
    throwIfCancelled(engines.signal);
    try {
      const { loss } = await takeStep(task, engines, recipe, step);
      if (step >= from) sum += loss;
    } catch (thrown) {
      if (thrown instanceof UserError && thrown.code === 'train/diverged') return { learningRate };
      throw thrown;
    }
    await engines.breathe();
  }
  const loss = sum / (steps - from);
  if (!validation) return { learningRate, loss };
  const kept = new Set(keptWeights(graph));
  const weights = new Map([...(await task.readState())].filter(([name]) => kept.has(name)));
  const score = await task.score(withWeights(model, weights), validation);
  return Number.isFinite(score.loss) ? { learningRate, loss, validation: score } : { learningRate };
}
