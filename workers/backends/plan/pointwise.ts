import type { TensorId } from '../../../src/ir/index.ts';
import { GemmField } from '../../kernels/assembly/memory.ts';
import type { Convolution } from './conv.ts';
import { bindFields, type FastNode, floatBits, type NodeView } from './fast-node.ts';

/** A sample that the second cache holds is read as it lies; a larger one is better packed a few pixels at a time. */
const SAMPLE_BYTES = 1 << 20;

/** Whether a convolution is a product per sample: weights [outChannels, channels] · input [channels, pixels]. */
export const isPointwise = ({ window: { kernel, strides }, groups, ...shape }: Convolution): boolean =>
  groups === 1 &&
  [...kernel, ...strides].every((v) => v === 1) &&
  shape.mapHeight === shape.height &&
  shape.mapWidth === shape.width &&
  shape.channels * shape.height * shape.width * 4 <= SAMPLE_BYTES;

export function pointwise({ node: { inputs } }: NodeView, shape: Convolution): FastNode {
  const { channels, outChannels, batch } = shape;
  const pixels = shape.height * shape.width;
  const sampleBytes = channels * pixels * 4;
  const table = Int32Array.from({ length: 2 * batch }, (_, i) => (i % 2) * Math.floor(i / 2) * sampleBytes);
  return {
    reads: inputs.filter((id) => id !== ''),
    clamps: true,
    bind: (places) =>
      bindFields(places, 'gemmFloat', GemmField, {
        a: places.operand(inputs[1] as TensorId),
        aRowStep: channels * 4,
        aDepthStep: 4,
        b: places.operand(inputs[0] as TensorId),
        panelStep: 32,
        bStep: pixels * 4,
        panels: 0,
        factor: floatBits(1),
        c: places.output(0),
        rows: outChannels,
        depth: channels,
        columns: pixels,
        rowBias: inputs[2] ? places.operand(inputs[2]) : 0,
        columnBias: 0,
        start: 0,
        startRowStep: 0,
        startColumnStep: 0,
        startFactor: floatBits(1),
        low: floatBits(places.low),
        high: floatBits(places.high),
        batches: batch,
        table: places.memory.place(table),
      }),
  };
}
