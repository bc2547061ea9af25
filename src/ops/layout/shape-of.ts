import { isKnown, type Tensor, tensorOf } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { type Dims, productOf } from '../dims.ts';
import { given } from '../elements.ts';
import { freeCost, value } from '../inference.ts';
import { OPEN_SIZE, type OpDef } from '../op-def.ts';

const int64 = (values: readonly number[]): Tensor => tensorOf('int64', [values.length], values);

/** The sizes of a tensor, as int64. `start` and `end` since opset 15. */
export const shape = {
  id: 'Shape',
  sinceOpset: 1,
  bind(attributes) {
    const read = new AttributeReader('Shape', attributes);
    const start = read.int('start') ?? 0;
    const end = read.int('end');
    const part = (dims: Dims): Dims => dims.slice(start, end);
    return {
      infer([x]) {
        if (!x?.shape) return [value('int64', [OPEN_SIZE])];
        const dims = part(x.shape);
        return [value('int64', [dims.length], isKnown(dims) ? int64(dims) : undefined)];
      },
      cost: freeCost,
      run: (inputs) => [int64(part(given('Shape', inputs, 0).shape) as readonly number[])],
    };
  },
} as const satisfies OpDef;

/** The number of elements, as an int64 scalar. */
export const size = {
  id: 'Size',
  sinceOpset: 1,
  bind: () => ({
    infer([x]) {
      const count = x?.shape && productOf(x.shape);
      return [value('int64', [], typeof count === 'number' ? tensorOf('int64', [], [count]) : undefined)];
    },
    cost: freeCost,
    run: (inputs) => [tensorOf('int64', [], [given('Size', inputs, 0).data.length])],
  }),
} as const satisfies OpDef;
