import { type ByteSource, checkRange, memorySource } from '../../base/index.ts';

/** 4 MiB. */
const PIECE = 2 ** 22;

/** Bytes of a length not known before, kept in pieces: growing never copies, and no single array has to hold all. */
export class Pieces {
  readonly #pieces: Uint8Array[] = [];
  size = 0;

  push(chunk: Uint8Array): void {
    for (let from = 0; from < chunk.length; ) {
      const at = this.size % PIECE;
      if (at === 0) this.#pieces.push(new Uint8Array(PIECE));
      const piece = this.#pieces.at(-1) as Uint8Array;
      const taken = Math.min(PIECE - at, chunk.length - from);
      piece.set(chunk.subarray(from, from + taken), at);
      from += taken;
      this.size += taken;
    }
  }

  /** Everything pushed so far. Push no more afterwards. */
  source(): ByteSource {
    const pieces = this.#pieces;
    const { size } = this;
    const [first] = pieces;
    if (size <= PIECE) return memorySource(first ? first.slice(0, size) : new Uint8Array(0));
    return {
      size,
      read(offset, length) {
        checkRange(offset, length, size);
        const start = offset % PIECE;
        const piece = pieces[Math.floor(offset / PIECE)];
        if (!piece) return new Uint8Array(0);
        return start + length <= PIECE ? piece.subarray(start, start + length) : copied(pieces, offset, length);
      },
    };
  }
}

function copied(pieces: readonly Uint8Array[], offset: number, length: number): Uint8Array {
  const out = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const at = offset + done;
    const piece = pieces[Math.floor(at / PIECE)] as Uint8Array;
    const part = piece.subarray(at % PIECE, Math.min(PIECE, (at % PIECE) + length - done));
    out.set(part, done);
    done += part.length;
  }
  return out;
}
