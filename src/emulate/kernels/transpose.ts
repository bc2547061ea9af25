import type { Kernel } from '../../compute/index.ts';
import { bufferInfo, operand, stridesOf, walk } from '../buffers.ts';

/** Copy with axes permuted: output axis i is input axis `axes[i]`. */
export const transpose: Kernel<'transpose'> = (call, memory) => {
  const { info, codes: input } = operand(memory, call.inputs, 0);
  const output = memory.buffer(call.output);
  const strides = stridesOf(info.shape);
  const permuted = call.axes.map((axis) => strides[axis] as number);
  walk(bufferInfo(memory, call.output).shape, permuted, 0, (i, j) => {
    output[i] = input[j] as number;
  });
};
