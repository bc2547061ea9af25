import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { numbersOf, tensorOf } from '../../ir/index.ts';
import { attributesFrom, computed, int64, operator, tensor } from '../../test-kit/run-operator.ts';
import { ops } from '../index.ts';
import { erf } from './erf.ts';

const row = (...values: readonly number[]) => tensor([values.length], values);
const ints = (...values: readonly number[]) => tensor([values.length], values, 'int32');

describe('scalar functions', () => {
  test.each([
    ['Relu', [-1, 0, 2], {}, [0, 0, 2]],
    ['LeakyRelu', [-2, 2], { alpha: 0.5 }, [-1, 2]],
    ['HardSigmoid', [-3, 0, 3], {}, [0, 0.5, 1]],
    ['HardSwish', [-3, 0, 3], {}, [0, 0, 3]],
    ['ThresholdedRelu', [0.5, 1, 1.5], {}, [0, 0, 1.5]],
    ['Round', [-2.5, -1.5, 0.5, 2.5], {}, [-2, -2, 0, 2]],
    ['Sign', [-3, 0, 3], {}, [-1, 0, 1]],
  ] as const)('%s', (id, x, attributes, expected) => {
    expect(computed(id, [row(...x)], attributes).values.map((v) => v + 0)).toEqual([...expected]);
  });

  test('Relu keeps not-a-number', () => {
    expect(computed('Relu', [row(Number.NaN)]).values[0]).toBeNaN();
  });

  test('erf equals table values to 1e-14', () => {
    // Abramowitz and Stegun, table 7.1; beyond it 1 − erfc(3) with erfc(3) = 2.209049699858544e-5.
    const table = [
      [0, 0],
      [0.5, 0.5204998778130465],
      [1, 0.8427007929497149],
      [2, 0.9953222650189527],
      [3, 1 - 2.209049699858544e-5],
    ] as const;
    for (const [x, y] of table) {
      expect(Math.abs(erf(x) - y)).toBeLessThan(1e-14);
      expect(erf(-x)).toBeCloseTo(-y, 14);
    }
  });

  test('Sigmoid and Tanh know their range, Relu is a clamp', () => {
    expect(operator('Sigmoid').quant).toEqual({ role: 'computes', range: [0, 1] });
    expect(operator('Tanh').quant).toEqual({ role: 'computes', range: [-1, 1] });
    expect(operator('Relu').quant).toEqual({ role: 'clamp', low: 0, high: Number.POSITIVE_INFINITY });
  });
});

describe('two operands', () => {
  test('broadcast in both directions', () => {
    expect(computed('Add', [tensor([2, 1], [1, 2]), tensor([3], [10, 20, 30])])).toEqual({
      shape: [2, 3],
      values: [11, 21, 31, 12, 22, 32],
    });
  });

  test('integers divide towards zero, floats do not', () => {
    expect(computed('Div', [ints(7, -7), ints(2, 2)]).values).toEqual([3, -3]);
    expect(computed('Div', [row(7, -7), row(2, 2)]).values).toEqual([3.5, -3.5]);
  });

  test('Mod takes the sign of the divisor, with fmod that of the dividend', () => {
    const [x, y] = [ints(-4, 7, 5), ints(3, -3, 8)];
    expect(computed('Mod', [x, y]).values).toEqual([2, -2, 5]);
    expect(computed('Mod', [x, y], { fmod: 1 }).values).toEqual([-1, 1, 5]);
  });

  test('comparisons give bool and keep symbolic sizes', () => {
    const bound = operator('Less');
    expect(bound.infer([{ type: 'float32', shape: ['batch', 1] }, { shape: [4] }], 1)).toEqual([
      { type: 'bool', shape: ['batch', 4] },
    ]);
  });

  test('shapes that cannot be broadcast are refused, both are named', () => {
    expect(() => operator('Add').infer([{ shape: [2, 3] }, { shape: [4] }], 1)).toThrow('[2, 3] and [4]');
  });

  test('int64 stays exact', () => {
    const [sum] = operator('Add').run([int64(2 ** 40), int64(1)], 1);
    expect(sum?.data).toEqual(BigInt64Array.of(2n ** 40n + 1n));
  });
});

describe('Clip', () => {
  test('reads its bounds from attributes before opset 11, from inputs since', () => {
    expect(computed('Clip', [row(-9, 9)], { min: { float: 0 }, max: { float: 6 } }, 6).values).toEqual([0, 6]);
    expect(computed('Clip', [row(-9, 9), undefined, tensor([], [6])], {}, 13).values).toEqual([-9, 6]);
  });

  test('tells where its bounds come from', () => {
    expect(ops.get('Clip').bind(attributesFrom({ min: { float: 0 } }), 10).quant).toMatchObject({ low: 0 });
    expect(operator('Clip').quant).toMatchObject({ role: 'clamp', lowInput: 1, highInput: 2 });
  });
});

describe('Cast', () => {
  const INT64 = 7;
  const UINT8 = 2;
  const BOOL = 9;
  const FLOAT16 = 10;
  test('truncates, wraps, tests for zero, rounds to half precision', () => {
    expect(computed('Cast', [row(-1.9, 1.9)], { to: INT64 }).values).toEqual([-1, 1]);
    expect(computed('Cast', [ints(-1, 256)], { to: UINT8 }).values).toEqual([255, 0]);
    expect(computed('Cast', [row(0, 0.5)], { to: BOOL }).values).toEqual([0, 1]);
    expect(computed('Cast', [row(1 + 2 ** -11, 1 + 3 * 2 ** -11)], { to: FLOAT16 }).values).toEqual([1, 1 + 2 ** -9]);
  });

  test('refuses a type that does not exist', () => {
    expect(() => operator('Cast', { to: 99 })).toThrow("attribute 'to'");
  });
});

test('Where picks from either side with broadcasting, int64 included', () => {
  const [picked] = operator('Where').run(
    [tensor([2, 1], [1, 0], 'bool'), tensorOf('int64', [1], [7]), tensorOf('int64', [3], [1, 2, 3])],
    1,
  );
  expect(picked?.shape).toEqual([2, 3]);
  expect(picked?.data).toEqual(BigInt64Array.of(7n, 7n, 7n, 1n, 2n, 3n));
});

test('Sum, Mean, Max and Min reduce over their operands', () => {
  const operands = [row(1, 2), row(3, 4), row(5, 0)];
  const results = ['Sum', 'Mean', 'Max', 'Min'].map((id) => computed(id, operands).values);
  expect(results).toEqual([
    [9, 6],
    [3, 2],
    [5, 4],
    [1, 0],
  ]);
});

test('adding broadcast operands is commutative', () => {
  const shapes = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.boolean(), fc.boolean());
  fc.assert(
    fc.property(shapes, fc.float({ noNaN: true, min: -10, max: 10 }), ([n, m, wideA, wideB], scale) => {
      const a = tensor(
        [wideA ? n : 1, m],
        Array.from({ length: (wideA ? n : 1) * m }, (_, i) => i * scale),
      );
      const b = tensor(
        [n, wideB ? m : 1],
        Array.from({ length: n * (wideB ? m : 1) }, (_, i) => 1 - i),
      );
      expect(numbersOf(operator('Add').run([a, b], 1)[0] ?? a)).toEqual(
        numbersOf(operator('Add').run([b, a], 1)[0] ?? b),
      );
    }),
  );
});
