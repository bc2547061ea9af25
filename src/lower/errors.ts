import { UserError } from '../base/index.ts';
import type { Node, Shape, TensorId } from '../ir/index.ts';

export const cannotLower = (node: Node, why: string): UserError =>
  new UserError(
    'lower/no-integer-form',
    `Layer '${node.id}' (${node.op}) has no integer form: ${why}.`,
    'Replace the layer before exporting the model, or analyse the network without quantizing it.',
    { node: node.id, op: node.op },
  );

export const noQuantization = (tensor: TensorId, node: Node): UserError =>
  new UserError(
    'lower/no-quantization',
    `The quantization scheme says nothing about '${tensor}', which layer '${node.id}' (${node.op}) needs.`,
    'Make the scheme from the same prepared model that is lowered.',
    { tensor, node: node.id },
  );

export const unknownShape = (tensor: TensorId): UserError =>
  new UserError(
    'lower/unknown-shape',
    `The shape of '${tensor}' is not known.`,
    'Give the sizes of the model input before quantizing.',
    { tensor },
  );

export const batched = (node: Node, shape: Shape): UserError =>
  new UserError(
    'lower/batch',
    `Layer '${node.id}' (${node.op}) works on a batch of ${shape[0]} ([${shape.join(', ')}]).`,
    'Set the batch size of the model input to 1: integer programs handle one sample at a time.',
    { node: node.id, shape: [...shape] },
  );

export const multiplierTooLarge = (factor: number): UserError =>
  new UserError(
    'lower/rescale-range',
    `A rescaling factor of ${factor} is beyond what a 32-bit multiplier can hold.`,
    'Calibrate with samples that are typical for the network, or use more bits for the activations of this layer.',
    { factor },
  );
