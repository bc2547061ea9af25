/** Tar archives, as in .tar.gz: a row of files, each behind a header of 512 bytes. Source: POSIX.1-2017, pax; GNU tar manual. */
import { type ByteSource, partOf } from '../../base/index.ts';
import { damagedArchive } from './errors.ts';
import { isWanted, type Member } from './zip.ts';

const BLOCK = 512;

export const isTar = (source: ByteSource): boolean =>
  source.size >= 2 * BLOCK && textAt(source.read(257, 5), 0, 5) === 'ustar';

/** The regular files of the archive, which stay where they lie in it. */
export function tarMembers(file: string, source: ByteSource): Member[] {
  const members: Member[] = [];
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= source.size; ) {
    const header = source.read(at, BLOCK);
    if (header[0] === 0) break; // two empty blocks end the archive
    const size = sizeOf(header);
    const start = at + BLOCK;
    if (!Number.isSafeInteger(size) || start + size > source.size)
      throw damagedArchive(file, 'it is cut off', nameOf(header));
    const kind = String.fromCharCode(header[156] as number);
    if (kind === 'L') longName = textAt(source.read(start, Math.min(size, LONGEST_NAME)), 0, size);
    else if (kind === 'x') longName = paxPath(source.read(start, Math.min(size, LONGEST_NAME)));
    else {
      const name = longName ?? nameOf(header);
      if ((kind === '0' || kind === '\0') && isWanted(name))
        members.push({ name, source: partOf(source, start, size) });
      longName = undefined;
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return members;
}

const LONGEST_NAME = 65536;

/** Up to the first NUL. */
function textAt(bytes: Uint8Array, from: number, length: number): string {
  const field = bytes.subarray(from, from + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

function nameOf(header: Uint8Array): string {
  const prefix = textAt(header, 345, 155);
  const name = textAt(header, 0, 100);
  // GNU tar puts other things where POSIX has the prefix, and says so by a blank behind 'ustar'.
  return prefix === '' || header[262] !== 0 ? name : `${prefix}/${name}`;
}

/** Octal digits, or, beyond 8 GiB, big-endian bytes behind a set first bit. */
function sizeOf(header: Uint8Array): number {
  if ((header[124] as number) < 128) return Number.parseInt(textAt(header, 124, 12).trim() || '0', 8);
  return header.subarray(125, 136).reduce((value, byte) => value * 256 + byte, 0);
}

/** Records of the form 'length key=value\n'. */
const paxPath = (records: Uint8Array): string | undefined =>
  /(?:^|\n)\d+ path=([^\n]*)\n/.exec(new TextDecoder().decode(records))?.[1];
