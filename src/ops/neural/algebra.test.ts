import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { numbersOf, type Tensor } from '../../ir/index.ts';
import { computed, int64, operator, tensor } from '../../test-kit/run-operator.ts';

const counted = (...shape: readonly number[]) => {
  const size = shape.reduce((n, d) => n * d, 1);
  return tensor(
    shape,
    Array.from({ length: size }, (_, i) => i + 1),
  );
};

describe('Einsum', () => {
  const sum = (equation: string, ...inputs: readonly Tensor[]) => computed('Einsum', inputs, { equation });

  test('transposes, sums, takes diagonals and traces', () => {
    const m = counted(2, 2);
    expect(sum('ij->ji', m).values).toEqual([1, 3, 2, 4]);
    expect(sum('ij->', m)).toEqual({ shape: [], values: [10] });
    expect(sum('ii->i', m).values).toEqual([1, 4]);
    expect(sum('...ii', m).values).toEqual([5]);
  });

  test('an output that is not stated has what occurs once, in order', () => {
    expect(sum('ba', counted(1, 2)).shape).toEqual([2, 1]);
    expect(sum('i,i', tensor([2], [1, 2]), tensor([2], [3, 4])).values).toEqual([11]);
  });

  test('ellipses broadcast', () => {
    expect(sum('...i,...i->...', counted(2, 1, 2), counted(3, 2)).shape).toEqual([2, 3]);
  });

  test('products of matrices are those of MatMul', () => {
    const size = fc.integer({ min: 1, max: 4 });
    fc.assert(
      fc.property(size, size, size, size, (b, i, j, k) => {
        const [x, y] = [counted(b, i, j), counted(b, j, k)];
        expect(sum('bij,bjk->bik', x, y)).toEqual(computed('MatMul', [x, y]));
      }),
    );
  });

  test('sizes that are names stay; contradictions and nonsense are refused', () => {
    const inferred = operator('Einsum', { equation: 'bij,jk->bik' }).infer(
      [{ shape: ['n', 2, 3] }, { shape: [3, 4] }],
      1,
    );
    expect(inferred[0]?.shape).toEqual(['n', 2, 4]);
    expect(() => sum('ij,jk->ik', counted(2, 3), counted(2, 2))).toThrow("index 'j'");
    expect(() => operator('Einsum', { equation: 'i;j' })).toThrow("attribute 'equation'");
  });

  test('costs one multiply-accumulate per product', () => {
    const shaped = (...shape: readonly number[]) => ({ type: 'float32' as const, shape, isConstant: false });
    const cost = operator('Einsum', { equation: 'ij,jk->ik' }).cost([shaped(2, 3), shaped(3, 4)], [shaped(2, 4)]);
    expect(cost).toMatchObject({ kind: 'matmul', macs: 24 });
  });
});

describe('losses', () => {
  const logs = tensor([3, 2], [-1, -2, -3, -4, -5, -6]);
  const target = int64(0, 1, 0);
  const loss = (attributes: Parameters<typeof computed>[2], weight?: Tensor) =>
    computed('NegativeLogLikelihoodLoss', [logs, target, weight], attributes).values;

  test('pick the target class; the mean is weighted, ignored ones do not count', () => {
    expect(loss({ reduction: 'none' })).toEqual([1, 4, 5]);
    expect(loss({ reduction: 'sum' })).toEqual([10]);
    expect(loss({}, tensor([2], [1, 2]))).toEqual([(1 + 8 + 5) / 4]);
    expect(loss({ ignore_index: 0 })).toEqual([4]);
  });

  test('cross entropy of equal scores is the logarithm of the number of classes', () => {
    const scores = tensor([2, 4], new Float32Array(8));
    const [value, logSoftmax] = operator('SoftmaxCrossEntropyLoss').run([scores, int64(0, 3)], 2);
    expect(value && numbersOf(value)[0]).toBeCloseTo(Math.log(4), 6);
    expect(logSoftmax?.shape).toEqual([2, 4]);
  });
});

