/** The reader against 10 000 spoiled files. `node scripts/fuzz-reader.mjs` runs longer, and one case again. */
import { expect, test } from 'vitest';
import { type ByteSource, memorySource, UserError } from '../base/index.ts';
import { fuzz } from '../test-kit/fuzz.ts';
import { fuzzSeeds } from '../test-kit/fuzz-seeds.ts';
import { readAndWrite } from '../test-kit/read-and-write.ts';
import { parseTree, writeTree } from '../test-kit/wire-tree.ts';
import { type OnnxImport, readOnnxSources } from './index.ts';

test('10 000 spoiled files: a model without faults that can be written and read again, or a UserError', () => {
  const result = fuzz(fuzzSeeds(), readAndWrite, { seed: 20251121, count: 10_000 });
  expect(result.failures).toEqual([]);
  // Spoiled, but not beyond reading: both ends of the property are met.
  expect(result.read).toBeGreaterThan(1000);
  expect(result.read).toBeLessThan(9000);
}, 60_000);

test('2000 spoiled files read in parts: the same model, or the same words', () => {
  const result = fuzz(
    fuzzSeeds(),
    (bytes) => {
      const inParts = { size: bytes.length, read: (at: number, n: number) => bytes.slice(at, at + n) };
      const read = (source: ByteSource) =>
        outcomeOf(() => readOnnxSources([{ name: 'spoiled.onnx', source }], { sha256: 'known', readWhole: 0 }));
      const [whole, parts] = [read(memorySource(bytes)), read(inParts)];
      if (whole !== parts) throw new Error(`'${parts}' instead of '${whole}'`);
    },
    { seed: 7, count: 2000 },
  );
  expect(result.failures).toEqual([]);
});

/** A model as text, with every bit of it, or the words it is refused with. */
function outcomeOf(read: () => OnnxImport): string {
  try {
    const { model, diagnostics } = read();
    const seen = new Set<unknown>();
    return JSON.stringify([diagnostics, model], (key, value: unknown) => {
      if (key === 'functions' && seen.has(value)) return 'as above'; // bodies share the table they are in
      if (key === 'functions') seen.add(value);
      if (value instanceof Map) return [...value];
      return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
    });
  } catch (thrown) {
    if (thrown instanceof UserError) return thrown.message;
    throw thrown;
  }
}

test('the tree of a file gives the file again', () => {
  const seeds = fuzzSeeds();
  const trees = seeds.map((bytes) => parseTree(bytes));
  const same = trees.filter((tree, i) => tree && Buffer.compare(writeTree(tree), seeds[i] as Uint8Array) === 0);
  expect(same.length).toBeGreaterThan(0.9 * seeds.length - 3);
});
