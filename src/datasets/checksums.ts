/** CRC-32 of gzip and zip: fflate leaves them unchecked, and a flipped bit in an array looks like any other number. */
import { Crc32 } from '../base/index.ts';
import { damaged } from './errors.ts';

export function crcOf(bytes: Uint8Array): number {
  const crc = new Crc32();
  crc.update(bytes);
  return crc.value;
}

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;

/**
 * What the directory of a zip states of its members: name → CRC-32. Source: PKWARE APPNOTE 4.3.12. A directory that cannot be
 * walked throws `datasets/damaged`; names are compared as UTF-8, as fflate decodes them.
 */
export function zipChecksums(file: string, bytes: Uint8Array): ReadonlyMap<string, number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - END_BYTES;
  while (end >= 0 && view.getUint32(end, true) !== END_OF_DIRECTORY) end--;
  if (end < 0) throw damaged(file, 'the zip archive is cut off: its directory is missing');
  const entries = view.getUint16(end + 10, true);
  const sums = new Map<string, number>();
  let at = view.getUint32(end + 16, true);
  // Archives of 65535 members and more, or of 4 GiB, keep their directory elsewhere (zip64); they are above the size limit or rare.
  for (let i = 0; i < entries && at !== 0xffffffff; i++) {
    if (at + ENTRY_BYTES > bytes.length || view.getUint32(at, true) !== DIRECTORY_ENTRY)
      throw damaged(file, 'the directory of the zip archive is broken');
    const nameBytes = view.getUint16(at + 28, true);
    const isUtf8 = (view.getUint16(at + 8, true) & 0x800) !== 0;
    const name = bytes.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes);
    sums.set(isUtf8 ? new TextDecoder().decode(name) : latin1(name), view.getUint32(at + 16, true));
    at += ENTRY_BYTES + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return sums;
}

const latin1 = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');

/** Throws `datasets/damaged` where a member's content does not agree with its checksum. */
export function checkMember(file: string, name: string, content: Uint8Array, sums: ReadonlyMap<string, number>): void {
  const stated = sums.get(name);
  if (stated !== undefined && stated !== crcOf(content))
    throw damaged(file, `the content of '${name}' in it does not agree with its checksum`);
}
