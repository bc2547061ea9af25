import { gzipSync, type Zippable, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { type ByteSource, memorySource, UserError } from '../../base/index.ts';
import { weightOf } from '../../ir/index.ts';
import { readOnnxSources, writeOnnx } from '../../onnx/index.ts';
import { graphBuilder } from '../../test-kit/graph-builder.ts';
import { type Member, unpack, zipMembers } from './index.ts';

const text = new TextEncoder();

/** A small network as a file; its content differs with `seed`. */
function network(seed = 1): Uint8Array {
  const b = graphBuilder();
  const x = b.input('x', [1, 4]);
  b.output(b.node('Add', [x, b.constant('w', [4], [seed, 2, 3, 4])]));
  return writeOnnx(b.done());
}

const file = (name: string, bytes: Uint8Array): Member => ({ name, source: memorySource(bytes) });
const zip = (members: Zippable, level: 0 | 6 = 6): Uint8Array => zipSync(members, { level });

/** A source that is not in memory, which counts what is read of it. */
function counted(bytes: Uint8Array): ByteSource & { readonly count: () => number } {
  let count = 0;
  return {
    size: bytes.length,
    count: () => count,
    read(offset, length) {
      if (offset < 0 || length < 0 || offset + length > bytes.length) throw new RangeError('outside');
      count += length;
      return bytes.slice(offset, offset + length);
    },
  };
}

function errorOf(run: () => unknown): UserError {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof UserError) return thrown;
    throw thrown;
  }
  throw new Error('no error was thrown');
}

const contentOf = ({ source }: Member): Uint8Array => source.read(0, source.size);

/** A tar archive of regular files, as POSIX has it. */
function tar(members: Readonly<Record<string, Uint8Array>>, kind = '0'): Uint8Array {
  const blocks = Object.entries(members).flatMap(([name, bytes]) => {
    const header = new Uint8Array(512);
    header.set(text.encode(name));
    header.set(text.encode(`${bytes.length.toString(8).padStart(11, '0')}\0`), 124);
    header.set(text.encode(kind), 156);
    header.set(text.encode('ustar\0'), 257);
    const padded = new Uint8Array(Math.ceil(bytes.length / 512) * 512);
    padded.set(bytes);
    return [header, padded];
  });
  const all = [...blocks, new Uint8Array(1024)];
  const out = new Uint8Array(all.reduce((n, block) => n + block.length, 0));
  let at = 0;
  for (const block of all) {
    out.set(block, at);
    at += block.length;
  }
  return out;
}

describe('gzip', () => {
  test('a packed model is unpacked, whatever its name, and loses .gz', () => {
    const packed = gzipSync(network());
    expect(unpack([file('net.onnx.gz', packed)]).map((f) => f.name)).toEqual(['net.onnx']);
    const [only] = unpack([file('net.onnx', packed)]);
    expect(only?.name).toBe('net.onnx');
    expect(contentOf(only as Member)).toEqual(network());
  });

  test('two members in a row are one file, read through pieces where they are large', () => {
    const halves = [new Uint8Array(5e6).fill(7), new Uint8Array(3e6).fill(9)];
    const packed = Uint8Array.from(halves.flatMap((half) => [...gzipSync(half)]));
    const [only] = unpack([file('weights.bin.gz', packed)]);
    const { source } = only as Member;
    expect(source.size).toBe(8e6);
    expect(source.read(4_999_999, 2)).toEqual(Uint8Array.of(7, 9));
    expect([...source.read(2 ** 22 - 1, 2)]).toEqual([7, 7]); // across two pieces
    expect(() => source.read(7_999_999, 2)).toThrow(RangeError);
  });

  test('tar inside: its files by their paths, folders and leftovers of macOS left out', () => {
    const packed = gzipSync(
      tar({ 'net/model.onnx': network(), 'net/._model.onnx': Uint8Array.of(1), 'net/a.pb': Uint8Array.of(8, 1) }),
    );
    const members = unpack([file('net.tar.gz', packed)]);
    expect(members.map((m) => m.name)).toEqual(['net/model.onnx', 'net/a.pb']);
    expect(contentOf(members[0] as Member)).toEqual(network());
    expect(unpack([file('net.tgz', packed)]).length).toBe(2);
  });

  test('long names in tar: GNU and pax', () => {
    const long = `${'d/'.repeat(80)}model.onnx`;
    for (const [kind, record] of [
      ['L', `${long}\0`],
      ['x', `${long.length + 10} path=${long}\n`],
    ] as const) {
      const head = tar({ '././@LongLink': text.encode(record) }, kind).slice(0, -1024);
      const packed = gzipSync(Uint8Array.from([...head, ...tar({ short: network() })]));
      expect(unpack([file('a.tgz', packed)]).map((m) => m.name)).toEqual([long]);
    }
  });

  test.each<[string, (packed: Uint8Array) => Uint8Array]>([
    ['cut off', (packed) => packed.slice(0, packed.length / 2)],
    ['very short', (packed) => packed.slice(0, 10)],
    ['with a wrong checksum', (packed) => packed.with(packed.length - 6, (packed.at(-6) as number) ^ 1)],
    ['damaged inside', (packed) => packed.with(30, (packed[30] as number) ^ 255)],
  ])('%s: said, with the name', (_what, damage) => {
    const error = errorOf(() => unpack([file('net.onnx.gz', damage(gzipSync(network())))]));
    expect(error.code).toBe('importers/damaged-archive');
    expect(error.message).toContain("'net.onnx.gz'");
  });

  test('a bomb is refused at its limit: soon, in little memory', () => {
    const part = gzipSync(new Uint8Array(2 ** 24));
    const bomb = Uint8Array.from({ length: 20 * part.length }, (_, i) => part[i % part.length] as number);
    expect(bomb.length).toBeLessThan(400_000);
    const error = errorOf(() => unpack([file('bomb.gz', bomb)]));
    expect([error.code, error.facts.limit]).toEqual(['importers/archive-too-large', 2 ** 27]);
    expect(error.message).toContain("'bomb.gz' unpacks to more than 128");
  }, 20_000);
});

