import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { gzipSync, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { UserError } from '../base/index.ts';
import { type DataType, decodeWeight, encodeWeight, type Tensor, tensorOf } from '../ir/index.ts';
import { checkDataSize, readArrays, readNpy, readNpz, writeNpy, writeNpz } from './index.ts';

const ascii = (text: string): number[] => [...text].map((c) => c.charCodeAt(0));

/** A .npy file by hand: version 1.0, header padded with blanks and a line end to a multiple of 16. */
function npy(dict: string, body: readonly number[], version = 1): Uint8Array {
  const prefix = version === 1 ? 10 : 12;
  const length = Math.ceil((prefix + dict.length + 1) / 16) * 16 - prefix;
  const size = version === 1 ? [length & 255, length >> 8] : [length & 255, length >> 8, 0, 0];
  return Uint8Array.from([
    0x93,
    ...ascii('NUMPY'),
    version,
    0,
    ...size,
    ...ascii(`${dict.padEnd(length - 1)}\n`),
    ...body,
  ]);
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof UserError) return thrown.code;
    throw thrown;
  }
  return 'no error';
}

const values = (tensor: Tensor): unknown[] => [...(tensor.data as Iterable<unknown>)];

describe('.npy by hand', () => {
  test('little-endian float32, one dimension', () => {
    const bytes = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", [0, 0, 128, 63, 0, 0, 0, 192]);
    const tensor = readNpy('a.npy', bytes);
    expect(tensor).toMatchObject({ type: 'float32', shape: [2] });
    expect(values(tensor)).toEqual([1, -2]);
  });
  test('big-endian int16, column-major, version 2', () => {
    // [[1, 2, 3], [4, 5, 6]] column by column: 1 4 2 5 3 6.
    const body = [1, 4, 2, 5, 3, 6].flatMap((v) => [0, v]);
    const tensor = readNpy('a.npy', npy("{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }", body, 2));
    expect(tensor).toMatchObject({ type: 'int16', shape: [2, 3] });
    expect(values(tensor)).toEqual([1, 2, 3, 4, 5, 6]);
  });
  test('a scalar, bool and int64', () => {
    expect(readNpy('a', npy("{'descr': '|b1', 'fortran_order': False, 'shape': (), }", [1]))).toMatchObject({
      shape: [],
    });
    const wide = npy(
      "{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }",
      [254, 255, 255, 255, 255, 255, 255, 255],
    );
    expect(values(readNpy('a', wide))).toEqual([-2n]);
  });
  test.each([
    ['datasets/wrong-length', npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", [0, 0, 0, 0])],
    [
      'datasets/wrong-length',
      npy("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999), }", []),
    ],
    ['datasets/unsupported-type', npy("{'descr': '|O', 'fortran_order': False, 'shape': (3,), }", [1, 2, 3])],
    ['datasets/unsupported-type', npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3,), }", [])],
    ['datasets/damaged', npy("{'descr': '<f4', 'shape': (3,), }", [])],
    ['datasets/damaged', npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", []).subarray(0, 9)],
    ['datasets/damaged', npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", []).subarray(0, 40)],
  ])('%s', (code, bytes) => {
    expect(codeOf(() => readNpy('a.npy', bytes))).toBe(code);
  });
});

const TYPES: readonly DataType[] = [
  'float32',
  'float64',
  'float16',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'bool',
];
const anyTensor = fc
  .tuple(fc.constantFrom(...TYPES), fc.array(fc.nat(3), { maxLength: 4 }), fc.infiniteStream(fc.nat(1)))
  .map(([type, shape, stream]): Tensor => {
    const count = shape.reduce((n, d) => n * d, 1);
    return tensorOf(type, shape, [...stream.take(count)]);
  });

test('writing and reading changes no bit, stored or deflated', () => {
  fc.assert(
    fc.property(anyTensor, anyTensor, fc.constantFrom(0 as const, 6 as const), (a, b, level) => {
      expect(readNpy('a', writeNpy(a))).toEqual(a);
      const archive = new Map([
        ['first', a],
        ['__proto__', b],
      ]);
      expect([...readNpz('a.npz', writeNpz(archive, level))]).toEqual([...archive]);
    }),
    { numRuns: 100 },
  );
});

test('every bit pattern of a float survives', () => {
  const bytes = Uint8Array.from({ length: 4096 }, (_, i) => (i * 167) & 255);
  const tensor = decodeWeight({ id: '', type: 'float32', shape: [1024], bytes });
  expect(encodeWeight('', readNpy('a', writeNpy(tensor))).bytes).toEqual(bytes);
});

test('the same arrays give the same bytes, dated 1980', () => {
  const arrays = new Map([['x', tensorOf('float32', [2], [1, 2])]]);
  const once = writeNpz(arrays);
  expect(writeNpz(arrays)).toEqual(once);
  // Local header: DOS time 12:00:00 = 0x6000, date 1980-01-01 = 0x0021.
  expect([...once.subarray(10, 14)]).toEqual([0x00, 0x60, 0x21, 0x00]);
});

function pythonHasNumpy(): boolean {
  try {
    execFileSync('python3', ['-c', 'import numpy'], { stdio: 'ignore' });
    return true;
  } catch {
    return false; // no Python, or Python without NumPy: the test below is skipped and says so
  }
}
test.skipIf(!pythonHasNumpy())('NumPy reads what we write (skipped where Python has no NumPy)', () => {
  const npz = writeNpz(
    new Map([
      ['a', tensorOf('int16', [2, 3], [1, -2, 3, -4, 5, -6])],
      ['s', tensorOf('float64', [], [0.5])],
    ]),
  );
  const script = `import io,sys,numpy;z=numpy.load(io.BytesIO(sys.stdin.buffer.read()));print(z['a'].dtype,z['a'].tolist(),z['s'].shape,z['s'])`;
  const said = execFileSync('python3', ['-c', script], { input: npz }).toString().trim();
  expect(said).toBe('int16 [[1, -2, 3], [-4, 5, -6]] () 0.5');
});

test('MNIST idx by hand, plain and in gzip; the file names the array', () => {
  const images = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 10, 20, 30, 40);
  const wide = Uint8Array.of(0, 0, 0x0b, 1, 0, 0, 0, 2, 1, 2, 255, 254);
  const arrays = readArrays([
    { name: 'data/t10k-images-idx3-ubyte.gz', bytes: gzipSync(images) },
    { name: 'wide.idx', bytes: wide },
  ]);
  expect(arrays.get('t10k-images-idx3-ubyte')).toEqual({
    type: 'uint8',
    shape: [2, 1, 2],
    data: Uint8Array.of(10, 20, 30, 40),
  });
  expect(values(arrays.get('wide')!)).toEqual([258, -2]);
});

test('CIFAR-10 batches are put one after another', () => {
  const batch = (...labels: number[]) =>
    Uint8Array.from(labels.flatMap((l) => [l, ...new Array<number>(3072).fill(l + 100)]));
  const arrays = readArrays([
    { name: 'data_batch_1.bin', bytes: batch(3, 9) },
    { name: 'data_batch_2.bin', bytes: batch(0) },
  ]);
  expect(values(arrays.get('y')!)).toEqual([3, 9, 0]);
  expect(arrays.get('x')!.shape).toEqual([3, 3, 32, 32]);
  expect((arrays.get('x')!.data as Uint8Array)[2 * 3072]).toBe(100);
});

test('raw numbers say their type and shape in their name', () => {
  const arrays = readArrays([{ name: 'features_i16_2x2.bin', bytes: Uint8Array.of(1, 0, 255, 255, 0, 1, 2, 0) }]);
  expect(arrays.get('features')!.shape).toEqual([2, 2]);
  expect(values(arrays.get('features')!)).toEqual([1, -1, 256, 2]);
});

test.each<[string, string, Uint8Array]>([
  ['datasets/empty-file', 'a.npz', new Uint8Array(0)],
  ['datasets/unknown-file', 'a.txt', Uint8Array.from(ascii('some text'))],
  ['datasets/unknown-file', 'a.png', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1, 2, 3, 4)],
  ['datasets/wrong-length', 'x_u8_3x3.bin', new Uint8Array(8)],
  ['datasets/wrong-length', 'a.idx', Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 9, 1)],
  ['datasets/damaged', 'a.idx', Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 9, 1)],
  ['datasets/damaged', 'a.npz', writeNpz(new Map([['x', tensorOf('float32', [2], [1, 2])]])).subarray(0, 60)],
  ['datasets/damaged', 'a.npz', zipSync({ 'x.npy': Uint8Array.of(1, 2, 3) })],
  ['datasets/no-arrays', 'a.npz', zipSync({ 'readme.txt': Uint8Array.of(65) })],
  ['datasets/damaged', 'a.bin.gz', gzipSync(new Uint8Array(999)).subarray(0, 20)],
])('%s: %s', (code, name, bytes) => {
  expect(codeOf(() => readArrays([{ name, bytes }]))).toBe(code);
});

