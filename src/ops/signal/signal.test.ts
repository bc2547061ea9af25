import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { numbersOf, type Tensor } from '../../ir/index.ts';
import { computed, int64, known, operator, tensor } from '../../test-kit/run-operator.ts';

const scalar = (value: number, type: 'int64' | 'float32' = 'int64') => tensor([], [value], type);
const rounded = (values: readonly number[]) => values.map((v) => Math.round(v * 1e5) / 1e5 + 0);

describe('DFT', () => {
  test('of an impulse is flat, of a constant is an impulse', () => {
    expect(rounded(computed('DFT', [tensor([1, 4, 1], [1, 0, 0, 0])], {}, 20).values)).toEqual([
      1, 0, 1, 0, 1, 0, 1, 0,
    ]);
    expect(rounded(computed('DFT', [tensor([1, 4, 1], [1, 1, 1, 1])], {}, 20).values)).toEqual([
      4, 0, 0, 0, 0, 0, 0, 0,
    ]);
  });

  test('one-sided keeps the first half, a length pads or cuts', () => {
    const x = tensor([1, 4, 1], [1, 2, 3, 4]);
    expect(computed('DFT', [x], { onesided: 1 }, 20).shape).toEqual([1, 3, 2]);
    expect(computed('DFT', [x, scalar(7)], { onesided: 1 }, 20).shape).toEqual([1, 4, 2]);
    expect(operator('DFT', { onesided: 1 }, 20).infer([{ shape: ['n', 16, 1] }], 1)[0]?.shape).toEqual(['n', 9, 2]);
  });

  test('the axis is an attribute first, an input later', () => {
    const x = tensor([1, 2, 3, 1], [1, 2, 3, 4, 5, 6]);
    const old = computed('DFT', [x], { axis: 2 }, 17);
    expect(rounded(old.values)).toEqual(rounded(computed('DFT', [x, undefined, scalar(2)], {}, 20).values));
    expect(rounded(computed('DFT', [x], {}, 17).values.slice(0, 2))).toEqual([5, 0]);
  });

  test('there and back is where it began, one-sided too', () => {
    const list = fc.array(fc.float({ min: -8, max: 8, noNaN: true }), { minLength: 2, maxLength: 9 });
    fc.assert(
      fc.property(list, fc.boolean(), (values, isHalf) => {
        const even = isHalf ? values.slice(0, values.length - (values.length % 2)) : values;
        const x = tensor([1, even.length, 1], even);
        const onesided = { onesided: isHalf ? 1 : 0 };
        const there = operator('DFT', onesided, 20).run([x], 1);
        const back = operator('DFT', { ...onesided, inverse: 1 }, 20).run([there[0]], 1)[0] as Tensor;
        const parts = isHalf ? 1 : 2;
        const real = Array.from(numbersOf(back)).filter((_, i) => i % parts === 0);
        real.forEach((v, i) => {
          expect(v).toBeCloseTo(even[i] as number, 3);
        });
      }),
    );
  });
});

test('STFT: a window and a transform per frame', () => {
  const signal = tensor([1, 6, 1], [1, 1, 1, 1, 2, 2]);
  const { shape, values } = computed('STFT', [signal, scalar(2), tensor([4], [1, 1, 0, 0])], {}, 17);
  expect(shape).toEqual([1, 2, 3, 2]);
  // Bin 0 of each frame: the sum of its first two samples.
  expect(rounded([values[0] as number, values[6] as number])).toEqual([2, 2]);
  const inferred = operator('STFT', {}, 17).infer([{ shape: ['n', 6, 1] }, known(scalar(2)), { shape: [4] }], 1);
  expect(inferred[0]?.shape).toEqual(['n', 2, 3, 2]);
});

test('windows are symmetric, periodic ones with one more sample', () => {
  for (const id of ['HannWindow', 'HammingWindow', 'BlackmanWindow']) {
    const symmetric = rounded(computed(id, [scalar(8)], { periodic: 0 }, 17).values);
    expect(symmetric).toEqual([...symmetric].reverse());
    const longer = rounded(computed(id, [scalar(9)], { periodic: 0 }, 17).values);
    expect(rounded(computed(id, [scalar(8)], {}, 17).values)).toEqual(longer.slice(0, 8));
  }
  expect(rounded(computed('HannWindow', [scalar(4)], {}, 17).values)).toEqual([0, 0.5, 1, 0.5]);
});

test('MelWeightMatrix: triangles that reach 1 at their centre', () => {
  const inputs = [scalar(4), scalar(64), scalar(8000), scalar(0, 'float32'), scalar(4000, 'float32')];
  const { shape, values } = computed('MelWeightMatrix', inputs, {}, 17);
  expect(shape).toEqual([33, 4]);
  for (let band = 0; band < 4; band++) {
    const filter = Array.from({ length: 33 }, (_, bin) => values[bin * 4 + band] as number);
    expect(Math.max(...filter)).toBe(1);
    expect(Math.min(...filter)).toBe(0);
  }
  expect(operator('MelWeightMatrix', {}, 17).infer([known(int64(4)), known(int64(64))], 1)[0]?.shape).toEqual([33, 4]);
});
