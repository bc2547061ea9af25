import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { sha256Hex } from '../base/index.ts';
import { decodeWeight } from '../ir/index.ts';
import { readOnnxSources, writeOnnx } from '../onnx/index.ts';
import { graphBuilder } from '../test-kit/graph-builder.ts';
import { diskSource, sha256OfFile } from './disk-source.ts';

const folder = mkdtempSync(join(tmpdir(), 'disk-source-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'net.onnx');

test('a large model is opened by its structure; weights come from the file when they are used', () => {
  const b = graphBuilder();
  let x = b.input('x', [1, 256]);
  for (let i = 0; i < 40; i++) {
    const w = b.constant(`w${i}`, [256, 256], new Float32Array(65536).fill(i));
    x = b.node('MatMul', [x, w]);
  }
  b.output(x);
  const bytes = writeOnnx(b.done());
  writeFileSync(path, bytes);
  expect(sha256OfFile(path)).toBe(sha256Hex(bytes));
  const read = readOnnxSources([{ name: 'net.onnx', source: diskSource(path) }], { sha256: 'known' });
  expect(bytes.length).toBeGreaterThan(10e6);
  expect(read.bytesRead).toBeLessThan(1e6);
  expect(read.reference).toEqual({ name: 'net.onnx', sha256: 'known', bytes: bytes.length });
  const stored = read.model.weights.get('w7');
  expect(stored && decodeWeight(stored).data[65535]).toBe(7);
});

test('a file that changes after it was opened, and one that is not there', () => {
  const source = diskSource(path);
  appendFileSync(path, 'more');
  expect(() => source.read(0, 1)).toThrow(expect.objectContaining({ code: 'cli/changed-file' }));
  expect(() => diskSource(join(folder, 'none'))).toThrow(expect.objectContaining({ code: 'cli/unreadable' }));
});
