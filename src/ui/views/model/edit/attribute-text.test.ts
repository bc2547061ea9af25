import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AttributeSetting } from '../../../../edit/index.ts';
import { parseSetting, settingText } from './attribute-text.ts';

const float32 = fc.float({ noNaN: true, noDefaultInfinity: true }).map((x) => (x === 0 ? 0 : x));
const anySetting: fc.Arbitrary<AttributeSetting> = fc.oneof(
  fc.maxSafeInteger().map((value) => ({ kind: 'int' as const, value })),
  fc.array(fc.maxSafeInteger(), { minLength: 1 }).map((value) => ({ kind: 'ints' as const, value })),
  float32.map((value) => ({ kind: 'float' as const, value })),
  fc.array(float32, { minLength: 1 }).map((value) => ({ kind: 'floats' as const, value })),
  fc.string().map((value) => ({ kind: 'string' as const, value })),
  fc.array(fc.string(), { minLength: 1 }).map((value) => ({ kind: 'strings' as const, value })),
);

describe('attributes as text', () => {
  test('what is shown is read back as the same 32-bit value', () => {
    fc.assert(
      fc.property(anySetting, (setting) => {
        const parsed = parseSetting(setting.kind, settingText(setting));
        const rounded = (value: unknown): unknown =>
          setting.kind === 'float' || setting.kind === 'floats'
            ? [value].flat().map((x) => Math.fround(Number(x)))
            : value;
        expect('value' in parsed && rounded(parsed.value.value)).toEqual(rounded(setting.value));
      }),
    );
  });

  test('floats are as short as they can be', () => {
    expect(settingText({ kind: 'float', value: Math.fround(0.1) })).toBe('0.1');
    expect(settingText({ kind: 'floats', value: [Math.fround(1 / 3), 1] })).toBe('0.33333334, 1');
  });

  test.each([
    ['ints', '[2, 2]', [2, 2]],
    ['ints', '2×2', [2, 2]],
    ['ints', ' 1 1 1 1 ', [1, 1, 1, 1]],
    ['int', '\u22121', -1],
    ['float', '1e-3', 1e-3],
    ['strings', '["a,b", "c"]', ['a,b', 'c']],
  ] as const)('%s out of %s', (kind, text, value) => {
    expect(parseSetting(kind, text)).toEqual({ value: { kind, value } });
  });

  test.each([
    ['int', '1.5', 'a whole number'],
    ['int', '', 'a whole number'],
    ['int', '99999999999999999999', 'a whole number'],
    ['ints', '1, two', "'two' is none"],
    ['ints', '', 'whole numbers'],
    ['float', 'much', 'a number'],
    ['float', '1e99', 'a number'],
    ['strings', '["a", 1]', 'texts as'],
    ['strings', '["a"', 'texts as'],
  ] as const)('%s is not %s', (kind, text, wrong) => {
    const parsed = parseSetting(kind, text);
    expect('wrong' in parsed && parsed.wrong).toContain(wrong);
  });
});
