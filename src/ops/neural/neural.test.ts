import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { elementCount, numbersOf, type Shape, type Tensor } from '../../ir/index.ts';
import { computed, int64, known, operator, tensor } from '../../test-kit/run-operator.ts';
import type { ShapedValue } from '../op-def.ts';

const wave = (shape: Shape, step: number): Tensor =>
  tensor(
    shape,
    Array.from({ length: elementCount(shape) }, (_, i) => Math.sin(step * (i + 1))),
  );
const shaped = (t: Tensor, isConstant = false): ShapedValue => ({ type: t.type, shape: t.shape, isConstant });

interface ConvCase {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly pads: readonly [number, number];
  readonly groups: number;
  readonly perGroup: readonly [number, number];
}

const convCase = fc
  .record({
    size: fc.integer({ min: 5, max: 9 }),
    kernel: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    pads: fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 })),
    groups: fc.integer({ min: 1, max: 3 }),
    perGroup: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
  })
  .filter((c) => c.size + c.pads[0] + c.pads[1] >= c.dilation * (c.kernel - 1) + 1);

const attributesOf = (c: ConvCase) => ({
  strides: [c.stride, c.stride],
  dilations: [c.dilation, c.dilation],
  pads: [c.pads[0], c.pads[0], c.pads[1], c.pads[1]],
  group: c.groups,
});

/** The convolution sum written out, and how many products it has (those with padding counted). */
function naiveConv(x: Tensor, w: Tensor, c: ConvCase): { readonly values: number[]; readonly products: number } {
  const [values, weights] = [numbersOf(x), numbersOf(w)];
  const out = Math.floor((c.size + c.pads[0] + c.pads[1] - c.dilation * (c.kernel - 1) - 1) / c.stride) + 1;
  const result: number[] = [];
  let products = 0;
  const [inPer, outPer] = c.perGroup;
  for (let oc = 0; oc < c.groups * outPer; oc++)
    for (let oy = 0; oy < out; oy++)
      for (let ox = 0; ox < out; ox++) {
        let sum = 0;
        for (let ic = 0; ic < inPer; ic++)
          for (let ky = 0; ky < c.kernel; ky++)
            for (let kx = 0; kx < c.kernel; kx++) {
              products++;
              const iy = oy * c.stride + ky * c.dilation - c.pads[0];
              const ix = ox * c.stride + kx * c.dilation - c.pads[0];
              if (iy < 0 || ix < 0 || iy >= c.size || ix >= c.size) continue;
              const channel = Math.floor(oc / outPer) * inPer + ic;
              const weight = weights[((oc * inPer + ic) * c.kernel + ky) * c.kernel + kx] as number;
              sum += weight * (values[(channel * c.size + iy) * c.size + ix] as number);
            }
        result.push(sum);
      }
  return { values: result, products };
}

const difference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (v, i) => Math.abs(v - (b[i] as number))));

