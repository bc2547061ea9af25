import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutTo, type Measure, MONO, shownName } from './texts.ts';

const measure: Measure = (text) => 7 * [...text].length;

test('a text that fits is whole, another is cut in the middle and fits', () => {
  expect(cutTo('conv2d_4', 100, MONO, measure)).toBe('conv2d_4');
  expect(cutTo('model/batch_normalization', 70, MONO, measure)).toBe('model…tion');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.integer({ min: 0, max: 300 }), (text, room) => {
      const cut = cutTo(text, room, MONO, measure);
      expect(measure(cut, MONO)).toBeLessThanOrEqual(room);
      expect(/[\ud800-\udbff](?![\udc00-\udfff])/.test(cut)).toBe(false);
    }),
  );
});

test('what hides or turns text is shown as a dot', () => {
  expect(shownName('a\u202eb\u200bc\nd\ud800')).toBe('a·b·c·d·');
  expect(shownName('\u05d0\u05d1 שלום 层 😀')).toBe('\u05d0\u05d1 שלום 层 😀');
});

test('a name of 10 000 letters is cut before it is measured', () => {
  let longest = 0;
  cutTo('x'.repeat(10_000), 120, MONO, (text) => {
    longest = Math.max(longest, text.length);
    return 7 * text.length;
  });
  expect(longest).toBeLessThan(100);
});
