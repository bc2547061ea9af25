import { describe, expect, test } from 'vitest';
import { numbersOf } from '../../ir/index.ts';
import { attributesFrom, computed, int64, known, operator, tensor } from '../../test-kit/run-operator.ts';
import { bindNode } from '../index.ts';
import { OPEN_SIZE } from '../op-def.ts';

/** Image operators, against values worked out by hand from the ONNX specification. */

const counted = (...shape: readonly number[]) => {
  const size = shape.reduce((n, d) => n * d, 1);
  return tensor(
    shape,
    Array.from({ length: size }, (_, i) => i + 1),
  );
};

describe('GridSample', () => {
  const image = counted(1, 1, 2, 2);
  const at = (x: number, y: number) => tensor([1, 1, 1, 2], [x, y]);
  const sample = (x: number, y: number, attributes: Parameters<typeof computed>[2]) =>
    computed('GridSample', [image, at(x, y)], attributes, 20).values[0];

  test('the middle is the mean of all, corners are elements where they are aligned', () => {
    expect(sample(0, 0, {})).toBe(2.5);
    expect(sample(-1, -1, { align_corners: 1 })).toBe(1);
    expect(sample(1, -1, { align_corners: 1 })).toBe(2);
  });

  test('unaligned corners lie half an element outside: a quarter is left of zeros, all of borders', () => {
    expect(sample(-1, -1, {})).toBe(0.25);
    expect(sample(-1, -1, { padding_mode: 'border' })).toBe(1);
    expect(sample(-1, -1, { padding_mode: 'reflection' })).toBe(1);
    expect(sample(-3, -1, { padding_mode: 'reflection', mode: 'nearest' })).toBe(2);
  });

  test('three dimensions, and shapes', () => {
    const cube = counted(1, 1, 2, 2, 2);
    const grid = tensor([1, 1, 1, 1, 3], [0, 0, 0]);
    expect(computed('GridSample', [cube, grid], {}, 20)).toEqual({ shape: [1, 1, 1, 1, 1], values: [4.5] });
    const inferred = operator('GridSample').infer([{ shape: ['n', 3, 8, 8] }, { shape: ['n', 'h', 4, 2] }], 1);
    expect(inferred[0]?.shape).toEqual(['n', 3, 'h', 4]);
  });
});

test('AffineGrid of the identity gives the centres of the elements', () => {
  const identity = tensor([1, 2, 3], [1, 0, 0, 0, 1, 0]);
  const grid = (attributes: Parameters<typeof computed>[2]) =>
    computed('AffineGrid', [identity, int64(1, 1, 1, 2)], attributes, 20);
  expect(grid({})).toEqual({ shape: [1, 1, 2, 2], values: [-0.5, 0, 0.5, 0] });
  expect(grid({ align_corners: 1 }).values).toEqual([-1, 0, 1, 0]);
});

describe('regions', () => {
  // Element (row, column) of an 8 × 8 image is row · 8 + column + 1: linear, so a bin's mean is its centre's value.
  const image = counted(1, 1, 8, 8);

  test('RoiAlign of a linear image gives the bin centres', () => {
    const regions = tensor([1, 4], [1, 1, 5, 5]);
    const size = { output_height: 2, output_width: 2, sampling_ratio: 2 };
    const centres = (offset: number) => [2, 4].flatMap((y) => [2, 4].map((x) => (y - offset) * 8 + (x - offset) + 1));
    const run = (attributes: Parameters<typeof computed>[2]) =>
      computed('RoiAlign', [image, regions, int64(0)], { ...size, ...attributes }, 16).values;
    expect(run({})).toEqual(centres(0.5));
    expect(run({ coordinate_transformation_mode: 'output_half_pixel' })).toEqual(centres(0));
  });

  test('MaxRoiPool takes the largest element of each bin, both ends included', () => {
    const regions = tensor([1, 5], [0, 1, 1, 4, 4]);
    expect(computed('MaxRoiPool', [image, regions], { pooled_shape: [2, 2] }).values).toEqual([19, 21, 35, 37]);
  });
});

