/** Formats of known data sets: MNIST idx, CIFAR-10 binary, and raw numbers whose file name states type and shape. */
import { type DataType, decodeWeight, elementCount, storedBytes, type Tensor } from '../ir/index.ts';
import { damaged, wrongLength } from './errors.ts';

/** Element types of idx files by their code. Source: LeCun, Cortes, Burges, "THE IDX FILE FORMAT" (MNIST page). */
const IDX_TYPES: ReadonlyMap<number, DataType> = new Map([
  [0x08, 'uint8'],
  [0x09, 'int8'],
  [0x0b, 'int16'],
  [0x0c, 'int32'],
  [0x0d, 'float32'],
  [0x0e, 'float64'],
]);

export const isIdx = (bytes: Uint8Array): boolean =>
  bytes[0] === 0 && bytes[1] === 0 && IDX_TYPES.has(bytes[2] ?? 0) && (bytes[3] ?? 0) >= 1 && (bytes[3] ?? 0) <= 8;

/** An idx file: two zero bytes, type, rank, sizes and elements, all big-endian. */
export function readIdx(file: string, bytes: Uint8Array): Tensor {
  const type = IDX_TYPES.get(bytes[2] as number) as DataType;
  const rank = bytes[3] as number;
  const start = 4 + 4 * rank;
  if (bytes.length < start) throw damaged(file, 'it ends within its list of sizes');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis, false));
  const needs = storedBytes(type, elementCount(shape));
  const body = bytes.subarray(start);
  if (body.length !== needs)
    throw wrongLength(file, `an idx array [${shape.join(', ')}] of ${type}`, needs, body.length);
  return decodeWeight({ id: file, type, shape, bytes: littleEndian(body, storedBytes(type, 1)) });
}

function littleEndian(body: Uint8Array, size: number): Uint8Array {
  if (size === 1) return body;
  const out = new Uint8Array(body.length);
  for (let i = 0; i < out.length; i++) out[i] = body[i - (i % size) + size - 1 - (i % size)] as number;
  return out;
}

const CIFAR_PIXELS = 3 * 32 * 32;
const CIFAR_RECORD = 1 + CIFAR_PIXELS;

/** Whole records, each of which begins with a class from 0 to 9. */
export function isCifar10(bytes: Uint8Array): boolean {
  if (bytes.length === 0 || bytes.length % CIFAR_RECORD !== 0) return false;
  for (let at = 0; at < bytes.length; at += CIFAR_RECORD) if ((bytes[at] as number) > 9) return false;
  return true;
}

/**
 * CIFAR-10 "binary version": records of one label and 3072 bytes of pixels, channel by channel. Several batches are
 * put one after another. Images are uint8 [N, 3, 32, 32], labels uint8 [N]. Source: Krizhevsky's CIFAR-10 page.
 */
export function readCifar10(batches: readonly Uint8Array[]): { images: Tensor; labels: Tensor } {
  const count = batches.reduce((n, batch) => n + batch.length / CIFAR_RECORD, 0);
  const pixels = new Uint8Array(count * CIFAR_PIXELS);
  const labels = new Uint8Array(count);
  let record = 0;
  for (const batch of batches) {
    for (let at = 0; at < batch.length; at += CIFAR_RECORD, record++) {
      labels[record] = batch[at] as number;
      pixels.set(batch.subarray(at + 1, at + CIFAR_RECORD), record * CIFAR_PIXELS);
    }
  }
  return {
    images: { type: 'uint8', shape: [count, 3, 32, 32], data: pixels },
    labels: { type: 'uint8', shape: [count], data: labels },
  };
}

const RAW_TYPES: ReadonlyMap<string, DataType> = new Map([
  ['u8', 'uint8'],
  ['i8', 'int8'],
  ['u16', 'uint16'],
  ['i16', 'int16'],
  ['i32', 'int32'],
  ['f32', 'float32'],
  ['f64', 'float64'],
]);

/** 'images_u8_8000x28x28.bin' → type and shape, and the name before them; `undefined` for other names. */
export function rawFormat(file: string): { name: string; type: DataType; shape: readonly number[] } | undefined {
  const parts = /([^/\\]+)_([uif]\d+)_(\d+(?:x\d+)*)\.bin$/i.exec(file);
  const type = RAW_TYPES.get(parts?.[2]?.toLowerCase() ?? '');
  if (!parts || !type) return undefined;
  return { name: parts[1] as string, type, shape: (parts[3] as string).split('x').map(Number) };
}

/** Raw little-endian numbers, row-major, without a header. */
export function readRaw(file: string, bytes: Uint8Array, type: DataType, shape: readonly number[]): Tensor {
  const needs = storedBytes(type, elementCount(shape));
  if (bytes.length !== needs) throw wrongLength(file, `an array [${shape.join(', ')}] of ${type}`, needs, bytes.length);
  return decodeWeight({ id: file, type, shape, bytes });
}
