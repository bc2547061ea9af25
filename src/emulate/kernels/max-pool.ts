import { clamp } from '../../base/index.ts';
import type { Kernel } from '../../compute/index.ts';
import { bufferInfo, mapSizes, operand } from '../buffers.ts';

/** Largest code in the window, padding left out; output code = input code, then clamped. */
export const maxPool: Kernel<'maxPool'> = (call, memory) => {
  const { info, codes: input } = operand(memory, call.inputs, 0);
  const [height, width, channels] = mapSizes(info);
  const output = memory.buffer(call.output);
  const [outHeight, outWidth] = mapSizes(bufferInfo(memory, call.output));
  const [top, left] = call.pads;
  const [windowHeight, windowWidth] = call.window;
  const { low, high } = call.clamp;
  let at = 0;
  for (let row = 0; row < outHeight; row++) {
    for (let column = 0; column < outWidth; column++) {
      for (let c = 0; c < channels; c++) {
        let largest = Number.NEGATIVE_INFINITY;
        for (let kh = 0; kh < windowHeight; kh++) {
          const y = row * call.strides[0] + kh * call.dilations[0] - top;
          if (y < 0 || y >= height) continue;
          for (let kw = 0; kw < windowWidth; kw++) {
            const x = column * call.strides[1] + kw * call.dilations[1] - left;
            if (x < 0 || x >= width) continue;
            largest = Math.max(largest, input[(y * width + x) * channels + c] as number);
          }
        }
        output[at++] = clamp(largest, low, high);
      }
    }
  }
};