describe('Conv', () => {
  test('equals the sum written out, and costs as many MACs as that has products', () => {
    fc.assert(
      fc.property(convCase, (c) => {
        const x = wave([1, c.groups * c.perGroup[0], c.size, c.size], 0.7);
        const w = wave([c.groups * c.perGroup[1], c.perGroup[0], c.kernel, c.kernel], 1.3);
        const bound = operator('Conv', attributesOf(c));
        const [y] = bound.run([x, w], 1);
        const naive = naiveConv(x, w, c);
        expect(y?.data.length).toBe(naive.values.length);
        expect(difference(numbersOf(y as Tensor), naive.values)).toBeLessThan(1e-5);
        expect(bound.cost([shaped(x), shaped(w, true)], [shaped(y as Tensor)]).macs).toBe(naive.products);
      }),
      { numRuns: 60 },
    );
  });

  test('one and three spatial dimensions', () => {
    expect(computed('Conv', [tensor([1, 1, 4], [1, 2, 3, 4]), tensor([1, 1, 2], [1, 10])]).values).toEqual([
      21, 32, 43,
    ]);
    const cube = tensor([1, 1, 2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
    expect(computed('Conv', [cube, tensor([1, 1, 2, 2, 2], Array(8).fill(1))]).values).toEqual([36]);
  });

  test('auto_pad puts the odd element at the end, or at the beginning', () => {
    const [x, w] = [tensor([1, 1, 4], [1, 2, 3, 4]), tensor([1, 1, 2], [1, 10])];
    expect(computed('Conv', [x, w], { auto_pad: 'SAME_UPPER' }).values).toEqual([21, 32, 43, 4]);
    expect(computed('Conv', [x, w], { auto_pad: 'SAME_LOWER' }).values).toEqual([10, 21, 32, 43]);
    expect(computed('Conv', [x, w], { auto_pad: 'VALID' }).values).toEqual([21, 32, 43]);
  });

  test('symbolic sizes: kept where the window fits, spelled out elsewhere', () => {
    const infer = (attributes: Parameters<typeof operator>[1]) =>
      operator('Conv', attributes).infer([{ shape: ['n', 3, 'h', 'w'] }, { shape: [8, 3, 3, 3] }], 1)[0]?.shape;
    expect(infer({ pads: [1, 1, 1, 1] })).toEqual(['n', 8, 'h', 'w']);
    const halved = infer({ pads: [1, 1, 1, 1], strides: [2, 2] });
    expect(halved?.[2]).toEqual(expect.stringContaining('h'));
    expect(halved?.[2]).not.toBe('h');
  });

  test('weights that do not fit are refused with both shapes', () => {
    expect(() => operator('Conv').infer([{ shape: [1, 3, 8, 8] }, { shape: [8, 4, 3, 3] }], 1)).toThrow(
      '[1, 3, 8, 8] and [8, 4, 3, 3]',
    );
  });

  test('depthwise is its own kind of layer; geometry is complete', () => {
    const [x, w] = [wave([1, 4, 6, 5], 1), wave([4, 1, 3, 3], 1)];
    const bound = operator('Conv', { group: 4, strides: [1, 1] });
    const [y] = bound.run([x, w], 1);
    expect(bound.cost([shaped(x), shaped(w, true)], [shaped(y as Tensor)])).toEqual({
      kind: 'depthwise',
      macs: 4 * 4 * 3 * 9,
      params: [1, 2],
      bias: 2,
      geometry: {
        inHeight: 6,
        inWidth: 5,
        inChannels: 4,
        outHeight: 4,
        outWidth: 3,
        outChannels: 4,
        kernelHeight: 3,
        kernelWidth: 3,
        stride: 1,
        groups: 4,
      },
    });
  });
});

test('ConvTranspose is the adjoint of Conv: ⟨conv(x), y⟩ = ⟨x, convᵀ(y)⟩', () => {
  fc.assert(
    fc.property(convCase, (c) => {
      const x = wave([1, c.groups * c.perGroup[0], c.size, c.size], 0.7);
      const w = wave([c.groups * c.perGroup[1], c.perGroup[0], c.kernel, c.kernel], 1.3);
      const forward = computed('Conv', [x, w], attributesOf(c));
      const y = wave(forward.shape, 0.4);
      const back = computed('ConvTranspose', [y, w], { ...attributesOf(c), output_shape: [c.size, c.size], pads: [] });
      // With output_shape the operator places its own padding, so only symmetric windows compare.
      const total = c.stride * ((forward.shape[2] as number) - 1) + c.dilation * (c.kernel - 1) + 1 - c.size;
      fc.pre(total >= 0 && total - Math.floor(total / 2) === c.pads[0]);
      const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
        Array.from(a).reduce((sum, v, i) => sum + v * (b[i] as number), 0);
      expect(dot(forward.values, numbersOf(y))).toBeCloseTo(dot(numbersOf(x), back.values), 3);
    }),
    { numRuns: 60 },
  );
});

describe('matrix products', () => {
  test('Gemm with everything equals MatMul of the turned factors', () => {
    const [a, b, c] = [wave([4, 2], 0.3), wave([3, 4], 0.9), wave([3], 0.2)];
    const turn = (x: Tensor) => operator('Transpose').run([x], 1)[0];
    const plain = computed('MatMul', [turn(a), turn(b)]).values;
    const { values } = computed('Gemm', [a, b, c], { transA: 1, transB: 1, alpha: 0.5, beta: { float: 2 } });
    const bias = numbersOf(c);
    expect(
      difference(
        values,
        plain.map((v, i) => 0.5 * v + 2 * (bias[i % 3] as number)),
      ),
    ).toBeLessThan(1e-6);
  });

  test('MatMul takes vectors and broadcasts batches', () => {
    expect(computed('MatMul', [tensor([2], [1, 2]), tensor([2], [3, 4])])).toEqual({ shape: [], values: [11] });
    const batch = computed('MatMul', [tensor([2, 1, 2], [1, 2, 3, 4]), tensor([2, 1], [10, 1])]);
    expect(batch).toEqual({ shape: [2, 1, 1], values: [12, 34] });
    expect(() => operator('MatMul').infer([{ shape: [2, 3] }, { shape: [4, 5] }], 1)).toThrow('[2, 3] and [4, 5]');
  });

  test('count m · k · n MACs; a constant factor makes a dense layer', () => {
    const [a, b, y] = [wave([2, 3, 4], 1), wave([4, 5], 1), wave([2, 3, 5], 1)];
    expect(operator('MatMul').cost([shaped(a), shaped(b, true)], [shaped(y)])).toMatchObject({
      kind: 'dense',
      macs: 120,
    });
    expect(operator('MatMul').cost([shaped(a), shaped(b)], [shaped(y)])).toMatchObject({ kind: 'matmul', macs: 120 });
  });
});

describe('pools', () => {
  test('a window over everything is the global pool', () => {
    const x = wave([2, 3, 4, 5], 0.37);
    const window = { kernel_shape: [4, 5] };
    expect(computed('AveragePool', [x], window)).toEqual(computed('GlobalAveragePool', [x]));
    expect(computed('MaxPool', [x], window)).toEqual(computed('GlobalMaxPool', [x]));
  });

  test('padding counts in an average only when asked', () => {
    const x = tensor([1, 1, 2], [2, 4]);
    const window = { kernel_shape: [2], pads: [1, 1] };
    expect(computed('AveragePool', [x], window).values).toEqual([2, 3, 4]);
    expect(computed('AveragePool', [x], { ...window, count_include_pad: 1 }).values).toEqual([1, 3, 2]);
  });

  test('ceil mode adds a window unless it would begin in the padding', () => {
    const sizes = (size: number, pads: number[]) =>
      computed('MaxPool', [wave([1, 1, size], 1)], { kernel_shape: [2], strides: [2], pads, ceil_mode: 1 }).shape[2];
    expect(sizes(5, [0, 0])).toBe(3);
    expect(sizes(4, [0, 1])).toBe(2);
  });

  test('MaxPool also tells where the maxima were', () => {
    const [, at] = operator('MaxPool', { kernel_shape: [2], strides: [2] }).run([tensor([1, 1, 4], [1, 9, 8, 2])], 2);
    expect(at?.data).toEqual(BigInt64Array.of(1n, 2n));
  });
});

describe('Softmax', () => {
  test('sums to one along the axis, whatever the size of the inputs', () => {
    const { values } = computed('Softmax', [tensor([2, 2], [1000, 1000, -1000, 0])]);
    expect(values).toEqual([0.5, 0.5, 0, 1]);
  });

  test('before opset 13 everything from the axis on is one row', () => {
    const x = tensor([1, 2, 2], [0, 0, 0, 0]);
    expect(computed('Softmax', [x], {}, 11).values).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(computed('Softmax', [x], {}, 13).values).toEqual([0.5, 0.5, 0.5, 0.5]);
  });
});

describe('normalizations', () => {
  test('BatchNormalization per channel, or (spatial = 0) per element', () => {
    const x = tensor([1, 2, 2], [1, 2, 3, 4]);
    const channel = (...v: number[]) => tensor([2], v);
    const [one, zero] = [channel(1, 2), channel(0, 10)];
    const perChannel = computed('BatchNormalization', [x, one, zero, zero, channel(1, 4)], { epsilon: { float: 0 } });
    expect(perChannel.values).toEqual([1, 2, 3, 4]);
    const element = (...v: number[]) => tensor([2, 2], v);
    const perElement = computed(
      'BatchNormalization',
      [x, element(1, 1, 1, 2), element(0, 0, 0, 1), element(0, 1, 2, 3), element(1, 1, 1, 1)],
      { spatial: 0, epsilon: { float: 0 } },
      8,
    );
    expect(perElement.values).toEqual([1, 1, 1, 3]);
  });

  test('LayerNormalization gives mean 0 and variance 1', () => {
    const { values } = computed('LayerNormalization', [wave([2, 8], 0.9), tensor([8], Array(8).fill(1))]);
    for (const row of [values.slice(0, 8), values.slice(8)]) {
      expect(row.reduce((s, v) => s + v, 0)).toBeCloseTo(0, 5);
      expect(row.reduce((s, v) => s + v * v, 0) / 8).toBeCloseTo(1, 3);
    }
  });
});

describe('recurrent layers', () => {
  test('count steps · batch · directions · gates · H · (I + H) MACs', () => {
    const [x, w] = [wave([40, 1, 16], 1), wave([2, 48, 16], 1)];
    const r = (gates: number) => wave([2, gates * 12, 12], 1);
    const macs = (id: string, gates: number) =>
      operator(id, { direction: 'bidirectional', hidden_size: 12 }).cost(
        [shaped(x), shaped(w, true), shaped(r(gates), true)],
        [],
      ).macs;
    expect(macs('LSTM', 4)).toBe(40 * 2 * 4 * 12 * (16 + 12));
    expect(macs('GRU', 3)).toBe(40 * 2 * 3 * 12 * (16 + 12));
  });

  test('a reverse layer is a forward layer on the reversed sequence', () => {
    const [x, w, r] = [wave([3, 1, 2], 0.5), wave([1, 8, 2], 0.8), wave([1, 8, 2], 1.1)];
    const reversed = operator('Slice').run([x, int64(-1), int64(-99), int64(0), int64(-1)], 1)[0];
    const last = (input: Tensor | undefined, direction: string) =>
      operator('LSTM', { direction, hidden_size: 2 }).run([input, w, r], 3)[1];
    expect(last(reversed, 'reverse')).toEqual(last(x, 'forward'));
  });

  test('an unknown activation is refused by name', () => {
    expect(() => operator('GRU', { hidden_size: 2, direction: 'sideways' })).toThrow('sideways');
  });
});

describe('Resize', () => {
  const x = tensor([1, 1, 1, 2], [0, 1]);
  const scales = tensor([4], [1, 1, 1, 2]);
  test('nearest repeats, linear mixes', () => {
    const nearest = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
    expect(computed('Resize', [x, undefined, scales], nearest).values).toEqual([0, 0, 1, 1]);
    expect(computed('Resize', [x, undefined, scales], { mode: 'linear' }).values).toEqual([0, 0.25, 0.75, 1]);
    expect(operator('Resize', nearest).quant).toEqual({ role: 'same-codes' });
  });

  test('all three forms agree: opset 10, Upsample with an input, Upsample with an attribute', () => {
    const expected = computed('Upsample', [x, scales], {}, 9);
    expect(computed('Resize', [x, scales], {}, 10)).toEqual(expected);
    expect(computed('Upsample', [x], { scales: { floats: [1, 1, 1, 2] } }, 7)).toEqual(expected);
  });

  test('symbolic sizes survive where nothing is scaled', () => {
    const [y] = operator('Resize').infer([{ shape: ['n', 3, 4, 5] }, undefined, known(scales)], 1);
    expect(y?.shape).toEqual(['n', 3, 4, 10]);
  });
});
