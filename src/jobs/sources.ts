/** Files of requests as sources: read in parts where the worker's place allows it, else as a whole. */
import { BugError, type ByteSource, inWords, memory, memorySource, UserError } from '../base/index.ts';
import type { ModelFile } from '../explore/index.ts';
import type { Diagnostic } from '../ir/index.ts';
import { checkFileSize } from '../onnx/index.ts';
import type { DiskFile, SourceFile, UnreadFile } from './protocol.ts';

/** What a worker's entry gives: blobs need FileReaderSync, paths need Node. */
export interface SourceOpener {
  /** The file as a source that is read in parts, synchronously; `undefined` where this place cannot. Reading may throw a `UserError`. */
  readInParts?(file: UnreadFile | DiskFile): ByteSource | undefined;
}

/** A file with its source: what importers take. */
export interface OpenedFile {
  readonly name: string;
  readonly source: ByteSource;
}

/** From this size on it is said that a file had to be read as a whole: 64 MiB. */
const LARGE = 2 ** 26;

/**
 * Opens files for the importers. Where the place cannot read in parts, files that are not in memory are read whole, which is
 * said of large ones. Throws `jobs/unreadable-file`.
 */
export async function openSources(
  files: readonly SourceFile[],
  opener: SourceOpener,
  warn: (diagnostic: Diagnostic) => void,
): Promise<OpenedFile[]> {
  return Promise.all(
    files.map(async (file) => {
      if ('bytes' in file) return { name: file.name, source: memorySource(file.bytes) };
      const source = opener.readInParts?.(file);
      if (source) return { name: file.name, source };
      const bytes = await readWhole(file);
      if (bytes.length >= LARGE) warn(readWholeDiagnostic(file.name, bytes.length));
      return { name: file.name, source: memorySource(bytes) };
    }),
  );
}

const readWholeDiagnostic = (name: string, size: number): Diagnostic => ({
  code: 'jobs/read-whole',
  severity: 'info',
  message: `'${name}' (${inWords(memory(size))}) lies in memory as a whole: files cannot be read in parts here.`,
});

/** Reads files whole, for what needs all of their bytes. Models that are too large are refused before they are read. */
export async function readAll(files: readonly SourceFile[], opener: SourceOpener = {}): Promise<ModelFile[]> {
  return Promise.all(
    files.map(async (file) => {
      if ('bytes' in file) return { name: file.name, bytes: file.bytes };
      if (/\.onnx$/i.test(file.name)) checkFileSize(file.name, sizeOf(file));
      const source = opener.readInParts?.(file);
      return { name: file.name, bytes: source ? source.read(0, source.size) : await readWhole(file) };
    }),
  );
}

const sizeOf = (file: UnreadFile | DiskFile): number => ('blob' in file ? file.blob.size : file.size);

async function readWhole(file: UnreadFile | DiskFile): Promise<Uint8Array> {
  if (!('blob' in file)) throw new BugError(`File '${file.name}' has neither bytes nor a blob this worker can read.`);
  try {
    return new Uint8Array(await file.blob.arrayBuffer());
  } catch (cause) {
    throw unreadableFile(file.name, file.blob.size, cause);
  }
}

/** For sources too: a file that changes or goes away after it was opened is noticed by the read that fails. */
export const unreadableFile = (name: string, size: number, cause: unknown): UserError =>
  new UserError(
    'jobs/unreadable-file',
    `'${name}' could not be read: it has changed since it was chosen, or its ${size} bytes do not fit in memory.`,
    'Choose the file again; if it is very large, close other tabs first.',
    { file: name, bytes: size },
    { cause },
  );
