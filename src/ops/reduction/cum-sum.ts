import { numbersOf } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { axisIn, splitAt } from '../dims.ts';
import { given, resultOf, scalarOf } from '../elements.ts';
import { elementwiseCost, sameAsInput } from '../inference.ts';
import type { OpDef } from '../op-def.ts';

/** Running sums along an axis, from either end, with or without the element itself. */
export const cumSum = {
  id: 'CumSum',
  sinceOpset: 11,
  bind(attributes) {
    const read = new AttributeReader('CumSum', attributes);
    const exclusive = read.flag('exclusive');
    const reverse = read.flag('reverse');
    return {
      infer: sameAsInput,
      cost: elementwiseCost(1),
      run(inputs) {
        const x = given('CumSum', inputs, 0);
        const values = numbersOf(x);
        const axis = axisIn('CumSum', scalarOf(given('CumSum', inputs, 1, 'axis')), x.shape.length);
        const [outer, size, inner] = splitAt(x.shape, axis);
        const out = new Float64Array(values.length);
        for (let o = 0; o < outer; o++)
          for (let k = 0; k < inner; k++) {
            let total = 0;
            for (let step = 0; step < size; step++) {
              const i = (o * size + (reverse ? size - 1 - step : step)) * inner + k;
              out[i] = exclusive ? total : total + (values[i] as number);
              total += values[i] as number;
            }
          }
        return [resultOf(x.type, x.shape, out)];
      },
    };
  },
} as const satisfies OpDef;
