import { UserError } from '../base/index.ts';
import type { Dim, Node } from '../ir/index.ts';

export const shapeText = (shape: readonly Dim[] | undefined): string =>
  shape === undefined ? 'unknown' : `[${shape.join(', ')}]`;

export const nodeFailed = (node: Node, cause: UserError): UserError =>
  new UserError(
    cause.code,
    `Layer '${node.id}' (${node.op}): ${cause.message}`,
    cause.hint,
    { ...cause.facts, node: node.id, op: node.op },
    { cause },
  );

export const shapeContradiction = (
  node: Node,
  tensor: string,
  inferred: readonly Dim[],
  declared: readonly Dim[],
): UserError =>
  new UserError(
    'analyze/shape-contradiction',
    `Layer '${node.id}' (${node.op}) gives '${tensor}' the shape ${shapeText(inferred)}, but the file declares ${shapeText(declared)}.`,
    'Export the network again, or remove its stored intermediate shapes; check the input shapes you set.',
    { node: node.id, op: node.op, tensor, inferred: shapeText(inferred), declared: shapeText(declared) },
  );

export const unknownInput = (name: string, known: readonly string[]): UserError =>
  new UserError('analyze/unknown-input', `The network has no input '${name}'.`, `Use one of: ${known.join(', ')}.`, {
    input: name,
  });

export const inputRank = (name: string, given: readonly number[], declared: readonly Dim[]): UserError =>
  new UserError(
    'analyze/input-rank',
    `Input '${name}' has ${declared.length} dimensions ${shapeText(declared)}; the shape given, ${shapeText(given)}, has ${given.length}.`,
    `Give ${declared.length} sizes.`,
    { input: name, given, declared: shapeText(declared) },
  );

export const badSize = (where: string, size: number): UserError =>
  new UserError(
    'analyze/bad-size',
    `${size} is not a possible size for ${where}.`,
    'Give a whole number of at least 1.',
    { where, size },
  );

export const unknownSymbol = (name: string, known: readonly string[]): UserError =>
  new UserError(
    'analyze/unknown-symbol',
    `The network has no open dimension called '${name}'.`,
    known.length > 0 ? `Open dimensions are: ${known.join(', ')}.` : 'Every dimension of this network has a size.',
    { symbol: name },
  );

export const symbolConflict = (name: string, first: number, second: number): UserError =>
  new UserError(
    'analyze/symbol-conflict',
    `The dimension '${name}' was given two sizes: ${first} and ${second}.`,
    'Give every input that shares a dimension the same size there.',
    { symbol: name, first, second },
  );

export const mixesSamples = (reason: string): UserError =>
  new UserError(
    'analyze/mixes-samples',
    `The network cannot take several samples at once: ${reason}.`,
    'Export it with a batch as the first dimension of its inputs and outputs, or run one sample at a time.',
  );