describe('NonMaxSuppression', () => {
  const boxes = tensor([1, 3, 4], [0, 0, 1, 1, 0, 0.1, 1, 1.1, 0, 10, 1, 11]);
  const scores = tensor([1, 1, 3], [0.9, 0.75, 0.6]);
  const run = (...rest: readonly Parameters<typeof computed>[1][number][]) =>
    computed('NonMaxSuppression', [boxes, scores, ...rest]);

  test('keeps the best of those that overlap: 0.9 / 1.1 is above a half', () => {
    expect(run(int64(3), tensor([1], [0.5]))).toEqual({ shape: [2, 3], values: [0, 0, 0, 0, 0, 2] });
    expect(run(int64(3), tensor([1], [0.85])).shape).toEqual([3, 3]);
  });

  test('no more than wanted, none below the threshold, none by default', () => {
    expect(run(int64(1), tensor([1], [0.5])).values).toEqual([0, 0, 0]);
    expect(run(int64(3), tensor([1], [0.5]), tensor([1], [0.7])).values).toEqual([0, 0, 0]);
    expect(run().shape).toEqual([0, 3]);
  });

  test('how many is not known beforehand', () => {
    expect(operator('NonMaxSuppression').infer([{}, {}], 1)).toEqual([{ type: 'int64', shape: [OPEN_SIZE, 3] }]);
  });
});

describe('ways back', () => {
  test('MaxUnpool puts maxima where they came from (examples of the specification)', () => {
    const x = counted(1, 1, 2, 2);
    const from = tensor([1, 1, 2, 2], [5, 7, 13, 15], 'int64');
    const attributes = { kernel_shape: [2, 2], strides: [2, 2] };
    const small = computed('MaxUnpool', [x, from], attributes);
    expect(small).toEqual({ shape: [1, 1, 4, 4], values: [0, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 3, 0, 4] });
    const large = computed('MaxUnpool', [x, from, int64(1, 1, 5, 5)], attributes);
    expect(large.shape).toEqual([1, 1, 5, 5]);
    expect(large.values.map((v, i) => (v ? i : -1)).filter((i) => i >= 0)).toEqual([6, 8, 16, 18]);
  });

  test('Col2Im adds what windows share', () => {
    // Windows of 2 at positions 0, 1, 2 of a row of 4: inner elements are covered twice.
    const ones = tensor([1, 2, 3], [1, 1, 1, 1, 1, 1]);
    expect(computed('Col2Im', [ones, int64(1, 4), int64(1, 2)], {}, 18)).toEqual({
      shape: [1, 1, 1, 4],
      values: [1, 2, 2, 1],
    });
    const inferred = operator('Col2Im').infer([{ shape: ['n', 6, 3] }, known(int64(1, 4)), known(int64(1, 2))], 1);
    expect(inferred[0]?.shape).toEqual(['n', 3, 1, 4]);
  });

  test('CenterCropPad keeps the middle; the odd one goes to the end', () => {
    expect(computed('CenterCropPad', [counted(5), int64(2)], {}, 18).values).toEqual([2, 3]);
    expect(computed('CenterCropPad', [counted(2), int64(5)], {}, 18).values).toEqual([0, 1, 2, 0, 0]);
    expect(computed('CenterCropPad', [counted(1, 3), int64(1)], { axes: [-1] }, 18)).toEqual({
      shape: [1, 1],
      values: [2],
    });
  });
});