describe('zip', () => {
  test('the model and its weights, in any folder', () => {
    const members = {
      'a/net.onnx': network(),
      'a/weights/w.bin': Uint8Array.of(1, 2),
      '__MACOSX/a/._net.onnx': Uint8Array.of(5),
    };
    for (const level of [0, 6] as const) {
      const opened = unpack([file('net.zip', zip(members, level))]);
      expect(opened.map((m) => m.name)).toEqual(['a/net.onnx', 'a/weights/w.bin']);
      expect(contentOf(opened[0] as Member)).toEqual(network());
      expect(contentOf(opened[1] as Member)).toEqual(Uint8Array.of(1, 2));
    }
  });

  test('members are read when they are needed: stored ones in place, deflated ones as a whole', () => {
    const large = Uint8Array.from({ length: 1e6 }, (_, i) => (i * i) % 251);
    for (const [level, most] of [
      [0, 2000],
      [6, 2000],
    ] as const) {
      const source = counted(zip({ 'net.onnx': network(), 'w.bin': large }, level));
      const [, weights] = unpack([{ name: 'net.zip', source }]);
      const before = source.count();
      expect(before).toBeLessThan(3000);
      expect(weights?.source.read(500_000, 3)).toEqual(large.slice(500_000, 500_003));
      if (level === 0) expect(source.count() - before).toBeLessThan(most);
    }
  });

  test('a packed model in a zip is unpacked too', () => {
    const opened = unpack([file('net.zip', zip({ 'net.onnx.gz': gzipSync(network()) }))]);
    expect(opened.map((m) => m.name)).toEqual(['net.onnx']);
  });

  test('formats that are zips stay as they are', () => {
    const formats: Zippable[] = [
      { 'net/data.pkl': Uint8Array.of(1) },
      { 'x.npy': Uint8Array.of(1) },
      { 'config.json': Uint8Array.of(1), 'metadata.json': Uint8Array.of(1) },
    ];
    for (const members of formats) {
      const whole = file('net', zip(members));
      expect(unpack([whole])).toEqual([whole]);
    }
  });

  test('the 64-bit directory', () => {
    const plain = zip({ 'net.onnx': network() }, 0);
    expect(contentOf(zipMembers('big.zip', memorySource(asZip64(plain)))[0] as Member)).toEqual(network());
  });

  const single = zip({ 'net.onnx': network() });
  const directory = single.length - 22 - 46 - 'net.onnx'.length;
  test.each<[string, string, Uint8Array]>([
    ['a password', 'importers/encrypted-archive', single.with(directory + 8, 1)],
    ['another packing', 'importers/unknown-packing', single.with(directory + 10, 93)],
    [
      'a wrong checksum',
      'importers/damaged-archive',
      single.with(directory + 16, (single[directory + 16] as number) ^ 1),
    ],
    ['a size that is too small', 'importers/damaged-archive', single.with(directory + 24, 3)],
    ['no end', 'importers/damaged-archive', single.slice(0, -10)],
    ['a directory outside', 'importers/damaged-archive', single.with(single.length - 3, 255)],
    ['no local header', 'importers/damaged-archive', single.with(directory + 42, 5)],
  ])('%s: %s, naming archive and member', (_what, code, bytes) => {
    const error = errorOf(() => unpack([file('net.zip', bytes)]).map(contentOf));
    expect(error.code).toBe(code);
    expect(error.message).toContain("'net.zip'");
    expect(error.hint).not.toBe('');
  });

  test('no network, several networks', () => {
    const none = errorOf(() => unpack([file('a.zip', zip({ 'a.txt': Uint8Array.of(1), 'b.txt': Uint8Array.of(1) }))]));
    expect([none.code, none.message]).toEqual([
      'importers/archive-without-network',
      "'a.zip' is an archive without a network in it; it holds 'a.txt', 'b.txt'.",
    ]);
    const empty = errorOf(() => unpack([file('a.zip', zip({}))]));
    expect(empty.message).toBe("'a.zip' is an archive without files.");
    const two = [file('a.zip', zip({ 'b.onnx': network(), 'c.onnx': network(2) }))];
    const several = errorOf(() => unpack(two));
    expect(several.code).toBe('importers/archive-with-several-networks');
    expect(several.message).toContain("'b.onnx', 'c.onnx'");
    expect(unpack(two, { main: 'c.onnx' }).length).toBe(2);
  });

  test('an archive that states more than its limit is refused before anything is unpacked', () => {
    const stated = single.slice();
    new DataView(stated.buffer).setUint32(directory + 24, 2 ** 31, true);
    const source = counted(stated);
    expect(errorOf(() => unpack([{ name: 'bomb.zip', source }])).code).toBe('importers/archive-too-large');
    expect(source.count()).toBeLessThanOrEqual(3 * stated.length);
  });

  test('every cut and every changed byte ends in files or a UserError', () => {
    for (let at = 0; at < single.length; at++) {
      for (const bytes of [single.slice(0, at), single.with(at, (single[at] as number) ^ 0x55)]) {
        try {
          unpack([file('net.zip', bytes)]).map(contentOf);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(UserError);
        }
      }
    }
  });
});

