/** Inflating with a bound: gzip streams and deflated members of zips, over fflate's streaming inflate. */
import { Gunzip, Inflate } from 'fflate';
import { type ByteSource, Crc32, messageOf, UserError } from '../../base/index.ts';

import { damagedArchive, unpacksTooLarge } from './errors.ts';
import { Pieces } from './pieces.ts';

/** All that one archive may unpack to. */
const MOST = 2 ** 30;
/** Weights hardly pack better than this; archives that do may still unpack to `UNSUSPECTED`. */
const MOST_RATIO = 100;
const UNSUSPECTED = 2 ** 27;

/** Packed bytes handed over at a time: at deflate's best, 1032 : 1, they become 33 MB. */
const STEP = 2 ** 15;

/** Bytes that an archive of `packed` bytes may unpack to: 100 times as many, at least 128 MiB, at most 1 GiB. */
export const unpackLimit = (packed: number): number => Math.min(MOST, Math.max(UNSUSPECTED, MOST_RATIO * packed));

/** The content of a gzip file, of one member or several. Length and checksum of the last are compared with what it states. */
export function gunzip(file: string, packed: ByteSource, limit = unpackLimit(packed.size)): ByteSource {
  if (packed.size < 18) throw damagedArchive(file, 'it is cut off');
  const pieces = new Pieces();
  let crc = new Crc32();
  let memberStart = 0;
  const stream = new Gunzip((chunk) => {
    if (pieces.size + chunk.length > limit) throw unpacksTooLarge(file, limit);
    pieces.push(chunk);
    crc.update(chunk);
  });
  stream.onmember = () => {
    crc = new Crc32();
    memberStart = pieces.size;
  };
  feeding(file, undefined, () => feed(packed, 0, packed.size, (chunk, last) => stream.push(chunk, last)));
  const trailer = packed.read(packed.size - 8, 8);
  const view = new DataView(trailer.buffer, trailer.byteOffset, 8);
  const isWhole = view.getUint32(4, true) === (pieces.size - memberStart) % 2 ** 32;
  if (!isWhole || view.getUint32(0, true) !== crc.value) throw damagedArchive(file, CHECKSUM);
  return pieces.source();
}

const CHECKSUM = 'its content does not agree with the length and checksum it states';

/** A member of a zip, as its directory states it. */
export interface Deflated {
  readonly name: string;
  readonly size: number;
  readonly crc: number;
  /** Where its deflated bytes lie in the archive. */
  readonly start: number;
  readonly packedSize: number;
}

/** The content of a deflated member. It never takes more memory than the size stated. */
export function inflateMember(file: string, packed: ByteSource, member: Deflated): ByteSource {
  const { name, size, start, packedSize } = member;
  const pieces = new Pieces();
  const crc = new Crc32();
  const stream = new Inflate((chunk) => {
    if (pieces.size + chunk.length > size) throw damagedArchive(file, 'it is longer than stated', name);
    pieces.push(chunk);
    crc.update(chunk);
  });
  feeding(file, name, () => feed(packed, start, packedSize, (chunk, last) => stream.push(chunk, last)));
  if (pieces.size !== size || crc.value !== member.crc) throw damagedArchive(file, CHECKSUM, name);
  return pieces.source();
}

function feed(source: ByteSource, start: number, size: number, push: (chunk: Uint8Array, last: boolean) => void): void {
  for (let at = 0; at < size || at === 0; at += STEP) {
    const length = Math.min(STEP, size - at);
    // A copy: fflate keeps the rest of a chunk, and a source may hand out views that must not be written.
    push(source.read(start + at, length).slice(), at + STEP >= size);
  }
}

/** fflate throws errors of its own; ours pass. */
function feeding(file: string, member: string | undefined, run: () => void): void {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof UserError) throw thrown;
    throw damagedArchive(file, messageOf(thrown), member, thrown);
  }
}
