import { describe, expect, test } from 'vitest';
import { BugError, UserError } from './errors.ts';
import { canonicalJson, hashOf, sha256Hex } from './hash.ts';
import { group, inWords, memory, scaled, threeDigits } from './quantity-format.ts';
import { Registry } from './registry.ts';

const NARROW = '\u202f';

describe('quantities as text', () => {
  test.each([
    [0.214, 's', '214', 'ms'],
    [12_501_632, '', '12.5', 'M'],
    [0.9996, 's', '1.00', 's'],
    [999.4, 'Hz', '999', 'Hz'],
    [999.6, 'Hz', '1.00', 'kHz'],
    [0, 'J', '0', 'J'],
    [-0.0021, 'J', '\u22122.10', 'mJ'],
    [3.2e-13, 'J', '0.320', 'pJ'],
  ])('%f %s', (x, unit, value, scaledUnit) => {
    expect(scaled(x, unit)).toEqual({ value, unit: scaledUnit });
  });

  test.each([
    [0, '0', 'B'],
    [640, '640', 'B'],
    [49152, '48.0', 'KiB'],
    [1024 * 1023.8, '1.00', 'MiB'],
    [5 * 1024 ** 3, '5.00', 'GiB'],
  ])('memory of %f bytes', (bytes, value, unit) => {
    expect(memory(bytes)).toEqual({ value, unit });
  });

  test('digits, groups and words', () => {
    expect(threeDigits(0.01234)).toBe('0.0123');
    expect(threeDigits(1234567)).toBe(`1${NARROW}230${NARROW}000`);
    expect(group('9216')).toBe('9216');
    expect(group('12345.5')).toBe(`12${NARROW}345.5`);
    expect(inWords(scaled(0.1, 's'))).toBe(`100${NARROW}ms`);
  });
});

describe('hashes', () => {
  test('SHA-256 of the standard vector, whole or in parts', () => {
    const bytes = new TextEncoder().encode('abc');
    const expected = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(sha256Hex(bytes)).toBe(expected);
    expect(sha256Hex(bytes.subarray(0, 1), bytes.subarray(1))).toBe(expected);
  });

  test('the order of keys changes neither the text nor the hash, and a hostile key stays data', () => {
    expect(canonicalJson({ b: 1, a: { d: 2, c: [3, { f: 4, e: 5 }] } })).toBe(
      '{"a":{"c":[3,{"e":5,"f":4}],"d":2},"b":1}',
    );
    expect(hashOf({ x: 1, y: 2 })).toBe(hashOf({ y: 2, x: 1 }));
    expect(canonicalJson(JSON.parse('{"__proto__":1,"a":2}'))).toBe('{"__proto__":1,"a":2}');
  });
});

describe('registry', () => {
  const fruit = new Registry('fruit', [{ id: 'apple' }, { id: 'pear' }]);

  test('an unknown id is the user’s error, and names what there is', () => {
    expect(() => fruit.get('plum')).toThrow(UserError);
    expect(() => fruit.get('plum')).toThrow("There is no fruit 'plum'.");
    expect(fruit.tryGet('plum')).toBeUndefined();
    expect(fruit.ids()).toEqual(['apple', 'pear']);
  });

  test('a duplicate id is a bug; an addition leaves the original alone', () => {
    expect(() => fruit.with({ id: 'pear' })).toThrow(BugError);
    expect([...fruit.with({ id: 'plum' })].map((f) => f.id)).toEqual(['apple', 'pear', 'plum']);
    expect(fruit.tryGet('plum')).toBeUndefined();
  });
});
