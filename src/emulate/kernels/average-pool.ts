import { clamp } from '../../base/index.ts';
import type { Kernel } from '../../compute/index.ts';
import { bufferInfo, mapSizes, operand } from '../buffers.ts';
import { rescale } from '../rescale.ts';

/**
 * (ΣX · multiplier[n] + half) >> shift, n = elements counted: those inside the map, and with `countPadding` those in the
 * padding too (of value 0), but never those beyond the padding, where a last window of ceil mode may reach.
 */
export const averagePool: Kernel<'averagePool'> = (call, memory) => {
  const { info, codes: input } = operand(memory, call.inputs, 0);
  const [height, width, channels] = mapSizes(info);
  const output = memory.buffer(call.output);
  const outInfo = bufferInfo(memory, call.output);
  const [outHeight, outWidth] = mapSizes(outInfo);
  const multipliers = memory.constant(call.multiplier);
  const [top, left, bottom, right] = call.pads;
  const [windowHeight, windowWidth] = call.window;
  const { low, high } = call.clamp;
  let at = 0;
  for (let row = 0; row < outHeight; row++) {
    const y0 = row * call.strides[0] - top;
    const yFrom = Math.max(y0, 0);
    const yTo = Math.min(y0 + windowHeight, height);
    for (let column = 0; column < outWidth; column++) {
      const x0 = column * call.strides[1] - left;
      const xFrom = Math.max(x0, 0);
      const xTo = Math.min(x0 + windowWidth, width);
      const counted = call.countPadding
        ? (Math.min(y0 + windowHeight, height + bottom) - y0) * (Math.min(x0 + windowWidth, width + right) - x0)
        : (yTo - yFrom) * (xTo - xFrom);
      const multiplier = multipliers[counted] as number;
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let y = yFrom; y < yTo; y++)
          for (let x = xFrom; x < xTo; x++) sum += (input[(y * width + x) * channels + c] as number) - info.zeroPoint;
        output[at++] = clamp(rescale(sum, multiplier, call.shift, true) + outInfo.zeroPoint, low, high);
      }
    }
  }
};
