import { clamp } from '../../base/index.ts';
import type { Kernel } from '../../compute/index.ts';
import { broadcastStrides, bufferInfo, operand, walk } from '../buffers.ts';
import { rescaler } from '../rescale.ts';

/** rescale(A · B); b is broadcast to a's shape. One multiplier for the whole tensor. */
export const mul: Kernel<'mul'> = (call, memory) => {
  const a = operand(memory, call.inputs, 0);
  const b = operand(memory, call.inputs, 1);
  const output = memory.buffer(call.output);
  const { zeroPoint } = bufferInfo(memory, call.output);
  const toOutput = rescaler(call.rescale, memory);
  const { low, high } = call.clamp;
  walk(a.info.shape, broadcastStrides(b.info.shape, a.info.shape), 0, (i, j) => {
    const product = ((a.codes[i] as number) - a.info.zeroPoint) * ((b.codes[j] as number) - b.info.zeroPoint);
    output[i] = clamp(toOutput(product, 0) + zeroPoint, low, high);
  });
};
