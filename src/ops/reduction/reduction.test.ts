import { describe, expect, test } from 'vitest';
import { numbersOf } from '../../ir/index.ts';
import { computed, int64, operator, tensor } from '../../test-kit/run-operator.ts';

const x = tensor([2, 3], [1, 2, 3, 4, 5, 6]);

describe('reductions', () => {
  test('axes are an attribute first, an input later (ReduceSum since 13, the others since 18)', () => {
    expect(computed('ReduceSum', [x], { axes: [1], keepdims: 0 }, 11)).toEqual({ shape: [2], values: [6, 15] });
    expect(computed('ReduceSum', [x, int64(0)], {}, 13)).toEqual({ shape: [1, 3], values: [5, 7, 9] });
    expect(computed('ReduceMean', [x], { axes: [0] }, 13).values).toEqual([2.5, 3.5, 4.5]);
    expect(computed('ReduceMean', [x, int64(-1)], {}, 18).values).toEqual([2, 5]);
  });

  test('without axes everything, unless told to do nothing', () => {
    expect(computed('ReduceMax', [x], { keepdims: 0 })).toEqual({ shape: [], values: [6] });
    expect(computed('ReduceL2', [tensor([2], [3, -4])], { noop_with_empty_axes: 1 }).values).toEqual([3, 4]);
  });

  test('symbolic sizes stay', () => {
    expect(operator('ReduceSum', { axes: [1] }, 11).infer([{ shape: ['n', 3, 'w'] }], 1)[0]?.shape).toEqual([
      'n',
      1,
      'w',
    ]);
  });

  test('an axis beyond the tensor is refused', () => {
    expect(() => computed('ReduceSum', [x, int64(2)])).toThrow('axis 2');
  });
});

test('ArgMax takes the first of equal elements, or the last', () => {
  const ties = tensor([3], [1, 7, 7]);
  expect(computed('ArgMax', [ties]).values).toEqual([1]);
  expect(computed('ArgMax', [ties], { select_last_index: 1 }).values).toEqual([2]);
});

test('TopK gives values in order and their places', () => {
  const [values, places] = operator('TopK').run([tensor([4], [3, 9, 1, 9]), int64(3)], 2);
  expect(values && Array.from(numbersOf(values))).toEqual([9, 9, 3]);
  expect(places?.data).toEqual(BigInt64Array.of(1n, 3n, 0n));
});

test('CumSum from either end, with or without the element', () => {
  const run = (attributes: Record<string, number>) =>
    computed('CumSum', [tensor([3], [1, 2, 3]), tensor([], [0], 'int64')], attributes).values;
  expect(run({})).toEqual([1, 3, 6]);
  expect(run({ exclusive: 1 })).toEqual([0, 1, 3]);
  expect(run({ reverse: 1 })).toEqual([6, 5, 3]);
});
