import type { Kernel } from '../../compute/index.ts';
import { bufferInfo, operand, stridesOf, walk } from '../buffers.ts';

/** Copy into the middle, border filled with `fillCode`. */
export const pad: Kernel<'pad'> = (call, memory) => {
  const { info, codes: input } = operand(memory, call.inputs, 0);
  const output = memory.buffer(call.output);
  const strides = stridesOf(bufferInfo(memory, call.output).shape);
  const start = call.before.reduce((sum, count, axis) => sum + count * (strides[axis] as number), 0);
  output.fill(call.fillCode);
  walk(info.shape, strides, start, (i, j) => {
    output[j] = input[i] as number;
  });
};
