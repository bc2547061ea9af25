import { clamp } from '../../base/index.ts';
import type { Kernel } from '../../compute/index.ts';
import { broadcastStrides, bufferInfo, operand, walk } from '../buffers.ts';

/** (A · mA + B · mB + half) >> shift; b is broadcast to a's shape. */
export const add: Kernel<'add'> = (call, memory) => {
  const a = operand(memory, call.inputs, 0);
  const b = operand(memory, call.inputs, 1);
  const output = memory.buffer(call.output);
  const { zeroPoint } = bufferInfo(memory, call.output);
  const { multiplierA, multiplierB, shift } = call;
  const { low, high } = call.clamp;
  const half = shift > 0 ? 2 ** (shift - 1) : 0;
  const divisor = 2 ** shift;
  // Codes have at most 17 bits with their zero point, multipliers 15: the sum is exact in a double.
  walk(a.info.shape, broadcastStrides(b.info.shape, a.info.shape), 0, (i, j) => {
    const sum =
      ((a.codes[i] as number) - a.info.zeroPoint) * multiplierA +
      ((b.codes[j] as number) - b.info.zeroPoint) * multiplierB;
    output[i] = clamp(Math.floor((sum + half) / divisor) + zeroPoint, low, high);
  });
};
