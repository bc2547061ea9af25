import { Random } from '../../base/index.ts';
import { type DataType, numbersOf, tensorOf } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { given, resultOf, scalarOf } from '../elements.ts';
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

/**
 * At inference the input itself. In training mode (an input since opset 12) elements are left out at random, seeded, and the
 * rest grows to make up for it. The mask, where it is asked for, says which stayed.
 */
export const dropout = {
  id: 'Dropout',
  sinceOpset: 7,
  bind(attributes, opset) {
    const seed = new AttributeReader('Dropout', attributes).int('seed') ?? 0;
    const maskType = (x: DataType | undefined) => (opset >= 10 ? 'bool' : x);
    return {
      infer: ([x], outputCount) => [value(x?.type, x?.shape), value(maskType(x?.type), x?.shape)].slice(0, outputCount),
      cost: freeCost,
      run(inputs, outputCount) {
        const x = given('Dropout', inputs, 0);
        const ratio = inputs[2] && scalarOf(inputs[2]) !== 0 ? (inputs[1] ? scalarOf(inputs[1]) : 0.5) : 0;
        const random = new Random(seed);
        const kept = Uint8Array.from({ length: x.data.length }, () => (ratio === 0 || random.unit() >= ratio ? 1 : 0));
        const mask = tensorOf(maskType(x.type) ?? 'bool', x.shape, kept);
        if (ratio === 0) return [x, mask].slice(0, outputCount);
        const scale = ratio < 1 ? 1 / (1 - ratio) : 0;
        const out = Float64Array.from(numbersOf(x), (v, i) => v * scale * (kept[i] as number));
        return [resultOf(x.type, x.shape, out), mask].slice(0, outputCount);
      },
      quant: { role: 'same-codes' },
      lower: (ctx) => ctx.rearrange(),
    };
  },
} as const satisfies OpDef;
