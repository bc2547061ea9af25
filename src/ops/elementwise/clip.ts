import { AttributeReader } from '../attributes.ts';
import { given, mapElements, scalarOf } from '../elements.ts';
import { elementwiseCost, sameAsInput } from '../inference.ts';
import type { OpDef } from '../op-def.ts';

/** Bounds are attributes before opset 11, inputs since. */
export const clip = {
  id: 'Clip',
  sinceOpset: 6,
  bind(attributes, opset) {
    const read = new AttributeReader('Clip', attributes);
    const asInputs = opset >= 11;
    const low = (asInputs ? undefined : read.float('min')) ?? Number.NEGATIVE_INFINITY;
    const high = (asInputs ? undefined : read.float('max')) ?? Number.POSITIVE_INFINITY;
    return {
      infer: sameAsInput,
      cost: elementwiseCost(2),
      run(inputs) {
        const from = asInputs && inputs[1] ? scalarOf(inputs[1]) : low;
        const to = asInputs && inputs[2] ? scalarOf(inputs[2]) : high;
        return [mapElements(given('Clip', inputs, 0), (x) => Math.min(to, Math.max(from, x)))];
      },
      quant: asInputs ? { role: 'clamp', low, high, lowInput: 1, highInput: 2 } : { role: 'clamp', low, high },
    };
  },
} as const satisfies OpDef;