test('too much data is refused before it is read or unpacked', () => {
  expect(codeOf(() => checkDataSize('a.npz', 3e9))).toBe('datasets/too-large');
  // 2 MiB of zeros that state 1.5 GiB behind themselves.
  const packed = new Uint8Array(2 ** 21);
  packed.set([0x1f, 0x8b, 8]);
  new DataView(packed.buffer).setUint32(packed.length - 4, 1.5 * 2 ** 30, true);
  expect(codeOf(() => readArrays([{ name: 'a.npy.gz', bytes: packed }]))).toBe('datasets/too-large');
});

test('two arrays of one name are refused', () => {
  const bytes = writeNpy(tensorOf('float32', [1], [1]));
  expect(
    codeOf(() =>
      readArrays([
        { name: 'a/x.npy', bytes },
        { name: 'b/x.npy', bytes },
      ]),
    ),
  ).toBe('datasets/duplicate-array');
});

test('damage gives a UserError or an array, never anything else', () => {
  const whole = writeNpz(
    new Map([
      [
        'x',
        tensorOf(
          'float32',
          [4, 4],
          Array.from({ length: 16 }, (_, i) => i),
        ),
      ],
      ['y', tensorOf('int64', [4], [0, 1, 2, 3])],
    ]),
  );
  const packed = gzipSync(writeNpy(tensorOf('int16', [30], new Array<number>(30).fill(7))));
  fc.assert(
    fc.property(
      fc.constantFrom(whole, packed),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      (file, changes) => {
        const bytes = file.slice();
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        codeOf(() => readArrays([{ name: 'a.npz', bytes }]));
      },
    ),
    { numRuns: 300 },
  );
});
