import { UserError } from '../base/index.ts';
import type { Dim } from '../ir/index.ts';

/** Codes and texts of the room. Every message names the layer or value, every hint the remedy. */

export const illegalEdit = (field: string, wants: string, has: unknown): UserError =>
  new UserError(
    'edit/illegal',
    `This is no edit: '${field}' must be ${wants}, not ${shorten(JSON.stringify(has) ?? 'missing')}.`,
    'Make the edit in the model view again; a link or file that holds it may be damaged or newer than this page.',
    { field, wants },
  );

const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}…` : text);

const listed = (names: readonly string[]): string =>
  names.length <= 4
    ? names.map((n) => `'${n}'`).join(', ')
    : `${names
        .slice(0, 3)
        .map((n) => `'${n}'`)
        .join(', ')} and ${names.length - 3} more`;

export const shapeText = (shape: readonly Dim[] | undefined): string =>
  shape === undefined ? 'of unknown shape' : `[${shape.join(', ')}]`;

export const noNode = (node: string, count: number): UserError =>
  new UserError(
    'edit/no-node',
    `There is no layer '${node}' among the ${count} layers of the model.`,
    'Pick the layer again: an earlier edit may have removed or renamed it. Layers inside a body cannot be edited.',
    { node },
  );

export const noValue = (value: string, meant: string | undefined): UserError =>
  new UserError(
    'edit/no-value',
    `There is no value '${value}' in the model.`,
    meant === undefined
      ? 'Pick the value again: an earlier edit may have removed or renamed it. Values inside a body cannot be edited.'
      : `Did you mean '${meant}'?`,
    { value },
  );

export const notAnInput = (value: string, inputs: readonly string[]): UserError =>
  new UserError(
    'edit/not-an-input',
    `'${value}' is not an input of the model.`,
    inputs.length > 0 ? `Its inputs are ${listed(inputs)}.` : 'The model has no inputs.',
    { value, inputs },
  );

export const notAnOutput = (value: string, outputs: readonly string[]): UserError =>
  new UserError(
    'edit/not-an-output',
    `'${value}' is not an output of the model.`,
    `Its outputs are ${listed(outputs)}.`,
    { value, outputs },
  );

export const alreadyOutput = (value: string): UserError =>
  new UserError('edit/already-output', `'${value}' is an output of the model already.`, 'Pick another value.', {
    value,
  });

export const lastOutput = (value: string): UserError =>
  new UserError(
    'edit/last-output',
    `'${value}' is the only output of the model, which needs one.`,
    'Make another value an output first.',
    { value },
  );

/** `wanted`: what it was to become, in words: 'an output'. */
export const notComputed = (value: string, role: string, wanted: string): UserError =>
  new UserError(
    'edit/not-computed',
    `'${value}' is ${role === 'input' ? 'an input' : 'a constant'} of the model; no layer computes it, so it cannot become ${wanted}.`,
    'Pick a value that a layer writes.',
    { value, role },
  );

export const constantValue = (value: string, what: string): UserError =>
  new UserError(
    'edit/constant',
    `'${value}' is a constant: ${what}.`,
    'Pick an input or a value that a layer writes.',
    {
      value,
    },
  );

export const notBetween = (input: string, outputs: readonly string[]): UserError =>
  new UserError(
    'edit/not-between',
    `'${input}' does not lead to ${listed(outputs)}, or only through another of the chosen inputs.`,
    'Leave it out, or pick a value that the outputs are computed from.',
    { input, outputs },
  );

export const unknownType = (value: string): UserError =>
  new UserError(
    'edit/unknown-type',
    `'${value}' would become an input, but its element type is not known.`,
    'Cut at another value: the type is unknown behind operators that are not known.',
    { value },
  );

export interface LostOutput {
  readonly node: string;
  readonly value: string;
  readonly shape: readonly Dim[] | undefined;
  /** Layers that read it; the model's outputs as 'output y'. */
  readonly readers: readonly string[];
  /** Inputs that could take its place, with their shapes. */
  readonly candidates: readonly { readonly id: string; readonly shape: readonly Dim[] | undefined }[];
}

export const cannotRemove = ({ node, value, shape, readers, candidates }: LostOutput): UserError =>
  new UserError(
    'edit/cannot-remove',
    `Layer '${node}' cannot be removed: ${listed(readers)} would lose '${value}' ${shapeText(shape)}, and ${
      candidates.length === 0
        ? 'nothing it is computed from could take its place'
        : `no input has the same known shape (${candidates.map((c) => `'${c.id}' ${shapeText(c.shape)}`).join(', ')})`
    }.`,
    candidates.length === 0
      ? 'Remove those that read it as well, or extract the part of the model that is to stay.'
      : 'Choose which input takes its place, or remove those that read it as well.',
    { node, value, readers, candidates: candidates.map((c) => c.id) },
  );

export const noInputAt = (node: string, index: number, inputs: number): UserError =>
  new UserError(
    'edit/no-input-at',
    `Layer '${node}' has no input ${index}: ${inputs === 0 ? 'it has no inputs' : `its inputs are counted 0 to ${inputs - 1}`}, and some may be absent.`,
    'Choose another input to take the place of its output.',
    { node, index, inputs },
  );

export const nothingLeft = (node: string, value: string): UserError =>
  new UserError(
    'edit/nothing-left',
    `Layer '${node}' cannot be removed: it keeps the output '${value}' apart from the value it repeats.`,
    `Remove the output '${value}' instead.`,
    { node, value },
  );

export const nameTaken = (name: string, holder: string): UserError =>
  new UserError('edit/name-taken', `The name '${name}' is taken: ${holder} has it.`, 'Choose another name.', {
    name,
    holder,
  });

export const noAttribute = (node: string, op: string, name: string, present: readonly string[]): UserError =>
  new UserError(
    'edit/no-attribute',
    `Layer '${node}' (${op}) has no attribute '${name}'.`,
    present.length > 0 ? `It has ${listed(present)}.` : 'It has no attributes.',
    { node, op, name },
  );

export const unknownAttribute = (node: string, op: string, name: string, known: readonly string[]): UserError =>
  new UserError(
    'edit/unknown-attribute',
    `Layer '${node}': ${op} knows no attribute '${name}'.`,
    known.length > 0 ? `It knows ${known.join(', ')}.` : `${op} has no attributes.`,
    { node, op, name, known },
  );

export const fixedAttribute = (node: string, op: string, name: string, kind: string): UserError =>
  new UserError(
    'edit/fixed-attribute',
    `Layer '${node}' (${op}): attribute '${name}' holds a ${kind}, which cannot be edited.`,
    'Pick an attribute that holds numbers or text.',
    { node, op, name, kind },
  );

export const illegalAttribute = (node: string, op: string, cause: UserError): UserError =>
  new UserError(
    'edit/illegal-attribute',
    `Layer '${node}' (${op}): ${cause.message}`,
    `Give a value that ${op} allows.`,
    { ...cause.facts, node, op },
    { cause },
  );

export const faultyAttribute = (node: string, op: string, fault: string): UserError =>
  new UserError('edit/illegal-attribute', `Layer '${node}' (${op}): ${fault}.`, `Give a value that ${op} allows.`, {
    node,
    op,
  });

export const wrongType = (value: string, type: string, activation: string): UserError =>
  new UserError(
    'edit/wrong-type',
    `'${value}' holds ${type} elements; ${activation} works on floating-point numbers.`,
    'Insert it where the network computes in float, for example before QuantizeLinear.',
    { value, type, activation },
  );

export const opsetTooOld = (op: string, since: number, opset: number): UserError =>
  new UserError(
    'edit/opset-too-old',
    `${op} exists since opset ${since}; the model uses opset ${opset}.`,
    'Choose another one, or convert the model to a newer opset first.',
    { op, since, opset },
  );

export const badParameter = (activation: string, name: string, known: readonly string[]): UserError =>
  new UserError(
    'edit/bad-parameter',
    `${activation} has no parameter '${name}'.`,
    known.length > 0 ? `It has ${known.join(', ')}.` : 'It has no parameters.',
    { activation, name, known },
  );

export const emptyRange = (activation: string, min: number, max: number): UserError =>
  new UserError('edit/bad-parameter', `${activation}: ${min} to ${max} is no range.`, 'Give a max above min.', {
    activation,
    min,
    max,
  });

export const notAnActivation = (node: string, op: string): UserError =>
  new UserError(
    'edit/not-an-activation',
    `Layer '${node}' (${op}) is not an activation.`,
    'Pick a layer that applies one function to every element, or insert the activation behind a value.',
    { node, op },
  );

export const notReplaceable = (node: string, op: string, by: string, choices: readonly string[]): UserError =>
  new UserError(
    'edit/not-replaceable',
    `Layer '${node}': ${op} cannot be replaced by ${by}, which takes other inputs or is not known.`,
    choices.length > 0 ? `Possible are ${choices.join(', ')}.` : `Nothing can stand for ${op}.`,
    { node, op, by, choices },
  );

export const lostMeaning = (node: string, op: string, by: string, what: string): UserError =>
  new UserError(
    'edit/lost-meaning',
    `Layer '${node}' (${op}) cannot become ${by}: ${what}.`,
    'Change that first, or choose another operator.',
    { node, op, by },
  );
