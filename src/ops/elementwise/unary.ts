import { roundEven } from '../../base/index.ts';
import type { Attributes } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { given, mapElements } from '../elements.ts';
import { elementwiseCost, sameAsInput } from '../inference.ts';
import type { LowerContext } from '../lower-context.ts';
import type { OpDef, QuantTraits } from '../op-def.ts';
import { erf } from './erf.ts';

/** Operators that apply one scalar function to every element. Adding one: a line here and a line in `ops/index.ts`. */

type Scalar = (x: number) => number;

interface UnaryOptions {
  /** Operations per element: 1; exp, tanh, sigmoid and the like 4 (methods F.1). */
  readonly ops?: number;
  readonly since?: number;
  readonly quant?: QuantTraits;
}

const computes = (low?: number, high?: number): QuantTraits =>
  low === undefined || high === undefined ? { role: 'computes' } : { role: 'computes', range: [low, high] };

/** An operator whose scalar function depends on its attributes (and the graph's opset). */
function unaryWith<Id extends string>(
  id: Id,
  functionOf: (attributes: AttributeReader, opset: number) => Scalar,
  { ops = 1, since = 1, quant }: UnaryOptions = {},
) {
  return {
    id,
    sinceOpset: since,
    bind(attributes: Attributes, opset: number) {
      const f = functionOf(new AttributeReader(id, attributes), opset);
      return {
        infer: sameAsInput,
        cost: elementwiseCost(ops),
        run: (inputs) => [mapElements(given(id, inputs, 0), f)],
        ...(quant === undefined ? {} : { quant }),
        ...(quant?.role === 'computes' ? { lower: (ctx: LowerContext) => ctx.lookup(f) } : {}),
      };
    },
  } as const satisfies OpDef;
}

const unary = <Id extends string>(id: Id, f: Scalar, options: UnaryOptions = {}) => unaryWith(id, () => f, options);

const logistic: Scalar = (x) => 1 / (1 + Math.exp(-x));
const clampUnit: Scalar = (x) => Math.min(1, Math.max(0, x));

export const relu = unary('Relu', (x) => (x > 0 ? x : Number.isNaN(x) ? x : 0), {
  quant: { role: 'clamp', low: 0, high: Number.POSITIVE_INFINITY },
});
export const sigmoid = unary('Sigmoid', logistic, { ops: 4, quant: computes(0, 1) });
export const tanh = unary('Tanh', Math.tanh, { ops: 4, quant: computes(-1, 1) });
export const exp = unary('Exp', Math.exp, { ops: 4, quant: computes() });
export const log = unary('Log', Math.log, { ops: 4 });
export const sqrt = unary('Sqrt', Math.sqrt, { ops: 4 });
export const reciprocal = unary('Reciprocal', (x) => 1 / x);
export const abs = unary('Abs', Math.abs, { quant: computes() });
export const neg = unary('Neg', (x) => -x, { quant: computes() });
export const sign = unary('Sign', Math.sign);
export const floor = unary('Floor', Math.floor);
export const ceil = unary('Ceil', Math.ceil);
export const round = unary('Round', (x) => (Number.isFinite(x) ? roundEven(x) : x));
export const erfOp = unary('Erf', erf, { ops: 4 });
export const softplus = unary('Softplus', (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), {
  ops: 4,
  quant: computes(),
});
export const softsign = unary('Softsign', (x) => x / (1 + Math.abs(x)), { ops: 2, quant: computes(-1, 1) });
export const hardSwish = unary('HardSwish', (x) => x * clampUnit(x / 6 + 0.5), { ops: 3, quant: computes() });
export const mish = unary('Mish', (x) => x * Math.tanh(Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))), {
  ops: 8,
  quant: computes(),
});
export const sin = unary('Sin', Math.sin, { ops: 4 });
export const cos = unary('Cos', Math.cos, { ops: 4 });

export const tan = unary('Tan', Math.tan, { ops: 4 });
export const asin = unary('Asin', Math.asin, { ops: 4 });
export const acos = unary('Acos', Math.acos, { ops: 4 });
export const atan = unary('Atan', Math.atan, { ops: 4 });
export const sinh = unary('Sinh', Math.sinh, { ops: 4 });
export const cosh = unary('Cosh', Math.cosh, { ops: 4 });
export const asinh = unary('Asinh', Math.asinh, { ops: 4 });
export const acosh = unary('Acosh', Math.acosh, { ops: 4 });
export const atanh = unary('Atanh', Math.atanh, { ops: 4 });
/** Towards 0 by `bias` beyond ±`lambd`, 0 between. */
export const shrink = unaryWith('Shrink', (a) => {
  const bias = a.float('bias') ?? 0;
  const lambda = a.float('lambd') ?? 0.5;
  return (x) => (x < -lambda ? x + bias : x > lambda ? x - bias : 0);
});

export const leakyRelu = unaryWith(
  'LeakyRelu',
  (a) => {
    const alpha = a.float('alpha') ?? 0.01;
    return (x) => (x < 0 ? alpha * x : x);
  },
  { quant: computes() },
);
export const thresholdedRelu = unaryWith(
  'ThresholdedRelu',
  (a) => {
    const alpha = a.float('alpha') ?? 1;
    return (x) => (x > alpha ? x : 0);
  },
  { quant: computes() },
);
export const elu = unaryWith(
  'Elu',
  (a) => {
    const alpha = a.float('alpha') ?? 1;
    return (x) => (x < 0 ? alpha * Math.expm1(x) : x);
  },
  { ops: 4, quant: computes() },
);
export const celu = unaryWith(
  'Celu',
  (a) => {
    const alpha = a.float('alpha') ?? 1;
    return (x) => Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha));
  },
  { ops: 4, quant: computes() },
);
export const selu = unaryWith(
  'Selu',
  (a) => {
    const alpha = a.float('alpha') ?? 1.6732632423543772;
    const gamma = a.float('gamma') ?? 1.0507009873554805;
    return (x) => gamma * (x < 0 ? alpha * Math.expm1(x) : x);
  },
  { ops: 4, quant: computes() },
);
export const hardSigmoid = unaryWith(
  'HardSigmoid',
  (a) => {
    const alpha = a.float('alpha') ?? 0.2;
    const beta = a.float('beta') ?? 0.5;
    return (x) => clampUnit(alpha * x + beta);
  },
  { ops: 2, quant: computes(0, 1) },
);
const geluWith = (a: AttributeReader): Scalar =>
  a.oneOf('approximate', ['none', 'tanh']) === 'tanh'
    ? (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))
    : (x) => 0.5 * x * (1 + erf(x / Math.SQRT2));
export const gelu = unaryWith('Gelu', geluWith, { ops: 8, quant: computes() });
export const microsoftGelu = unaryWith('com.microsoft::Gelu', geluWith, { ops: 8, quant: computes() });
export const swish = unaryWith(
  'Swish',
  (a) => {
    const alpha = a.float('alpha') ?? 1;
    return (x) => x * logistic(alpha * x);
  },
  { ops: 5, quant: computes() },
);
