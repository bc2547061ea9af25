import { Inflate } from 'fflate';
import { tooLarge } from './errors.ts';

/** More than any exploration needs; a few kilobytes can be made to unpack to gigabytes. */
const LIMIT_BYTES = 64 << 20;
const PIECE = 16384;

/** Inflates raw deflate data, giving up beyond 64 MiB. Throws whatever fflate throws for broken data. */
export function inflateLimited(packed: Uint8Array, limit: number = LIMIT_BYTES): Uint8Array {
  const parts: Uint8Array[] = [];
  let total = 0;
  const stream = new Inflate((part) => {
    total += part.length;
    if (total > limit) throw tooLarge(limit);
    parts.push(part);
  });
  for (let at = 0; at < packed.length; at += PIECE)
    stream.push(packed.subarray(at, at + PIECE), at + PIECE >= packed.length);
  const out = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
