import { type Dim, dataTypeOf, numbersOf, type Shape, tensorOf } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { axisIn, type Dims, stridesOf } from '../dims.ts';
import { given, scalarOf, take } from '../elements.ts';
import { moveCost, sameAsInput, value } from '../inference.ts';
import { OPEN_SIZE, type OpDef } from '../op-def.ts';

/** Operators that make or mask by position: EyeLike, Trilu, OneHot, NonZero. */

/** Ones on the k-th diagonal of a matrix of the input's size. */
export const eyeLike = {
  id: 'EyeLike',
  sinceOpset: 9,
  bind(attributes) {
    const read = new AttributeReader('EyeLike', attributes);
    const type = dataTypeOf(read.int('dtype') ?? 0);
    const k = read.int('k') ?? 0;
    return {
      infer: ([x]) => [value(type ?? x?.type, x?.shape)],
      cost: moveCost,
      run(inputs) {
        const x = given('EyeLike', inputs, 0);
        const columns = x.shape[1] as number;
        const ones = Array.from({ length: x.data.length }, (_, i) =>
          (i % columns) - Math.floor(i / columns) === k ? 1 : 0,
        );
        return [tensorOf(type ?? x.type, x.shape, ones)];
      },
    };
  },
} as const satisfies OpDef;

/** The upper (default) or lower triangle of the last two dimensions, from the k-th diagonal; 0 elsewhere. */
export const trilu = {
  id: 'Trilu',
  sinceOpset: 14,
  bind(attributes) {
    const upper = (new AttributeReader('Trilu', attributes).int('upper') ?? 1) !== 0;
    return {
      infer: sameAsInput,
      cost: moveCost,
      run(inputs) {
        const x = given('Trilu', inputs, 0);
        const k = inputs[1] ? scalarOf(inputs[1]) : 0;
        const [rows, columns] = x.shape.slice(-2) as [number, number];
        const map = Int32Array.from({ length: x.data.length }, (_, i) => {
          const diagonal = (i % columns) - (Math.floor(i / columns) % rows);
          return (upper ? diagonal >= k : diagonal <= k) ? i : -1;
        });
        return [take(x, x.shape, map)];
      },
    };
  },
} as const satisfies OpDef;

/** A new axis of `depth`, holding the on-value at the index and the off-value elsewhere; indices out of range give only off. */
export const oneHot = {
  id: 'OneHot',
  sinceOpset: 9,
  bind(attributes) {
    const axis = new AttributeReader('OneHot', attributes).int('axis') ?? -1;
    const shapeOf = (indices: Dims, depth: Dim): Dims => {
      const at = axisIn('OneHot', axis, indices.length + 1);
      return [...indices.slice(0, at), depth, ...indices.slice(at)];
    };
    return {
      infer: ([indices, depth, values]) => [
        value(
          values?.type,
          indices?.shape && shapeOf(indices.shape, depth?.constant ? Math.trunc(scalarOf(depth.constant)) : OPEN_SIZE),
        ),
      ],
      cost: moveCost,
      run(inputs) {
        const indices = given('OneHot', inputs, 0);
        const depth = Math.trunc(scalarOf(given('OneHot', inputs, 1, 'depth')));
        const shape = shapeOf(indices.shape, depth) as Shape;
        const inner = stridesOf(shape)[axisIn('OneHot', axis, shape.length)] as number;
        const picks = numbersOf(indices);
        const map = new Int32Array(picks.length * depth).map((_, i) => {
          const level = Math.floor(i / inner) % depth;
          const pick = picks[Math.floor(i / (inner * depth)) * inner + (i % inner)] as number;
          return (pick < 0 ? pick + depth : pick) === level ? 1 : 0;
        });
        return [take(given('OneHot', inputs, 2, 'values'), shape, map)];
      },
    };
  },
} as const satisfies OpDef;

/** Coordinates of all elements that are not 0, one column each: how many is known only when run. */
export const nonZero = {
  id: 'NonZero',
  sinceOpset: 9,
  bind: () => ({
    infer: ([x]) => [value('int64', x?.shape && [x.shape.length, OPEN_SIZE])],
    cost: moveCost,
    run(inputs) {
      const x = given('NonZero', inputs, 0);
      const found: number[] = [];
      numbersOf(x).forEach((v, i) => {
        if (v !== 0) found.push(i);
      });
      const strides = stridesOf(x.shape);
      const rows = x.shape.map((size, d) => found.map((i) => Math.floor(i / (strides[d] as number)) % size));
      return [tensorOf('int64', [x.shape.length, found.length], rows.flat())];
    },
  }),
} as const satisfies OpDef;
