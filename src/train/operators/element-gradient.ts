import type { Tensor } from '../../ir/index.ts';
import { type AttributeReader, erf, given } from '../../ops/index.ts';
import { missingAttribute, noDerivative } from '../errors.ts';
import { float, floatTensor, trainingOperator } from './operator.ts';

/** Derivatives of the unary functions of `ops`. Where a function has a corner, the side that ONNX's formula writes first. */

/** A derivative in terms of x and y = f(x); `reads` tells which of the two it looks at. */
export interface Derivative {
  readonly reads: 'x' | 'y' | 'xy';
  /** Attributes it takes over from the function's node. */
  readonly attributes?: readonly string[];
  readonly of: (read: AttributeReader) => (x: number, y: number) => number;
}

const ofX = (f: (x: number) => number): Derivative => ({ reads: 'x', of: () => f });
const ofY = (f: (y: number) => number): Derivative => ({ reads: 'y', of: () => (_x, y) => f(y) });
const withX = (attributes: readonly string[], of: Derivative['of']): Derivative => ({ reads: 'x', attributes, of });

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const bell = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/** Of x·σ(αx). */
const swish = (x: number, alpha: number): number => {
  const s = logistic(alpha * x);
  return s + alpha * x * s * (1 - s);
};

const gelu: Derivative['of'] = (read) => {
  if (read.string('approximate') !== 'tanh') return (x) => 0.5 * (1 + erf(x / Math.SQRT2)) + x * bell(x);
  const factor = Math.sqrt(2 / Math.PI);
  return (x) => {
    const t = Math.tanh(factor * (x + 0.044715 * x ** 3));
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * factor * (1 + 3 * 0.044715 * x * x);
  };
};

/** By the function's name. One more: a line here. */
export const derivatives: Readonly<Record<string, Derivative>> = {
  Relu: ofY((y) => (y > 0 ? 1 : 0)),
  Sigmoid: ofY((y) => y * (1 - y)),
  Tanh: ofY((y) => 1 - y * y),
  Exp: ofY((y) => y),
  Sqrt: ofY((y) => 0.5 / y),
  Reciprocal: ofY((y) => -y * y),
  Tan: ofY((y) => 1 + y * y),
  Log: ofX((x) => 1 / x),
  Abs: ofX(Math.sign),
  Neg: ofX(() => -1),
  Sin: ofX(Math.cos),
  Cos: ofX((x) => -Math.sin(x)),
  Asin: ofX((x) => 1 / Math.sqrt(1 - x * x)),
  Acos: ofX((x) => -1 / Math.sqrt(1 - x * x)),
  Atan: ofX((x) => 1 / (1 + x * x)),
  Sinh: ofX(Math.cosh),
  Cosh: ofX(Math.sinh),
  Asinh: ofX((x) => 1 / Math.sqrt(x * x + 1)),
  Acosh: ofX((x) => 1 / Math.sqrt(x * x - 1)),
  Atanh: ofX((x) => 1 / (1 - x * x)),
  Erf: ofX((x) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x)),
  Softplus: ofX(logistic),
  Softsign: ofX((x) => 1 / (1 + Math.abs(x)) ** 2),
  HardSwish: ofX((x) => (x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5)),
  Mish: ofX((x) => {
    const t = Math.tanh(softplus(x));
    return t + x * (1 - t * t) * logistic(x);
  }),
  LeakyRelu: withX(['alpha'], (read) => {
    const alpha = read.float('alpha') ?? 0.01;
    return (x) => (x < 0 ? alpha : 1);
  }),
  ThresholdedRelu: withX(['alpha'], (read) => {
    const alpha = read.float('alpha') ?? 1;
    return (x) => (x > alpha ? 1 : 0);
  }),
  Elu: withX(['alpha'], (read) => {
    const alpha = read.float('alpha') ?? 1;
    return (x) => (x < 0 ? alpha * Math.exp(x) : 1);
  }),
  Celu: withX(['alpha'], (read) => {
    const alpha = read.float('alpha') ?? 1;
    return (x) => (x < 0 ? Math.exp(x / alpha) : 1);
  }),
  Selu: withX(['alpha', 'gamma'], (read) => {
    const alpha = read.float('alpha') ?? 1.6732632423543772;
    const gamma = read.float('gamma') ?? 1.0507009873554805;
    return (x) => gamma * (x < 0 ? alpha * Math.exp(x) : 1);
  }),
  HardSigmoid: withX(['alpha', 'beta'], (read) => {
    const [alpha, beta] = [read.float('alpha') ?? 0.2, read.float('beta') ?? 0.5];
    return (x) => (alpha * x + beta > 0 && alpha * x + beta < 1 ? alpha : 0);
  }),
  Shrink: withX(['lambd'], (read) => {
    const lambda = read.float('lambd') ?? 0.5;
    return (x) => (x < -lambda || x > lambda ? 1 : 0);
  }),
  Swish: withX(['alpha'], (read) => {
    const alpha = read.float('alpha') ?? 1;
    return (x) => swish(x, alpha);
  }),
  Gelu: withX(['approximate'], gelu),
  /** Bounds as attributes in every opset; on a bound the gradient passes. */
  Clip: withX(['min', 'max'], (read) => {
    const low = read.float('min') ?? Number.NEGATIVE_INFINITY;
    const high = read.float('max') ?? Number.POSITIVE_INFINITY;
    return (x) => (x >= low && x <= high ? 1 : 0);
  }),
};

/** (dY, X, Y) → dX = dY · f′. X and Y may be left out where `derivatives` says the function does not read them. */
export const elementGradient = trainingOperator('ElementGradient', (read) => {
  const name = read.string('function');
  if (name === undefined) throw missingAttribute('ElementGradient', 'function');
  const derivative = Object.hasOwn(derivatives, name) ? derivatives[name] : undefined;
  if (!derivative) throw noDerivative(name);
  const { reads, of } = derivative;
  const slope = of(read);
  return {
    ops: 4,
    infer: ([dy]) => [float(dy?.shape)],
    run(inputs) {
      const dy = given('ElementGradient', inputs, 0, 'dY');
      const numbers = (index: number, wanted: boolean): Float32Array | undefined =>
        wanted ? ((given('ElementGradient', inputs, index) as Tensor).data as Float32Array) : undefined;
      const [x, y] = [numbers(1, reads.includes('x')), numbers(2, reads.includes('y'))];
      const upstream = dy.data as Float32Array;
      // Where the function is flat nothing passes, not even what is infinite.
      const dx = Float64Array.from(upstream, (g, i) => {
        const steepness = slope(x?.[i] ?? 0, y?.[i] ?? 0);
        return steepness === 0 ? 0 : g * steepness;
      });
      return [floatTensor(dy.shape, dx)];
    },
  };
});
