/** A file that is read in parts. Reading is synchronous: a worker has that for blobs, Node for files. */
export interface ByteSource {
  readonly size: number;
  /** All of it, where it lies in memory already: reads are then views on it. Absent: a read costs time and memory. */
  readonly bytes?: Uint8Array;
  /** The bytes from `offset`, as many as asked for: a copy, or a view on memory that must not be written. Throws `RangeError` beyond the end. */
  read(offset: number, length: number): Uint8Array;
}

/** A file that lies in memory already; reads are views on it. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    bytes,
    read(offset, length) {
      checkRange(offset, length, bytes.length);
      return bytes.subarray(offset, offset + length);
    },
  };
}

/** A run of bytes in another source, as a source of its own: a member of an archive that is stored as it is. */
export function partOf(source: ByteSource, start: number, size: number): ByteSource {
  checkRange(start, size, source.size);
  if (source.bytes) return memorySource(source.bytes.subarray(start, start + size));
  return {
    size,
    read(offset, length) {
      checkRange(offset, length, size);
      return source.read(start + offset, length);
    },
  };
}

/** Throws `RangeError` unless `length` bytes from `offset` lie within `size`. */
export function checkRange(offset: number, length: number, size: number): void {
  if (offset < 0 || length < 0 || offset + length > size)
    throw new RangeError(`bytes ${offset} to ${offset + length} of ${size}`);
}
