import { BugError, bfloat16ToNumber, float16ToNumber, numberToBfloat16, numberToFloat16 } from '../base/index.ts';
import {
  allocate,
  elementCount,
  type StoredTensor,
  type Tensor,
  type TensorData,
  type WeightId,
  type WeightStore,
} from './tensor.ts';

/**
 * A stored tensor whose bytes are read at their first use and kept while anything holds the tensor.  For weights of files too large to be read whole.
 */
export function deferredTensor(head: Omit<StoredTensor, 'bytes'>, read: () => Uint8Array): StoredTensor {
  let bytes: Uint8Array | undefined;
  const stored = {
    ...head,
    get bytes() {
      bytes ??= read();
      return bytes;
    },
  };
  deferred.add(stored);
  return stored;
}

const deferred = new WeakSet<StoredTensor>();

/** Decoded forms, kept as long as the stored tensor is. Weights are immutable, so one decoding serves every graph. */
const decoded = new WeakMap<StoredTensor, Tensor>();

/**
 * The elements of a stored weight. Decodes on first use; views the file's memory where alignment allows. Do not write to it.
 * Of a deferred weight `data` is a getter: type and shape are had without reading the file.
 */
export function decodeWeight(stored: StoredTensor): Tensor {
  const known = decoded.get(stored);
  if (known) return known;
  const { type, shape } = stored;
  let data: TensorData | undefined = deferred.has(stored) ? undefined : (stored.strings ?? decodeBytes(stored));
  const tensor: Tensor = data
    ? { type, shape, data }
    : {
        type,
        shape,
        get data() {
          data ??= decodeBytes(stored);
          return data;
        },
      };
  decoded.set(stored, tensor);
  return tensor;
}

/** The weight with this id, decoded. A missing id is a bug: graphs and stores travel together. */
export function weightOf(store: WeightStore, id: WeightId): Tensor {
  const stored = store.get(id);
  if (!stored) throw new BugError(`Weight '${id}' is not in the store.`, { id });
  return decodeWeight(stored);
}

type View = new (buffer: ArrayBufferLike, offset: number, length: number) => TensorData;
const VIEWS: Partial<Record<StoredTensor['type'], readonly [View, number]>> = {
  float32: [Float32Array, 4],
  float64: [Float64Array, 8],
  int8: [Int8Array, 1],
  uint8: [Uint8Array, 1],
  bool: [Uint8Array, 1],
  int16: [Int16Array, 2],
  uint16: [Uint16Array, 2],
  int32: [Int32Array, 4],
  uint32: [Uint32Array, 4],
  int64: [BigInt64Array, 8],
  uint64: [BigUint64Array, 8],
};

function decodeBytes(stored: StoredTensor): TensorData {
  const { type, bytes } = stored;
  const count = elementCount(stored.shape);
  const view = VIEWS[type];
  if (view) {
    const [Typed, size] = view;
    const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
    return new Typed(aligned.buffer, aligned.byteOffset, count);
  }
  const out = allocate(type, count);
  const at = (i: number) => (bytes[2 * i] as number) | ((bytes[2 * i + 1] as number) << 8);
  for (let i = 0; i < count; i++) {
    if (type === 'float16') out[i] = float16ToNumber(at(i));
    else if (type === 'bfloat16') out[i] = bfloat16ToNumber(at(i));
    else if (type === 'int4' || type === 'uint4') {
      const nibble = ((bytes[i >> 1] as number) >> (4 * (i & 1))) & 15;
      out[i] = type === 'int4' && nibble > 7 ? nibble - 16 : nibble;
    } else out[i] = float8ToNumber(bytes[i] as number, type);
  }
  return out;
}

/** The four 8-bit float formats of ONNX (specification: "Float stored in 8 bits"). */
function float8ToNumber(pattern: number, type: StoredTensor['type']): number {
  const fnuz = type.endsWith('fnuz');
  const fractionBits = type.startsWith('float8e4') ? 3 : 2;
  const bias = (fractionBits === 3 ? 7 : 15) + (fnuz ? 1 : 0);
  const magnitude = pattern & 0x7f;
  const sign = pattern & 0x80 ? -1 : 1;
  if (fnuz && pattern === 0x80) return Number.NaN;
  if (type === 'float8e4m3fn' && magnitude === 0x7f) return Number.NaN;
  if (type === 'float8e5m2' && magnitude > 0x7b)
    return magnitude === 0x7c ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  const exponent = magnitude >> fractionBits;
  const fraction = (magnitude & ((1 << fractionBits) - 1)) / (1 << fractionBits);
  return sign * (exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias));
}

/** A tensor in stored form: little-endian, packed as ONNX packs it. The result owns its bytes. */
export function encodeWeight(id: WeightId, tensor: Tensor): StoredTensor {
  const { type, shape, data } = tensor;
  if (type === 'string') return { id, type, shape, bytes: new Uint8Array(0), strings: data as readonly string[] };
  const count = elementCount(shape);
  const numeric = data as Exclude<TensorData, readonly string[]>;
  if (VIEWS[type]) {
    const bytes = new Uint8Array(numeric.buffer, numeric.byteOffset, numeric.byteLength).slice();
    return { id, type, shape, bytes };
  }
  if (type === 'int4' || type === 'uint4') {
    const bytes = new Uint8Array(Math.ceil(count / 2));
    for (let i = 0; i < count; i++)
      bytes[i >> 1] = (bytes[i >> 1] as number) | ((Number(numeric[i]) & 15) << (4 * (i & 1)));
    return { id, type, shape, bytes };
  }
  if (type !== 'float16' && type !== 'bfloat16') throw new BugError(`encodeWeight: type ${type} is read, not written`);
  const bytes = new Uint8Array(count * 2);
  const toPattern = type === 'float16' ? numberToFloat16 : numberToBfloat16;
  for (let i = 0; i < count; i++) {
    const pattern = toPattern(Number(numeric[i]));
    bytes[2 * i] = pattern & 255;
    bytes[2 * i + 1] = pattern >>> 8;
  }
  return { id, type, shape, bytes };
}
