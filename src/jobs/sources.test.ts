import { expect, test } from 'vitest';
import { memorySource } from '../base/index.ts';
import type { Diagnostic } from '../ir/index.ts';
import type { BlobLike } from './protocol.ts';
import { openSources, readAll } from './sources.ts';

const blob = (size: number): BlobLike => ({ size, arrayBuffer: async () => new Uint8Array(size).fill(3).buffer });

function hearing() {
  const heard: Diagnostic[] = [];
  return { heard, warn: (d: Diagnostic) => void heard.push(d) };
}

test('files in memory are sources as they are; others are read in parts where the place can', async () => {
  const { heard, warn } = hearing();
  const bytes = Uint8Array.of(1, 2);
  const parts = { readInParts: () => memorySource(Uint8Array.of(7, 8, 9)) };
  const files = [
    { name: 'a', bytes },
    { name: 'b', blob: { size: 3, arrayBuffer: () => Promise.reject(new Error('must not be read whole')) } },
    { name: 'c', path: '/c', size: 3 },
  ];
  const [a, b, c] = await openSources(files, parts, warn);
  expect(a?.source.bytes).toBe(bytes);
  expect([b?.source.read(1, 1)[0], c?.source.read(2, 1)[0]]).toEqual([8, 9]);
  expect(heard).toEqual([]);
});

test('elsewhere blobs are read whole, which is said of large ones', async () => {
  const { heard, warn } = hearing();
  const files = [
    { name: 'small', blob: blob(3) },
    { name: 'large', blob: blob(2 ** 26) },
  ];
  const [small, large] = await openSources(files, {}, warn);
  expect([small?.source.size, large?.source.size]).toEqual([3, 2 ** 26]);
  expect(heard.map((d) => [d.code, d.message.includes("'large'")])).toEqual([['jobs/read-whole', true]]);
});

test('a blob that cannot be read, and a model that is too large', async () => {
  const gone = { name: 'gone.bin', blob: { size: 5, arrayBuffer: () => Promise.reject(new Error('NotReadable')) } };
  await expect(openSources([gone], {}, () => {})).rejects.toMatchObject({ code: 'jobs/unreadable-file' });
  const huge = { name: 'huge.onnx', blob: { ...blob(1), size: 2 ** 31 } };
  await expect(readAll([huge])).rejects.toMatchObject({ code: 'onnx/file-too-large' });
});
