import type { Checkpoint, TrainingEvent, TrainingRecipe } from '../../train/index.ts';
import type { CurvePoint, TrainingRun } from '../state/types.ts';
import { optimizerOf } from './training-recipe.ts';

/** Points of a training curve at most: more than pixels of its chart tell nothing. */
export const CURVE_POINTS = 240;

/** The run after what it told, in that order. */
export function withEvents(run: TrainingRun, events: readonly TrainingEvent[]): TrainingRun {
  let next = run;
  const steps: CurvePoint[] = [];
  for (const event of events) {
    if (event.type === 'step') {
      const { type: _, loss, ...step } = event;
      const before = next.step;
      const since = Math.max(1, event.step - (before?.step ?? 0));
      // The first event after a start or a pause knows no rate yet.
      const samplesPerSecond = event.samplesPerSecond > 0 ? event.samplesPerSecond : (before?.samplesPerSecond ?? 0);
      next = { ...next, step: { ...step, samplesPerSecond } };
      if (Number.isFinite(loss)) steps.push({ epoch: event.epoch, loss, steps: since });
    } else if (event.type === 'epoch') {
      const { record } = event;
      const before = next.epochs.filter(({ epoch }) => epoch < record.epoch);
      next = { ...next, epochs: [...before, record], ...(event.isBest ? { bestEpoch: record.epoch } : {}) };
    } else {
      next = { ...next, checkpointEpoch: epochOf(event.checkpoint, next) };
    }
  }
  return steps.length === 0 ? next : { ...next, curve: withPoints(next.curve, steps, next.recipe.epochs) };
}

/** Joins points that fall into the same of `CURVE_POINTS` parts of the run; `points` come after those of the curve. */
export function withPoints(curve: readonly CurvePoint[], points: readonly CurvePoint[], epochs: number): CurvePoint[] {
  const part = (epoch: number): number => Math.min(CURVE_POINTS - 1, Math.floor((epoch / epochs) * CURVE_POINTS));
  const joined = [...curve];
  for (const point of points) {
    const last = joined.at(-1);
    if (!last || part(last.epoch) !== part(point.epoch)) {
      joined.push(point);
      continue;
    }
    const steps = last.steps + point.steps;
    const loss = (last.loss * last.steps + point.loss * point.steps) / steps;
    joined[joined.length - 1] = { epoch: point.epoch, loss, steps };
  }
  return joined;
}

/** Epochs done at a checkpoint, with their fraction; without knowing the steps of an epoch: those that are over. */
function epochOf(checkpoint: Checkpoint, run: TrainingRun): number {
  const steps = run.step?.steps;
  if (steps !== undefined && steps > 0) return (checkpoint.step / steps) * run.recipe.epochs;
  return checkpoint.epochs.at(-1)?.epoch ?? 0;
}

/** The run as it was at its checkpoint: what came after is done again. */
export function backAtCheckpoint(run: TrainingRun, checkpoint: Checkpoint): TrainingRun {
  const epoch = epochOf(checkpoint, run);
  const { problem: _problem, secondsLeft: _left, result: _result, jobId: _job, ...kept } = run;
  return {
    ...kept,
    epochs: checkpoint.epochs,
    curve: run.curve.filter((point) => point.epoch <= epoch),
    checkpointEpoch: epoch,
    ...(checkpoint.best ? { bestEpoch: checkpoint.best.epoch } : {}),
    ...(run.step ? { step: { ...run.step, step: checkpoint.step, epoch } } : {}),
  };
}

/** What a run is judged by: the last score on samples it was not trained with, and the best. */
export function bestAccuracy(run: TrainingRun): number | undefined {
  const all = run.epochs.flatMap(({ epoch, validation }) => (epoch > 0 ? (validation?.accuracy ?? []) : []));
  return all.length > 0 ? Math.max(...all) : undefined;
}

export function bestLoss(run: TrainingRun): number | undefined {
  const all = run.epochs.flatMap(({ epoch, validation, training }) =>
    epoch > 0 ? ((validation ?? training)?.loss ?? []) : [],
  );
  return all.length > 0 ? Math.min(...all) : undefined;
}

/**
 * Seconds an epoch of `count` samples takes, by the last run of the same network: by the rate it told, or, where that is more, by
 * the whole time of a finished one, in which it was judged too. Undefined: no run has told.
 */
