import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UserError } from '../base/index.ts';
import { tensorOf } from '../ir/index.ts';
import { type PngForm, pngOf, pngOfRows } from '../test-kit/png-files.ts';
import { decodePng, looksLikeSeries, readDataFiles, readPictures, writeNpz } from './index.ts';

/** Whatever a file holds, it is read or refused with a reason; nothing else is ever thrown. */
function readOrRefused(run: () => unknown): void {
  try {
    run();
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    expect(thrown.hint).not.toBe('');
  }
}

const forms: fc.Arbitrary<PngForm> = fc
  .record({
    width: fc.integer({ min: 0, max: 40 }),
    height: fc.integer({ min: 0, max: 40 }),
    depth: fc.constantFrom(1, 2, 4, 8, 16),
    colour: fc.constantFrom<PngForm['colour']>(0, 2, 3, 4, 6),
    interlaced: fc.boolean(),
    palette: fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 12 }),
  })
  .map((form) => ({ ...form }));

test('PNG pictures of any header over any rows', () => {
  fc.assert(
    fc.property(forms, fc.uint8Array({ maxLength: 3000 }), (form, rows) => {
      readOrRefused(() => {
        const { width, height, data } = decodePng('a.png', pngOfRows(form, rows));
        expect(data.length).toBe(4 * width * height);
      });
    }),
    { numRuns: 400 },
  );
});

const change = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 });
const changed = (bytes: Uint8Array, changes: readonly (readonly [number, number])[], length: number): Uint8Array => {
  const out = bytes.slice(0, length % (bytes.length + 1));
  for (const [at, value] of changes) if (out.length > 0) out[at % out.length] = value;
  return out;
};

test('archives and pictures with changed bytes, whole or cut off', async () => {
  const arrays = new Map([
    [
      'x',
      tensorOf(
        'float32',
        [3, 4],
        Array.from({ length: 12 }, (_, i) => i),
      ),
    ],
    ['y', tensorOf('int32', [3], [0, 1, 2])],
  ]);
  const whole = [
    { name: 'set.npz', bytes: writeNpz(arrays) },
    { name: 'a.png', bytes: pngOf(6, 5, new Uint8Array(30).fill(3)) },
  ];
  const length = fc.oneof(fc.constant(Number.MAX_SAFE_INTEGER), fc.nat(2000));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...whole), change, length, async ({ name, bytes }, changes, size) => {
      const cut = size === Number.MAX_SAFE_INTEGER ? bytes.length : size;
      const file = { name, bytes: changed(bytes, changes, cut) };
      readOrRefused(() => readDataFiles([file]));
      await readPictures([file]).catch((thrown: unknown) => {
        if (!(thrown instanceof UserError)) throw thrown;
      });
    }),
    { numRuns: 300 },
  );
});

test('tables of any text', () => {
  const cell = fc.oneof(fc.double().map(String), fc.string({ maxLength: 4 }), fc.constantFrom('', 'label', '"', '1,5'));
  const table = fc
    .array(fc.array(cell, { maxLength: 12 }), { maxLength: 8 })
    .map((rows) => rows.map((r) => r.join(',')).join('\n'));
  fc.assert(
    fc.property(table, fc.integer({ min: 1, max: 12 }), (text, size) => {
      looksLikeSeries(text);
      readOrRefused(() => readDataFiles([{ name: 'a.csv', bytes: new TextEncoder().encode(text) }], size));
    }),
    { numRuns: 500 },
  );
});
