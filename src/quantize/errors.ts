import { UserError } from '../base/index.ts';
import type { Node, TensorId } from '../ir/index.ts';

export const notQuantizable = (node: Node, why: string): UserError =>
  new UserError(
    'quantize/no-integer-form',
    `Layer '${node.id}' (${node.op}) cannot be quantized: ${why}.`,
    'Replace the layer before exporting the model, or analyse the network without quantizing it.',
    { node: node.id, op: node.op },
  );

export const nothingToQuantize = (): UserError =>
  new UserError(
    'quantize/no-layers',
    'The network has no layer with weights to quantize.',
    'Quantization acts on Conv, Gemm and MatMul layers with constant weights.',
  );

export const badBits = (what: string, bits: number): UserError =>
  new UserError('quantize/bad-bits', `${what} cannot have ${bits} bits.`, 'Choose 2 to 8 bits, or 16.', {
    what,
    bits,
  });

export const noSamples = (): UserError =>
  new UserError('quantize/no-samples', 'Calibration needs at least one sample.', 'Give calibration samples.');

export const notFinite = (tensor: TensorId, layer: string): UserError =>
  new UserError(
    'quantize/not-finite',
    `The values of '${tensor}' (layer '${layer}') are not all finite numbers on the calibration samples.`,
    'Check that the samples are scaled as the model expects, and that the model itself is sound.',
    { tensor, layer },
  );

export const missingSamples = (tensor: TensorId, given: readonly TensorId[]): UserError =>
  new UserError(
    'quantize/missing-input',
    `The calibration samples have no values for input '${tensor}'.`,
    `Bind data to '${tensor}'; bound are: ${given.join(', ') || 'none'}.`,
    { tensor, given },
  );
