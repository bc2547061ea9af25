import { type ByteSource, checkRange } from '../src/base/index.ts';
import { type SourceOpener, unreadableFile } from '../src/jobs/index.ts';

interface SyncReader {
  readAsArrayBuffer(blob: Blob): ArrayBuffer;
}

/** The part of it used here: pages, whose types are compiled along, do not have it. */
declare const FileReaderSync: undefined | (new () => SyncReader);

/** Blobs read in parts, for workers of the page: `FileReaderSync` exists in workers only. */
export const blobOpener: SourceOpener = {
  readInParts(file) {
    if (!('blob' in file) || !(file.blob instanceof Blob) || typeof FileReaderSync === 'undefined') return undefined;
    return blobSource(file.name, file.blob, new FileReaderSync());
  },
};

function blobSource(name: string, blob: Blob, reader: SyncReader): ByteSource {
  return {
    size: blob.size,
    read(offset, length) {
      checkRange(offset, length, blob.size);
      try {
        return new Uint8Array(reader.readAsArrayBuffer(blob.slice(offset, offset + length)));
      } catch (cause) {
        throw unreadableFile(name, blob.size, cause);
      }
    },
  };
}
