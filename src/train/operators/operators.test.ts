import { describe, expect, test } from 'vitest';
import { Random, UserError } from '../../base/index.ts';
import { elementCount, numbersOf, type Shape, type Tensor, tensorOf } from '../../ir/index.ts';
import { type AttributeValue, attributeFrom } from '../../test-kit/graph-builder.ts';
import { trainingOnly, trainingOps } from './list.ts';
import { TRAINING_DOMAIN } from './operator.ts';

/** Operators of training against formulas written in another way, one element at a time. Gradients of layers are compared with central differences in `../gradients`. */

const bound = (name: string, attributes: Record<string, AttributeValue> = {}) =>
  trainingOps
    .get(`${TRAINING_DOMAIN}::${name}`)
    .bind(new Map(Object.entries(attributes).map(([key, v]) => [key, attributeFrom(v)])), 1);

const random = new Random(3);
const noise = (...shape: number[]): Tensor =>
  tensorOf(
    'float32',
    shape,
    Float32Array.from({ length: elementCount(shape) }, () => 2 * random.normal()),
  );
const list = (t: Tensor | undefined): number[] => Array.from(numbersOf(t as Tensor));
const one = (...values: number[]): Tensor => tensorOf('float32', [values.length], values);
const near = (found: readonly number[], expected: readonly number[], digits = 5) => {
  expect(found.length).toBe(expected.length);
  found.forEach((x, i) => {
    expect(x, `[${i}]`).toBeCloseTo(expected[i] as number, digits);
  });
};

describe('losses', () => {
  const classes = 4;
  const logits = noise(3, classes);
  const labels = one(2, 0, 3);
  const row = (t: Tensor, n: number) => list(t).slice(n * classes, (n + 1) * classes);
  const softmax = (values: readonly number[], temperature = 1) => {
    const parts = values.map((x) => Math.exp(x / temperature));
    const total = parts.reduce((a, b) => a + b, 0);
    return parts.map((p) => p / total);
  };

  test.each([0, 0.2])('cross-entropy with smoothing %d: loss, gradient by differences, correct', (smoothing) => {
    const run = (t: Tensor) => bound('CrossEntropyLoss', { smoothing: { float: smoothing } }).run([t, labels], 3);
    const [loss, gradient, correct] = run(logits);
    let expected = 0;
    let right = 0;
    for (let n = 0; n < 3; n++) {
      const p = softmax(row(logits, n));
      const label = list(labels)[n] as number;
      p.forEach((x, k) => {
        expected -= ((k === label ? 1 - smoothing : 0) + smoothing / classes) * Math.log(x);
      });
      if (Math.max(...row(logits, n)) === row(logits, n)[label]) right++;
    }
    near(list(loss), [expected / 3]);
    expect(list(correct)).toEqual([right]);
    byDifferences(logits, (t) => list(run(t)[0])[0] as number, list(gradient));
  });

  test('cross-entropy over positions: [N, C, H, W] is N·H·W rows', () => {
    const maps = noise(2, 3, 2, 2);
    const targets = tensorOf('float32', [2, 2, 2], [0, 1, 2, 0, 2, 1, 0, 2]);
    const [loss, gradient] = bound('CrossEntropyLoss').run([maps, targets], 3);
    const x = list(maps);
    let expected = 0;
    for (let n = 0; n < 2; n++)
      for (let i = 0; i < 4; i++) {
        const p = softmax([0, 1, 2].map((c) => x[(n * 3 + c) * 4 + i] as number));
        expected -= Math.log(p[list(targets)[n * 4 + i] as number] as number) / 8;
      }
    near(list(loss), [expected]);
    byDifferences(maps, (t) => list(bound('CrossEntropyLoss').run([t, targets], 3)[0])[0] as number, list(gradient));
  });

  test('the first of equal values is the answer, and huge logits stay finite', () => {
    const even = tensorOf('float32', [2, 3], [1, 1, 1, 3e4, 3e4, -3e4]);
    const [loss, gradient, correct] = bound('CrossEntropyLoss').run([even, one(0, 1)], 3);
    expect(list(correct)).toEqual([1]);
    near(list(loss), [(Math.log(3) + Math.log(2)) / 2]);
    expect(list(gradient).every(Number.isFinite)).toBe(true);
  });

  test.each([-1, 4, 0.5, Number.NaN])('the label %d names its row', (label) => {
    const wrong = () => bound('CrossEntropyLoss').run([logits, one(0, label, 1)], 3);
    expect(wrong).toThrow(UserError);
    expect(wrong).toThrow(/row 1/);
  });

  test('mean squared error', () => {
    const [p, t] = [noise(2, 3), noise(2, 3)];
    const [loss, gradient] = bound('MeanSquaredErrorLoss').run([p, t], 2);
    near(list(loss), [list(p).reduce((sum, x, i) => sum + (x - (list(t)[i] as number)) ** 2, 0) / 6]);
    byDifferences(p, (moved) => list(bound('MeanSquaredErrorLoss').run([moved, t], 2)[0])[0] as number, list(gradient));
  });

  test('distillation: cross-entropy and the divergence from the teacher, mixed', () => {
    const teacher = noise(3, classes);
    const [share, temperature] = [0.3, 2.5];
    const run = (t: Tensor) => bound('DistillationLoss', { temperature, share }).run([t, labels, teacher], 3);
    const [loss, gradient] = run(logits);
    let expected = 0;
    for (let n = 0; n < 3; n++) {
      const hard = softmax(row(logits, n))[list(labels)[n] as number] as number;
      const [own, wanted] = [softmax(row(logits, n), temperature), softmax(row(teacher, n), temperature)];
      const divergence = wanted.reduce((sum, q, k) => sum + q * Math.log(q / (own[k] as number)), 0);
      expected += (-(1 - share) * Math.log(hard) + share * temperature ** 2 * divergence) / 3;
    }
    near(list(loss), [expected]);
    byDifferences(logits, (t) => list(run(t)[0])[0] as number, list(gradient));
  });
});

