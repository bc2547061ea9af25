import { tensorOf } from '../../ir/index.ts';
import { given } from '../elements.ts';
import { freeCost, value } from '../inference.ts';
import type { OpDef } from '../op-def.ts';

export const identity = {
  id: 'Identity',
  sinceOpset: 1,
  bind: () => ({
    infer: ([x]) => [x ?? {}],
    cost: freeCost,
    run: (inputs) => [given('Identity', inputs, 0)],
    runValues: (inputs) => [given('Identity', inputs, 0)],
    quant: { role: 'same-codes' },
    lower: (ctx) => ctx.rearrange(),
  }),
} as const satisfies OpDef;

/** At inference the input itself. The mask, where it is asked for, is all true. */
export const dropout = {
  id: 'Dropout',
  sinceOpset: 7,
  bind: (_attributes, opset) => ({
    infer: ([x], outputCount) =>
      [value(x?.type, x?.shape), value(opset >= 10 ? 'bool' : x?.type, x?.shape)].slice(0, outputCount),
    cost: freeCost,
    run(inputs, outputCount) {
      const x = given('Dropout', inputs, 0);
      const ones = new Uint8Array(x.data.length).fill(1);
      return [x, tensorOf(opset >= 10 ? 'bool' : x.type, x.shape, ones)].slice(0, outputCount);
    },
    quant: { role: 'same-codes' },
    lower: (ctx) => ctx.rearrange(),
  }),
} as const satisfies OpDef;
