import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeWeight, numbersOf, type Tensor, tensorOf } from '../../ir/index.ts';
import { computed, operator, tensor } from '../../test-kit/run-operator.ts';
import { roundToFloat8 } from '../float8.ts';

const bytes = (...values: readonly number[]) => tensor([values.length], values, 'uint8');

describe('bits', () => {
  test('are combined in every width, with broadcasting', () => {
    expect(computed('BitwiseAnd', [bytes(12, 10), bytes(10)]).values).toEqual([8, 10]);
    expect(computed('BitwiseOr', [bytes(12, 10), bytes(3)]).values).toEqual([15, 11]);
    expect(computed('BitwiseXor', [bytes(12, 10), bytes(10)]).values).toEqual([6, 0]);
    expect(computed('BitwiseNot', [bytes(0, 255, 1)]).values).toEqual([255, 0, 254]);
    expect(computed('BitwiseNot', [tensor([1], [5], 'int32')]).values).toEqual([-6]);
  });

  test('64 bits are exact', () => {
    const x: Tensor = { type: 'uint64', shape: [1], data: BigUint64Array.of(0xf0f0_f0f0_f0f0_f0f1n) };
    const y: Tensor = { type: 'uint64', shape: [1], data: BigUint64Array.of(0xffffn) };
    expect(operator('BitwiseAnd').run([x, y], 1)[0]?.data).toEqual(BigUint64Array.of(0xf0f1n));
    expect(operator('BitwiseNot').run([y], 1)[0]?.data).toEqual(BigUint64Array.of(0xffff_ffff_ffff_0000n));
  });

  test('shifts lose what leaves the type (examples of the specification)', () => {
    expect(computed('BitShift', [bytes(16, 4, 1), bytes(1, 2, 3)], { direction: 'RIGHT' }).values).toEqual([8, 1, 0]);
    expect(computed('BitShift', [bytes(16, 4, 1), bytes(1, 2, 3)], { direction: 'LEFT' }).values).toEqual([32, 16, 8]);
    expect(computed('BitShift', [bytes(255, 1), bytes(4, 9)], { direction: 'LEFT' }).values).toEqual([240, 0]);
    expect(() => operator('BitShift', { direction: 'UP' })).toThrow("attribute 'direction'");
  });
});

