import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { numbersOf, type Tensor } from '../../ir/index.ts';
import { computed, int64, operator, tensor } from '../../test-kit/run-operator.ts';
import { OPEN_SIZE } from '../op-def.ts';

const lists = (outputs: readonly Tensor[]) => outputs.map((t) => Array.from(numbersOf(t)));

describe('Unique', () => {
  const x = tensor([6], [2, 1, 1, 3, 4, 3]);

  test('sorted or as they come (examples of the specification)', () => {
    expect(lists(operator('Unique').run([x], 4))).toEqual([
      [1, 2, 3, 4],
      [1, 0, 3, 4],
      [1, 0, 0, 2, 3, 2],
      [2, 1, 2, 1],
    ]);
    expect(lists(operator('Unique', { sorted: 0 }).run([x], 4))).toEqual([
      [2, 1, 3, 4],
      [0, 1, 3, 4],
      [0, 1, 1, 2, 3, 2],
      [1, 2, 2, 1],
    ]);
  });

  test('slices along an axis; texts too', () => {
    const rows = tensor([3, 2], [1, 0, 1, 0, 2, 3]);
    expect(computed('Unique', [rows], { axis: 0 })).toEqual({ shape: [2, 2], values: [1, 0, 2, 3] });
    const text: Tensor = { type: 'string', shape: [3], data: ['b', 'a', 'b'] };
    expect(operator('Unique').run([text], 1)[0]?.data).toEqual(['a', 'b']);
  });

  test('indices rebuild the input, counts add up', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 12 }),
        fc.boolean(),
        (list, sorted) => {
          const [values = [], first = [], index = [], counts = []] = lists(
            operator('Unique', { sorted: sorted ? 1 : 0 }).run([tensor([list.length], list)], 4),
          );
          expect(index.map((i) => values[i])).toEqual(list);
          expect(first.map((i) => list[i])).toEqual(values);
          expect(counts.reduce((n, c) => n + c, 0)).toBe(list.length);
        },
      ),
    );
  });

  test('how many is not known beforehand, the rest is', () => {
    const inferred = operator('Unique', { axis: 1 }).infer([{ type: 'int64', shape: [2, 'n', 3] }], 3);
    expect(inferred.map((v) => v.shape)).toEqual([[2, OPEN_SIZE, 3], [OPEN_SIZE], ['n']]);
  });
});

test('Compress keeps slices, or elements of the whole', () => {
  const x = tensor([3, 2], [1, 2, 3, 4, 5, 6]);
  const keep = (...on: readonly number[]) => tensor([on.length], on, 'bool');
  expect(computed('Compress', [x, keep(0, 1, 1)], { axis: 0 })).toEqual({ shape: [2, 2], values: [3, 4, 5, 6] });
  expect(computed('Compress', [x, keep(0, 1)], { axis: 1 }).values).toEqual([2, 4, 6]);
  expect(computed('Compress', [x, keep(0, 1, 0, 0, 1)])).toEqual({ shape: [2], values: [2, 5] });
});

test('ReverseSequence turns the beginning of each sequence', () => {
  const x = tensor([2, 3], [1, 2, 3, 4, 5, 6]);
  expect(computed('ReverseSequence', [x, int64(2, 3)], { batch_axis: 0, time_axis: 1 }).values).toEqual([
    2, 1, 3, 6, 5, 4,
  ]);
  expect(computed('ReverseSequence', [x, int64(1, 2, 2)]).values).toEqual([1, 5, 6, 4, 2, 3]);
});

describe('TensorScatter', () => {
  const past = tensor([2, 3, 1], [1, 2, 3, 4, 5, 6]);
  const update = tensor([2, 2, 1], [10, 20, 30, 40]);

  test('writes from each position on', () => {
    expect(computed('TensorScatter', [past, update, int64(0, 1)], {}, 24).values).toEqual([10, 20, 3, 4, 30, 40]);
  });

  test('around the end only where it is circular', () => {
    expect(computed('TensorScatter', [past, update, int64(0, 2)], { mode: 'circular' }, 24).values).toEqual([
      10, 20, 3, 40, 5, 30,
    ]);
    expect(() => computed('TensorScatter', [past, update, int64(0, 2)], {}, 24)).toThrow('beyond the cache');
  });
});

describe('scattering', () => {
  test('combines, 64-bit integers too', () => {
    const data = int64(1, 2, 3);
    const add = (reduction: string) =>
      computed('ScatterElements', [data, int64(0, 0, 2), int64(5, 6, 7)], { reduction }, 18).values;
    expect(add('add')).toEqual([12, 2, 10]);
    expect(add('mul')).toEqual([30, 2, 21]);
    expect(add('max')).toEqual([6, 2, 7]);
    expect(add('none')).toEqual([6, 2, 7]);
  });

  test('was called Scatter once', () => {
    expect(computed('Scatter', [tensor([3], [1, 2, 3]), int64(1), tensor([1], [9])], {}, 9).values).toEqual([1, 9, 3]);
  });
});

describe('sizes that only running tells', () => {
  const unknown = { type: 'int64' as const, shape: [2] };
  const x = { type: 'float32' as const, shape: ['n', 4] };

  test.each([
    ['Slice', {}, [x, unknown, unknown], [OPEN_SIZE, OPEN_SIZE]],
    ['Expand', {}, [x, { shape: [3] }], [OPEN_SIZE, OPEN_SIZE, OPEN_SIZE]],
    ['Tile', {}, [x, unknown], [OPEN_SIZE, OPEN_SIZE]],
    ['Pad', {}, [x, { shape: [4] }], [OPEN_SIZE, OPEN_SIZE]],
    ['TopK', { axis: 1 }, [x, { shape: [1] }], ['n', OPEN_SIZE]],
    ['ConstantOfShape', {}, [unknown], [OPEN_SIZE, OPEN_SIZE]],
    ['Range', {}, [{}, {}, {}], [OPEN_SIZE]],
    ['ReduceSum', {}, [x, { shape: [1] }], [OPEN_SIZE, OPEN_SIZE]],
    ['OneHot', {}, [{ shape: ['n'] }, {}, {}], ['n', OPEN_SIZE]],
    ['NonZero', {}, [x], [2, OPEN_SIZE]],
  ] as const)('%s keeps the number of dimensions', (id, attributes, inputs, shape) => {
    expect(operator(id, attributes).infer(inputs, 1)[0]?.shape).toEqual([...shape]);
  });

  test('a part of which the input is not known leaves the rest', () => {
    const parts = operator('Split', { axis: 1 })
      .infer([x, unknown], 2)
      .map((v) => v.shape);
    expect(parts).toEqual([
      ['n', OPEN_SIZE],
      ['n', OPEN_SIZE],
    ]);
    expect(operator('Concat', { axis: 1 }).infer([x, {}], 1)[0]?.shape).toEqual(['n', OPEN_SIZE]);
  });

  test('Squeeze without axes needs all sizes', () => {
    expect(operator('Squeeze').infer([{ shape: ['n', 1, 3] }], 1)[0]?.shape).toBeUndefined();
    expect(operator('Squeeze').infer([{ shape: [2, 1, 3] }], 1)[0]?.shape).toEqual([2, 3]);
  });
});
