import { elementCount, numbersOf, type Shape } from '../../ir/index.ts';
import type { Dims } from '../dims.ts';
import { given, resultOf } from '../elements.ts';
import { value } from '../inference.ts';
import type { OpDef, QuantTraits } from '../op-def.ts';
import { poolCost } from './pool.ts';

/** Pools over all spatial positions: [N, C, …] → [N, C, 1, …]. */
function globalPool<Id extends string>(id: Id, quant: QuantTraits, reduce: (plane: Float64Array) => number) {
  const shapeOf = (x: Dims): Dims => x.map((d, i) => (i < 2 ? d : 1));
  return {
    id,
    sinceOpset: 1,
    bind: () => ({
      infer: ([x]) => [value(x?.type, x?.shape && shapeOf(x.shape))],
      cost: ([x], [y]) => poolCost(x, y, x?.shape.slice(2) ?? [], 1),
      run(inputs) {
        const x = given(id, inputs, 0);
        const shape = shapeOf(x.shape) as Shape;
        const values = Float64Array.from(numbersOf(x));
        const out = new Float64Array(elementCount(shape));
        const plane = values.length / out.length;
        for (let i = 0; i < out.length; i++) out[i] = reduce(values.subarray(i * plane, (i + 1) * plane));
        return [resultOf(x.type, shape, out)];
      },
      quant,
      lower(ctx) {
        const kernel = ctx.inputShape(0).slice(2);
        const ones = kernel.map(() => 1);
        const window = { kernel, strides: ones, dilations: ones, pads: [...kernel, ...kernel].map(() => 0) };
        if (quant.role === 'same-codes') ctx.maxPool(window);
        else ctx.averagePool({ ...window, countPadding: false });
      },
    }),
  } as const satisfies OpDef;
}

export const globalAveragePool = globalPool(
  'GlobalAveragePool',
  { role: 'computes' },
  (plane) => plane.reduce((sum, x) => sum + x, 0) / plane.length,
);
export const globalMaxPool = globalPool('GlobalMaxPool', { role: 'same-codes' }, (plane) =>
  plane.reduce((best, x) => Math.max(best, x), Number.NEGATIVE_INFINITY),
);
