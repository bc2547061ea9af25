import type { Optimizer, TrainingRecipe } from './recipe.ts';
import { badRecipe } from './run-errors.ts';

type Check = readonly [field: string, value: number, least: number, most: number, kind?: 'whole'];

const MOST = Number.MAX_SAFE_INTEGER;
/** Shares of an average that keeps something new: 1 would never change. */
const BELOW_ONE = 1 - 2 ** -24;

/** Throws `train/recipe` naming the member that cannot be trained with: recipes come from links, files and flags too. */
export function checkRecipe(recipe: TrainingRecipe): void {
  const { schedule, loss, augmentation } = recipe;
  const checks: Check[] = [
    ['epochs', recipe.epochs, 1, 1e6, 'whole'],
    ['batch', recipe.batch, 1, 65_536, 'whole'],
    ['learningRate', recipe.learningRate, 0, 1e3],
    ['weightDecay', recipe.weightDecay, 0, 1e3],
    ['clipNorm', recipe.clipNorm ?? 0, 0, MOST],
    ['seed', recipe.seed, 0, 2 ** 32 - 1, 'whole'],
    ['schedule.warmUpEpochs', schedule.warmUpEpochs, 0, 1e6],
    ['augmentation.shift', augmentation.shift, 0, 1024, 'whole'],
    ['augmentation.noise', augmentation.noise, 0, 100],
    ['augmentation.cutOut', augmentation.cutOut, 0, 4096, 'whole'],
    ...optimizerChecks(recipe.optimizer),
  ];
  if (schedule.id === 'step') {
    checks.push(
      ['schedule.everyEpochs', schedule.everyEpochs, 1, 1e6, 'whole'],
      ['schedule.factor', schedule.factor, 0, 1],
    );
  }
  if (schedule.id === 'cosine') checks.push(['schedule.floor', schedule.floor, 0, 1]);
  if (loss.id === 'cross-entropy') checks.push(['loss.smoothing', loss.smoothing, 0, 1]);
  if (loss.id === 'distillation') {
    checks.push(['loss.temperature', loss.temperature, 1e-3, 1e3], ['loss.share', loss.share, 0, 1]);
  }
  for (const [field, value, least, most, kind] of checks) {
    if (value >= least && value <= most && (kind !== 'whole' || Number.isInteger(value))) continue;
    const range = most >= MOST ? `${least} or more` : `from ${least} to ${most === BELOW_ONE ? 'below 1' : most}`;
    throw badRecipe(field, value, `a ${kind === 'whole' ? 'whole ' : ''}number ${range}`);
  }
}

function optimizerChecks(optimizer: Optimizer): Check[] {
  const share = (name: string, value: number): Check => [`optimizer.${name}`, value, 0, BELOW_ONE];
  const epsilon = (value: number): Check => ['optimizer.epsilon', value, 1e-30, 1];
  switch (optimizer.id) {
    case 'sgd':
      return [share('momentum', optimizer.momentum)];
    case 'rmsprop':
      return [share('decay', optimizer.decay), share('momentum', optimizer.momentum), epsilon(optimizer.epsilon)];
    default:
      return [share('beta1', optimizer.beta1), share('beta2', optimizer.beta2), epsilon(optimizer.epsilon)];
  }
}
