import type { NodeId } from '../../ir/index.ts';
import type { Optimizer, Schedule, TrainingRecipe } from '../../train/index.ts';
import { act, getState, patch } from '../state/store.ts';

/** A number of the recipe: what it is called, what it may be, and where it stands. */
export interface RecipeNumber {
  readonly id: string;
  readonly label: string;
  readonly unit?: string;
  readonly min: number;
  readonly max: number;
  readonly whole?: boolean;
  readonly help: string;
  /** `undefined`: the recipe has no such member now, and the field is not shown. */
  get(recipe: TrainingRecipe): number | undefined;
  set(recipe: TrainingRecipe, value: number): TrainingRecipe;
}

function numberIn(options: object, name: string): number | undefined {
  const value: unknown = Object.entries(options).find(([key]) => key === name)?.[1];
  return typeof value === 'number' ? value : undefined;
}

const ofOptimizer = (name: string, members: Pick<RecipeNumber, 'label' | 'min' | 'max' | 'help'>): RecipeNumber => ({
  id: `optimizer-${name}`,
  ...members,
  get: ({ optimizer }) => numberIn(optimizer, name),
  set: (recipe, value) => ({ ...recipe, optimizer: { ...recipe.optimizer, [name]: value } }),
});

const ofSchedule = (
  name: string,
  members: Pick<RecipeNumber, 'label' | 'unit' | 'min' | 'max' | 'help'>,
): RecipeNumber => ({
  id: `schedule-${name}`,
  ...members,
  get: ({ schedule }) => numberIn(schedule, name),
  set: (recipe, value) => ({ ...recipe, schedule: { ...recipe.schedule, [name]: value } }),
});

const ofLoss = (name: string, members: Pick<RecipeNumber, 'label' | 'min' | 'max' | 'help'>): RecipeNumber => ({
  id: `loss-${name}`,
  ...members,
  get: ({ loss }) => numberIn(loss, name),
  set: (recipe, value) => ({ ...recipe, loss: { ...recipe.loss, [name]: value } }),
});

export const lossNumbers: readonly RecipeNumber[] = [
  ofLoss('smoothing', {
    label: 'Smoothing',
    min: 0,
    max: 0.9,
    help: 'Share of each label that is spread evenly over all classes; 0.1 keeps a network from being too sure.',
  }),
  ofLoss('temperature', {
    label: 'Temperature',
    min: 0.5,
    max: 50,
    help: 'Divides the outputs of teacher and student before they are compared: higher values show what the teacher finds alike.',
  }),
  ofLoss('share', {
    label: 'Teacher’s share',
    min: 0,
    max: 1,
    help: 'How much the teacher counts (the network as it is now); the labels count the rest.',
  }),
];

export const optimizerNumbers: readonly RecipeNumber[] = [
  {
    id: 'rate',
    label: 'Learning rate',
    min: 1e-8,
    max: 10,
    help: 'How far a step goes. The sweep beside shows where it begins to help and where it diverges.',
    get: (recipe) => recipe.learningRate,
    set: (recipe, learningRate) => ({ ...recipe, learningRate }),
  },
  ofOptimizer('momentum', { label: 'Momentum', min: 0, max: 0.999, help: 'How much of the last step is repeated.' }),
  ofOptimizer('beta1', { label: 'β₁', min: 0, max: 0.9999, help: 'Decay of the mean of the gradients.' }),
  ofOptimizer('beta2', { label: 'β₂', min: 0, max: 0.99999, help: 'Decay of the mean of their squares.' }),
  ofOptimizer('decay', { label: 'Decay', min: 0, max: 0.9999, help: 'Decay of the mean of the squared gradients.' }),
  ofOptimizer('epsilon', { label: 'ε', min: 1e-12, max: 1, help: 'Added to the root of the squares: bounds a step.' }),
  {
    id: 'decay',
    label: 'Weight decay',
    min: 0,
    max: 1,
    help: 'Pulls weights of convolutions, products and recurrent layers to 0; biases and normalizations are left alone.',
    get: (recipe) => recipe.weightDecay,
    set: (recipe, weightDecay) => ({ ...recipe, weightDecay }),
  },
  {
    id: 'clip',
    label: 'Clip norm at',
    min: 0,
    max: 1e6,
    help: 'Largest norm of all gradients together; longer ones are shortened to it. 0: never.',
    get: (recipe) => recipe.clipNorm ?? 0,
    set: ({ clipNorm: _, ...recipe }, value) => (value === 0 ? recipe : { ...recipe, clipNorm: value }),
  },
];

export const scheduleNumbers: readonly RecipeNumber[] = [
  {
    id: 'epochs',
    label: 'Epochs',
    min: 1,
    max: 1000,
    whole: true,
    help: 'How often every training sample is seen.',
    get: (recipe) => recipe.epochs,
    set: (recipe, epochs) => ({ ...recipe, epochs }),
  },
  {
    id: 'batch',
    label: 'Batch',
    unit: 'samples',
    min: 1,
    max: 4096,
    whole: true,
    help: 'Samples per step; the last, smaller batch of an epoch is left out. Larger batches take more memory.',
    get: (recipe) => recipe.batch,
    set: (recipe, batch) => ({ ...recipe, batch }),
  },
  ofSchedule('everyEpochs', {
    label: 'Every',
    unit: 'epochs',
    min: 0.1,
    max: 1000,
    help: 'Time between two steps down.',
  }),
  ofSchedule('factor', {
    label: 'Factor',
    min: 0.001,
    max: 1,
    help: 'What the rate is multiplied with at each step down.',
  }),
  ofSchedule('floor', {
    label: 'Ends at',
    unit: '× rate',
    min: 0,
    max: 1,
    help: 'Share of the rate at the end of the cosine.',
  }),
  ofSchedule('warmUpEpochs', {
    label: 'Warm-up',
    unit: 'epochs',
    min: 0,
    max: 100,
    help: 'The rate grows linearly from 0 first: it keeps good weights from being shaken.',
  }),
  {
    id: 'seed',
    label: 'Seed',
    min: 0,
    max: 2 ** 31 - 1,
    whole: true,
    help: 'Order of the samples and augmentation follow from it: the same seed gives the same weights, bit by bit.',
    get: (recipe) => recipe.seed,
    set: (recipe, seed) => ({ ...recipe, seed }),
  },
];

