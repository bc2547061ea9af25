import { type Attributes, type DataType, isFloat, type Tensor, tensorOf } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { broadcastDims, broadcastShape } from '../dims.ts';
import { broadcastTo, given, mapElements, zipElements } from '../elements.ts';
import { elementwiseCost, value } from '../inference.ts';
import type { BoundOp, OpDef, QuantTraits } from '../op-def.ts';

/** Operators that combine two tensors element by element, with broadcasting. One more: a line here, one in `ops/index.ts`. */

type Combine = (x: number, y: number) => number;

interface BinaryOptions {
  readonly ops?: number;
  readonly quant?: QuantTraits;
  /** Type of the result; default: that of the first operand. */
  readonly result?: DataType;
  readonly lower?: BoundOp['lower'];
}

const COMPUTES: QuantTraits = { role: 'computes' };

/** An operator whose scalar function depends on its attributes or the operands' type. */
function binaryWith<Id extends string>(
  id: Id,
  functionOf: (attributes: AttributeReader) => (type: DataType) => Combine,
  { ops = 1, quant, result, lower }: BinaryOptions = {},
) {
  return {
    id,
    sinceOpset: 7,
    bind(attributes: Attributes) {
      const forType = functionOf(new AttributeReader(id, attributes));
      return {
        infer: ([a, b]) => {
          const shape = a?.shape && b?.shape && broadcastDims(id, a.shape, b.shape);
          return [value(result ?? a?.type, shape)];
        },
        cost: elementwiseCost(ops),
        run(inputs) {
          const a = given(id, inputs, 0, 'A');
          return [zipElements(id, a, given(id, inputs, 1, 'B'), forType(a.type), result ?? a.type)];
        },
        ...(quant === undefined ? {} : { quant }),
        ...(lower === undefined ? {} : { lower }),
      };
    },
  } as const satisfies OpDef;
}

const binary = <Id extends string>(id: Id, f: Combine, options: BinaryOptions = {}) =>
  binaryWith(id, () => () => f, options);
const predicate = <Id extends string>(id: Id, f: (x: number, y: number) => boolean) =>
  binary(id, (x, y) => (f(x, y) ? 1 : 0), { result: 'bool' });

export const add = binary('Add', (x, y) => x + y, { quant: COMPUTES, lower: (ctx) => ctx.add('add') });
export const sub = binary('Sub', (x, y) => x - y, { quant: COMPUTES, lower: (ctx) => ctx.add('subtract') });
export const mul = binary('Mul', (x, y) => x * y, { quant: COMPUTES, lower: (ctx) => ctx.mul() });
/** Integers are divided towards zero. */
export const div = binaryWith('Div', () => (type) => (isFloat(type) ? (x, y) => x / y : (x, y) => Math.trunc(x / y)), {
  quant: COMPUTES,
});
export const pow = binary('Pow', (x, y) => x ** y, { ops: 4 });
/** With fmod the sign of the dividend (C `fmod`), otherwise that of the divisor (Python `%`). */
export const mod = binaryWith('Mod', (a) => {
  const fmod = a.flag('fmod');
  return () => (fmod ? (x, y) => x % y : (x, y) => x - y * Math.floor(x / y));
});

const equalNumbers = predicate('Equal', (x, y) => x === y);
/** Of numbers, or (since opset 19) of strings. */
export const equal = {
  ...equalNumbers,
  bind(attributes) {
    const bound = equalNumbers.bind(attributes);
    return {
      ...bound,
      run(inputs) {
        const [a, b] = [given('Equal', inputs, 0, 'A'), given('Equal', inputs, 1, 'B')];
        return a.type === 'string' && b.type === 'string' ? [equalStrings(a, b)] : bound.run(inputs);
      },
    };
  },
} as const satisfies OpDef;

function equalStrings(a: Tensor, b: Tensor): Tensor {
  const shape = broadcastShape('Equal', a.shape, b.shape);
  const [x, y] = [broadcastTo(a, shape).data, broadcastTo(b, shape).data];
  return tensorOf(
    'bool',
    shape,
    Array.from({ length: x.length }, (_, i) => (x[i] === y[i] ? 1 : 0)),
  );
}

export const greater = predicate('Greater', (x, y) => x > y);
export const greaterOrEqual = predicate('GreaterOrEqual', (x, y) => x >= y);
export const less = predicate('Less', (x, y) => x < y);
export const lessOrEqual = predicate('LessOrEqual', (x, y) => x <= y);
export const and = predicate('And', (x, y) => x !== 0 && y !== 0);
export const or = predicate('Or', (x, y) => x !== 0 || y !== 0);
export const xor = predicate('Xor', (x, y) => (x !== 0) !== (y !== 0));

export const not = {
  id: 'Not',
  sinceOpset: 1,
  bind: () => ({
    infer: ([x]) => [value('bool', x?.shape)],
    cost: elementwiseCost(1),
    run(inputs) {
      const x = given('Not', inputs, 0, 'X');
      return [mapElements(x, (v) => (v === 0 ? 1 : 0), 'bool')];
    },
  }),
} as const satisfies OpDef;

/** Slope per element, broadcast to the input only (unidirectional). */
export const pRelu = binary('PRelu', (x, slope) => (x < 0 ? slope * x : x), { ops: 2, quant: COMPUTES });