/** Central differences of a float32 result: a wide step, a wide tolerance. */
function byDifferences(x: Tensor, of: (moved: Tensor) => number, gradient: readonly number[]): void {
  const values = list(x);
  values.forEach((value, i) => {
    const at = (by: number) => of(tensorOf('float32', x.shape, values.with(i, value + by)));
    expect(gradient[i]).toBeCloseTo((at(0.01) - at(-0.01)) / 0.02, 3);
  });
}

describe('batch normalization by the batch', () => {
  test('statistics, running statistics and results of each channel', () => {
    const shape: Shape = [3, 2, 2];
    const x = noise(...shape);
    const [scale, bias, mean, variance] = [one(1.5, -0.5), one(0.1, 0.2), one(1, 2), one(3, 4)];
    const [y, newMean, newVariance, batchMean, batchInverse] = bound('BatchNormalizationTraining', {
      epsilon: 0.01,
      momentum: 0.8,
    }).run([x, scale, bias, mean, variance], 5);
    const values = list(x);
    for (let c = 0; c < 2; c++) {
      const own = [0, 1, 2].flatMap((n) => [0, 1].map((i) => (n * 2 + c) * 2 + i));
      const m = own.reduce((sum, at) => sum + (values[at] as number), 0) / 6;
      const v = own.reduce((sum, at) => sum + ((values[at] as number) - m) ** 2, 0) / 6;
      expect(list(batchMean)[c]).toBeCloseTo(m, 5);
      expect(list(batchInverse)[c]).toBeCloseTo(1 / Math.sqrt(v + 0.01), 5);
      expect(list(newMean)[c]).toBeCloseTo(0.8 * (list(mean)[c] as number) + 0.2 * m, 5);
      expect(list(newVariance)[c]).toBeCloseTo(0.8 * (list(variance)[c] as number) + 0.2 * v, 5);
      for (const at of own) {
        const expected = (((values[at] as number) - m) / Math.sqrt(v + 0.01)) * (list(scale)[c] as number);
        expect(list(y)[at]).toBeCloseTo(expected + (list(bias)[c] as number), 5);
      }
    }
  });
});

