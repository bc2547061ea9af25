import { expect, test } from 'vitest';
import { looksLikeSeries, readDataFiles } from './index.ts';

const file = (text: string, name = 'series.csv') => [{ name, bytes: new TextEncoder().encode(text) }];
const row = (start: number, count = 8): string => Array.from({ length: count }, (_, i) => start + i / 2).join(',');
const read = (text: string, size?: number, name?: string) => {
  const { arrays, classNames, diagnostics } = readDataFiles(file(text, name), size);
  const numbers = (id: string) => arrays.get(id) && [...(arrays.get(id)!.data as Float32Array)];
  return { shape: arrays.get('x')?.shape, x: numbers('x'), y: numbers('y'), classNames, diagnostics };
};

test('without labels', () => {
  const { shape, x, y } = read(`${row(1)}\n${row(2)}\n`, 8);
  expect([shape, x![1], y]).toEqual([[2, 8], 1.5, undefined]);
});

test('the label column is told by its heading', () => {
  const heads = ['label', ...Array.from({ length: 8 }, (_, i) => `t${i}`)].join(',');
  const { shape, x, y, diagnostics } = read(`${heads}\n3,${row(1)}\n0,${row(2)}\n`);
  expect([shape, x![0], y]).toEqual([[2, 8], 1, [3, 0]]);
  expect(diagnostics[0]!.message).toBe("Column 1 of 'series.csv' (headed 'label') holds the labels.");
});

test('the label column is told by its words, which become classes in their order', () => {
  const { y, classNames, diagnostics } = read(`${row(1)},walk\n${row(2)},run\n${row(3)},walk`);
  expect([y, classNames]).toEqual([
    [1, 0, 1],
    ['run', 'walk'],
  ]);
  expect(diagnostics[0]!.message).toBe(
    "Column 9 of 'series.csv' (the only one with words) holds the labels: 0 run, 1 walk.",
  );
});

test('the label column is told by one number more than the model takes: the last, else the first', () => {
  expect(read(`${row(1)},4\n${row(2)},0`, 8).y).toEqual([4, 0]);
  expect(read(`4,${row(1.5)}\n0,${row(2)}`, 8).y).toEqual([4, 0]);
  expect(read(`${row(1)},4\n${row(2)},0`, 9).y).toBeUndefined();
});

test('labels in a file of their own', () => {
  expect(read('label\n2\n0\n1\n', undefined, 'labels.csv').y).toEqual([2, 0, 1]);
  expect(read('cat\ndog\ncat\n', undefined, 'labels.txt')).toMatchObject({ y: [0, 1, 0], classNames: ['cat', 'dog'] });
});

test.each([
  [`${row(1)}\n${row(2, 7)}\n`, "'series.csv', line 2: 7 cells, but line 1 has 8."],
  [`${row(1)}\n${row(2, 7)},x\n`, "'series.csv', line 2, column 8: 'x' is not a number."],
  [`${row(1)}\n${row(2, 7)},\n`, "'series.csv', line 2, column 8 is empty."],
  ['label,a,b\n', "There is no row of numbers in 'series.csv'."],
])('a mistake is named with its line', (text, message) => {
  expect(() => read(text)).toThrow(message);
});

test('a table of layers is no set of series', () => {
  expect(looksLikeSeries(`${row(1)}\n${row(2)}\n`)).toBe(true);
  expect(looksLikeSeries(`a,${row(1)}\nb,${row(2)}\na,${row(3)}\n`)).toBe(true);
  expect(looksLikeSeries(`conv1,${row(1)}\nconv2,${row(2)}\nconv3,${row(3)}\n`)).toBe(false);
  expect(looksLikeSeries('layer,ms\nconv1,1.5\nconv2,2\n')).toBe(false);
  expect(looksLikeSeries('1,2\n3,4\n')).toBe(false);
  expect(looksLikeSeries('{"conv1": 1.5}')).toBe(false);
});