export function epochSeconds(runs: readonly TrainingRun[], modelId: string, count: number): number | undefined {
  const told = runs.filter((run) => run.model.id === modelId && (run.step?.samplesPerSecond ?? 0) > 0).at(-1);
  if (!told?.step) return undefined;
  const epochs = told.epochs.filter(({ epoch }) => epoch > 0).length;
  const whole = told.result && epochs > 0 ? (told.result.seconds / epochs) * (count / told.data.count) : 0;
  return Math.max(count / told.step.samplesPerSecond, whole);
}

/**
 * Interval of a share of `count` trials that holds the true one in 80 % of cases (Wilson 1927; z = 1.2816). Shares 0 … 1.
 */
export function wilson80(share: number, count: number): readonly [number, number] {
  const z = 1.2816;
  const n = Math.max(1, count);
  const middle = (share + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** The members of a recipe in words, in the order of the form: what runs are told apart by. */
export function recipeWords(recipe: TrainingRecipe): Readonly<Record<string, string>> {
  const { optimizer, schedule, loss, augmentation } = recipe;
  const names = { sgd: 'SGD', adam: 'Adam', adamw: 'AdamW', rmsprop: 'RMSprop' };
  const usual = Object.entries(optimizerOf(optimizer.id));
  const options = Object.entries(optimizer)
    .filter(([name, value]) => usual.every(([other, known]) => other !== name || known !== value))
    .map(([name, value]) => `, ${name} ${value}`);
  const changed = Object.entries(augmentation).filter(([, value]) => value !== 0 && value !== false);
  const lossOptions =
    loss.id === 'cross-entropy'
      ? loss.smoothing > 0
        ? `, smoothing ${loss.smoothing}`
        : ''
      : loss.id === 'distillation'
        ? `, T ${loss.temperature}, share ${loss.share}`
        : '';
  return {
    loss: `${loss.id === 'mse' ? 'squared error' : loss.id}${lossOptions}`,
    optimizer: `${names[optimizer.id]}${options.join('')}`,
    rate: `rate ${shortNumber(recipe.learningRate)}`,
    schedule: scheduleWords(schedule),
    epochs: `${recipe.epochs} ${recipe.epochs === 1 ? 'epoch' : 'epochs'}`,
    batch: `batch ${recipe.batch}`,
    decay: `decay ${shortNumber(recipe.weightDecay)}`,
    clipping: recipe.clipNorm === undefined ? 'no clipping' : `clip ${shortNumber(recipe.clipNorm)}`,
    augmentation:
      changed.length === 0
        ? 'no augmentation'
        : changed.map(([name, value]) => (value === true ? name : `${name} ${value}`)).join(', '),
    normalization: recipe.batchNormalization === 'frozen' ? 'statistics frozen' : 'statistics of the batch',
    frozen: recipe.frozen.length === 0 ? 'all layers' : `${recipe.frozen.length} frozen`,
    seed: `seed ${recipe.seed}`,
  };
}

function scheduleWords(schedule: TrainingRecipe['schedule']): string {
  const warm = schedule.warmUpEpochs > 0 ? `, warm-up ${schedule.warmUpEpochs}` : '';
  if (schedule.id === 'step') return `× ${schedule.factor} every ${schedule.everyEpochs}${warm}`;
  return `${schedule.id}${warm}`;
}

/** 3e-4 rather than 0.0003; up to three digits. */
export const shortNumber = (x: number): string => {
  if (x === 0) return '0';
  const plain = String(Number(x.toPrecision(3)));
  const [digits = '', exponent = ''] = x.toExponential(2).split('e');
  const scientific = `${String(Number(digits))}e${Number(exponent)}`.replace('e-', 'e\u2212');
  return Math.abs(x) >= 0.01 && Math.abs(x) < 10000 ? plain : scientific;
};

/** What each run's recipe says that not all of them say; the same for all: what every run is told by. */
export function recipeDifferences(recipes: readonly TrainingRecipe[]): readonly string[] {
  const words = recipes.map(recipeWords);
  const keys = Object.keys(words[0] ?? {});
  const differing = keys.filter((key) => new Set(words.map((w) => w[key])).size > 1);
  const shown = differing.length > 0 ? differing : ['optimizer', 'rate', 'schedule'];
  return words.map((w) => shown.map((key) => w[key] ?? '').join(' · '));
}