test('files that are no archives pass', () => {
  const files = [file('net.onnx', network()), file('w.bin', Uint8Array.of(1)), file('empty', new Uint8Array(0))];
  expect(unpack(files)).toEqual(files);
});

test('a model is read out of a zip, with the name it has there', () => {
  const read = readOnnxSources(
    unpack([file('net.zip', zip({ 'v1/net.onnx': network(), 'v1/notes.txt': Uint8Array.of(65) }))]),
  );
  expect(read.reference.name).toBe('net.onnx');
  expect([...(weightOf(read.model.weights, 'w').data as Float32Array)]).toEqual([1, 2, 3, 4]);
});

/** The same archive with a 64-bit end record, its 32-bit fields saturated. */
function asZip64(plain: Uint8Array): Uint8Array {
  const view = new DataView(plain.buffer, plain.byteOffset);
  const end = plain.length - 22;
  const [size, offset] = [view.getUint32(end + 12, true), view.getUint32(end + 16, true)];
  const nameLength = view.getUint16(offset + 28, true);
  const entry = plain.slice(offset, offset + size);
  const entryView = new DataView(entry.buffer);
  const sizes = [entryView.getUint32(24, true), entryView.getUint32(20, true), entryView.getUint32(42, true)];
  for (const field of [24, 20, 42]) entryView.setUint32(field, 0xffffffff, true);
  entryView.setUint16(30, 28, true);
  const extra = new DataView(new ArrayBuffer(28));
  extra.setUint16(0, 1, true);
  extra.setUint16(2, 24, true);
  sizes.forEach((value, i) => {
    extra.setBigUint64(4 + 8 * i, BigInt(value), true);
  });
  const directory = [...entry.slice(0, 46 + nameLength), ...new Uint8Array(extra.buffer)];
  const record = new DataView(new ArrayBuffer(56 + 20));
  record.setUint32(0, 0x06064b50, true);
  record.setBigUint64(40, BigInt(directory.length), true);
  record.setBigUint64(48, BigInt(offset), true);
  record.setUint32(56, 0x07064b50, true);
  record.setBigUint64(64, BigInt(offset + directory.length), true);
  const last = plain.slice(end);
  new DataView(last.buffer).setUint32(12, 0xffffffff, true);
  new DataView(last.buffer).setUint32(16, 0xffffffff, true);
  return Uint8Array.from([...plain.slice(0, offset), ...directory, ...new Uint8Array(record.buffer), ...last]);
}
