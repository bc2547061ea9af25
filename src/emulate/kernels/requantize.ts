import { clamp } from '../../base/index.ts';
import type { Kernel } from '../../compute/index.ts';
import { bufferInfo, operand } from '../buffers.ts';
import { rescaler } from '../rescale.ts';

/** rescale(X), with one multiplier, or one per index of the last axis. */
export const requantize: Kernel<'requantize'> = (call, memory) => {
  const { info, codes: input } = operand(memory, call.inputs, 0);
  const output = memory.buffer(call.output);
  const { zeroPoint } = bufferInfo(memory, call.output);
  const toOutput = rescaler(call.rescale, memory);
  const { low, high } = call.clamp;
  const channels = info.shape.at(-1) ?? 1;
  for (let i = 0; i < input.length; i++)
    output[i] = clamp(toOutput((input[i] as number) - info.zeroPoint, i % channels) + zeroPoint, low, high);
};