describe('what becomes of gradients', () => {
  test('their norm goes over all of them', () => {
    near(list(bound('GradientNorm').run([one(3, 0), one(0, 4), one(12)], 1)[0]), [13]);
  });

  test.each([
    [0, 13, 1],
    [20, 13, 1],
    [6.5, 13, 0.5],
    [1, Number.POSITIVE_INFINITY, Number.NaN],
    [0, Number.NaN, Number.NaN],
  ])('clipping at %d, norm %d: times %d', (maximum, norm, expected) => {
    const scale = bound('ClipScale', { maximum: { float: maximum } }).run([tensorOf('float32', [], [norm])], 1)[0];
    expect(list(scale)).toEqual([expected]);
  });

  const [p, g, rates] = [one(1, -2), one(0.5, 0.25), one(0.1, 2, 3)];
  const scale = tensorOf('float32', [], [0.5]);

  test.each([0, 1])('SGD with momentum, nesterov %d, over two steps', (nesterov) => {
    const op = bound('SgdUpdate', { momentum: 0.9, nesterov, weight_decay: 0.01 });
    let [param, velocity] = [p, one(0, 0)];
    const expected = { p: [1, -2], v: [0, 0] };
    for (let step = 0; step < 2; step++) {
      [param, velocity] = op.run([param, g, velocity, rates, scale], 2) as [Tensor, Tensor];
      expected.p = expected.p.map((x, i) => {
        const gradient = 0.5 * (list(g)[i] as number) + 0.01 * x;
        const v = 0.9 * (expected.v[i] as number) + gradient;
        expected.v[i] = v;
        return x - 0.1 * (nesterov ? gradient + 0.9 * v : v);
      });
    }
    near(list(param), expected.p);
    near(list(velocity), expected.v);
  });

  test.each([0, 1])('Adam, decoupled decay %d', (decoupled) => {
    const op = bound('AdamUpdate', { beta1: 0.8, beta2: 0.9, epsilon: 0.001, weight_decay: 0.1, decoupled });
    const [m0, v0] = [one(0.2, -0.1), one(0.3, 0.4)];
    const [param, m, v] = op.run([p, g, m0, v0, rates, scale], 3);
    list(p).forEach((x, i) => {
      const gradient = 0.5 * (list(g)[i] as number) + (decoupled ? 0 : 0.1 * x);
      const first = 0.8 * (list(m0)[i] as number) + 0.2 * gradient;
      const second = 0.9 * (list(v0)[i] as number) + 0.1 * gradient ** 2;
      expect(list(m)[i]).toBeCloseTo(first, 6);
      expect(list(v)[i]).toBeCloseTo(second, 6);
      const moved = x - (0.1 * (2 * first)) / (Math.sqrt(3 * second) + 0.001);
      expect(list(param)[i]).toBeCloseTo(decoupled ? moved - 0.1 * 0.1 * x : moved, 5);
    });
  });

  test('RMSprop with momentum', () => {
    const op = bound('RmsPropUpdate', { decay: 0.9, momentum: 0.5, epsilon: 0.01 });
    const [s0, v0] = [one(0.5, 0.1), one(1, -1)];
    const [param, s, v] = op.run([p, g, s0, v0, rates, scale], 3);
    list(p).forEach((x, i) => {
      const gradient = 0.5 * (list(g)[i] as number);
      const square = 0.9 * (list(s0)[i] as number) + 0.1 * gradient ** 2;
      const velocity = 0.5 * (list(v0)[i] as number) + gradient / (Math.sqrt(square) + 0.01);
      expect(list(s)[i]).toBeCloseTo(square, 6);
      expect(list(v)[i]).toBeCloseTo(velocity, 5);
      expect(list(param)[i]).toBeCloseTo(x - 0.1 * velocity, 5);
    });
  });

  test.each(['SgdUpdate', 'AdamUpdate', 'RmsPropUpdate'])(
    '%s leaves everything where the gradients overflowed',
    (name) => {
      const states = name === 'SgdUpdate' ? [one(1, 2)] : [one(1, 2), one(3, 4)];
      const nothing = tensorOf('float32', [], [Number.NaN]);
      const results = bound(name).run([p, one(Number.NaN, 1), ...states, rates, nothing], 1 + states.length);
      expect(results.map(list)).toEqual([p, ...states].map(list));
    },
  );
});

test('shapes are told before running', () => {
  const shapes = (
    name: string,
    inputs: readonly Shape[],
    outputs: number,
    attributes: Record<string, AttributeValue> = {},
  ) =>
    bound(name, attributes)
      .infer(
        inputs.map((shape) => ({ type: 'float32', shape })),
        outputs,
      )
      .map((value) => value.shape);
  expect(
    shapes(
      'ConvWeightGradient',
      [
        [2, 6, 5, 5],
        [2, 4, 3, 3],
      ],
      1,
      { kernel_shape: [3, 3], group: 2 },
    ),
  ).toEqual([[4, 3, 3, 3]]);
  expect(shapes('CrossEntropyLoss', [[2, 3], [2]], 3)).toEqual([[], [2, 3], []]);
  expect(shapes('AdamUpdate', [[4], [4], [4], [4], [3], []], 3)).toEqual([[4], [4], [4]]);
  expect(
    shapes(
      'LSTMGradient',
      [
        [3, 2, 4],
        [1, 8, 4],
        [1, 8, 2],
      ],
      3,
    ),
  ).toEqual([
    [3, 2, 4],
    [1, 8, 4],
    [1, 8, 2],
  ]);
});

test('operators of training have ids of their own domain', () => {
  for (const { id } of trainingOnly) expect(id.startsWith(`${TRAINING_DOMAIN}::`)).toBe(true);
});
