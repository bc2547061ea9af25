import { allocate, numbersOf, type Tensor, type TensorData } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { broadcastDims, broadcastShape } from '../dims.ts';
import { broadcastTo, given } from '../elements.ts';
import { badAttribute } from '../errors.ts';
import { elementwiseCost, sameAsInput, value } from '../inference.ts';
import type { OpDef } from '../op-def.ts';

/** Operators on the bits of integers, exact for 64 bits too. */

type Wide = BigInt64Array | BigUint64Array;
const isWide = (data: TensorData): data is Wide => data instanceof BigInt64Array || data instanceof BigUint64Array;

interface Bits {
  readonly narrow: (x: number, y: number) => number;
  readonly wide: (x: bigint, y: bigint) => bigint;
}

function combined(op: string, a: Tensor, b: Tensor, { narrow, wide }: Bits): Tensor {
  const shape = broadcastShape(op, a.shape, b.shape);
  const [x, y] = [broadcastTo(a, shape), broadcastTo(b, shape)];
  const data = allocate(a.type, x.data.length);
  if (isWide(data)) {
    const [p, q] = [x.data as Wide, y.data as Wide];
    for (let i = 0; i < data.length; i++) data[i] = wide(p[i] as bigint, q[i] as bigint);
  } else {
    const [p, q] = [numbersOf(x), numbersOf(y)];
    for (let i = 0; i < data.length; i++) data[i] = narrow(p[i] as number, q[i] as number);
  }
  return { type: a.type, shape, data };
}

function bitwise<Id extends string>(id: Id, sinceOpset: number, bitsOf: (read: AttributeReader) => Bits) {
  return {
    id,
    sinceOpset,
    bind(attributes) {
      const bits = bitsOf(new AttributeReader(id, attributes));
      return {
        infer: ([a, b]) => [value(a?.type, a?.shape && b?.shape && broadcastDims(id, a.shape, b.shape))],
        cost: elementwiseCost(1),
        run: (inputs) => [combined(id, given(id, inputs, 0, 'A'), given(id, inputs, 1, 'B'), bits)],
      };
    },
  } as const satisfies OpDef;
}

export const bitwiseAnd = bitwise('BitwiseAnd', 18, () => ({ narrow: (x, y) => x & y, wide: (x, y) => x & y }));
export const bitwiseOr = bitwise('BitwiseOr', 18, () => ({ narrow: (x, y) => x | y, wide: (x, y) => x | y }));
export const bitwiseXor = bitwise('BitwiseXor', 18, () => ({ narrow: (x, y) => x ^ y, wide: (x, y) => x ^ y }));

/** Bits beyond the type's width are lost; shifting by the width or more gives 0. */
export const bitShift = bitwise('BitShift', 11, (read) => {
  const direction = read.string('direction');
  if (direction === 'LEFT') return { narrow: (x, y) => (y > 31 ? 0 : x << y), wide: (x, y) => (y > 63n ? 0n : x << y) };
  if (direction === 'RIGHT')
    return { narrow: (x, y) => (y > 31 ? 0 : x >>> y), wide: (x, y) => (y > 63n ? 0n : x >> y) };
  throw badAttribute('BitShift', 'direction', `is '${direction}'; known are LEFT, RIGHT`);
});

export const bitwiseNot = {
  id: 'BitwiseNot',
  sinceOpset: 18,
  bind: () => ({
    infer: sameAsInput,
    cost: elementwiseCost(1),
    run(inputs) {
      const x = given('BitwiseNot', inputs, 0, 'X');
      const data = allocate(x.type, x.data.length);
      if (isWide(data)) data.set((x.data as BigInt64Array).map((v) => ~v) as BigInt64Array & BigUint64Array);
      else data.set(numbersOf(x).map((v) => ~v));
      return [{ type: x.type, shape: x.shape, data }];
    },
  }),
} as const satisfies OpDef;
