import type { Tensor } from '../../ir/index.ts';
import { given, mapElements, zipElements } from '../elements.ts';
import { broadcastAll, sizeOf, value } from '../inference.ts';
import type { BoundOp, OpDef } from '../op-def.ts';

/** Operators over any number of tensors: Sum, Max, Min, Mean. */
function variadic<Id extends string>(
  id: Id,
  combine: (x: number, y: number) => number,
  finish?: (x: number, operands: number) => number,
  lower?: BoundOp['lower'],
) {
  return {
    id,
    sinceOpset: 6,
    bind: () => ({
      infer: (inputs) => [value(inputs[0]?.type, broadcastAll(id, inputs))],
      cost: (inputs, [y]) => ({
        kind: 'elementwise',
        extraOps: (inputs.length - 1 + (finish ? 1 : 0)) * sizeOf(y),
      }),
      run(inputs) {
        let total: Tensor = given(id, inputs, 0);
        const { type } = total;
        // Partial sums of floats stay in double precision until the end.
        const wide = type === 'float32' || type === 'float16' || type === 'bfloat16' ? 'float64' : type;
        for (let i = 1; i < inputs.length; i++) total = zipElements(id, total, given(id, inputs, i), combine, wide);
        return [mapElements(total, (x) => (finish ? finish(x, inputs.length) : x), type)];
      },
      quant: { role: 'computes' },
      ...(lower === undefined ? {} : { lower }),
    }),
  } as const satisfies OpDef;
}

export const sum = variadic(
  'Sum',
  (x, y) => x + y,
  undefined,
  (ctx) => ctx.add('add'),
);
export const mean = variadic(
  'Mean',
  (x, y) => x + y,
  (x, operands) => x / operands,
);
export const max = variadic('Max', Math.max);
export const min = variadic('Min', Math.min);
