/**
 * Where a dataset's numbers lie. jsfive reads them element by element and trusts what it is told of chunks, so that plain runs are
 * taken from the file directly here, and chunks and the elements of attributes are counted before it follows them.
 * Source: HDF5 File Format Specification 3.0, III.A.1 (version 1 B-trees), IV.A.2.i (data layout message), IV.A.2.m (attributes).
 */
import type { Dataset, Group } from 'jsfive';

const DATA_LAYOUT = 0x0008;
const CONTIGUOUS = 1;
const CHUNKED = 2;

interface Layout {
  readonly kind: number;
  /** Of what follows in the message, by the layout. */
  readonly offset: number;
}

/** `undefined`: an old layout, or jsfive no longer says. */
function layoutOf(dataset: Dataset): Layout | undefined {
  const objects = dataset._dataobjects;
  const at = objects?.find_msg_type(DATA_LAYOUT)[0]?.get('offset_to_message');
  if (!objects || typeof at !== 'number') return undefined;
  const [version, , kind, offset] = objects._get_data_message_properties(at);
  return version === 3 ? { kind, offset } : undefined;
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Numbers of 32 bits that lie one behind the other, as a view on the file where they are aligned. `undefined`: they do not. */
export function contiguous(dataset: Dataset, bytes: Uint8Array, count: number): Float32Array | undefined {
  const layout = layoutOf(dataset);
  if (layout?.kind !== CONTIGUOUS || layout.offset + 8 > bytes.length) return undefined;
  const offset = Number(viewOf(bytes).getBigUint64(layout.offset, true));
  if (offset + 4 * count > bytes.length) return undefined;
  const found = bytes.subarray(offset, offset + 4 * count);
  const aligned = found.byteOffset % 4 === 0 ? found : found.slice();
  return new Float32Array(aligned.buffer, aligned.byteOffset, count);
}

/** Why the chunks of a dataset are not to be followed; `undefined`: they are as they should be, or there are none. */
export function chunkFault(dataset: Dataset, bytes: Uint8Array): string | undefined {
  const layout = layoutOf(dataset);
  if (!layout) return 'its layout is of an old or unknown version';
  if (layout.kind !== CHUNKED) return undefined;
  const { shape } = dataset;
  const view = viewOf(bytes);
  // Dimensions and one more for the element, address of the tree, sizes of a chunk.
  const rank = view.getUint8(layout.offset) - 1;
  if (rank !== shape.length) return `its chunks have ${rank} dimensions and it has ${shape.length}`;
  const chunk = shape.map((_, i) => view.getUint32(layout.offset + 9 + 4 * i, true));
  if (chunk.some((size, i) => size === 0 || size > Math.max(1, shape[i] as number)))
    return `its chunks of ${chunk.join(' × ')} do not fit its ${shape.join(' × ')}`;
  const expected = shape.reduce((n, size, i) => n * Math.ceil(size / (chunk[i] as number)), 1);
  const root = Number(view.getBigUint64(layout.offset + 1, true));
  const found = countChunks(view, root, rank, expected);
  return found === expected
    ? undefined
    : `it has ${found === undefined ? 'more than' : `${found} of`} ${expected} chunks`;
}

/** Node: 'TREE', type, level, entries, two siblings; then a key (size, mask, offsets) and an address per entry. */
const NODE_HEAD = 24;
const DEEPEST = 8;

/** Chunks below a node of the tree, `undefined` beyond `most`. Reading outside the file throws a RangeError. */
function countChunks(view: DataView, node: number, rank: number, most: number, depth = 0): number | undefined {
  const level = view.getUint8(node + 5);
  const entries = view.getUint16(node + 6, true);
  if (entries > most || depth > DEEPEST || (level > 0 && depth + level > DEEPEST)) return undefined;
  if (level === 0) return entries;
  const key = 8 + 8 * (rank + 1);
  let total = 0;
  for (let i = 0; i < entries; i++) {
    const child = Number(view.getBigUint64(node + NODE_HEAD + key + i * (key + 8), true));
    if (view.getUint8(child + 5) !== level - 1) return undefined;
    const below = countChunks(view, child, rank, most - total, depth + 1);
    if (below === undefined) return undefined;
    total += below;
  }
  return total;
}

const ATTRIBUTE = 0x000c;

/** Why a group's attributes are not to be read: one claims more elements than its message has bytes. `undefined`: none does. */
export function attributeFault(group: Group, bytes: Uint8Array): string | undefined {
  const view = viewOf(bytes);
  for (const message of group._dataobjects?.find_msg_type(ATTRIBUTE) ?? []) {
    const at = Number(message.get('offset_to_message'));
    const size = Number(message.get('size'));
    const count = attributeElements(view, at);
    if (count > size) return `an attribute claims ${count} elements in ${size} bytes`;
  }
  return undefined;
}

/** Header: version, a byte, sizes of name, type and space (and, since 3, the character set); until 2 each part fills whole 8 bytes. */
function attributeElements(view: DataView, at: number): number {
  const version = view.getUint8(at);
  const padded = (n: number) => (version < 3 ? Math.ceil(n / 8) * 8 : n);
  const [name, type] = [view.getUint16(at + 2, true), view.getUint16(at + 4, true)];
  const space = at + (version < 3 ? 8 : 9) + padded(name) + padded(type);
  const first = view.getUint8(space) === 1 ? space + 8 : space + 4;
  let count = 1;
  for (let i = 0; i < view.getUint8(space + 1); i++) count *= Number(view.getBigUint64(first + 8 * i, true));
  return count;
}
