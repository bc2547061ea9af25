/** Files read in parts: what is read when, and that it is the same as from memory. */
import { describe, expect, test } from 'vitest';
import { type ByteSource, memorySource, sha256Hex, UserError } from '../base/index.ts';
import { decodeWeight, type Model } from '../ir/index.ts';
import { type Hand, hand } from './corpus/hostile-files.ts';
import { readOnnxSources } from './index.ts';

/** A source that is not in memory and counts what is read of it; unread bytes beyond `bytes` are zeros, so that size costs nothing. */
function counted(bytes: Uint8Array, size = bytes.length): ByteSource & { readonly read_: () => number } {
  let count = 0;
  return {
    size,
    read_: () => count,
    read(offset, length) {
      if (offset < 0 || length < 0 || offset + length > size) throw new RangeError('outside');
      count += length;
      const out = new Uint8Array(length);
      out.set(bytes.subarray(offset, offset + length));
      return out;
    },
  };
}

const tensor = (name: string, type: number, size: number, ...more: Hand): Hand => [
  [1, size],
  [2, type],
  [8, name],
  ...more,
];
const entry = (key: string, text: string) =>
  [
    13,
    [
      [1, key],
      [2, text],
    ],
  ] as const;
const file = (...initializers: readonly Hand[]): Uint8Array =>
  hand([
    [1, 8],
    [7, initializers.map((t) => [5, t] as const)],
    [8, [[2, 17]]],
  ]).done();

const floats = Float32Array.from({ length: 5000 }, (_, i) => i / 7);
const bytesOf = (array: Float32Array): Uint8Array => new Uint8Array(array.buffer);
const varints = Uint8Array.from({ length: 10_000 }, (_, i) => (i % 2 === 0 ? 0x80 | (i & 127) : 1));

const elementsOf = (model: Model, id: string): unknown[] => {
  const stored = model.weights.get(id);
  if (!stored) throw new Error(`no weight ${id}`);
  return [...(decodeWeight(stored).data as Iterable<unknown>)];
};

describe('weights of a file that is read in parts', () => {
  const bytes = file(
    tensor('raw', 1, 5000, [9, bytesOf(floats)]),
    tensor('packed', 1, 5000, [4, bytesOf(floats)]),
    tensor('pieces', 1, 5000, [4, bytesOf(floats.slice(0, 2000))], [4, bytesOf(floats.slice(2000))]),
    tensor('integers', 7, 5000, [7, varints]),
    tensor('small', 6, 2, [5, 7], [5, -7]),
  );

  test('are read when they are used, small ones at once, and are what memory gives', () => {
    const source = counted(bytes);
    const { model, bytesRead } = readOnnxSources([{ name: 'm.onnx', source }], { sha256: 'known', readWhole: 0 });
    expect(bytesRead).toBeGreaterThan(0);
    expect(bytesRead).toBeLessThanOrEqual(source.read_());
    const structure = source.read_();
    expect(elementsOf(model, 'small')).toEqual([7, -7]);
    expect(source.read_()).toBe(structure);
    const whole = readOnnxSources([{ name: 'm.onnx', source: memorySource(bytes) }]);
    for (const id of ['raw', 'packed', 'pieces', 'integers']) {
      const before = source.read_();
      expect(elementsOf(model, id)).toEqual(elementsOf(whole.model, id));
      expect(source.read_()).toBeGreaterThan(before);
    }
    expect(whole.bytesRead).toBe(bytes.length);
  });

  test('integer lists that do not fit are told when they are used, with the tensor', () => {
    const source = counted(file(tensor('w', 7, 4999, [7, varints])));
    const { model } = readOnnxSources([{ name: 'm.onnx', source }], { sha256: 'known', readWhole: 0 });
    expect(() => elementsOf(model, 'w')).toThrow(expect.objectContaining({ code: 'onnx/tensor-size' }));
  });

  test('the fingerprint is computed where it is not known', () => {
    const { reference } = readOnnxSources([{ name: 'm.onnx', source: counted(bytes) }]);
    expect(reference.sha256).toBe(sha256Hex(bytes));
  });
});

describe('large files', () => {
  test('external data may have any size; only what is used is read', () => {
    const model = file(tensor('w', 1, 4, entry('location', 'w.bin'), entry('offset', `${5 * 2 ** 30}`), [14, 1]));
    const data = counted(new Uint8Array(0), 6 * 2 ** 30);
    const read = readOnnxSources([
      { name: 'm.onnx', source: memorySource(model) },
      { name: 'w.bin', source: data },
    ]);
    expect(data.read_()).toBe(0);
    expect(elementsOf(read.model, 'w')).toEqual([0, 0, 0, 0]);
    expect(data.read_()).toBe(16);
  });

  test('a model file of 2 GiB is refused before it is read: its format ends there', () => {
    const source = counted(new Uint8Array(0), 2 ** 31);
    expect(() => readOnnxSources([{ name: 'm.onnx', source }])).toThrow(/'m.onnx' has 2.00 GiB/);
    expect(source.read_()).toBe(0);
  });

  test('a weight of 1.5 GiB is passed over', () => {
    const head = hand([[1, 8]]).done();
    const length = 1.5 * 2 ** 30;
    // Graph → initializer → dims, type, name, raw_data: lengths from the inside outwards.
    const start = hand([
      [1, length / 4],
      [2, 1],
      [8, 'w'],
    ]).done();
    const wrap = (field: number, size: number, inner: Uint8Array) =>
      Uint8Array.from([field * 8 + 2, ...varint(size), ...inner]);
    const raw = wrap(9, length, new Uint8Array(0));
    const inner = Uint8Array.from([...start, ...raw]);
    const initializer = wrap(5, inner.length + length, inner);
    const bytes = Uint8Array.from([...head, ...wrap(7, initializer.length + length, initializer)]);
    const source = counted(bytes, bytes.length + length);
    const { model } = readOnnxSources([{ name: 'm.onnx', source }], { sha256: 'known' });
    expect(model.weights.get('w')?.shape).toEqual([length / 4]);
    expect(source.read_()).toBeLessThan(100_000);
  });
});

describe('where external data is looked for', () => {
  const stated = (location: string) => tensor('w', 1, 1, entry('location', location), [14, 1]);
  const data = (name: string, value: number) => ({ name, source: memorySource(bytesOf(Float32Array.of(value))) });

  test('beside the model, by the path it states, else by the name alone', () => {
    const model = { name: 'a/m.onnx', source: memorySource(file(stated('data/w.bin'))) };
    const read = (...files: readonly ReturnType<typeof data>[]) =>
      elementsOf(readOnnxSources([model, ...files]).model, 'w');
    expect(read(data('b/data/w.bin', 1), data('a/data/w.bin', 2))).toEqual([2]);
    expect(read(data('w.bin', 3))).toEqual([3]);
    expect(() => read(data('b/w.bin', 1), data('c/w.bin', 2))).toThrow(UserError);
  });
});

function varint(value: number): number[] {
  const out: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) out.push((value % 128) + 128);
  out.push(value);
  return out;
}
