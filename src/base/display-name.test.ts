import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memorySource, partOf } from './byte-source.ts';
import { displayName } from './display-name.ts';

test.each([
  ['conv1/weight:0', 'conv1/weight:0'],
  ['Größe 寸法 مرحبا', 'Größe 寸法 مرحبا'],
  ['\u202Eevil', '\\u{202E}evil'],
  ['a\u200Bb\uFEFF', 'a\\u{200B}b\\u{FEFF}'],
  ['line\nbreak\x1b[31m', 'line\\u{000A}break\\u{001B}[31m'],
  ['half \uD800 pair', 'half \\u{D800} pair'],
  ['tag \u{E0041}', 'tag \\u{E0041}'],
  ['n'.repeat(10_000), `${'n'.repeat(70)}… 9900 more characters …${'n'.repeat(30)}`],
])('%j', (name, shown) => {
  expect(displayName(name)).toBe(shown);
});

test('whatever the name, what is shown is short and has no hidden character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
      const shown = displayName(name);
      expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      expect(shown.length).toBeLessThan(1500);
    }),
  );
});

test('a part of a source has its own beginning and end', () => {
  const whole = memorySource(Uint8Array.of(1, 2, 3, 4, 5));
  const { size, read } = whole;
  for (const part of [partOf(whole, 1, 3), partOf({ size, read }, 1, 3)]) {
    expect([part.size, ...part.read(0, 3)]).toEqual([3, 2, 3, 4]);
    expect(() => part.read(1, 3)).toThrow(RangeError);
  }
  expect(() => partOf(whole, 3, 3)).toThrow(RangeError);
});
