import { expect, test } from 'vitest';
import { parseShape, shapeAsTyped } from './shape-field.ts';

test.each([
  ['1, 3, 224, 224', [1, 3, 224, 224]],
  ['1×3×32×32', [1, 3, 32, 32]],
  ['[batch, 16]', ['batch', 16]],
  ['?1 8', ['?1', 8]],
  ['', []],
])('%s', (text, shape) => {
  expect(parseShape(text)).toEqual({ value: shape });
  expect(parseShape(shapeAsTyped(shape))).toEqual({ value: shape });
});

test.each(['0, 3', '-1, 3', '1.5', '3, 2x', '99999999999'])('%s is no shape', (text) => {
  expect(parseShape(text)).toHaveProperty('wrong');
});
