import { clamp } from '../../base/index.ts';
import type { Kernel } from '../../compute/index.ts';
import { bufferInfo, operand } from '../buffers.ts';
import { rescaler } from '../rescale.ts';

/** rescale(bias[o] + Σ_i X[i] · (w[o,i] − wz)) for each of `rows` vectors. Weights [O, I]. */
export const dense: Kernel<'dense'> = (call, memory) => {
  const { info, codes: input } = operand(memory, call.inputs, 0);
  const output = memory.buffer(call.output);
  const { zeroPoint } = bufferInfo(memory, call.output);
  const weights = memory.constant(call.weights);
  const [outSize = 0, inSize = 0] = memory.program.constants[call.weights]?.shape ?? [];
  const bias = memory.constant(call.bias);
  const zeroPoints = call.weightZeroPoint === undefined ? undefined : memory.constant(call.weightZeroPoint);
  const toOutput = rescaler(call.rescale, memory);
  const { low, high } = call.clamp;
  const inputZero = info.zeroPoint;
  for (let row = 0; row < call.rows; row++) {
    for (let o = 0; o < outSize; o++) {
      const weightZero = zeroPoints ? (zeroPoints[zeroPoints.length > 1 ? o : 0] as number) : 0;
      let sum = bias[o] as number;
      for (let i = 0; i < inSize; i++)
        sum += ((input[row * inSize + i] as number) - inputZero) * ((weights[o * inSize + i] as number) - weightZero);
      output[row * outSize + o] = clamp(toOutput(sum, o) + zeroPoint, low, high);
    }
  }
};
