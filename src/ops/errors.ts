import { UserError } from '../base/index.ts';
import type { Dim } from '../ir/index.ts';

/** Codes and texts of the room. The caller of `infer` and `bind` adds the node's name. */

const spell = (shape: readonly Dim[]): string => `[${shape.join(', ')}]`;

export const incompatibleShapes = (op: string, what: string, shapes: readonly (readonly Dim[])[]) =>
  new UserError(
    'ops/incompatible-shapes',
    `${op}: ${what} (${shapes.map(spell).join(' and ')}).`,
    'Check the sizes given for the inputs, or export the model again.',
    { op, shapes: shapes.map(spell) },
  );

export const axisOutOfRange = (op: string, axis: number, rank: number) =>
  new UserError(
    'ops/axis-out-of-range',
    `${op}: axis ${axis} does not exist in a tensor of ${rank} dimensions.`,
    'Export the model again: the file contradicts itself.',
    { op, axis, rank },
  );

/** `kind`: what kind of attribute the operator reads, where it was given one of another kind. */
export const badAttribute = (op: string, attribute: string, what: string, kind?: string) =>
  new UserError(
    'ops/bad-attribute',
    `${op}: attribute '${attribute}' ${what}.`,
    'Export the model again with a standard ONNX exporter.',
    { op, attribute, ...(kind === undefined ? {} : { kind }) },
  );

export const missingInput = (op: string, input: string) =>
  new UserError('ops/missing-input', `${op}: input '${input}' is missing.`, 'Export the model again.', { op, input });

export const unsupportedForm = (op: string, what: string) =>
  new UserError(
    'ops/unsupported-form',
    `${op}: ${what} is not supported.`,
    'Export the model without it, or leave this layer out.',
    { op },
  );

export const notATensor = (op: string, index: number, wanted: string, found: string) =>
  new UserError(
    'ops/not-a-tensor',
    `${op}: input ${index} should be ${wanted} and is ${found}.`,
    'Export the model again: the file contradicts itself.',
    { op, index },
  );

/** An operator with graphs inside, or one of sequences, was asked to run by itself. */
export const needsGraph = (op: string) =>
  new UserError(
    'ops/needs-graph',
    `${op} runs only inside a graph: it runs graphs of its own or passes sequences.`,
    'Run the whole model.',
    { op },
  );
