import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bfloat16ToNumber, float16ToNumber, numberToBfloat16, numberToFloat16 } from './half.ts';
import { packBits, unpackBits } from './packing.ts';
import { clamp, floorShift, roundAway, roundEven, roundUp } from './rounding.ts';
import { bits, bitsToBytes, type Cycles, type Hertz, secondsAt } from './units.ts';

describe('rounding (methods 0.4)', () => {
  test.each([
    [roundAway, -3, 3],
    [roundEven, -2, 2],
    [roundUp, -2, 3],
    [(x: number) => floorShift(x * 2, 1), -3, 2],
  ])('%o at −2.5 and 2.5', (round, low, high) => {
    expect([round(-2.5), round(2.5)]).toEqual([low, high]);
  });

  test('every rule gives a nearest integer, and differs only at halves', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), (x) => {
        for (const round of [roundAway, roundEven, roundUp])
          expect(Math.abs(round(x) - x)).toBeLessThanOrEqual(0.5 + 1e-9);
        if (Math.abs((Math.abs(x) % 1) - 0.5) > 1e-6)
          expect(roundAway(x)).toBe(roundUp(x) === 0 ? roundAway(x) : roundUp(x));
      }),
    );
  });

  test('a floor shift of a negative accumulator floors: −1 >> 4 = −1', () => {
    expect(floorShift(-1, 4)).toBe(-1);
    expect(clamp(-300, -128, 127)).toBe(-128);
  });
});

describe('half floats', () => {
  test('every finite float16 pattern comes back from its number', () => {
    for (let pattern = 0; pattern < 0x10000; pattern++) {
      if ((pattern & 0x7c00) === 0x7c00 && pattern & 0x3ff) continue;
      expect(numberToFloat16(float16ToNumber(pattern))).toBe(pattern);
    }
  });

  test('numbers between two patterns go to the nearer one, ties to even', () => {
    fc.assert(
      fc.property(fc.float({ min: -60000, max: 60000, noNaN: true }), (x) => {
        const back = float16ToNumber(numberToFloat16(x));
        const step = Math.max(2 ** -24, 2 ** (Math.floor(Math.log2(Math.max(Math.abs(x), 2 ** -14))) - 10));
        expect(Math.abs(back - x)).toBeLessThanOrEqual(step / 2);
      }),
    );
    expect(float16ToNumber(numberToFloat16(2049))).toBe(2048);
    expect(float16ToNumber(numberToFloat16(2051))).toBe(2052);
    expect(numberToFloat16(70000)).toBe(0x7c00);
  });

  test('bfloat16 keeps the sign, the exponent and seven bits', () => {
    expect(bfloat16ToNumber(numberToBfloat16(3.140625))).toBe(3.140625);
    expect(bfloat16ToNumber(numberToBfloat16(-1e38))).toBeCloseTo(-1e38, -36);
    expect(Number.isNaN(bfloat16ToNumber(numberToBfloat16(Number.NaN)))).toBe(true);
  });
});

describe('bit packing', () => {
  test('unpack gives back what was packed, at every width and sign', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 16 }),
        fc.boolean(),
        fc.array(fc.integer(), { maxLength: 50 }),
        (width, signed, raw) => {
          const low = signed ? -(2 ** (width - 1)) : 0;
          const values = raw.map((v) => low + (((v % 2 ** width) + 2 ** width) % 2 ** width));
          const packed = packBits(values, width);
          expect(packed.length).toBe(bitsToBytes(bits(values.length * width)));
          expect([...unpackBits(packed, width, values.length, signed)]).toEqual(values);
        },
      ),
    );
  });

  test('the least significant bit comes first', () => {
    expect([...packBits([1, -2, 3], 4)]).toEqual([0xe1, 0x03]);
    expect([...packBits([0b101, 0b011, 0b110], 3)]).toEqual([0b10011101, 0b1]);
  });
});

test('cycles become seconds', () => {
  expect(secondsAt(120e6 as Cycles, 120e6 as Hertz)).toBe(1);
});
