/**
 * Zip archives, read by their directory: members that are stored stay where they lie, deflated ones are inflated when they
 * are first read. Source: PKWARE, APPNOTE.TXT 6.3.10.
 */
import { type ByteSource, partOf } from '../../base/index.ts';
import { damagedArchive, encryptedMember, unknownPacking, unpacksTooLarge } from './errors.ts';
import { inflateMember, unpackLimit } from './inflate.ts';

export interface Member {
  /** Its path in the archive. */
  readonly name: string;
  readonly source: ByteSource;
}

interface Entry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  /** Of its local header. */
  readonly offset: number;
}

const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;
const IN_ZIP64 = 0xffffffff;
const END_BYTES = 22;
const LONGEST_COMMENT = 65535;

/** Whether a file begins as zip archives do. */
export function isZip(source: ByteSource): boolean {
  if (source.size < END_BYTES) return false;
  const head = new DataView(source.read(0, 4).slice().buffer).getUint32(0, true);
  return head === 0x04034b50 || head === 0x06054b50;
}

/** Paths in the archive, without folders and without what systems add for themselves. Reads the directory only. */
export const zipNames = (file: string, source: ByteSource): string[] =>
  entriesOf(file, source).map((entry) => entry.name);

/** The files of the archive. What deflated members may unpack to is bounded by `unpackLimit`, before any is unpacked. */
export function zipMembers(file: string, source: ByteSource): Member[] {
  const entries = entriesOf(file, source);
  const limit = unpackLimit(source.size);
  const total = entries.reduce((sum, { method, size }) => sum + (method === STORED ? 0 : size), 0);
  if (total > limit) throw unpacksTooLarge(file, limit);
  return entries.map((entry) => ({ name: entry.name, source: contentOf(file, source, entry) }));
}

function contentOf(file: string, source: ByteSource, entry: Entry): ByteSource {
  const { name, flags, method, packedSize, size, crc } = entry;
  if (flags & ENCRYPTED) throw encryptedMember(file, name);
  const local = viewAt(file, source, entry.offset, 30);
  if (local.getUint32(0, true) !== 0x04034b50) throw damagedArchive(file, 'its local header is missing', name);
  const start = entry.offset + 30 + local.getUint16(26, true) + local.getUint16(28, true);
  if (start + packedSize > source.size) throw damagedArchive(file, 'it runs past the end of the archive', name);
  if (method === STORED) {
    if (packedSize !== size) throw damagedArchive(file, 'its two sizes differ though it is not packed', name);
    return partOf(source, start, size);
  }
  if (method !== DEFLATED) throw unknownPacking(file, name, method);
  let content: ByteSource | undefined;
  return {
    size,
    read(offset, length) {
      content ??= inflateMember(file, source, { name, size, crc, start, packedSize });
      return content.read(offset, length);
    },
  };
}

function entriesOf(file: string, source: ByteSource): Entry[] {
  const { offset, size } = directoryOf(file, source);
  const bytes = source.read(offset, size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  const entries: Entry[] = [];
  for (let at = 0; at + 46 <= size && view.getUint32(at, true) === 0x02014b50; ) {
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const next = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true);
    if (next > size) throw damagedArchive(file, 'its directory is cut off');
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    const extra = new DataView(view.buffer, view.byteOffset + at + 46 + nameLength, extraLength);
    if (isWanted(name)) entries.push(entryAt(file, view, at, name, extra));
    at = next;
  }
  return entries;
}

/** Folders, and files that macOS and editors leave in archives, are not. */
export const isWanted = (path: string): boolean =>
  !/[/\\]$/.test(path) && !/(^|\/)(__MACOSX\/|\.[^/]*$)/.test(path) && path !== '';

function entryAt(file: string, view: DataView, at: number, name: string, extra: DataView): Entry {
  const wide = zip64Values(extra);
  const value = (where: number): number => {
    const stated = view.getUint32(at + where, true);
    if (stated !== IN_ZIP64) return stated;
    const next = wide.shift();
    if (next === undefined || next > Number.MAX_SAFE_INTEGER) throw damagedArchive(file, 'a size is missing', name);
    return next;
  };
  const size = value(24);
  const packedSize = value(20);
  const offset = value(42);
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  return { name, flags, method, crc: view.getUint32(at + 16, true), packedSize, size, offset };
}

/** 64-bit sizes and offset, in that order, of those that do not fit their field. APPNOTE 4.5.3. */
function zip64Values(extra: DataView): number[] {
  for (let at = 0; at + 4 <= extra.byteLength; ) {
    const length = extra.getUint16(at + 2, true);
    const end = Math.min(at + 4 + length, extra.byteLength);
    if (extra.getUint16(at, true) === 1) {
      const values: number[] = [];
      for (let i = at + 4; i + 8 <= end; i += 8) values.push(Number(extra.getBigUint64(i, true)));
      return values;
    }
    at = end;
  }
  return [];
}

/** Where the directory lies, by the record at the end of the archive, behind which only a comment may stand. */
function directoryOf(file: string, source: ByteSource): { offset: number; size: number } {
  for (const length of [1024, END_BYTES + LONGEST_COMMENT]) {
    const found = directoryWithin(file, source, Math.min(source.size, length));
    if (found) return found;
  }
  throw damagedArchive(file, 'its directory is missing, so it was probably cut off');
}

function directoryWithin(file: string, source: ByteSource, length: number) {
  const tail = viewAt(file, source, source.size - length, length);
  for (let at = length - END_BYTES; at >= 0; at--) {
    if (tail.getUint32(at, true) !== 0x06054b50) continue;
    if (at + END_BYTES + tail.getUint16(at + 20, true) > length) continue;
    const end = source.size - length + at;
    const wide = zip64Directory(file, source, end);
    const size = wide?.size ?? tail.getUint32(at + 12, true);
    const offset = wide?.offset ?? tail.getUint32(at + 16, true);
    if (offset + size > end) throw damagedArchive(file, 'its directory lies outside it');
    return { offset, size };
  }
  return undefined;
}

/** The 64-bit record, by its locator right before the end record; `undefined` where there is none. APPNOTE 4.3.14. */
function zip64Directory(file: string, source: ByteSource, end: number): { offset: number; size: number } | undefined {
  if (end < 20) return undefined;
  const locator = viewAt(file, source, end - 20, 20);
  if (locator.getUint32(0, true) !== 0x07064b50) return undefined;
  const at = Number(locator.getBigUint64(8, true));
  if (!(at + 56 <= end)) throw damagedArchive(file, 'its directory lies outside it');
  const record = viewAt(file, source, at, 56);
  if (record.getUint32(0, true) !== 0x06064b50) throw damagedArchive(file, 'its directory is missing');
  return { size: Number(record.getBigUint64(40, true)), offset: Number(record.getBigUint64(48, true)) };
}

function viewAt(file: string, source: ByteSource, at: number, length: number): DataView {
  if (at + length > source.size) throw damagedArchive(file, 'it is cut off');
  const bytes = source.read(at, length);
  return new DataView(bytes.buffer, bytes.byteOffset, length);
}
