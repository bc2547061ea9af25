/** TensorProto: from any of its ways of holding elements to the one stored form, `StoredTensor`. */
import type { ByteSource } from '../base/index.ts';
import {
  bitsOf,
  dataTypeOf,
  deferredTensor,
  elementCount,
  type StoredTensor,
  storedBytes,
  type WeightId,
} from '../ir/index.ts';
import {
  badDim,
  externalEntry,
  externalRange,
  missingExternal,
  tensorSize,
  tooMuch,
  unsupportedTensor,
  unsupportedType,
} from './errors.ts';
import { appended, EMPTY, eachVarint, type Held, type Span, type WireReader } from './wire.ts';

export interface TensorProto {
  name: string;
  type: number;
  dims: number[];
  raw: Span | undefined;
  /** float_data, double_data: where runs of little-endian numbers lie, as (offset, length) pairs. */
  fixed: number[];
  /** int32_data, int64_data, uint64_data: where runs of varints lie, likewise. */
  integers: number[];
  strings: Uint8Array[];
  /** Entries of external_data; absent: none. */
  external: Map<string, string> | undefined;
  isExternal: boolean;
  isSegment: boolean;
  /** The message itself where it lies in memory; absent: its runs are read from the file when they are needed. */
  readonly held: Held | undefined;
}

/** The model file and those that came with it. */
export interface ModelFiles {
  /** The model's own name, for messages. */
  readonly file: string;
  readonly source: ByteSource;
  /** The file that a location in the model means; a fault where several could be. */
  find(location: string): ByteSource | undefined;
}

/** NumPy ends at 64; a file that states more was not meant to be used. */
export const MOST_DIMENSIONS = 255;
const text = new TextDecoder('utf-8', { ignoreBOM: true });

export function readTensor(r: WireReader): TensorProto {
  const t: TensorProto = {
    name: '',
    type: 0,
    dims: EMPTY,
    raw: undefined,
    fixed: EMPTY,
    integers: EMPTY,
    strings: EMPTY,
    external: undefined,
    isExternal: false,
    isSegment: false,
    held: r.held(),
  };
  while (r.next()) {
    switch (r.field) {
      case 1:
        t.dims = r.int64s(t.dims);
        break;
      case 2:
        t.type = r.int64();
        break;
      case 4:
        t.fixed = r.fixedRun(4, t.fixed);
        break;
      case 5:
      case 7:
      case 11:
        t.integers = r.varintRun(t.integers);
        break;
      case 8:
        t.name = r.string();
        break;
      case 9:
        t.raw = r.span();
        break;
      case 10:
        t.fixed = r.fixedRun(8, t.fixed);
        break;
      default:
        readRareField(r, t);
    }
  }
  return t;
}

function readRareField(r: WireReader, t: TensorProto): void {
  if (r.field === 6) t.strings = appended(t.strings, r.view());
  else if (r.field === 13) {
    const [key, value] = r.message('external_data', readEntry);
    t.external = (t.external ?? new Map<string, string>()).set(key, value);
  } else if (r.field === 14) t.isExternal = r.int64() === 1;
  else {
    if (r.field === 3) t.isSegment = true;
    r.skip();
  }
}

function readEntry(r: WireReader): [key: string, value: string] {
  let key = '';
  let value = '';
  while (r.next()) {
    if (r.field === 1) key = r.string();
    else if (r.field === 2) value = r.string();
    else r.skip();
  }
  return [key, value];
}

/**
 * The tensor in stored form, under `id`. raw_data, float_data and external data stay views on files that lie in memory, and
 * small integer lists are converted; everything else is read at its first use. Throws where type, shape and stored bytes do
 * not fit together, naming the tensor; of integer lists not read yet, that is told at their first use.
 */
export function storeTensor(t: TensorProto, id: WeightId, files: ModelFiles): StoredTensor {
  const { file } = files;
  const type = dataTypeOf(t.type);
  if (!type) throw unsupportedType(file, id, t.type);
  if (t.isSegment) throw unsupportedTensor(file, id, 'it is stored in segments');
  const shape = t.dims;
  if (shape.length > MOST_DIMENSIONS) throw unsupportedTensor(file, id, `it has ${shape.length} dimensions`);
  for (const dim of shape) if (!(dim >= 0 && Number.isSafeInteger(dim))) throw badDim(file, id, dim);
  const count = elementCount(shape);
  if (!Number.isSafeInteger(count * 16))
    throw unsupportedTensor(
      file,
      id,
      `its shape [${shape.slice(0, 8).join(', ')}] has more elements than can be counted`,
    );
  if (type === 'string') return storeStrings(t, id, file, count);
  const head = { id, type, shape };
  const needs = storedBytes(type, count);
  if (t.isExternal) return externalTensor(head, t, files, needs);
  if (t.raw) return rawTensor(head, t, t.raw, files, needs);
  if (t.fixed.length > 0) return runsTensor(head, t, files, needs);
  if (t.integers.length > 0) return integerTensor(head, t, files, needs);
  if (needs !== 0) throw tensorSize(file, id, shape, needs, 0);
  return { ...head, bytes: new Uint8Array(0) };
}

/** Read at first use. An engine reports that there is no room as RangeError. */
function deferred(head: Head, file: string, read: () => Uint8Array): StoredTensor {
  return deferredTensor(head, () => {
    try {
      return read();
    } catch (thrown) {
      throw thrown instanceof RangeError ? tooMuch(file, thrown) : thrown;
    }
  });
}

type Head = Omit<StoredTensor, 'bytes' | 'strings'>;

