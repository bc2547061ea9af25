import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { ByteSource } from '../base/index.ts';
import { checkRange, messageOf } from '../base/index.ts';
import type { SourceOpener } from '../jobs/index.ts';
import { changedFile, unreadable } from './errors.ts';

/** Files on disk, opened by their paths: what worker threads read models and weights from. */
export const diskOpener: SourceOpener = {
  readInParts: (file) => ('path' in file ? diskSource(file.path) : undefined),
};

/** A file that is opened for every read, so that none stays open. Throws where it changed since. */
export function diskSource(path: string): ByteSource {
  const { size, mtimeMs } = withFile(path, (file) => fstatSync(file));
  return {
    size,
    read: (offset, length) => {
      checkRange(offset, length, size);
      return withFile(path, (file) => {
        const now = fstatSync(file);
        if (now.size !== size || now.mtimeMs !== mtimeMs) throw changedFile(path);
        return readRange(file, offset, length, path);
      });
    },
  };
}

function readRange(file: number, offset: number, length: number, path: string): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const count = readSync(file, bytes, done, length - done, offset + done);
    if (count === 0) throw changedFile(path);
    done += count;
  }
  return bytes;
}

/** SHA-256 of a file as lower-case hex, read a piece at a time. */
export function sha256OfFile(path: string): string {
  const hash = createHash('sha256');
  const piece = new Uint8Array(2 ** 22);
  withFile(path, (file) => {
    for (let count = readSync(file, piece); count > 0; count = readSync(file, piece))
      hash.update(piece.subarray(0, count));
  });
  return hash.digest('hex');
}

function withFile<T>(path: string, use: (file: number) => T): T {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (thrown) {
    throw unreadable(path, messageOf(thrown));
  }
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}
