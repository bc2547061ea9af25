import type { Tensor } from '../ir/index.ts';
import { checkDataSize, gunzip, isGzip, isZip, readNpz } from './archive.ts';
import { isCifar10, isIdx, rawFormat, readCifar10, readIdx, readRaw } from './binary-sets.ts';
import { duplicateArray, emptyFile, noArrays, unknownFile } from './errors.ts';
import { isNpy, readNpy } from './npy.ts';

export interface DataFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Every array in the files, by name, in the order given. The form is told from the content: .npz and .npy, MNIST idx,
 * CIFAR-10 binary, each of them also gzip-compressed; only raw numbers need their file name ('x_u8_100x28x28.bin').
 *
 * Members of an .npz keep their names; a file with one array names it, without extension; CIFAR-10 gives 'x' and 'y'.
 * Elements may be views on the files. Throws `datasets/…` naming the file.
 */
export function readArrays(files: readonly DataFile[]): ReadonlyMap<string, Tensor> {
  const arrays = new Map<string, Tensor>();
  const cifar: Uint8Array[] = [];
  const add = (name: string, tensor: Tensor, file: string): void => {
    if (arrays.has(name)) throw duplicateArray(name, file);
    arrays.set(name, tensor);
  };
  for (const given of files) {
    checkDataSize(given.name, given.bytes.length);
    const { name, bytes } = unpacked(given);
    const raw = rawFormat(name);
    if (bytes.length === 0) throw emptyFile(given.name);
    if (isNpy(bytes)) add(stem(name), readNpy(name, bytes), name);
    else if (isZip(bytes)) for (const [member, tensor] of readNpz(name, bytes)) add(member, tensor, name);
    else if (raw) add(raw.name, readRaw(name, bytes, raw.type, raw.shape), name);
    else if (isIdx(bytes)) add(stem(name), readIdx(name, bytes), name);
    else if (isCifar10(bytes)) cifar.push(bytes);
    else throw unknownFile(given.name);
  }
  if (cifar.length > 0) {
    const { images, labels } = readCifar10(cifar);
    add('x', images, 'CIFAR-10 batches');
    add('y', labels, 'CIFAR-10 batches');
  }
  if (arrays.size === 0) throw noArrays(files.map((f) => f.name));
  return arrays;
}

function unpacked(file: DataFile): DataFile {
  if (!isGzip(file.bytes)) return file;
  return { name: file.name.replace(/\.gz$/i, ''), bytes: gunzip(file.name, file.bytes) };
}

/** The file's name without folders and extension. */
const stem = (file: string): string =>
  file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1).replace(/\.(npy|idx|bin)$/i, '');
