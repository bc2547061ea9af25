import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { numbersOf, type Tensor } from '../../ir/index.ts';
import { computed, operator, tensor } from '../../test-kit/run-operator.ts';
import { quantLimits } from './quant.ts';

const scalar = (v: number): Tensor => tensor([], [v]);

describe('QuantizeLinear and DequantizeLinear', () => {
  test('round half to even, saturate, add the zero point', () => {
    const x = tensor([5], [0.5, 1.5, -0.5, 1000, -1000]);
    const zero = tensor([], [1], 'uint8');
    expect(computed('QuantizeLinear', [x, scalar(1), zero]).values).toEqual([1, 3, 1, 255, 0]);
    expect(computed('QuantizeLinear', [x, scalar(1)]).values).toEqual([0, 2, 0, 255, 0]);
  });

  test('one scale per channel along the axis', () => {
    const x = tensor([1, 2, 2], [1, 2, 1, 2]);
    const [scales, zeros] = [tensor([2], [1, 0.5]), tensor([2], [0, 10], 'int8')];
    const [codes] = operator('QuantizeLinear', { axis: 1 }).run([x, scales, zeros], 1);
    expect(codes?.type).toBe('int8');
    expect(Array.from(numbersOf(codes as Tensor))).toEqual([1, 2, 12, 14]);
    expect(operator('DequantizeLinear', { axis: 1 }).run([codes, scales, zeros], 1)[0]).toEqual(x);
  });

  test('there and back errs by at most half a step inside the range', () => {
    fc.assert(
      fc.property(fc.float({ min: -10, max: 10, noNaN: true }), fc.integer({ min: -20, max: 20 }), (v, zero) => {
        const [scale, z] = [scalar(0.125), tensor([], [zero], 'int8')];
        const [codes] = operator('QuantizeLinear').run([tensor([1], [v]), scale, z], 1);
        const [back] = computed('DequantizeLinear', [codes, scale, z]).values;
        expect(Math.abs((back as number) - v)).toBeLessThanOrEqual(0.0625);
      }),
    );
  });
});

describe('Quant', () => {
  test('limits by width, sign and narrowness', () => {
    expect(quantLimits(8, true, false)).toEqual([-128, 127]);
    expect(quantLimits(3, true, true)).toEqual([-3, 3]);
    expect(quantLimits(3, false, false)).toEqual([0, 7]);
    expect(quantLimits(3, false, true)).toEqual([0, 6]);
  });

  test('gives values on the grid, in all three domains', () => {
    const inputs = [tensor([4], [0.3, -9, 0.75, 9]), scalar(0.5), scalar(0), scalar(3)];
    for (const id of ['Quant', 'onnx.brevitas::Quant', 'qonnx.custom_op.general::Quant'])
      expect(computed(id, inputs, { signed: 1, narrow: 1 }).values).toEqual([0.5, -1.5, 1, 1.5]);
  });

  test('rounding modes', () => {
    const round = (mode: string) =>
      computed('Quant', [tensor([4], [-1.5, -0.5, 0.5, 1.2]), scalar(1), scalar(0), scalar(8)], {
        signed: 1,
        rounding_mode: mode,
      }).values.map((v) => v + 0);
    expect(round('ROUND')).toEqual([-2, 0, 0, 1]);
    expect(round('FLOOR')).toEqual([-2, -1, 0, 1]);
    expect(round('CEIL')).toEqual([-1, 0, 1, 2]);
    expect(round('ROUND_TO_ZERO')).toEqual([-1, 0, 0, 1]);
    expect(round('UP')).toEqual([-2, -1, 1, 2]);
    expect(round('HALF_UP')).toEqual([-2, -1, 1, 1]);
    expect(round('HALF_DOWN')).toEqual([-1, 0, 0, 1]);
  });
});

test('RequantShift: multiply, add, shift with rounding, clip', () => {
  const attributes = { div: { tensor: scalar(4) }, n_levels_out: 16, signed: 0 };
  const inputs = [tensor([1, 4], [1, 2, -9, 99]), tensor([4], [3, 3, 3, 3]), tensor([4], [0, 0, 0, 1])];
  expect(computed('RequantShift', inputs, attributes).values).toEqual([1, 2, 0, 15]);
  expect(computed('PACTOps::RequantShift', inputs, { ...attributes, signed: 1 }).values).toEqual([1, 2, -7, 7]);
});
