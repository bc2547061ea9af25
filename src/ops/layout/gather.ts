import { type Dim, numbersOf } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { axisIn, splitAt } from '../dims.ts';
import { given, take } from '../elements.ts';
import { moveCost, value } from '../inference.ts';
import type { OpDef } from '../op-def.ts';

/** Picks slices of the first input along an axis; the indices' shape takes that axis' place. Negative indices count from the end. */
export const gather = {
  id: 'Gather',
  sinceOpset: 1,
  bind(attributes) {
    const axis = new AttributeReader('Gather', attributes).int('axis') ?? 0;
    const shapeOf = <D extends Dim>(data: readonly D[], indices: readonly D[]): readonly D[] => {
      const at = axisIn('Gather', axis, data.length);
      return [...data.slice(0, at), ...indices, ...data.slice(at + 1)];
    };
    return {
      infer: ([data, indices]) => [
        value(data?.type, data?.shape && indices?.shape && shapeOf<Dim>(data.shape, indices.shape)),
      ],
      cost: moveCost,
      run(inputs) {
        const data = given('Gather', inputs, 0, 'data');
        const indices = given('Gather', inputs, 1, 'indices');
        const [outer, size, inner] = splitAt(data.shape, axisIn('Gather', axis, data.shape.length));
        const picks = Array.from(numbersOf(indices), (i) => axisIn('Gather', i, size));
        const map = new Int32Array(outer * picks.length * inner);
        let to = 0;
        for (let o = 0; o < outer; o++)
          for (const pick of picks) {
            const from = (o * size + pick) * inner;
            for (let i = 0; i < inner; i++) map[to++] = from + i;
          }
        return [take(data, shapeOf(data.shape, indices.shape), map)];
      },
      quant: { role: 'same-codes' },
    };
  },
} as const satisfies OpDef;
