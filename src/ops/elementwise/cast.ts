import { clamp, roundEven } from '../../base/index.ts';
import {
  type Attributes,
  allocate,
  type DataType,
  dataTypeOf,
  isFloat,
  numbersOf,
  type Tensor,
  tensorOf,
} from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { given, resultOf } from '../elements.ts';
import { badAttribute, unsupportedForm } from '../errors.ts';
import { isFloat8, roundToFloat8 } from '../float8.ts';
import { elementwiseCost, value } from '../inference.ts';
import type { OpDef } from '../op-def.ts';

const saturates = (op: string, attributes: Attributes): boolean =>
  (new AttributeReader(op, attributes).int('saturate') ?? 1) !== 0;

/** Converts the element type: floats to integers by truncation, anything to bool by `≠ 0`, numbers to text and back. */
export const cast = {
  id: 'Cast',
  sinceOpset: 6,
  bind(attributes) {
    const code = new AttributeReader('Cast', attributes).int('to');
    const to = code === undefined ? undefined : dataTypeOf(code);
    if (to === undefined) throw badAttribute('Cast', 'to', 'names no element type');
    const saturate = saturates('Cast', attributes);
    return {
      infer: ([x]) => [value(to, x?.shape)],
      cost: elementwiseCost(1),
      run: (inputs) => [castTo(given('Cast', inputs, 0), to, saturate)],
      quant: { role: 'same-codes' },
    };
  },
} as const satisfies OpDef;

export const castLike = {
  id: 'CastLike',
  sinceOpset: 15,
  bind(attributes) {
    const saturate = saturates('CastLike', attributes);
    return {
      infer: ([x, like]) => [value(like?.type, x?.shape)],
      cost: elementwiseCost(1),
      run: (inputs) => [castTo(given('CastLike', inputs, 0), given('CastLike', inputs, 1).type, saturate)],
      quant: { role: 'same-codes' },
    };
  },
} as const satisfies OpDef;

type Wide = BigInt64Array | BigUint64Array;

export function castTo(x: Tensor, to: DataType, saturate = true): Tensor {
  if (x.type === to) return x;
  if (x.type.startsWith('complex') || to.startsWith('complex'))
    throw unsupportedForm('Cast', `converting ${x.type} to ${to}`);
  if (to === 'string')
    return {
      type: to,
      shape: x.shape,
      data: Array.from(x.data as ArrayLike<number | bigint>, (v) => textOf(v, x.type)),
    };
  if (x.type === 'string') return castTo(numbersFrom(x), to, saturate);
  const wideInteger = (t: DataType) => t === 'int64' || t === 'uint64';
  if (wideInteger(x.type) && wideInteger(to)) {
    const data = allocate(to, x.data.length) as Wide;
    data.set(x.data as BigInt64Array & BigUint64Array);
    return { type: to, shape: x.shape, data };
  }
  return resultOf(to, x.shape, Float64Array.from(numbersOf(x), converter(x.type, to, saturate)));
}

/** What happens to one number on its way between two types, before it is stored. */
function converter(from: DataType, to: DataType, saturate: boolean): (v: number) => number {
  if (to === 'bool') return (v) => (v !== 0 ? 1 : 0);
  if (isFloat8(to)) return (v) => roundToFloat8(to, v, saturate);
  if (to === 'int4' || to === 'uint4') {
    const [low, high] = to === 'int4' ? [-8, 7] : [0, 15];
    // Floats saturate; of integers the low bits are kept.
    if (isFloat(from)) return (v) => clamp(roundEven(v), low, high);
    return (v) => (to === 'int4' ? (v << 28) >> 28 : v & 15);
  }
  if (isFloat(to) || !isFloat(from)) return (v) => v;
  // Not-a-number and infinities have no integer; 0 is what C compilers commonly give for them.
  return (v) => (Number.isFinite(v) ? Math.trunc(v) : 0);
}

/** A number as C's %.8g (floats) or %.17g (doubles) writes it, which is enough to read it back. */
function textOf(v: number | bigint, type: DataType): string {
  if (type === 'bool') return Number(v) === 0 ? 'False' : 'True';
  if (typeof v !== 'number' || !isFloat(type)) return String(v);
  if (Number.isNaN(v)) return 'NaN';
  if (!Number.isFinite(v)) return v > 0 ? 'INF' : '-INF';
  const digits = type === 'float64' ? 17 : 8;
  const text = Number(v.toPrecision(digits));
  return Object.is(v, -0) ? '-0' : String(type === 'float64' ? v : text);
}

const SPECIAL: Readonly<Record<string, number>> = {
  inf: Number.POSITIVE_INFINITY,
  '+inf': Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  nan: Number.NaN,
};

function numbersFrom(x: Tensor): Tensor {
  const numbers = Array.from(x.data as readonly string[], (text) => {
    const key = text.trim().toLowerCase();
    const number = Object.hasOwn(SPECIAL, key) ? SPECIAL[key] : Number(key);
    if (number === undefined || key === '' || (Number.isNaN(number) && key !== 'nan'))
      throw unsupportedForm('Cast', `reading a number from '${text.slice(0, 40)}'`);
    return number;
  });
  return tensorOf('float64', x.shape, numbers);
}
