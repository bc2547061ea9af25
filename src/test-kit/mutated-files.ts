/** Files spoiled in every way files are: bits, lengths, cuts and splices of the bytes, and whole fields of the messages. */
import type { Random } from '../base/index.ts';
import { concatenated, parseTree, varintBytes, type WireField, writeTree } from './wire-tree.ts';

/** One of `seeds` after one to four changes, half of them on its bytes and half on its messages. The same `random` gives the same file. */
export function mutatedFile(seeds: readonly Uint8Array[], random: Random): Uint8Array {
  const pick = () => seeds[random.below(seeds.length)] as Uint8Array;
  let bytes = pick();
  const changes = 1 + random.below(4);
  if (random.below(2) === 0) {
    for (let i = 0; i < changes; i++) bytes = changedBytes(bytes, pick(), random);
    return bytes;
  }
  let fields: readonly WireField[] | undefined = parseTree(bytes);
  if (!fields) return changedBytes(bytes, pick(), random);
  const others = parseTree(pick()) ?? fields;
  for (let i = 0; i < changes; i++) fields = changedFields(fields, others, random);
  bytes = writeTree(fields);
  return random.below(8) === 0 ? changedBytes(bytes, pick(), random) : bytes;
}

const EXTREMES = [
  0n,
  1n,
  2n,
  7n,
  127n,
  128n,
  255n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

function changedBytes(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  const at = random.below(bytes.length + 1);
  const length = random.below(Math.min(64, bytes.length - at + 1));
  const before = bytes.subarray(0, at);
  const after = bytes.subarray(at + length);
  switch (random.below(9)) {
    case 0: // a bit
      return at < bytes.length ? bytes.with(at, (bytes[at] as number) ^ (1 << random.below(8))) : bytes;
    case 1: // a byte
      return at < bytes.length ? bytes.with(at, random.below(256)) : bytes;
    case 2: // a cut
      return before.slice();
    case 3: // a piece left out
      return concatenated([before, after]);
    case 4: // a piece twice
      return concatenated([before, bytes.subarray(at, at + length), bytes.subarray(at)]);
    case 5: // a piece of another file
      return concatenated([before, slice(other, random), after]);
    case 6: // a piece from elsewhere
      return concatenated([before, slice(bytes, random), after]);
    case 7: // a number where there may be a length
      return concatenated([
        before,
        varintBytes(EXTREMES[random.below(EXTREMES.length)] as bigint),
        bytes.subarray(at + 1),
      ]);
    default: // a length or number one off
      return at < bytes.length ? bytes.with(at, ((bytes[at] as number) + 255 + 2 * random.below(2)) & 255) : bytes;
  }
}

function slice(bytes: Uint8Array, random: Random): Uint8Array {
  const from = random.below(bytes.length + 1);
  return bytes.subarray(from, from + random.below(Math.min(200, bytes.length - from + 1)));
}

/** One field somewhere in the tree changed; the deeper, the likelier, as most of a model lies deep. */
function changedFields(fields: readonly WireField[], others: readonly WireField[], random: Random): WireField[] {
  if (fields.length === 0) return [anyField(others, random)];
  const i = random.below(fields.length);
  const field = fields[i] as WireField;
  if (field.fields && random.below(5) > 0) {
    return fields.with(i, { ...field, fields: changedFields(field.fields, others, random) });
  }
  switch (random.below(8)) {
    case 0:
      return fields.toSpliced(i, 1);
    case 1:
      return fields.toSpliced(i, 0, ...new Array<WireField>(1 + random.below(40)).fill(field));
    case 2: // in another order
      return fields.toSpliced(i, 1).toSpliced(random.below(fields.length), 0, field);
    case 3: // of another number
      return fields.with(i, { ...field, tag: (random.below(30) << 3) | (field.tag & 7) || field.tag });
    case 4: // a message inside itself
      return field.fields
        ? fields.with(i, { ...field, fields: [...field.fields, field] })
        : fields.with(i, anyField(others, random));
    case 5:
      return fields.toSpliced(i, 0, anyField(others, random));
    default:
      return fields.with(i, changedValue(field, fields, random));
  }
}

function changedValue(field: WireField, siblings: readonly WireField[], random: Random): WireField {
  if (field.value !== undefined) return { ...field, value: EXTREMES[random.below(EXTREMES.length)] as bigint };
  const sibling = siblings[random.below(siblings.length)];
  // The bytes of a sibling: names become those of others, so that values have two origins or none and nodes form circles.
  if (sibling?.bytes && (field.tag & 7) === 2 && random.below(3) > 0) return { tag: field.tag, bytes: sibling.bytes };
  const content = field.bytes ?? new Uint8Array(0);
  if ((field.tag & 7) !== 2) return { ...field, bytes: content.map(() => random.below(256)) };
  return {
    tag: field.tag,
    bytes: content.length > 0 ? changedBytes(content, content, random) : Uint8Array.of(random.below(256)),
  };
}

function anyField(fields: readonly WireField[], random: Random): WireField {
  const field = fields[random.below(Math.max(1, fields.length))];
  if (!field) return { tag: 8, value: 1n };
  return field.fields && field.fields.length > 0 && random.below(4) > 0 ? anyField(field.fields, random) : field;
}
