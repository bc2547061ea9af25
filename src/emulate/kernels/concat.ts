import type { Kernel } from '../../compute/index.ts';
import { bufferInfo, operand } from '../buffers.ts';

/** Operands copied one after another along `axis`. */
export const concat: Kernel<'concat'> = (call, memory) => {
  const output = memory.buffer(call.output);
  const outShape = bufferInfo(memory, call.output).shape;
  const outer = outShape.slice(0, call.axis).reduce((n, d) => n * d, 1);
  const inner = outShape.slice(call.axis + 1).reduce((n, d) => n * d, 1);
  const outRun = (outShape[call.axis] ?? 1) * inner;
  let done = 0;
  for (let index = 0; index < call.inputs.length; index++) {
    const { info, codes } = operand(memory, call.inputs, index);
    const run = (info.shape[call.axis] ?? 1) * inner;
    for (let o = 0; o < outer; o++) output.set(codes.subarray(o * run, (o + 1) * run), o * outRun + done);
    done += run;
  }
};
