import { UserError } from '../base/index.ts';
import type { Dim, Node } from '../ir/index.ts';

/** Codes and texts of making a training step. Those of runs are in `run-errors.ts`. */

const spell = (shape: readonly Dim[]): string => `[${shape.join(', ')}]`;

/** A layer that gradients have to pass has no rule for them. `why`: what of its form is in the way. */
export const noGradient = (node: Node, operator: string, why?: string) =>
  new UserError(
    'train/no-gradient',
    `Layer '${node.id}' (${operator}) has no gradient${why === undefined ? '' : `: ${why}`}, so nothing before it can be trained.`,
    'Freeze this layer and all layers with parameters before it, or replace it by operators that have a gradient.',
    { node: node.id, op: operator, ...(why === undefined ? {} : { why }) },
  );

export const nothingToTrain = (model: string, frozen: number) =>
  new UserError(
    'train/nothing-to-train',
    `'${model}' has no parameters that training could change${frozen > 0 ? `: ${frozen} layers are frozen` : ''}.`,
    frozen > 0
      ? 'Freeze fewer layers.'
      : 'Give a network with convolutions, products or other layers with float32 weights that reach its output.',
    { model, frozen },
  );

export const unknownShape = (id: string, shape: readonly Dim[] | undefined) =>
  new UserError(
    'train/unknown-shape',
    `The size of the value '${id}' is not known${shape === undefined ? '' : `: ${spell(shape)}`}, and a training step needs all sizes.`,
    'Set the sizes of the inputs (the batch too), and train a network whose sizes do not depend on the data.',
    { id },
  );

export const notClassValues = (id: string, shape: readonly Dim[]) =>
  new UserError(
    'train/not-class-values',
    `The output '${id}' ${spell(shape)} does not hold one value per class, as this loss needs.`,
    'Choose the loss for values (mean squared error), or another output.',
    { id, shape: spell(shape) },
  );

export const unknownOutput = (id: string, known: readonly string[]) =>
  new UserError(
    'train/unknown-output',
    `There is no output '${id}' to train on.`,
    `Choose one of: ${known.join(', ')}.`,
    { id, known },
  );

export const unknownLayer = (id: string) =>
  new UserError(
    'train/unknown-layer',
    `There is no layer '${id}' to freeze.`,
    'Choose layers of this network; names may have changed since the choice was made.',
    { id },
  );

/** A label outside the classes reached the loss. Rows count over samples, then positions. */
export const labelOutside = (op: string, row: number, label: number, classes: number) =>
  new UserError(
    'train/label-outside',
    `${op}: row ${row} has the label ${label}, but the network tells ${classes} classes apart (0 … ${classes - 1}).`,
    'Check the labels: classes count from 0.',
    { row, label, classes },
  );

export const badGradientShapes = (op: string, shapes: readonly (readonly number[])[]) =>
  new UserError(
    'train/bad-gradient-shapes',
    `${op}: the shapes ${shapes.map(spell).join(', ')} do not belong together.`,
    'Build the training step again from the network.',
    { op, shapes: shapes.map(spell) },
  );

export const missingAttribute = (op: string, attribute: string) =>
  new UserError(
    'train/missing-attribute',
    `${op}: attribute '${attribute}' is missing.`,
    'Build the training step again from the network.',
    { op, attribute },
  );

export const noDerivative = (name: string) =>
  new UserError(
    'train/no-derivative',
    `ElementGradient: the function '${name}' has no derivative here.`,
    'Use one of the functions that `derivatives` lists.',
    { function: name },
  );
