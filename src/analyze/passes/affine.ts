import { attributeOf, type Node } from '../../ir/index.ts';
import type { Look } from './look.ts';

/** A layer that computes y = factor · x + offset, per channel. */
export interface Affine {
  readonly factor: Float64Array;
  readonly offset: Float64Array;
}

/** k = γ / √(σ² + ε), offset β − k·μ (methods A.1); `undefined` while training, or where a part is no constant. */
export function affineOfNorm(norm: Node, look: Look): Affine | undefined {
  if (norm.op !== 'BatchNormalization' || norm.domain !== '') return undefined;
  if (norm.outputs.slice(1).some((id) => id !== '')) return undefined;
  if (attributeOf(norm.attributes, 'training_mode', 'int') === 1) return undefined;
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((i) => look.numbers(norm.inputs[i]));
  if (!gamma || !beta || !mean || !variance) return undefined;
  const epsilon = attributeOf(norm.attributes, 'epsilon', 'float') ?? 1e-5;
  const factor = Float64Array.from(gamma, (g, c) => g / Math.sqrt((variance[c] as number) + epsilon));
  const offset = factor.map((k, c) => (beta[c] as number) - k * (mean[c] as number));
  return { factor, offset };
}

/** Mul, Div, Add or Sub of the value `x` and a constant with one element, or one per channel (axis 1) of `channels`. */
export function affineOfOperation(node: Node, x: string, channels: number, look: Look): Affine | undefined {
  if (node.domain !== '') return undefined;
  const at = node.inputs.indexOf(x);
  const other = node.inputs[1 - at];
  const rank = look.shape(x)?.length;
  const constant = look.constant(other);
  if (at < 0 || node.inputs.length !== 2 || !constant || !rank || other === x) return undefined;
  if (look.shape(node.outputs[0])?.length !== rank) return undefined;
  const aligned = [...Array<number>(Math.max(0, rank - constant.shape.length)).fill(1), ...constant.shape];
  if (!aligned.every((d, axis) => d === 1 || (axis === 1 && d === channels))) return undefined;
  const numbers = look.numbers(other) ?? [];
  const of = (c: number) => numbers[numbers.length === 1 ? 0 : c] as number;
  const all = (value: (c: number) => number) => Float64Array.from({ length: channels }, (_, c) => value(c));
  switch (node.op) {
    case 'Mul':
      return { factor: all(of), offset: all(() => 0) };
    case 'Div':
      return at === 0 ? { factor: all((c) => 1 / of(c)), offset: all(() => 0) } : undefined;
    case 'Add':
      return { factor: all(() => 1), offset: all(of) };
    case 'Sub':
      return at === 0
        ? { factor: all(() => 1), offset: all((c) => -of(c)) }
        : { factor: all(() => -1), offset: all(of) };
    default:
      return undefined;
  }
}
