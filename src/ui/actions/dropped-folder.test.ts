import { expect, test } from 'vitest';
import { grouped } from './dropped-folder.ts';

const file = (name: string, size = 1) => ({ name, blob: new Blob(['x'.repeat(size)]), folder: name.includes('/') });

test('pictures of a folder are one entry that keeps their paths; other files stand for themselves', () => {
  const given = grouped([
    file('set/cat/a.png', 2),
    file('set/dog/a.JPG', 3),
    file('set/labels.csv'),
    file('set/.DS_Store'),
    file('set/__MACOSX/cat/a.png'),
  ]);
  expect(given.map(({ name, blob }) => [name, blob.size])).toEqual([
    ['labels.csv', 1],
    ['set: 2 pictures', 5],
  ]);
  expect(given[1]!.members!.map(({ name }) => name)).toEqual(['set/cat/a.png', 'set/dog/a.JPG']);
});

test('pictures of two folders, and those dropped by themselves', () => {
  expect(grouped([file('a/1.png'), file('b/1.png')]).map(({ name }) => name)).toEqual(['2 pictures']);
  expect(grouped([file('1.png'), file('2.png')])[0]!.members).toHaveLength(2);
  expect(grouped([file('1.png')])).toEqual([expect.objectContaining({ name: '1.png' })]);
});

test('a file that was dropped by itself keeps its name, whatever it is', () => {
  const odd = { name: '<b>a</b>.onnx', blob: new Blob() };
  expect(grouped([odd, { name: '.hidden.npz', blob: new Blob() }]).map(({ name }) => name)).toEqual([
    '<b>a</b>.onnx',
    '.hidden.npz',
  ]);
});
