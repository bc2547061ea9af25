/**
 * NumPy's .npy format, versions 1 to 3: magic, version, header as a Python dict literal, elements in one run.
 * Source: NumPy, "numpy.lib.format" (NEP 1).
 */
import { allocate, type DataType, decodeWeight, elementCount, encodeWeight, type Tensor } from '../ir/index.ts';
import { damaged, unsupportedType, wrongLength } from './errors.ts';

const MAGIC = '\x93NUMPY';
const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

export const isNpy = (bytes: Uint8Array): boolean => latin1(bytes.subarray(0, 6)) === MAGIC;

/** NumPy type codes without their byte order, and the size of one element. */
const TYPES: ReadonlyMap<string, readonly [DataType, number]> = new Map([
  ['f2', ['float16', 2]],
  ['f4', ['float32', 4]],
  ['f8', ['float64', 8]],
  ['i1', ['int8', 1]],
  ['u1', ['uint8', 1]],
  ['i2', ['int16', 2]],
  ['u2', ['uint16', 2]],
  ['i4', ['int32', 4]],
  ['u4', ['uint32', 4]],
  ['i8', ['int64', 8]],
  ['u8', ['uint64', 8]],
  ['b1', ['bool', 1]],
]);

/**
 * One array, in row-major order whatever the file's order; big-endian elements are turned round. The elements may be
 * a view on `bytes`. `file` names the file or the archive member in messages.
 */
export function readNpy(file: string, bytes: Uint8Array): Tensor {
  const { descr, fortran, shape, start } = readHeader(file, bytes);
  const known = TYPES.get(descr.slice(1));
  if (!known || !/^[<>|=]$/.test(descr[0] as string)) throw unsupportedType(file, descr);
  const [type, size] = known;
  const count = elementCount(shape);
  const body = bytes.subarray(start);
  if (!Number.isSafeInteger(count) || body.length !== count * size)
    throw wrongLength(file, `an array [${shape.join(', ')}] of ${type}`, count * size, body.length);
  const little = descr[0] === '>' && size > 1 ? turned(body, size) : body;
  if (!fortran || shape.length < 2) return decodeWeight({ id: file, type, shape, bytes: little });
  return decodeWeight({ id: file, type, shape, bytes: rowMajor(little, shape, size) });
}

interface Header {
  readonly descr: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
  readonly start: number;
}

function readHeader(file: string, bytes: Uint8Array): Header {
  if (!isNpy(bytes)) throw damaged(file, 'it does not begin as a NumPy array');
  const version = bytes[6] as number;
  const wide = version >= 2;
  const start = wide ? 12 : 10;
  if (bytes.length < start) throw damaged(file, 'it ends within the header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  if (version < 1 || version > 3 || start + length > bytes.length || length > 65536)
    throw damaged(file, 'its header has an unknown version or length');
  const text = latin1(bytes.subarray(start, start + length));
  const descr = /'descr'\s*:\s*'([^']+)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape'\s*:\s*\(([0-9,\sL]*)\)/.exec(text)?.[1];
  if (descr === undefined && /'descr'\s*:\s*\[/.test(text)) throw unsupportedType(file, 'structured');
  if (descr === undefined || order === undefined || shape === undefined)
    throw damaged(file, 'its header does not state type, order and shape');
  const dims = shape.split(',').map((d) => d.trim().replace(/L$/, ''));
  const sizes = dims.filter((d) => d !== '').map(Number);
  if (sizes.some((d) => !Number.isSafeInteger(d))) throw damaged(file, 'its shape is no list of sizes');
  return { descr, fortran: order === 'True', shape: sizes, start: start + length };
}

function turned(bytes: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i += size)
    for (let k = 0; k < size; k++) out[i + k] = bytes[i + size - 1 - k] as number;
  return out;
}

/** From column-major (first index fastest) to row-major, element by element. */
function rowMajor(bytes: Uint8Array, shape: readonly number[], size: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  const index = new Array<number>(shape.length).fill(0);
  const strides: number[] = [];
  shape.reduce((stride, dim) => {
    strides.push(stride);
    return stride * dim;
  }, size);
  for (let at = 0; at < out.length; at += size) {
    const from = index.reduce((sum, i, axis) => sum + i * (strides[axis] as number), 0);
    out.set(bytes.subarray(from, from + size), at);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      index[axis] = 0;
    }
  }
  return out;
}

/** A tensor as version 1.0, little-endian, row-major; the header is padded to 64 bytes as NumPy pads it. */
export function writeNpy(tensor: Tensor): Uint8Array {
  const code = [...TYPES].find(([, [type]]) => type === tensor.type);
  // Types NumPy does not know are held as float32 or bytes anyway (see `TensorData`).
  if (!code) return writeNpy(plain(tensor));
  const [name, [, size]] = code;
  const { shape } = tensor;
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const descr = `${size === 1 ? '|' : '<'}${name}`;
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${dims}), }`;
  const length = Math.ceil((10 + dict.length + 1) / 64) * 64;
  const body = encodeWeight('', tensor).bytes;
  const out = new Uint8Array(length + body.length).fill(0x20, 0, length);
  const put = (at: number, text: string): void => {
    for (let i = 0; i < text.length; i++) out[at + i] = text.charCodeAt(i);
  };
  put(0, `${MAGIC}\x01\x00`);
  new DataView(out.buffer).setUint16(8, length - 10, true);
  put(10, dict);
  out[length - 1] = 0x0a;
  out.set(body, length);
  return out;
}

function plain(tensor: Tensor): Tensor {
  const type: DataType = tensor.type === 'int4' ? 'int8' : tensor.type === 'uint4' ? 'uint8' : 'float32';
  if (tensor.type === 'string' || tensor.type.startsWith('complex')) throw unsupportedType('array', tensor.type);
  const data = allocate(type, elementCount(tensor.shape));
  if (!(data instanceof BigInt64Array || data instanceof BigUint64Array)) data.set(tensor.data as ArrayLike<number>);
  return { type, shape: tensor.shape, data };
}
