import { elementCount, type SampleSet } from '../ir/index.ts';
import { exactExp, exactLog } from './exact-math.ts';
import type { Answer } from './head.ts';
import type { Loss } from './recipe.ts';
import { labelOutOfRange, noLabels, noTarget, notClasses } from './run-errors.ts';

/**
 * What a network's answers are compared with, sample by sample: for losses in float64, without `Math.exp`, so that the same answers get
 * the same score everywhere. The training graph's own loss is computed by its loss node; both follow the same formulas.
 */
export interface Goal {
  readonly loss: Loss;
  /** Elements of one answer; with classes, one per class. */
  readonly size: number;
  /** Class of each sample; absent: no accuracy can be told. */
  readonly labels?: Int32Array;
  /** What each answer is compared with: a class, or (squared error) numbers. */
  readonly target: 'classes' | 'input' | 'one-hot' | 'label';
}

/**
 * What `samples` say about the answers of a network under a loss. Throws `train/no-labels`, `train/label-out-of-range`,
 * `train/not-classes` and `train/no-target`.
 */
export function goalOf(loss: Loss, answer: Answer, samples: SampleSet): Goal {
  const [, ...sizes] = answer.shape;
  const size = elementCount(sizes);
  const { labels } = samples;
  if (loss.id !== 'mse') {
    const classes = answer.shape[answer.classAxis];
    if (classes === undefined || classes < 2 || size !== classes) throw notClasses(answer.tensor, answer.shape);
    if (!labels) throw noLabels(samples.name);
    checkLabels(samples.name, labels, classes);
    return { loss, size, labels, target: 'classes' };
  }
  const input = samples.inputs[0];
  if (input && elementCount(input.shape) === size) return { loss, size, target: 'input' };
  if (!labels) throw noTarget(answer.tensor, answer.shape);
  if (size === 1) return { loss, size, labels, target: 'label' };
  checkLabels(samples.name, labels, size);
  return { loss, size, labels, target: 'one-hot' };
}

/** Classes without a single sample: what a network cannot learn, or cannot be judged on. */
export function absentClasses({ size, labels, target }: Goal): readonly number[] {
  if (!labels || (target !== 'classes' && target !== 'one-hot')) return [];
  const there = new Set(labels);
  return Array.from({ length: size }, (_, label) => label).filter((label) => !there.has(label));
}

function checkLabels(data: string, labels: Int32Array, classes: number): void {
  for (const [sample, label] of labels.entries()) {
    if (label < 0 || label >= classes) throw labelOutOfRange(data, sample, label, classes);
  }
}

/** What sample `index` is to be answered with under a squared error; `input`: the sample itself, as it went in. */
export function targetOf(goal: Goal, index: number, input: Float32Array): Float32Array {
  if (goal.target === 'input') return input;
  const target = new Float32Array(goal.size);
  const label = goal.labels?.[index] ?? 0;
  if (goal.target === 'label') target[0] = label;
  else target[label] = 1;
  return target;
}

/** Loss of one answer. `teacher`: that of the network as it was, for distillation. */
export function lossOf(
  goal: Goal,
  index: number,
  answer: Float32Array,
  input: Float32Array,
  teacher?: Float32Array,
): number {
  const { loss } = goal;
  if (loss.id === 'mse') return squaredError(answer, targetOf(goal, index, input));
  const label = goal.labels?.[index] ?? 0;
  if (loss.id === 'cross-entropy') return crossEntropy(answer, label, loss.smoothing);
  const plain = crossEntropy(answer, label, 0);
  const soft = teacher ? divergence(teacher, answer, loss.temperature) : 0;
  return (1 - loss.share) * plain + loss.share * loss.temperature * loss.temperature * soft;
}

function squaredError(answer: Float32Array, target: Float32Array): number {
  let sum = 0;
  for (const [i, value] of answer.entries()) {
    const error = value - (target[i] as number);
    sum += error * error;
  }
  return sum / answer.length;
}

/** −Σ q·ln softmax(z), q = (1 − s) at the label plus s/classes everywhere. */
function crossEntropy(logits: Float32Array, label: number, smoothing: number): number {
  const total = logSumExp(logits, 1);
  let all = 0;
  for (const z of logits) all += total - z;
  return (1 - smoothing) * (total - (logits[label] as number)) + (smoothing * all) / logits.length;
}

/** KL(teacher ‖ student), both at temperature T. */
function divergence(teacher: Float32Array, student: Float32Array, temperature: number): number {
  const ofTeacher = logSumExp(teacher, temperature);
  const ofStudent = logSumExp(student, temperature);
  let sum = 0;
  for (const [i, t] of teacher.entries()) {
    const logTeacher = t / temperature - ofTeacher;
    sum += exactExp(logTeacher) * (logTeacher - ((student[i] as number) / temperature - ofStudent));
  }
  return sum;
}

function logSumExp(values: Float32Array, temperature: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const value of values) largest = Math.max(largest, value);
  let sum = 0;
  for (const value of values) sum += exactExp((value - largest) / temperature);
  return largest / temperature + exactLog(sum);
}

/** Place of the largest element, the first of equals. */
export function largestPlace(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}
