import { isKnown, type Shape } from '../../ir/index.ts';
import { given } from '../../ops/index.ts';
import { badGradientShapes, labelOutside } from '../errors.ts';
import { float, floats, floatTensor, scalar, trainingOperator } from './operator.ts';

/** Losses. Each gives its own gradient at once: nothing comes after it. */

/** Positions of one row of class values in [N, C, …]: where it begins, and how far its classes lie apart. */
function rowsOf(shape: Shape): { rows: number; classes: number; inner: number } {
  const [batch = 0, classes = 0] = shape;
  const inner = shape.slice(2).reduce((n, d) => n * d, 1);
  return { rows: batch * inner, classes, inner };
}

/** Log-probabilities of one row of logits, at temperature 1. */
function logSoftmax(logits: Float64Array): Float64Array {
  const top = logits.reduce((best, x) => Math.max(best, x), Number.NEGATIVE_INFINITY);
  const log = Math.log(logits.reduce((sum, x) => sum + Math.exp(x - top), 0));
  return logits.map((x) => x - top - log);
}

/** A label of a row. Throws `train/label-outside` for anything but 0 … classes − 1. */
function labelAt(op: string, labels: Float32Array, row: number, classes: number): number {
  const label = labels[row] as number;
  if (!Number.isInteger(label) || label < 0 || label >= classes) throw labelOutside(op, row, label, classes);
  return label;
}

interface RowResult {
  readonly loss: number;
  /** ∂loss / ∂logits of the row. */
  readonly gradient: (k: number) => number;
}

/** Runs over all rows of the logits; loss is their mean, `correct` counts rows whose first largest value is the label's. */
function overRows(
  op: string,
  shape: Shape,
  logits: Float32Array,
  labels: Float32Array,
  row: (values: Float64Array, label: number, at: (k: number) => number) => RowResult,
) {
  const { rows, classes, inner } = rowsOf(shape);
  if (labels.length !== rows) throw badGradientShapes(op, [shape, [labels.length]]);
  const gradient = new Float64Array(logits.length);
  let [loss, correct] = [0, 0];
  for (let r = 0; r < rows; r++) {
    const first = Math.floor(r / inner) * classes * inner + (r % inner);
    const at = (k: number) => first + k * inner;
    const values = Float64Array.from({ length: classes }, (_, k) => logits[at(k)] as number);
    const label = labelAt(op, labels, r, classes);
    const result = row(values, label, at);
    loss += result.loss / rows;
    for (let k = 0; k < classes; k++) gradient[at(k)] = result.gradient(k) / rows;
    if (values.indexOf(values.reduce((best, x) => Math.max(best, x), Number.NEGATIVE_INFINITY)) === label) correct++;
  }
  return [scalar(loss), floatTensor(shape, gradient), scalar(correct)];
}

/** −Σ target · log p; target is 1 − smoothing at the label, and smoothing spread evenly over all classes. */
function crossEntropy(values: Float64Array, label: number, smoothing: number): RowResult {
  const logs = logSoftmax(values);
  const target = (k: number) => (k === label ? 1 - smoothing : 0) + smoothing / values.length;
  return {
    loss: -logs.reduce((sum, log, k) => sum + (target(k) === 0 ? 0 : target(k) * log), 0),
    gradient: (k) => Math.exp(logs[k] as number) - target(k),
  };
}

/** (logits [N, C, …], labels [N, …]) → loss [], dLogits, correct []: the mean over samples and positions. */
export const crossEntropyLoss = trainingOperator('CrossEntropyLoss', (read) => {
  const smoothing = read.float('smoothing') ?? 0;
  return {
    infer: ([logits]) => [float([]), float(logits?.shape), float([])],
    run(inputs) {
      const { shape } = given('CrossEntropyLoss', inputs, 0, 'logits');
      const [logits, labels] = [floats('CrossEntropyLoss', inputs, 0), floats('CrossEntropyLoss', inputs, 1)];
      return overRows('CrossEntropyLoss', shape, logits, labels, (values, label) =>
        crossEntropy(values, label, smoothing),
      );
    },
  };
});

/** (prediction, target) → loss [], dPrediction: the mean of squared differences over all elements. */
export const meanSquaredErrorLoss = trainingOperator('MeanSquaredErrorLoss', () => ({
  infer([prediction, target]) {
    const [p, t] = [prediction?.shape, target?.shape];
    if (isKnown(p) && isKnown(t) && p.join() !== t.join()) throw badGradientShapes('MeanSquaredErrorLoss', [p, t]);
    return [float([]), float(p)];
  },
  run(inputs) {
    const { shape } = given('MeanSquaredErrorLoss', inputs, 0, 'prediction');
    const [prediction, target] = [0, 1].map((i) => floats('MeanSquaredErrorLoss', inputs, i)) as [
      Float32Array,
      Float32Array,
    ];
    const difference = Float64Array.from(prediction, (p, i) => p - (target[i] as number));
    const loss = difference.reduce((sum, d) => sum + d * d, 0) / difference.length;
    return [
      scalar(loss),
      floatTensor(
        shape,
        difference.map((d) => (2 * d) / difference.length),
      ),
    ];
  },
}));

/**
 * (logits, labels, teacherLogits) → loss [], dLogits, correct []: (1 − share) · cross-entropy + share · T² · KL of the teacher's
 * probabilities at temperature T from the student's. Source: Hinton, Vinyals, Dean, "Distilling the knowledge", 2015.
 */
export const distillationLoss = trainingOperator('DistillationLoss', (read) => {
  const temperature = read.float('temperature') ?? 1;
  const share = read.float('share') ?? 0.5;
  return {
    infer: ([logits]) => [float([]), float(logits?.shape), float([])],
    run(inputs) {
      const { shape } = given('DistillationLoss', inputs, 0, 'logits');
      const [logits, labels, teacher] = [0, 1, 2].map((i) => floats('DistillationLoss', inputs, i)) as [
        Float32Array,
        Float32Array,
        Float32Array,
      ];
      return overRows('DistillationLoss', shape, logits, labels, (values, label, at) => {
        const hard = crossEntropy(values, label, 0);
        const own = logSoftmax(values.map((x) => x / temperature));
        const wanted = logSoftmax(values.map((_, k) => (teacher[at(k)] as number) / temperature));
        const divergence = wanted.reduce((sum, log, k) => sum + Math.exp(log) * (log - (own[k] as number)), 0);
        const soft = (k: number) => temperature * (Math.exp(own[k] as number) - Math.exp(wanted[k] as number));
        return {
          loss: (1 - share) * hard.loss + share * temperature ** 2 * divergence,
          gradient: (k) => (1 - share) * hard.gradient(k) + share * soft(k),
        };
      });
    },
  };
});
