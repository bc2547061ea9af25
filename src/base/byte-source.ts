/** A file that is read in parts. Reading is synchronous: a worker has that for blobs, Node for files. */
export interface ByteSource {
  readonly size: number;
  /** The bytes from `offset`, as many as asked for: a copy, or a view on memory that must not be written. Throws `RangeError` beyond the end. */
  read(offset: number, length: number): Uint8Array;
}

/** A file that lies in memory already; reads are views on it. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read(offset, length) {
      if (offset < 0 || length < 0 || offset + length > bytes.length)
        throw new RangeError(`bytes ${offset} to ${offset + length} of ${bytes.length}`);
      return bytes.subarray(offset, offset + length);
    },
  };
}
