import type { Kernel } from '../../compute/index.ts';
import { bufferInfo, operand, stridesOf, walk } from '../buffers.ts';

/** Copy of start, start + step, … per axis; steps may be negative. */
export const slice: Kernel<'slice'> = (call, memory) => {
  const { info, codes: input } = operand(memory, call.inputs, 0);
  const output = memory.buffer(call.output);
  const strides = stridesOf(info.shape);
  const start = call.starts.reduce((sum, first, axis) => sum + first * (strides[axis] as number), 0);
  const steps = strides.map((stride, axis) => stride * (call.steps[axis] ?? 1));
  walk(bufferInfo(memory, call.output).shape, steps, start, (i, j) => {
    output[i] = input[j] as number;
  });
};
