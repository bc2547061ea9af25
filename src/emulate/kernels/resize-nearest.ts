import type { Kernel } from '../../compute/index.ts';
import { bufferInfo, mapSizes, operand } from '../buffers.ts';

/** Copy; the source row and column of each output row and column come from two tables. */
export const resizeNearest: Kernel<'resizeNearest'> = (call, memory) => {
  const { info, codes: input } = operand(memory, call.inputs, 0);
  const [, width, channels] = mapSizes(info);
  const output = memory.buffer(call.output);
  const [outHeight, outWidth] = mapSizes(bufferInfo(memory, call.output));
  const rows = memory.constant(call.rows);
  const columns = memory.constant(call.columns);
  for (let row = 0; row < outHeight; row++) {
    for (let column = 0; column < outWidth; column++) {
      const from = ((rows[row] as number) * width + (columns[column] as number)) * channels;
      output.set(input.subarray(from, from + channels), (row * outWidth + column) * channels);
    }
  }
};
