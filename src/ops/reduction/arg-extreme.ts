import { numbersOf, type Shape, tensorOf } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { axisIn, type Dims, splitAt } from '../dims.ts';
import { given } from '../elements.ts';
import { sizeOf, value } from '../inference.ts';
import type { OpDef } from '../op-def.ts';

/** Position of the largest or smallest element along an axis, as int64; the first of equal ones, or the last where asked. */
function argExtreme<Id extends string>(id: Id, isBetter: (x: number, best: number) => boolean) {
  return {
    id,
    sinceOpset: 1,
    bind(attributes) {
      const read = new AttributeReader(id, attributes);
      const axis = read.int('axis') ?? 0;
      const keep = (read.int('keepdims') ?? 1) !== 0;
      const last = read.flag('select_last_index');
      const shapeOf = (from: Dims): Dims => {
        const at = axisIn(id, axis, from.length);
        return from.flatMap((d, i) => (i === at ? (keep ? [1] : []) : [d]));
      };
      return {
        infer: ([x]) => [value('int64', x?.shape && shapeOf(x.shape))],
        cost: ([x]) => ({ kind: 'elementwise', extraOps: sizeOf(x) }),
        run(inputs) {
          const x = given(id, inputs, 0, 'data');
          const values = numbersOf(x);
          const [outer, size, inner] = splitAt(x.shape, axisIn(id, axis, x.shape.length));
          const picks: number[] = [];
          for (let o = 0; o < outer; o++)
            for (let k = 0; k < inner; k++) {
              const at = (i: number) => values[(o * size + i) * inner + k] as number;
              let best = 0;
              for (let i = 1; i < size; i++) if (isBetter(at(i), at(best)) || (last && at(i) === at(best))) best = i;
              picks.push(best);
            }
          return [tensorOf('int64', shapeOf(x.shape) as Shape, picks)];
        },
        quant: { role: 'dropped' },
      };
    },
  } as const satisfies OpDef;
}

export const argMax = argExtreme('ArgMax', (x, best) => x > best);
export const argMin = argExtreme('ArgMin', (x, best) => x < best);
