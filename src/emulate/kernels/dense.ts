import { clamp } from '../../base/index.ts';
import type { Kernel } from '../../compute/index.ts';
import { bufferInfo, differences, operand } from '../buffers.ts';
import { rescaler } from '../rescale.ts';

/** rescale(bias[o] + Σ_i X[i] · (w[o,i] − wz)) for each of `rows` vectors. Weights [O, I]. */
export const dense: Kernel<'dense'> = (call, memory) => {
  const { info, codes } = operand(memory, call.inputs, 0);
  const output = memory.buffer(call.output);
  const { zeroPoint } = bufferInfo(memory, call.output);
  const [outSize = 0, inSize = 0] = memory.program.constants[call.weights]?.shape ?? [];
  const bias = memory.constant(call.bias);
  const toOutput = rescaler(call.rescale, memory);
  const { low, high } = call.clamp;
  const weightZeros = call.weightZeroPoint === undefined ? [0] : memory.constant(call.weightZeroPoint);
  const input = differences(codes, [info.zeroPoint]);
  const weights = differences(memory.constant(call.weights), weightZeros, inSize);
  for (let row = 0; row < call.rows; row++) {
    for (let o = 0; o < outSize; o++) {
      let sum = bias[o] as number;
      for (let i = 0; i < inSize; i++) sum += (input[row * inSize + i] as number) * (weights[o * inSize + i] as number);
      output[row * outSize + o] = clamp(toOutput(sum, o) + zeroPoint, low, high);
    }
  }
};
