import type { Attributes } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { given, mapElements } from '../elements.ts';
import { elementwiseCost, value } from '../inference.ts';
import type { OpDef } from '../op-def.ts';

/** Questions asked of every element: IsNaN, IsInf. */
function question<Id extends string>(
  id: Id,
  sinceOpset: number,
  functionOf: (read: AttributeReader) => (x: number) => boolean,
) {
  return {
    id,
    sinceOpset,
    bind(attributes: Attributes) {
      const f = functionOf(new AttributeReader(id, attributes));
      return {
        infer: ([x]) => [value('bool', x?.shape)],
        cost: elementwiseCost(1),
        run: (inputs) => [mapElements(given(id, inputs, 0), (x) => (f(x) ? 1 : 0), 'bool')],
      };
    },
  } as const satisfies OpDef;
}

export const isNotANumber = question('IsNaN', 9, () => Number.isNaN);
export const isInfinite = question('IsInf', 10, (read) => {
  const up = (read.int('detect_positive') ?? 1) !== 0;
  const down = (read.int('detect_negative') ?? 1) !== 0;
  return (x) => (up && x === Number.POSITIVE_INFINITY) || (down && x === Number.NEGATIVE_INFINITY);
});
