import { elementCount, numbersOf, type Tensor, tensorOf } from '../../ir/index.ts';
import type { AttributeReader } from '../attributes.ts';
import type { Dims } from '../dims.ts';
import { badAttribute } from '../errors.ts';
import { type Inputs, value } from '../inference.ts';
import { OPEN_SIZE, type Value } from '../op-def.ts';

/** What classifiers and regressors of ai.onnx.ml share: rows, scores, labels. Source: ONNX-ML operator specification. */

export type PostTransform = 'NONE' | 'SOFTMAX' | 'LOGISTIC' | 'SOFTMAX_ZERO' | 'PROBIT';
export const POST_TRANSFORMS = ['NONE', 'SOFTMAX', 'LOGISTIC', 'SOFTMAX_ZERO', 'PROBIT'] as const;

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** Inverse of the error function by Winitzki's approximation, which is what runtimes use for PROBIT. */
function inverseErf(x: number): number {
  const log = Math.log((1 - x) * (1 + x));
  const v = 2 / (Math.PI * 0.147) + 0.5 * log;
  return Math.sign(x) * Math.sqrt(-v + Math.sqrt(v * v - log / 0.147));
}

/** Applied to the scores of one row, in place. */
export function transformScores(scores: Float64Array, how: PostTransform): void {
  if (how === 'LOGISTIC') scores.set(scores.map(logistic));
  else if (how === 'PROBIT') scores.set(scores.map((s) => Math.SQRT2 * inverseErf(2 * s - 1)));
  else if (how !== 'NONE') {
    const top = scores.reduce((best, s) => Math.max(best, s), Number.NEGATIVE_INFINITY);
    // SOFTMAX_ZERO: scores of 0 stay 0.
    const weights = scores.map((s) => (how === 'SOFTMAX_ZERO' && Math.abs(s) < 1e-7 ? 0 : Math.exp(s - top)));
    const total = weights.reduce((sum, w) => sum + w, 0);
    scores.set(weights.map((w) => (total === 0 ? 0 : w / total)));
  }
}

/** A table of numbers: vectors are one row. */
export function rowsOf(x: Tensor): { readonly rows: number; readonly width: number; readonly values: Float64Array } {
  const rows = x.shape.length < 2 ? 1 : (x.shape[0] ?? 1);
  return { rows, width: rows === 0 ? 0 : elementCount(x.shape) / rows, values: Float64Array.from(numbersOf(x)) };
}

/** The number of rows, as far as it is known. */
export const rowDims = (x: Dims | undefined): Dims => [x === undefined ? OPEN_SIZE : x.length < 2 ? 1 : (x[0] ?? 1)];

/** Class labels: texts or integers. */
export interface Labels {
  readonly type: 'string' | 'int64';
  readonly count: number;
  tensor(picks: readonly number[]): Tensor;
}

/** Reads the labels from the two attributes that may hold them. */
export function readLabels(op: string, read: AttributeReader, strings: string, ints: string): Labels {
  const [texts, numbers] = [read.strings(strings), read.ints(ints)];
  if (texts && texts.length > 0)
    return {
      type: 'string',
      count: texts.length,
      tensor: (picks) => ({ type: 'string', shape: [picks.length], data: picks.map((p) => texts[p] ?? '') }),
    };
  if (!numbers) throw badAttribute(op, ints, 'is missing');
  return {
    type: 'int64',
    count: numbers.length,
    tensor: (picks) =>
      tensorOf(
        'int64',
        [picks.length],
        picks.map((p) => numbers[p] ?? 0),
      ),
  };
}

/** What a classifier gives: a label per row, and a score per row and class. */
export const inferClasses = ([x]: Inputs, labels: Labels, outputCount: number): readonly Value[] => {
  const rows = rowDims(x?.shape);
  return [value(labels.type, rows), value('float32', [...rows, labels.count])].slice(0, outputCount);
};

/** How the one score a row of two classes may have is read: that of the second class. */
export interface BinaryScore {
  /** From where on the second class is chosen. */
  readonly threshold: number;
  /** What the first class is given: the rest to 1, or the opposite (a logistic score: always the rest). */
  readonly first: 'rest' | 'opposite';
}

/** Labels and scores from raw scores, `scores.length / rows` per row: one per class, or one for two classes. */
export function classified(
  scores: Float64Array,
  rows: number,
  labels: Labels,
  how: PostTransform,
  binary: BinaryScore = { threshold: 0, first: 'rest' },
): readonly [Tensor, Tensor] {
  const width = rows === 0 ? labels.count : scores.length / rows;
  const isBinary = width === 1 && labels.count === 2;
  const out = new Float64Array(rows * labels.count);
  const picks = Array.from({ length: rows }, (_, r) => {
    const row = scores.slice(r * width, (r + 1) * width);
    if (isBinary) {
      const score = row[0] as number;
      const isRest = how === 'LOGISTIC' || binary.first === 'rest';
      if (how === 'LOGISTIC') transformScores(row, how);
      const shown = row[0] as number;
      out.set([isRest ? 1 - shown : -shown, shown], 2 * r);
      return score > binary.threshold ? 1 : 0;
    }
    const best = row.reduce((b, s, i) => (s > (row[b] as number) ? i : b), 0);
    transformScores(row, how);
    out.set(row.subarray(0, labels.count), r * labels.count);
    return best;
  });
  return [labels.tensor(picks), tensorOf('float32', [rows, labels.count], out)];
}
