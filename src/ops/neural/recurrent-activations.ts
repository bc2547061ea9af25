import type { AttributeReader } from '../attributes.ts';
import { badAttribute } from '../errors.ts';

/** Activation functions that recurrent operators name in their attributes. Source: ONNX LSTM. */

export type Activation = (x: number) => number;

/** name → [alpha, beta defaults, function] */
const KNOWN: Readonly<Record<string, readonly [number, number, (x: number, alpha: number, beta: number) => number]>> = {
  relu: [0, 0, (x) => Math.max(0, x)],
  tanh: [0, 0, (x) => Math.tanh(x)],
  sigmoid: [0, 0, (x) => 1 / (1 + Math.exp(-x))],
  affine: [1, 0, (x, alpha, beta) => alpha * x + beta],
  leakyrelu: [0.01, 0, (x, alpha) => (x < 0 ? alpha * x : x)],
  thresholdedrelu: [1, 0, (x, alpha) => (x > alpha ? x : 0)],
  scaledtanh: [1, 1, (x, alpha, beta) => alpha * Math.tanh(beta * x)],
  hardsigmoid: [0.2, 0.5, (x, alpha, beta) => Math.min(1, Math.max(0, alpha * x + beta))],
  elu: [1, 0, (x, alpha) => (x < 0 ? alpha * Math.expm1(x) : x)],
  softsign: [0, 0, (x) => x / (1 + Math.abs(x))],
  softplus: [0, 0, (x) => Math.log1p(Math.exp(x))],
};

/** Functions that take an alpha, and those that also take a beta: `activation_alpha` and `activation_beta` list values for these only. */
const WITH_ALPHA = new Set(['affine', 'leakyrelu', 'thresholdedrelu', 'scaledtanh', 'hardsigmoid', 'elu']);
const WITH_BETA = new Set(['affine', 'scaledtanh', 'hardsigmoid']);

/** The activations of every direction; names are matched without regard to case, as ONNX asks. */
export function activationsFor(
  op: string,
  read: AttributeReader,
  defaults: readonly string[],
  directions: number,
): readonly (readonly Activation[])[] {
  const names = read.strings('activations') ?? Array.from({ length: directions }, () => defaults).flat();
  const alphas = [...(read.floats('activation_alpha') ?? [])];
  const betas = [...(read.floats('activation_beta') ?? [])];
  const functions = names.map((name): Activation => {
    const key = name.toLowerCase();
    const known = Object.hasOwn(KNOWN, key) ? KNOWN[key] : undefined;
    if (!known) throw badAttribute(op, 'activations', `names '${name}', which is not known`);
    const [alphaDefault, betaDefault, f] = known;
    const alpha = (WITH_ALPHA.has(key) ? alphas.shift() : undefined) ?? alphaDefault;
    const beta = (WITH_BETA.has(key) ? betas.shift() : undefined) ?? betaDefault;
    return (x) => f(x, alpha, beta);
  });
  if (functions.length !== defaults.length * directions)
    throw badAttribute(
      op,
      'activations',
      `lists ${functions.length} functions; ${defaults.length * directions} are needed`,
    );
  return Array.from({ length: directions }, (_, d) => functions.slice(d * defaults.length, (d + 1) * defaults.length));
}
