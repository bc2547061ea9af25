import { exactCosineOfPi, exactPower } from './exact-math.ts';
import type { TrainingRecipe } from './recipe.ts';

/** What of a recipe decides its learning rates. */
export type RateRecipe = Pick<TrainingRecipe, 'epochs' | 'learningRate' | 'schedule' | 'optimizer'>;

/**
 * Learning rate of a step (0 is the first), as the float32 the optimizer gets. During warm-up it grows linearly, so that the last step of
 * warm-up has the full rate; the cosine spans what is left, so that its last step comes near the floor.
 */
export function learningRateAt(recipe: RateRecipe, stepsPerEpoch: number, step: number): number {
  const { schedule, learningRate, epochs } = recipe;
  const warmUp = Math.floor(schedule.warmUpEpochs * stepsPerEpoch + 0.5);
  if (step < warmUp) return Math.fround((learningRate * (step + 1)) / warmUp);
  switch (schedule.id) {
    case 'constant':
      return Math.fround(learningRate);
    case 'step': {
      const falls = Math.floor(step / (schedule.everyEpochs * stepsPerEpoch));
      return Math.fround(learningRate * exactPower(schedule.factor, falls));
    }
    case 'cosine': {
      const share = (step - warmUp) / Math.max(1, epochs * stepsPerEpoch - warmUp);
      const height = (1 + exactCosineOfPi(Math.min(1, share))) / 2;
      return Math.fround(learningRate * (schedule.floor + (1 - schedule.floor) * height));
    }
  }
}

/** What the optimizer nodes take each step: [learning rate, 1/(1 − β1^t), 1/(1 − β2^t)], t = step + 1; 1 where there are no moments. */
export function ratesAt(recipe: RateRecipe, stepsPerEpoch: number, step: number): Float32Array {
  const { optimizer } = recipe;
  const rate = learningRateAt(recipe, stepsPerEpoch, step);
  if (optimizer.id !== 'adam' && optimizer.id !== 'adamw') return Float32Array.of(rate, 1, 1);
  const correction = (beta: number): number => 1 / (1 - exactPower(beta, step + 1));
  return Float32Array.of(rate, correction(optimizer.beta1), correction(optimizer.beta2));
}
