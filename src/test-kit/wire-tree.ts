/**
 * A protobuf file as a tree, without its schema: whatever reads as a message is one. Changing the tree and writing it again gives
 * files whose lengths are right, so that what is wrong with them is found by what a reader makes of their content.
 */
export interface WireField {
  readonly tag: number;
  /** Of a varint: its value; of anything else: `bytes` or `fields`. */
  readonly value?: bigint;
  readonly bytes?: Uint8Array;
  readonly fields?: readonly WireField[];
}

/** The fields, or `undefined` where the bytes are no message. Messages are looked for down to `depth` levels. */
export function parseTree(bytes: Uint8Array, depth = 12): WireField[] | undefined {
  const fields: WireField[] = [];
  let at = 0;
  const varint = (): bigint | undefined => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) return undefined;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
    return undefined;
  };
  while (at < bytes.length) {
    const tag = varint();
    if (tag === undefined || tag >> 3n === 0n || tag > 0xffff_ffffn) return undefined;
    const wire = Number(tag & 7n);
    if (wire === 0) {
      const value = varint();
      if (value === undefined) return undefined;
      fields.push({ tag: Number(tag), value });
      continue;
    }
    const length = wire === 1 ? 8n : wire === 5 ? 4n : wire === 2 ? varint() : undefined;
    if (length === undefined || length > BigInt(bytes.length - at)) return undefined;
    const content = bytes.subarray(at, at + Number(length));
    at += Number(length);
    const inner = wire === 2 && depth > 0 && content.length > 1 ? parseTree(content, depth - 1) : undefined;
    fields.push(inner ? { tag: Number(tag), fields: inner } : { tag: Number(tag), bytes: content });
  }
  return fields;
}

/** The file again: of a tree that was not changed, byte by byte where numbers were written as short as they can be. */
export function writeTree(fields: readonly WireField[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const field of fields) {
    parts.push(varintBytes(BigInt(field.tag)));
    if (field.value !== undefined) parts.push(varintBytes(field.value));
    else {
      const content = field.fields ? writeTree(field.fields) : (field.bytes ?? new Uint8Array(0));
      if ((field.tag & 7) === 2) parts.push(varintBytes(BigInt(content.length)));
      parts.push(content);
    }
  }
  return concatenated(parts);
}

export function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function varintBytes(value: bigint): Uint8Array {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 127n; rest >>= 7n) out.push(Number(rest & 127n) | 128);
  out.push(Number(rest));
  return Uint8Array.from(out);
}