test('DeformConv without offsets is a convolution; half a pixel to the right mixes neighbours', () => {
  const [x, w] = [counted(1, 1, 3, 3), tensor([1, 1, 2, 2], [1, 0, 0, 1])];
  const still = tensor([1, 8, 2, 2], new Float32Array(32));
  expect(computed('DeformConv', [x, w, still], {}, 19).values).toEqual(computed('Conv', [x, w]).values);
  const right = tensor(
    [1, 8, 2, 2],
    Array.from({ length: 32 }, (_, i) => (Math.floor(i / 4) % 2 ? 0.5 : 0)),
  );
  // Top left of the first window between 1 and 2, bottom right between 5 and 6.
  expect(computed('DeformConv', [x, w, right], {}, 19).values[0]).toBe(1.5 + 5.5);
  const mask = tensor([1, 4, 2, 2], new Float32Array(16).fill(0.5));
  const masked = computed('DeformConv', [x, w, still, undefined, mask], {}, 19).values;
  expect(masked).toEqual(computed('Conv', [x, w]).values.map((v) => v / 2));
});

test('Det of singular, triangular and permuted matrices', () => {
  const matrices = tensor([3, 2, 2], [1, 2, 2, 4, 2, 5, 0, 3, 0, 1, 1, 0]);
  expect(computed('Det', [matrices])).toEqual({ shape: [3], values: [0, 6, -1] });
});

test('positions of Resize are those of single precision: 1.5 / 0.6 − 0.5 is 2', () => {
  const x = counted(4);
  const attributes = { mode: 'nearest', nearest_mode: 'floor' };
  expect(computed('Resize', [x, undefined, tensor([1], [0.6])], attributes, 19).values).toEqual([1, 3]);
});

test('aligned corners: what the scale makes of the length counts, whole or not (example of the specification)', () => {
  const x = counted(1, 1, 2, 4);
  const attributes = { mode: 'linear', coordinate_transformation_mode: 'align_corners' };
  const { shape, values } = computed('Resize', [x, undefined, tensor([4], [1, 1, 0.6, 0.6])], attributes, 19);
  expect(shape).toEqual([1, 1, 1, 2]);
  expect(values[0]).toBe(1);
  expect(values[1]).toBeCloseTo(3.142857, 5);
});

test('small constants that hide much work are not computed while inferring', () => {
  const node = {
    id: 'n',
    op: 'Einsum',
    domain: '',
    inputs: [],
    outputs: [],
    attributes: attributesFrom({ equation: 'a,b,c->' }),
  };
  const long = known(tensor([1000], new Float32Array(1000)));
  const op = bindNode(node, new Map([['', 17]]));
  expect(op?.infer([long, long, long], 1)).toEqual([{ type: 'float32', shape: [] }]);
  const short = known(tensor([2], [1, 2]));
  expect(op?.infer([short, short, short], 1)[0]?.constant?.data).toEqual(Float32Array.of(27));
});

test('negative pads crop before the rest is mirrored', () => {
  expect(computed('Pad', [counted(4), int64(-1, 2)], { mode: 'reflect' }).values).toEqual([2, 3, 4, 3, 2]);
  expect(computed('Pad', [counted(4), int64(-1, 2)], { mode: 'wrap' }, 19).values).toEqual([2, 3, 4, 2, 3]);
});

test('BatchNormalization in training mode uses and updates the statistics', () => {
  const x = tensor([2, 1, 2], [1, 2, 3, 4]);
  const one = tensor([1], [1]);
  const zero = tensor([1], [0]);
  const bound = operator('BatchNormalization', { training_mode: 1, epsilon: { float: 1e-9 } }, 15);
  const [y, mean, variance] = bound.run([x, one, zero, zero, one], 3);
  const spread = Math.sqrt(1.25);
  [1, 2, 3, 4].forEach((v, i) => {
    expect(y && numbersOf(y)[i]).toBeCloseTo((v - 2.5) / spread, 5);
  });
  expect(mean && numbersOf(mean)[0]).toBeCloseTo(0.25, 6);
  expect(variance && numbersOf(variance)[0]).toBeCloseTo(0.9 + 0.125, 6);
});
