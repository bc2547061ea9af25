import type { Shape } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { axisIn, type Dims, stridesOf } from '../dims.ts';
import { given, take, walk } from '../elements.ts';
import { incompatibleShapes } from '../errors.ts';
import { moveCost, value } from '../inference.ts';
import type { OpDef } from '../op-def.ts';

/** Dimension i of the output is dimension perm[i] of the input; default: reversed. */
export const transpose = {
  id: 'Transpose',
  sinceOpset: 1,
  bind(attributes) {
    const order = new AttributeReader('Transpose', attributes).ints('perm');
    const permFor = (shape: Dims): readonly number[] => {
      const perm = order ?? shape.map((_, i) => shape.length - 1 - i);
      if (perm.length !== shape.length || new Set(perm).size !== perm.length)
        throw incompatibleShapes('Transpose', `perm [${perm.join(', ')}] does not fit the input`, [shape]);
      return perm.map((p) => axisIn('Transpose', p, shape.length));
    };
    const permuted = <T>(items: readonly T[], perm: readonly number[]) => perm.map((p) => items[p] as T);
    return {
      infer: ([x]) => [value(x?.type, x?.shape && permuted(x.shape, permFor(x.shape)))],
      cost: moveCost,
      run(inputs) {
        const x = given('Transpose', inputs, 0, 'data');
        const perm = permFor(x.shape);
        const shape: Shape = permuted(x.shape, perm);
        return [take(x, shape, walk(shape, permuted(stridesOf(x.shape), perm)))];
      },
      quant: { role: 'same-codes' },
      lower: (ctx) => ctx.rearrange(ctx.inputShape(0), permFor(ctx.inputShape(0)) as readonly number[]),
    };
  },
} as const satisfies OpDef;
