import { UserError } from '../base/index.ts';
import type { Diagnostic, NodeId } from '../ir/index.ts';

/** Codes and texts of runs: recipes, data, and what goes wrong while training. */

export const badRecipe = (field: string, value: unknown, wanted: string): UserError =>
  new UserError(
    'train/recipe',
    `'${field}' is ${String(value)}, but must be ${wanted}.`,
    `Set '${field}' to ${wanted}.`,
    {
      field,
      value: String(value),
    },
  );

export const noLabels = (data: string): UserError =>
  new UserError(
    'train/no-labels',
    `'${data}' has no labels, which this loss compares the network's answers with.`,
    "Add an array 'y' with one class per sample, or train an auto-encoder with the loss 'mse'.",
    { data },
  );

export const labelOutOfRange = (data: string, sample: number, label: number, classes: number): UserError =>
  new UserError(
    'train/label-out-of-range',
    `'${data}': sample ${sample} has label ${label}, but the network tells ${classes} classes apart (0 … ${classes - 1}).`,
    'Check that labels count from 0 and that the data belong to this network.',
    { data, sample, label, classes },
  );

export const batchTooLarge = (data: string, count: number, batch: number): UserError =>
  new UserError(
    'train/batch-too-large',
    `A batch of ${batch} is larger than the data: '${data}' has ${count} ${count === 1 ? 'sample' : 'samples'} to train on.`,
    `Set the batch to ${Math.max(1, Math.min(32, 2 ** Math.floor(Math.log2(Math.max(1, count)))))} or less, or give more samples.`,
    { data, count, batch },
  );

export const otherSize = (data: string, input: string, has: readonly number[], wants: readonly number[]): UserError =>
  new UserError(
    'train/other-size',
    `'${data}' holds samples of [${has.join(', ')}] for input '${input}', which takes [${wants.join(', ')}].`,
    'Give samples of the size of the input the network has.',
    { data, input, has, wants },
  );

export const missingSamples = (data: string, input: string): UserError =>
  new UserError('train/missing-input', `'${data}' has no samples for input '${input}'.`, `Add an array '${input}'.`, {
    data,
    input,
  });

export const noTarget = (output: string, shape: readonly number[]): UserError =>
  new UserError(
    'train/no-target',
    `There is nothing to compare output '${output}' [${shape.join(', ')}] with: it is not of the size of the input, and the data have no labels.`,
    "Give labels (array 'y'), or train a network whose output has the size of its input.",
    { output, shape },
  );

export const notClasses = (output: string, shape: readonly number[]): UserError =>
  new UserError(
    'train/not-classes',
    `Output '${output}' [${shape.join(', ')}] is no vector of one value per class, which this loss takes.`,
    "Train with the loss 'mse', or train a network that ends in one value per class.",
    { output, shape },
  );

export const notFinite = (data: string, sample: number): UserError =>
  new UserError(
    'train/not-finite-data',
    `'${data}': sample ${sample} holds a value that is infinite or not a number.`,
    'Remove or repair the sample.',
    { data, sample },
  );

/** Where numbers first left the range, in a step that was not taken. */
export interface Divergence {
  /** The first layer whose result is not finite; absent: all are, a gradient is not. */
  readonly node?: NodeId;
  readonly op?: string;
  /** The parameter whose gradient is not finite. */
  readonly parameter?: string;
  readonly step: number;
  readonly learningRate: number;
  readonly clipped: boolean;
}

export function diverged({ node, op, parameter, step, learningRate, clipped }: Divergence): UserError {
  const where =
    node !== undefined
      ? `layer '${node}'${op === undefined ? '' : ` (${op})`} gave a value that is infinite or not a number`
      : parameter !== undefined
        ? `the gradient of '${parameter}' is infinite or not a number`
        : 'the loss or the gradients are infinite or not a number';
  return new UserError(
    'train/diverged',
    `Training diverged in step ${step + 1} at learning rate ${learningRate.toPrecision(3)}: ${where}.`,
    `Use a lower learning rate${clipped ? '' : ', clip the gradients (1 is a good start)'} or a longer warm-up; the last checkpoint still holds good weights.`,
    {
      step,
      learningRate,
      ...(node === undefined ? {} : { node }),
      ...(parameter === undefined ? {} : { parameter }),
    },
  );
}

/** Weights that still let steps be taken, but give no answers on samples that are not trained on. */
export const answersNotFinite = (data: string, step: number, learningRate: number): UserError =>
  new UserError(
    'train/diverged',
    `After step ${step}, at learning rate ${learningRate.toPrecision(3)}, the network's answers on '${data}' are infinite or not a number.`,
    'Use a lower learning rate or clip the gradients; the last checkpoint still holds good weights. Where it was so from the start, check how the samples are scaled.',
    { step, learningRate, data },
  );

export const otherRun = (what: string): UserError =>
  new UserError(
    'train/other-run',
    `The checkpoint is of another run: its ${what} differ${what.endsWith('s') ? '' : 's'}.`,
    'Resume with the network, data and recipe the run was begun with, or start a new run.',
    { what },
  );

export const damagedCheckpoint = (what: string): UserError =>
  new UserError(
    'train/damaged-checkpoint',
    `The checkpoint does not fit the network: ${what}.`,
    'Start a new run; the checkpoint was damaged or comes from another version.',
    { what },
  );

export const outOfMemory = (batch: number, cause: unknown): UserError => {
  const smaller = Math.max(1, Math.floor(batch / 2));
  return new UserError(
    'train/out-of-memory',
    `A step with a batch of ${batch} does not fit in memory.`,
    batch > 1 ? `Use a smaller batch: ${smaller}.` : 'Close other tabs, or train a smaller network.',
    { batch, smaller },
    { cause },
  );
};

/** Classes that no sample of a data set has. */
export function absentClassesNotice(
  data: string,
  absent: readonly number[],
  use: 'training' | 'validation',
): Diagnostic {
  const many = absent.length > 8 ? `, … (${absent.length} in all)` : '';
  const named = `${absent.length === 1 ? 'class' : 'classes'} ${absent.slice(0, 8).join(', ')}${many}`;
  const effect = use === 'training' ? 'the network will unlearn what it knows of it' : 'accuracy says nothing about it';
  return {
    code: 'train/absent-classes',
    severity: 'warning',
    message: `'${data}' has no sample of ${named} for ${use}: ${effect}. Give samples of every class, or another split.`,
  };
}