const ofAugmentation = (
  name: 'shift' | 'noise' | 'cutOut',
  members: Pick<RecipeNumber, 'label' | 'unit' | 'max' | 'help' | 'whole'>,
): RecipeNumber => ({
  id: `augmentation-${name}`,
  min: 0,
  ...members,
  get: ({ augmentation }) => augmentation[name],
  set: (recipe, value) => ({ ...recipe, augmentation: { ...recipe.augmentation, [name]: value } }),
});

export const augmentationNumbers: readonly RecipeNumber[] = [
  ofAugmentation('shift', {
    label: 'Shift up to',
    unit: 'px',
    max: 64,
    whole: true,
    help: 'Along each axis of space or time; what moves in is the sample’s edge.',
  }),
  ofAugmentation('noise', {
    label: 'Noise',
    unit: 'σ',
    max: 5,
    help: 'Standard deviation, as a share of that of the data.',
  }),
  ofAugmentation('cutOut', {
    label: 'Cut out',
    unit: 'px',
    max: 64,
    whole: true,
    help: 'Side of a square that is set to the mean of the data.',
  }),
];

/** What is wrong with a text as this number; undefined: nothing. `most` may be less than the field's own maximum. */
export function wrongNumber(field: RecipeNumber, text: string, most = field.max): string | undefined {
  const value = Number(text.trim().replace(',', '.').replace('\u2212', '-'));
  const { min, whole } = field;
  const max = Math.min(most, field.max);
  if (
    text.trim() !== '' &&
    Number.isFinite(value) &&
    value >= min &&
    value <= max &&
    (!whole || Number.isInteger(value))
  )
    return undefined;
  return `${whole ? 'a whole number' : 'a number'}, ${rangeText({ min, max })}`;
}

export const rangeText = ({ min, max }: { readonly min: number; readonly max: number }): string =>
  `${limitText(min)} to ${limitText(max)}`;

const limitText = (x: number): string =>
  x !== 0 && (x < 0.001 || x >= 1e6) ? x.toExponential(0).replace('-', '\u2212').replace('+', '') : String(x);

/** Takes what was typed into a field: a valid number enters the recipe, another text stays in the field. */
export function typeNumber(field: RecipeNumber, text: string, most?: number): void {
  const { recipe, invalid } = getState().training;
  const { [field.id]: _, ...others } = invalid;
  if (wrongNumber(field, text, most) !== undefined) {
    patch({ training: { invalid: { ...others, [field.id]: text } } });
    return;
  }
  if (field.id in invalid) patch({ training: { invalid: others } });
  const value = Number(text.trim().replace(',', '.').replace('\u2212', '-'));
  if (field.get(recipe) === value) return;
  act(
    `${field.label} ${text.trim()}`,
    { training: { recipe: field.set(recipe, value) } },
    { key: `recipe-${field.id}` },
  );
}

/** Members that are chosen rather than typed. Fields that are gone with the choice hold no wrong text. */
export function setRecipe(label: string, change: Partial<TrainingRecipe>): void {
  const { recipe } = getState().training;
  patch({ training: { invalid: {} } });
  act(label, { training: { recipe: { ...recipe, ...change } } });
}

export const setLearningRate = (learningRate: number): void =>
  setRecipe(`Learning rate ${learningRate}`, { learningRate });

export function setFrozen(node: NodeId, isFrozen: boolean): void {
  const others = getState().training.recipe.frozen.filter((id) => id !== node);
  setRecipe(`${isFrozen ? 'Freeze' : 'Train'} ${node}`, { frozen: isFrozen ? [...others, node] : others });
}

/** An optimizer with its options as they usually are. */
export function optimizerOf(id: Optimizer['id']): Optimizer {
  switch (id) {
    case 'sgd':
      return { id, momentum: 0.9, nesterov: true };
    case 'rmsprop':
      return { id, decay: 0.9, momentum: 0, epsilon: 1e-8 };
    default:
      return { id, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
  }
}

/** Fine-tuning starts here; plain gradient steps are longer than adaptive ones. */
export const usualRate = (id: Optimizer['id']): number => (id === 'sgd' ? 1e-4 : 3e-5);

export function scheduleOf(id: Schedule['id'], warmUpEpochs: number): Schedule {
  if (id === 'constant') return { id, warmUpEpochs };
  return id === 'step' ? { id, warmUpEpochs, everyEpochs: 2, factor: 0.3 } : { id, warmUpEpochs, floor: 0.01 };
}

/** What runs the steps of runs to come. */
export function setTrainingEngine(engine: 'wasm' | 'fastest'): void {
  act(engine === 'fastest' ? 'Train on the fastest engine' : 'Train on WebAssembly', { training: { engine } });
}
