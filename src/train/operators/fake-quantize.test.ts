import { expect, test } from 'vitest';
import { roundAway } from '../../base/index.ts';
import { numbersOf, type Tensor, tensorOf } from '../../ir/index.ts';
import { attributeFrom } from '../../test-kit/graph-builder.ts';
import { trainingOps } from './list.ts';
import { TRAINING_DOMAIN } from './operator.ts';

// Golden values of methods A.8: v, 3 bits signed.
const v = [0.9, -0.4, 0.12, -1.3, 0.05, 0.6, -0.75, 0.3];
const step = (2 * v.reduce((sum, x) => sum + Math.abs(x), 0)) / v.length / Math.sqrt(3);
const elementSlopes = [-0.41072, -0.373013, -0.188096, 0.037707, -0.078373, 0.05952, 0.1756, -0.47024];

const run = (
  name: string,
  inputs: readonly Tensor[],
  outputs: number,
  more: Record<string, number | { float: number }> = {},
) =>
  trainingOps
    .get(`${TRAINING_DOMAIN}::${name}`)
    .bind(
      new Map(Object.entries({ bits: 3, signed: 1, ...more }).map(([key, value]) => [key, attributeFrom(value)])),
      1,
    )
    .run(inputs, outputs);
const values = tensorOf('float32', [8], v);
const steps = tensorOf('float32', [], [step]);

test('the initial step of methods A.8', () => expect(step).toBeCloseTo(0.637972, 6));

test('codes are rounded away from zero and clamped', () => {
  const [y] = run('FakeQuantize', [values, steps], 1);
  const codes = Array.from(numbersOf(y as Tensor), (x) => roundAway(x / step));
  expect(codes).toEqual([1, -1, 0, -2, 0, 1, -1, 0]);
});

test('the gradient of the step: each element, their sum, and the sum scaled', () => {
  const each = v.map((_, i) => {
    const one = tensorOf(
      'float32',
      [8],
      v.map((_x, k) => (k === i ? 1 : 0)),
    );
    return numbersOf(run('FakeQuantizeGradient', [values, steps, one], 2)[1] as Tensor)[0] as number;
  });
  each.forEach((slope, i) => {
    expect(slope).toBeCloseTo(elementSlopes[i] as number, 5);
  });
  const ones = tensorOf(
    'float32',
    [8],
    v.map(() => 1),
  );
  const total = numbersOf(run('FakeQuantizeGradient', [values, steps, ones], 2)[1] as Tensor)[0];
  expect(total).toBeCloseTo(-1.247616, 5);
  const scaled = run('FakeQuantizeGradient', [values, steps, ones], 2, { gradient_scale: 1 / Math.sqrt(8 * 3) })[1];
  expect(numbersOf(scaled as Tensor)[0]).toBeCloseTo(-0.254669, 6);
});

test('the gradient of a value passes inside the range alone', () => {
  const wide = tensorOf('float32', [4], [-5 * step, -3.9 * step, 2.9 * step, 3.1 * step]);
  const ones = tensorOf('float32', [4], [1, 2, 3, 4]);
  const [dv] = run('FakeQuantizeGradient', [wide, steps, ones], 2);
  expect(Array.from(numbersOf(dv as Tensor))).toEqual([0, 2, 3, 0]);
});

test('unsigned codes reach from 0 to 2^bits − 1', () => {
  const [y] = run('FakeQuantize', [tensorOf('float32', [3], [-1, 2.4 * step, 99]), steps], 1, { signed: 0 });
  expect(Array.from(numbersOf(y as Tensor), (x) => roundAway(x / step))).toEqual([0, 2, 7]);
});
