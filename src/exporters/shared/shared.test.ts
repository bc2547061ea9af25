import fc from 'fast-check';
import { unzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { code, trusted } from './code.ts';
import { CNames, cName, plainWords } from './names.ts';
import { broadcastStrides, contiguousStrides, joinAxes } from './strides.ts';
import { base64 } from './vectors.ts';
import { zipFiles } from './zip.ts';

describe('code', () => {
  test('strips the common indent, indents insertions, drops lines left empty', () => {
    const body = [code`a();`, code`b();`];
    const text = code`
      void run(void) {
          ${body}
          ${[]}
          printf("\n");
      }
    `;
    expect(text).toBe('void run(void) {\n    a();\n    b();\n    printf("\\n");\n}');
  });

  test('one line is taken as it is', () => {
    expect(code`const ${trusted('x')}${code``} = ${-0};`).toBe('const x = 0;');
  });
});

describe('names', () => {
  test('any text becomes an identifier', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(cName(text)).toMatch(/^[A-Za-z][A-Za-z0-9_]{0,50}$/);
      }),
    );
    expect(cName('int')).toBe('n_int');
    expect(cName('conv2d/Relu:0')).toBe('conv2d_Relu_0');
    expect(cName('')).toBe('unnamed');
  });

  test('any text becomes harmless words', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(plainWords(text)).toMatch(/^[A-Za-z0-9_. -]{1,80}$/);
      }),
    );
  });

  test('one scope gives no name twice', () => {
    const names = new CNames();
    const given = ['a', 'a', 'A', 'a/2', 'a_2', 'a 2'].map((text) => names.unique(text).toLowerCase());
    expect(new Set(given).size).toBe(given.length);
  });
});

describe('strides', () => {
  test('joined axes visit the same elements in the same order', () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 0, maxLength: 5 });
    fc.assert(
      fc.property(shapes, fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }), (shape, shared) => {
        const b = shape.map((d, axis) => (shared[axis] ? 1 : d));
        const walk = { shape, strides: [contiguousStrides(shape), broadcastStrides(b, shape)] };
        expect(visits(joinAxes(walk))).toEqual(visits(walk));
      }),
    );
  });
});

function visits({ shape, strides }: ReturnType<typeof joinAxes>): number[][] {
  let offsets: number[][] = [strides.map(() => 0)];
  for (const [axis, size] of shape.entries())
    offsets = offsets.flatMap((at) =>
      Array.from({ length: size }, (_, i) => at.map((o, k) => o + i * (strides[k]?.[axis] as number))),
    );
  return offsets;
}

test('base64 is the standard one', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(base64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
    }),
  );
});

test('a zip depends on its files alone, not on their order', () => {
  const a = zipFiles(
    new Map<string, string | Uint8Array>([
      ['b.txt', 'two'],
      ['a/c.bin', Uint8Array.of(1, 2)],
    ]),
  );
  const b = zipFiles(
    new Map<string, string | Uint8Array>([
      ['a/c.bin', Uint8Array.of(1, 2)],
      ['b.txt', 'two'],
    ]),
  );
  expect(a).toEqual(b);
  expect(Object.keys(unzipSync(a))).toEqual(['a/c.bin', 'b.txt']);
});
