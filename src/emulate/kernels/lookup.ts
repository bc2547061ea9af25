import type { Kernel } from '../../compute/index.ts';
import { lowestCode, operand } from '../buffers.ts';

/** table[x − lowest code of x's storage type]: the output code itself. */
export const lookup: Kernel<'lookup'> = (call, memory) => {
  const { info, codes: input } = operand(memory, call.inputs, 0);
  const output = memory.buffer(call.output);
  const table = memory.constant(call.table);
  const lowest = lowestCode(info.type);
  for (let i = 0; i < input.length; i++) output[i] = table[(input[i] as number) - lowest] as number;
};