function storeStrings(t: TensorProto, id: WeightId, file: string, count: number): StoredTensor {
  if (t.isExternal) throw unsupportedTensor(file, id, 'strings in external data');
  if (t.strings.length !== count)
    throw unsupportedTensor(file, id, `its shape says ${count} strings, ${t.strings.length} are stored`);
  const strings = t.strings.map((s) => text.decode(s));
  return { id, type: 'string', shape: t.dims, bytes: new Uint8Array(0), strings };
}

function rawTensor(head: Head, t: TensorProto, { at, length }: Span, files: ModelFiles, needs: number): StoredTensor {
  if (length !== needs) throw tensorSize(files.file, head.id, head.shape, needs, length);
  const { held } = t;
  if (!held) return deferred(head, files.file, () => files.source.read(at, length));
  return { ...head, bytes: held.bytes.subarray(at - held.origin, at - held.origin + length) };
}

/** From float_data or double_data. */
function runsTensor(head: Head, t: TensorProto, files: ModelFiles, needs: number): StoredTensor {
  let has = 0;
  for (let i = 1; i < t.fixed.length; i += 2) has += t.fixed[i] as number;
  if (has !== needs) throw tensorSize(files.file, head.id, head.shape, needs, has);
  const join = (held: Held): Uint8Array => {
    const runs = runsIn(held, t.fixed);
    return runs.length === 1 ? (runs[0] as Uint8Array) : joined(runs, needs);
  };
  if (!t.held) return deferred(head, files.file, () => join(extentOf(t.fixed, files)));
  return { ...head, bytes: join(t.held) };
}

/** From int32_data, int64_data or uint64_data: one entry per element; of the packed 4-bit types, one entry per byte. */
function integerTensor(head: Head, t: TensorProto, files: ModelFiles, needs: number): StoredTensor {
  const { id, type, shape } = head;
  const size = Math.max(8, bitsOf(type)) / 8;
  if (size > 8) throw unsupportedTensor(files.file, id, `${type} in an integer list`);
  // Each entry takes a byte of the file or more, so no more room than this is worth making.
  let room = 0;
  for (let i = 1; i < t.integers.length; i += 2) room += (t.integers[i] as number) * size;
  if (needs > room) throw tensorSize(files.file, id, shape, needs, room);
  const convert = (held: Held): Uint8Array => {
    const out = new IntegerBytes(size, needs);
    for (const run of runsIn(held, t.integers))
      if (!eachVarint(run, out.put)) throw unsupportedTensor(files.file, id, 'a number in its list is cut off');
    if (out.has !== needs) throw tensorSize(files.file, id, shape, needs, out.has);
    return out.bytes;
  };
  if (!t.held) return deferred(head, files.file, () => convert(extentOf(t.integers, files)));
  return { ...head, bytes: convert(t.held) };
}

/** Integers of `size` bytes, put one behind the other; those beyond the room are only counted. */
class IntegerBytes {
  readonly bytes: Uint8Array;
  has = 0;
  readonly #size: number;

  constructor(size: number, room: number) {
    this.bytes = new Uint8Array(room);
    this.#size = size;
  }

  readonly put = (low: number, high: number): void => {
    const at = this.has;
    this.has += this.#size;
    if (this.has > this.bytes.length) return;
    for (let i = 0; i < this.#size; i++) this.bytes[at + i] = i < 4 ? low >>> (8 * i) : high >>> (8 * (i - 4));
  };
}

/** The bytes from the first run to the end of the last: runs of one field lie close together, so one read serves all. */
function extentOf(runs: readonly number[], { source }: ModelFiles): Held {
  const origin = runs[0] as number;
  const end = (runs.at(-2) as number) + (runs.at(-1) as number);
  return { bytes: source.read(origin, end - origin), origin };
}

function runsIn({ bytes, origin }: Held, runs: readonly number[]): Uint8Array[] {
  const views: Uint8Array[] = [];
  for (let i = 0; i < runs.length; i += 2) {
    const at = (runs[i] as number) - origin;
    views.push(bytes.subarray(at, at + (runs[i + 1] as number)));
  }
  return views;
}

function joined(runs: readonly Uint8Array[], length: number): Uint8Array {
  const out = new Uint8Array(length);
  let at = 0;
  for (const run of runs) {
    out.set(run, at);
    at += run.length;
  }
  return out;
}

/** The last part of a path, whichever system wrote it: a location in a file is a name to look up, never a path to follow. */
export const baseName = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

function externalTensor(head: Head, t: TensorProto, files: ModelFiles, needs: number): StoredTensor {
  const { file } = files;
  const { id, shape } = head;
  const location = t.external?.get('location') ?? '';
  const wanted = baseName(location);
  if (wanted === '') throw externalEntry(file, id, 'location', location);
  const offset = entryNumber(t, 'offset', id, file) ?? 0;
  const length = entryNumber(t, 'length', id, file) ?? needs;
  const data = files.find(location);
  if (!data) throw missingExternal(file, id, wanted);
  if (offset + length > data.size) throw externalRange(file, id, wanted, offset + length, data.size);
  if (length !== needs) throw tensorSize(file, id, shape, needs, length);
  if (data.bytes) return { ...head, bytes: data.bytes.subarray(offset, offset + length) };
  return deferred(head, file, () => data.read(offset, length));
}

function entryNumber(t: TensorProto, key: string, id: WeightId, file: string): number | undefined {
  const value = t.external?.get(key);
  if (value === undefined) return undefined;
  const parsed = /^[0-9]{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isNaN(parsed)) throw externalEntry(file, id, key, value);
  return parsed;
}
