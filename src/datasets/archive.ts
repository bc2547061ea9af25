/** gzip and zip (npz), over fflate. Sizes are checked before anything is unpacked, so that a small file cannot fill the memory. */
import { gunzipSync, unzipSync, zipSync } from 'fflate';
import { messageOf } from '../base/index.ts';
import type { Tensor } from '../ir/index.ts';
import { checkMember, crcOf, zipChecksums } from './checksums.ts';
import { damaged, duplicateArray, tooLarge } from './errors.ts';
import { isNpy, readNpy, writeNpy } from './npy.ts';

/** All that one file may unpack to: 1 GiB. */
const MAX_BYTES = 2 ** 30;

/** Throws `datasets/too-large` above 1 GiB. Cheap: for use before a file's bytes are read. */
export function checkDataSize(name: string, bytes: number): void {
  if (bytes > MAX_BYTES) throw tooLarge(name, bytes, MAX_BYTES);
}

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;
export const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);

export function gunzip(file: string, bytes: Uint8Array): Uint8Array {
  if (bytes.length < 18) throw damaged(file, 'the gzip stream is cut off');
  // The last four bytes state the unpacked size; deflate cannot pack more than 1032 : 1.
  const size = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).getUint32(0, true);
  if (size > bytes.length * 1032) throw damaged(file, 'the gzip stream is cut off or followed by something else');
  if (size > MAX_BYTES) throw tooLarge(file, size, MAX_BYTES);
  const unpacked = inflating(file, () => gunzipSync(bytes));
  const crc = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 8, 4).getUint32(0, true);
  if (unpacked.length === size && crcOf(unpacked) !== crc)
    throw damaged(file, 'the content of the gzip stream does not agree with its checksum');
  if (unpacked.length !== size) throw damaged(file, 'the gzip stream does not unpack to the size it states');
  return unpacked;
}

/** The arrays of an .npz file by name, in the archive's order, stored or deflated. Members that are no arrays are passed over. */
export function readNpz(file: string, bytes: Uint8Array): Map<string, Tensor> {
  let total = 0;
  const members = inflating(file, () =>
    unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (!name.endsWith('.npy')) return false;
        total += originalSize;
        if (total > MAX_BYTES) throw tooLarge(file, total, MAX_BYTES);
        return true;
      },
    }),
  );
  const sums = zipChecksums(file, bytes);
  const arrays = new Map<string, Tensor>();
  for (const [path, content] of Object.entries(members)) {
    const name = path.slice(0, -'.npy'.length);
    checkMember(file, path, content, sums);
    if (!isNpy(content)) throw damaged(file, `'${path}' in it is no NumPy array`);
    if (arrays.has(name)) throw duplicateArray(name, file);
    arrays.set(name, readNpy(`${file}/${path}`, content));
  }
  return arrays;
}

/** Zip dates have no zone and begin in 1980; a fixed one makes the same arrays the same bytes. */
const FIXED_DATE = '1980-01-01T12:00:00';

/** Arrays as an .npz file, in the order given: `level` 0 stores, 1 to 9 deflate. The same arrays give the same bytes. */
export function writeNpz(arrays: ReadonlyMap<string, Tensor>, level: 0 | 6 | 9 = 6): Uint8Array {
  const members: Record<string, Uint8Array> = {};
  for (const [name, tensor] of arrays) members[`${name}.npy`] = writeNpy(tensor);
  return zipSync(members, { level, mtime: FIXED_DATE });
}

/** fflate throws its own errors; ours pass. */
function inflating<T>(file: string, unpack: () => T): T {
  try {
    return unpack();
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'UserError') throw thrown;
    throw damaged(file, `it cannot be unpacked (${messageOf(thrown)})`);
  }
}