test('IsNaN and IsInf ask what they are told to', () => {
  const x = tensor([4], [1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  expect(computed('IsNaN', [x]).values).toEqual([0, 1, 0, 0]);
  expect(computed('IsInf', [x]).values).toEqual([0, 0, 1, 1]);
  expect(computed('IsInf', [x], { detect_negative: 0 }).values).toEqual([0, 0, 1, 0]);
});

test('Shrink moves what lies outside towards zero', () => {
  const x = tensor([5], [-2, -1, 0, 1, 2]);
  expect(computed('Shrink', [x], { lambd: { float: 1.5 }, bias: { float: 1.5 } }).values).toEqual([-0.5, 0, 0, 0, 0.5]);
});

const INT4 = 22;
const UINT4 = 21;
const E4M3FN = 17;
const E5M2 = 19;
const STRING = 8;

describe('Cast to small and textual types', () => {
  test('4 bits: floats saturate, integers keep their low bits', () => {
    expect(computed('Cast', [tensor([4], [-9, -8, 7.4, 20])], { to: INT4 }).values).toEqual([-8, -8, 7, 7]);
    expect(computed('Cast', [tensor([3], [-1, 15, 17])], { to: UINT4 }).values).toEqual([0, 15, 15]);
    expect(computed('Cast', [tensor([2], [9, 23], 'int32')], { to: INT4 }).values).toEqual([-7, 7]);
  });

  test('8-bit floats round to nearest even and saturate unless told not to', () => {
    // e4m3fn: steps of 1/8 at 1, of 32 at the top, largest 448.
    const x = tensor([5], [1.0625, 1.1875, 464, 465, 1e6]);
    expect(computed('Cast', [x], { to: E4M3FN }).values).toEqual([1, 1.25, 448, 448, 448]);
    expect(computed('Cast', [x], { to: E4M3FN, saturate: 0 }).values).toEqual([1, 1.25, 448, Number.NaN, Number.NaN]);
    expect(computed('Cast', [tensor([2], [1e6, -1e6])], { to: E5M2, saturate: 0 }).values).toEqual([
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]);
  });

  test('every 8-bit float is its own nearest value', () => {
    for (const type of ['float8e4m3fn', 'float8e4m3fnuz', 'float8e5m2', 'float8e5m2fnuz'] as const) {
      const all = decodeWeight({ id: '', type, shape: [256], bytes: Uint8Array.from({ length: 256 }, (_, i) => i) });
      const finite = Array.from(numbersOf(all)).filter(Number.isFinite);
      expect(finite.map((v) => roundToFloat8(type, v) + 0)).toEqual(finite.map((v) => v + 0));
    }
  });

  test('no other 8-bit float is nearer', () => {
    const type = 'float8e4m3fn';
    const all = decodeWeight({ id: '', type, shape: [256], bytes: Uint8Array.from({ length: 256 }, (_, i) => i) });
    const finite = Array.from(numbersOf(all)).filter(Number.isFinite);
    fc.assert(
      fc.property(fc.double({ min: -448, max: 448, noNaN: true }), (x) => {
        const nearest = Math.min(...finite.map((v) => Math.abs(v - x)));
        expect(Math.abs(roundToFloat8(type, x) - x)).toBe(nearest);
      }),
    );
  });

  test('texts to numbers and back', () => {
    const text: Tensor = { type: 'string', shape: [4], data: ['3.5', '-INF', 'nan', '1e2'] };
    expect(computed('Cast', [text], { to: 1 }).values).toEqual([3.5, Number.NEGATIVE_INFINITY, Number.NaN, 100]);
    const run = (x: Tensor) => operator('Cast', { to: STRING }).run([x], 1)[0]?.data;
    expect(run(tensor([3], [0.1, -2, 314.15625]))).toEqual(['0.1', '-2', '314.15625']);
    expect(run(tensorOf('int64', [1], [-7]))).toEqual(['-7']);
    expect(() => computed('Cast', [{ type: 'string', shape: [1], data: ['Hello'] }], { to: 1 })).toThrow('Hello');
  });
});

describe('random operators', () => {
  const drawn = (id: string, attributes: Parameters<typeof operator>[1], x?: Tensor) =>
    Array.from(numbersOf(operator(id, attributes).run([x], 1)[0] as Tensor));
  const mean = (values: readonly number[]) => values.reduce((s, v) => s + v, 0) / values.length;
  const shape = [100, 100];

  test('follow their distribution: 10 000 draws, five standard errors', () => {
    const normal = drawn('RandomNormal', { shape, mean: { float: 3 }, scale: { float: 2 }, seed: { float: 1 } });
    expect(Math.abs(mean(normal) - 3)).toBeLessThan((5 * 2) / 100);
    const uniform = drawn('RandomUniform', { shape, low: { float: -1 }, high: { float: 3 }, seed: { float: 1 } });
    expect(Math.abs(mean(uniform) - 1)).toBeLessThan((5 * 4) / Math.sqrt(12) / 100);
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(-1);
    const probabilities = tensor(shape, new Float32Array(10_000).fill(0.3));
    expect(Math.abs(mean(drawn('Bernoulli', {}, probabilities)) - 0.3)).toBeLessThan((5 * 0.46) / 100);
    const logits = tensor([1, 2], [Math.log(1), Math.log(3)]);
    expect(Math.abs(mean(drawn('Multinomial', { sample_size: 10_000 }, logits)) - 0.75)).toBeLessThan((5 * 0.44) / 100);
  });

  test('the same seed gives the same numbers, another gives others', () => {
    const run = (seed: number) => drawn('RandomUniform', { shape: [4], seed: { float: seed } });
    expect(run(7)).toEqual(run(7));
    expect(run(7)).not.toEqual(run(8));
  });

  test('nothing of them is computed ahead', () => {
    expect(operator('RandomUniformLike').isRandom).toBe(true);
  });
});

test('Equal compares texts', () => {
  const text = (...data: readonly string[]): Tensor => ({ type: 'string', shape: [data.length], data });
  expect(computed('Equal', [text('a', 'b'), text('b')]).values).toEqual([0, 1]);
});
