/** TensorProto: from any of its ways of holding elements to the one stored form, `StoredTensor`. */
import {
  bitsOf,
  type DataType,
  dataTypeOf,
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
  unsupportedTensor,
  unsupportedType,
} from './errors.ts';
import type { WireReader } from './wire.ts';

export interface TensorProto {
  name: string;
  type: number;
  readonly dims: number[];
  raw: Uint8Array | undefined;
  /** float_data, double_data: little-endian already, so runs of it are views. */
  readonly fixed: Uint8Array[];
  /** int32_data, int64_data, uint64_data: cursors kept until the element type is known. */
  readonly integers: WireReader[];
  readonly strings: Uint8Array[];
  readonly external: Map<string, string>;
  isExternal: boolean;
  isSegment: boolean;
}

/** Files that came with the model, by base name; a fault for names given twice. */
export interface ExternalFiles {
  /** The model's own name, for messages. */
  readonly file: string;
  find(baseName: string): Uint8Array | undefined;
}

const TWO_32 = 4294967296;
const text = new TextDecoder('utf-8', { ignoreBOM: true });

export function readTensor(r: WireReader): TensorProto {
  const t: TensorProto = {
    name: '',
    type: 0,
    dims: [],
    raw: undefined,
    fixed: [],
    integers: [],
    strings: [],
    external: new Map(),
    isExternal: false,
    isSegment: false,
  };
  while (r.next()) {
    switch (r.field) {
      case 1:
        r.integers((low, high) => t.dims.push((high | 0) * TWO_32 + low));
        break;
      case 2:
        t.type = r.int64();
        break;
      case 3:
        t.isSegment = true;
        r.skip();
        break;
      case 4:
        t.fixed.push(r.fixed(4));
        break;
      case 5:
      case 7:
      case 11:
        t.integers.push(r.here());
        r.skip();
        break;
      case 6:
        t.strings.push(r.view());
        break;
      case 8:
        t.name = r.string();
        break;
      case 9:
        t.raw = r.view();
        break;
      case 10:
        t.fixed.push(r.fixed(8));
        break;
      case 13:
        readEntry(r.message('external_data'), t.external);
        break;
      case 14:
        t.isExternal = r.int64() === 1;
        break;
      default:
        r.skip();
    }
  }
  return t;
}

function readEntry(r: WireReader, into: Map<string, string>): void {
  let key = '';
  let value = '';
  while (r.next()) {
    if (r.field === 1) key = r.string();
    else if (r.field === 2) value = r.string();
    else r.skip();
  }
  into.set(key, value);
}

/**
 * The tensor in stored form, under `id`. raw_data, float_data and external data stay views on their files; integer
 * lists are converted. Throws where type, shape and stored bytes do not fit together, naming the tensor.
 */
export function storeTensor(t: TensorProto, id: WeightId, files: ExternalFiles): StoredTensor {
  const { file } = files;
  const type = dataTypeOf(t.type);
  if (!type) throw unsupportedType(file, id, t.type);
  if (t.isSegment) throw unsupportedTensor(file, id, 'it is stored in segments');
  const shape = t.dims;
  for (const dim of shape) if (!(dim >= 0 && Number.isSafeInteger(dim))) throw badDim(file, id, dim);
  const count = elementCount(shape);
  if (!Number.isSafeInteger(count * 16)) throw badDim(file, id, Math.max(...shape));
  if (type === 'string') return storeStrings(t, id, file, count);
  const needs = storedBytes(type, count);
  const bytes = t.isExternal ? externalBytes(t, id, files, needs) : inlineBytes(t, type, needs, id, file);
  if (bytes.length !== needs) throw tensorSize(file, id, shape, needs, bytes.length);
  return { id, type, shape, bytes };
}

function storeStrings(t: TensorProto, id: WeightId, file: string, count: number): StoredTensor {
  if (t.isExternal) throw unsupportedTensor(file, id, 'strings in external data');
  if (t.strings.length !== count)
    throw unsupportedTensor(file, id, `its shape says ${count} strings, ${t.strings.length} are stored`);
  const strings = t.strings.map((s) => text.decode(s));
  return { id, type: 'string', shape: t.dims, bytes: new Uint8Array(0), strings };
}

function inlineBytes(t: TensorProto, type: DataType, needs: number, id: WeightId, file: string): Uint8Array {
  if (t.raw !== undefined) return t.raw;
  const [run, ...more] = t.fixed;
  if (run) return more.length === 0 ? run : joined(t.fixed);
  if (t.integers.length === 0) return new Uint8Array(0);
  // One entry per element; of the packed 4-bit types, one entry per byte.
  const size = Math.max(8, bitsOf(type)) / 8;
  if (size > 8) throw unsupportedTensor(file, id, `${type} in an integer list`);
  // Each entry takes a byte of the file or more, so no more room than this is worth making.
  const room = (t.integers[0] as WireReader).bytes.length * size;
  if (needs > room) throw tensorSize(file, id, t.dims, needs, 0);
  return integerBytes(t, size, needs, id, file);
}

function integerBytes(t: TensorProto, size: number, needs: number, id: WeightId, file: string): Uint8Array {
  const out = new Uint8Array(needs);
  let at = 0;
  let has = 0;
  const put = (low: number, high: number): void => {
    has += size;
    if (has > needs) return;
    for (let i = 0; i < size; i++) out[at++] = (i < 4 ? low >>> (8 * i) : high >>> (8 * (i - 4))) & 255;
  };
  for (const list of t.integers) list.integers(put);
  if (has !== needs) throw tensorSize(file, id, t.dims, needs, has);
  return out;
}

function joined(runs: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(runs.reduce((n, run) => n + run.length, 0));
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

function externalBytes(t: TensorProto, id: WeightId, files: ExternalFiles, needs: number): Uint8Array {
  const { file } = files;
  const location = t.external.get('location') ?? '';
  const wanted = baseName(location);
  if (wanted === '') throw externalEntry(file, id, 'location', location);
  const offset = entryNumber(t, 'offset', id, file) ?? 0;
  const length = entryNumber(t, 'length', id, file) ?? needs;
  const data = files.find(wanted);
  if (!data) throw missingExternal(file, id, wanted);
  if (offset + length > data.length) throw externalRange(file, id, wanted, offset + length, data.length);
  return data.subarray(offset, offset + length);
}

function entryNumber(t: TensorProto, key: string, id: WeightId, file: string): number | undefined {
  const value = t.external.get(key);
  if (value === undefined) return undefined;
  const parsed = /^[0-9]{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isNaN(parsed)) throw externalEntry(file, id, key, value);
  return parsed;
}
