import { BugError } from '../base/index.ts';

/** Element types, by the names NumPy and ONNX share. */
export type DataType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'bool'
  | 'string'
  | 'int4'
  | 'uint4'
  | 'float8e4m3fn'
  | 'float8e4m3fnuz'
  | 'float8e5m2'
  | 'float8e5m2fnuz'
  | 'complex64'
  | 'complex128';

/** Known sizes, outermost first; [] is a scalar. */
export type Shape = readonly number[];

/**
 * Elements of a tensor in row-major order. float16, bfloat16 and float8 are held as float32 values, bool as 0/1 bytes,
 * int4 and uint4 one element per byte: arithmetic never sees packed forms.
 */
export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | readonly string[];

export interface Tensor {
  readonly type: DataType;
  readonly shape: Shape;
  readonly data: TensorData;
}

/** A tensor whose elements are numbers of 32 bits or fewer, or float64: everything but int64, uint64 and strings. */
export type NumericData = Exclude<TensorData, BigInt64Array | BigUint64Array | readonly string[]>;

export type WeightId = string;

/**
 * A weight as it lies in the file: `bytes` is a view on the file's own memory, little-endian, packed as ONNX packs it.
 * Nothing is copied or converted until `decodeWeight` (in `weights.ts`) is asked for the numbers.
 */
export interface StoredTensor {
  readonly id: WeightId;
  readonly type: DataType;
  readonly shape: Shape;
  /** May be a getter that reads the file at the first use (`deferredTensor`): ask only when the numbers are needed. */
  readonly bytes: Uint8Array;
  /** Only for type 'string': the elements; `bytes` is then empty. */
  readonly strings?: readonly string[];
}

/** Weights by id. Shared between graphs and never copied by a pass: a changed tensor gets a new id in a new map. */
export type WeightStore = ReadonlyMap<WeightId, StoredTensor>;

export const elementCount = (shape: Shape): number => shape.reduce((n, d) => n * d, 1);

const BITS: Readonly<Record<DataType, number>> = {
  float32: 32,
  float64: 64,
  float16: 16,
  bfloat16: 16,
  int8: 8,
  uint8: 8,
  int16: 16,
  uint16: 16,
  int32: 32,
  uint32: 32,
  int64: 64,
  uint64: 64,
  bool: 8,
  string: 0,
  int4: 4,
  uint4: 4,
  float8e4m3fn: 8,
  float8e4m3fnuz: 8,
  float8e5m2: 8,
  float8e5m2fnuz: 8,
  complex64: 64,
  complex128: 128,
};

/** Bits one stored element takes; 0 for strings, whose size is not fixed. */
export const bitsOf = (type: DataType): number => BITS[type];

/** Bytes that `count` stored elements take, packed and padded to whole bytes. */
export const storedBytes = (type: DataType, count: number): number => Math.ceil((BITS[type] * count) / 8);

/** A zeroed array fit to hold `count` elements of `type` (see `TensorData` for the held forms). */
export function allocate(type: DataType, count: number): Exclude<TensorData, readonly string[]> {
  switch (type) {
    case 'float32':
    case 'float16':
    case 'bfloat16':
    case 'float8e4m3fn':
    case 'float8e4m3fnuz':
    case 'float8e5m2':
    case 'float8e5m2fnuz':
      return new Float32Array(count);
    case 'float64':
      return new Float64Array(count);
    case 'int8':
    case 'int4':
      return new Int8Array(count);
    case 'uint8':
    case 'uint4':
    case 'bool':
      return new Uint8Array(count);
    case 'int16':
      return new Int16Array(count);
    case 'uint16':
      return new Uint16Array(count);
    case 'int32':
      return new Int32Array(count);
    case 'uint32':
      return new Uint32Array(count);
    case 'int64':
      return new BigInt64Array(count);
    case 'uint64':
      return new BigUint64Array(count);
    default:
      throw new BugError(`Elements of type ${type} cannot be allocated.`);
  }
}

export const isFloat = (type: DataType): boolean => type.startsWith('float') || type === 'bfloat16';

/**
 * The elements as numbers: the array itself where it already holds numbers, a converted copy for 64-bit integers
 * (exact up to 2^53, nearest beyond: INT64_MAX as an open end stays huge). Throws for strings.
 */
export function numbersOf(tensor: Tensor): NumericData {
  const { data } = tensor;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Float64Array.from(data, Number);
  if (Array.isArray(data)) throw new BugError('numbersOf: a tensor of strings has no numbers');
  return data as NumericData;
}

/** A tensor of `type` from plain numbers; integers are truncated and wrapped as a typed array wraps them. */
export function tensorOf(type: DataType, shape: Shape, values: ArrayLike<number>): Tensor {
  const data = allocate(type, values.length);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    for (let i = 0; i < values.length; i++) data[i] = BigInt(Math.trunc(values[i] as number));
  } else {
    data.set(values as ArrayLike<number>);
  }
  return { type, shape, data };
}