describe('Attention', () => {
  const ones = (...shape: readonly number[]) =>
    tensor(shape, new Float32Array(shape.reduce((n, d) => n * d, 1)).fill(1));
  const values = tensor([1, 1, 3, 1], [1, 2, 6]);

  test('equal scores give the mean of the values, a mask that of those shown', () => {
    const [q, k] = [ones(1, 1, 1, 2), ones(1, 1, 3, 2)];
    expect(computed('Attention', [q, k, values], {}, 23).values).toEqual([3]);
    const mask = tensor([1, 3], [1, 1, 0], 'bool');
    expect(computed('Attention', [q, k, values, mask], {}, 23).values).toEqual([1.5]);
    expect(computed('Attention', [q, k, values, tensor([1, 3], [0, 0, 0], 'bool')], {}, 23).values).toEqual([0]);
  });

  test('causal: each step sees itself, what was before, and the past', () => {
    const [q, k] = [ones(1, 1, 3, 2), ones(1, 1, 3, 2)];
    expect(computed('Attention', [q, k, values], { is_causal: 1 }, 23).values).toEqual([1, 1.5, 3]);
    const past = [undefined, ones(1, 1, 1, 2), tensor([1, 1, 1, 1], [3])];
    const [y, keys] = operator('Attention', { is_causal: 1 }, 23).run([q, k, values, ...past], 2);
    expect(y && Array.from(numbersOf(y))).toEqual([2, 2, 3]);
    expect(keys?.shape).toEqual([1, 1, 4, 2]);
  });

  test('heads in the last dimension; query heads share key heads', () => {
    const q = ones(1, 1, 4);
    const [k, v] = [ones(1, 2, 2), tensor([1, 2, 2], [1, 1, 3, 3])];
    const heads = { q_num_heads: 2, kv_num_heads: 1 };
    expect(computed('Attention', [q, k, v], heads, 23)).toEqual({ shape: [1, 1, 4], values: [2, 2, 2, 2] });
    const inferred = operator('Attention', heads, 23)
      .infer([q, k, v], 4)
      .map((x) => x.shape);
    expect(inferred).toEqual([
      [1, 1, 4],
      [1, 1, 2, 2],
      [1, 1, 2, 2],
      [1, 2, 1, 2],
    ]);
  });
});

test('RotaryEmbedding turns pairs by their angle', () => {
  const x = tensor([1, 1, 1, 4], [1, 2, 3, 4]);
  // A quarter turn: (p, q) becomes (−q, p).
  const [cos, sin] = [tensor([1, 1, 2], [0, 0]), tensor([1, 1, 2], [1, 1])];
  expect(computed('RotaryEmbedding', [x, cos, sin], {}, 23).values).toEqual([-3, -4, 1, 2]);
  expect(computed('RotaryEmbedding', [x, cos, sin], { interleaved: 1 }, 23).values).toEqual([-2, 1, -4, 3]);
});

test('RMS and p-norms', () => {
  const x = tensor([1, 2], [3, 4]);
  const rms = computed('RMSNormalization', [x, tensor([2], [1, 2])], { epsilon: { float: 0.5 } }, 23).values;
  expect(rms.map((v) => Math.round(v * 1e5) / 1e5)).toEqual([
    Math.round((3e5 / Math.sqrt(13)) * 1) / 1e5,
    Math.round((8e5 / Math.sqrt(13)) * 1) / 1e5,
  ]);
  const close = (values: readonly number[]) => values.map((v) => Math.round(v * 1e6) / 1e6);
  expect(close(computed('LpNormalization', [x]).values)).toEqual([0.6, 0.8]);
  expect(close(computed('LpNormalization', [x], { p: 1 }).values)).toEqual([0.428571, 0.571429]);
  expect(computed('LpNormalization', [tensor([2], [0, 0])]).values).toEqual([0, 0]);
  expect(computed('GlobalLpPool', [tensor([1, 1, 2], [3, 4])])).toEqual({ shape: [1, 1, 1], values: [5] });
});
