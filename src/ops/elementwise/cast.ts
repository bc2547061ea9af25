import type { DataType, Tensor } from '../../ir/index.ts';
import { allocate, dataTypeOf, isFloat, numbersOf } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { given, resultOf } from '../elements.ts';
import { badAttribute, unsupportedForm } from '../errors.ts';
import { elementwiseCost, value } from '../inference.ts';
import type { OpDef } from '../op-def.ts';

/** Converts the element type: floats to integers by truncation, anything to bool by `≠ 0`. */
export const cast = {
  id: 'Cast',
  sinceOpset: 6,
  bind(attributes) {
    const code = new AttributeReader('Cast', attributes).int('to');
    const to = code === undefined ? undefined : dataTypeOf(code);
    if (to === undefined) throw badAttribute('Cast', 'to', 'names no element type');
    return {
      infer: ([x]) => [value(to, x?.shape)],
      cost: elementwiseCost(1),
      run: (inputs) => [castTo(given('Cast', inputs, 0), to)],
      quant: { role: 'same-codes' },
    };
  },
} as const satisfies OpDef;

export const castLike = {
  id: 'CastLike',
  sinceOpset: 15,
  bind: () => ({
    infer: ([x, like]) => [value(like?.type, x?.shape)],
    cost: elementwiseCost(1),
    run: (inputs) => [castTo(given('CastLike', inputs, 0), given('CastLike', inputs, 1).type)],
    quant: { role: 'same-codes' },
  }),
} as const satisfies OpDef;

export function castTo(x: Tensor, to: DataType): Tensor {
  if (x.type === to) return x;
  if (
    to === 'string' ||
    x.type === 'string' ||
    to.startsWith('float8') ||
    to.startsWith('complex') ||
    to.endsWith('int4')
  )
    throw unsupportedForm('Cast', `converting ${x.type} to ${to}`);
  const wideInteger = (t: DataType) => t === 'int64' || t === 'uint64';
  if (wideInteger(x.type) && wideInteger(to)) {
    const data = allocate(to, x.data.length) as BigInt64Array | BigUint64Array;
    data.set(x.data as BigInt64Array);
    return { type: to, shape: x.shape, data };
  }
  const values = numbersOf(x);
  if (to === 'bool')
    return resultOf(
      to,
      x.shape,
      Uint8Array.from(values, (v) => (v !== 0 ? 1 : 0)),
    );
  if (isFloat(to) || !isFloat(x.type)) return resultOf(to, x.shape, values);
  // Not-a-number and infinities have no integer; 0 is what C compilers commonly give for them.
  return resultOf(
    to,
    x.shape,
    Float64Array.from(values, (v) => (Number.isFinite(v) ? Math.trunc(v) : 0)),
  );
}
