import { expect, test } from 'vitest';
import { preprocessingOf, typedOf, wrongIn } from './normalizations.ts';
import { numbersIn, plain } from './numbers.ts';

test('four digits; what is far below the spread is 0', () => {
  expect([plain(122.5678), plain(-1.23456), plain(0.00012346), plain(0), plain(123456)]).toEqual([
    '122.6',
    '−1.235',
    '0.0001235',
    '0',
    '123500',
  ]);
  expect([plain(-1.2e-6, 1), plain(0.4567, 65)]).toEqual(['0', '0.46']);
});

test('lists of numbers and fractions', () => {
  expect(numbersIn('0.485, 0.456;0.406')).toEqual([0.485, 0.456, 0.406]);
  expect(numbersIn('1/255')).toEqual([1 / 255]);
  expect(numbersIn('−1 2')).toEqual([-1, 2]);
  for (const wrong of ['', 'a', '1/', '/2', '1/0', '1/2/3', '1, x']) expect(numbersIn(wrong)).toBeUndefined();
});

test('a normalization is typed, checked and read', () => {
  const typed = { scale: '1/255', mean: '0.5', deviation: '0.2, 0.3, 0.4' };
  expect(wrongIn(typed, 3)).toEqual({});
  expect(preprocessingOf(typed)).toEqual({ scale: 1 / 255, mean: [0.5], deviation: [0.2, 0.3, 0.4] });
  expect(typedOf(preprocessingOf(typed)!)).toEqual(typed);
  expect(wrongIn(typed, 2)).toEqual({ deviation: 'One number, or 2: one per channel' });
  expect(wrongIn({ scale: '0', mean: '', deviation: '0' }, 1)).toEqual({
    scale: 'One number other than 0, or a fraction such as 1/255',
    mean: 'One number',
    deviation: 'Not 0',
  });
  expect(preprocessingOf({ scale: '1', mean: '0, 0', deviation: '1' })).toBeUndefined();
});
