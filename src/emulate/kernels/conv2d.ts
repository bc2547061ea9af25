import { clamp } from '../../base/index.ts';
import type { Kernel } from '../../compute/index.ts';
import { bufferInfo, differences, mapSizes, operand } from '../buffers.ts';
import { rescaler } from '../rescale.ts';

/** rescale(bias[o] + Σ X · (w − wz)), X = 0 outside the map. Weights [O, KH, KW, I/groups]. */
export const conv2d: Kernel<'conv2d'> = (call, memory) => {
  const { info, codes } = operand(memory, call.inputs, 0);
  const [height, width, channels] = mapSizes(info);
  const output = memory.buffer(call.output);
  const outInfo = bufferInfo(memory, call.output);
  const [outHeight, outWidth, outChannels] = mapSizes(outInfo);
  const [, kernelHeight = 1, kernelWidth = 1] = memory.program.constants[call.weights]?.shape ?? [];
  const bias = memory.constant(call.bias);
  const toOutput = rescaler(call.rescale, memory);
  const [top, left] = call.pads;
  const [strideY, strideX] = call.strides;
  const [dilationY, dilationX] = call.dilations;
  const groupIn = channels / call.groups;
  const groupOut = outChannels / call.groups;
  const weightZeros = call.weightZeroPoint === undefined ? [0] : memory.constant(call.weightZeroPoint);
  const input = differences(codes, [info.zeroPoint]);
  const weights = differences(memory.constant(call.weights), weightZeros, kernelHeight * kernelWidth * groupIn);

  const sumAt = (row: number, column: number, o: number): number => {
    const firstChannel = Math.floor(o / groupOut) * groupIn;
    let sum = bias[o] as number;
    for (let kh = 0; kh < kernelHeight; kh++) {
      const y = row * strideY + kh * dilationY - top;
      if (y < 0 || y >= height) continue;
      for (let kw = 0; kw < kernelWidth; kw++) {
        const x = column * strideX + kw * dilationX - left;
        if (x < 0 || x >= width) continue;
        const from = (y * width + x) * channels + firstChannel;
        const tap = ((o * kernelHeight + kh) * kernelWidth + kw) * groupIn;
        for (let i = 0; i < groupIn; i++) sum += (input[from + i] as number) * (weights[tap + i] as number);
      }
    }
    return sum;
  };

  const { low, high } = call.clamp;
  let at = 0;
  for (let row = 0; row < outHeight; row++)
    for (let column = 0; column < outWidth; column++)
      for (let o = 0; o < outChannels; o++)
        output[at++] = clamp(toOutput(sumAt(row, column, o), o) + outInfo.zeroPoint, low, high);
};
