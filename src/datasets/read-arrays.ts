import type { Diagnostic, Tensor } from '../ir/index.ts';
import { checkDataSize, gunzip, isGzip, isZip, readNpz } from './archive.ts';
import { isCifar10, isIdx, rawFormat, readCifar10, readIdx, readRaw } from './binary-sets.ts';
import { duplicateArray, emptyFile, noArrays, unknownFile } from './errors.ts';
import { isLabelName } from './labels.ts';
import { isNpy, readNpy } from './npy.ts';
import { looksLikeSeries, readLabelColumn, readSeries } from './series.ts';

export interface DataFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What files hold: arrays by name, names of classes where the files give them, and what was taken how. */
export interface ReadData {
  readonly arrays: ReadonlyMap<string, Tensor>;
  readonly classNames?: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The arrays of `readDataFiles`. */
export const readArrays = (files: readonly DataFile[]): ReadonlyMap<string, Tensor> => readDataFiles(files).arrays;

/**
 * Every array in the files, by name, in the order given. The form is told from the content: .npz and .npy, MNIST idx,
 * CIFAR-10 binary, each of them also gzip-compressed; raw numbers ('x_u8_100x28x28.bin') and tables (.csv, .tsv: see
 * `readSeries`) need their file name. Pictures are read by `readPictures`.
 *
 * Members of an .npz keep their names; a file with one array names it, without extension; CIFAR-10 and tables give 'x' and 'y'.
 * Elements may be views on the files. `sampleSize`: elements of one sample, by which a table's label column is told.
 * Throws `datasets/…` naming the file.
 */
export function readDataFiles(files: readonly DataFile[], sampleSize?: number): ReadData {
  const diagnostics: Diagnostic[] = [];
  let classNames: readonly string[] | undefined;
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
    else if (isTable(name, bytes)) {
      const table = readLabelColumn(name, bytes) ?? readSeries(name, bytes, sampleSize);
      for (const [array, tensor] of table.arrays) add(array, tensor, name);
      diagnostics.push(...table.diagnostics);
      classNames ??= table.classNames;
    } else if (isCifar10(bytes)) cifar.push(bytes);
    else throw unknownFile(given.name);
  }
  if (cifar.length > 0) {
    const { images, labels } = readCifar10(cifar);
    add('x', images, 'CIFAR-10 batches');
    add('y', labels, 'CIFAR-10 batches');
  }
  if (arrays.size === 0) throw noArrays(files.map((f) => f.name));
  return { arrays, diagnostics, ...(classNames && { classNames }) };
}

/** A text file is one where its name or its rows say so. */
const isTable = (name: string, bytes: Uint8Array): boolean =>
  /\.(csv|tsv)$/i.test(name) ||
  (/\.txt$/i.test(name) &&
    (isLabelName(stem(name)) || looksLikeSeries(new TextDecoder().decode(bytes.subarray(0, 2 ** 18)))));

function unpacked(file: DataFile): DataFile {
  if (!isGzip(file.bytes)) return file;
  return { name: file.name.replace(/\.gz$/i, ''), bytes: gunzip(file.name, file.bytes) };
}

/** The file's name without folders and extension. */
const stem = (file: string): string =>
  file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1).replace(/\.(npy|idx|bin|csv|tsv|txt)$/i, '');
