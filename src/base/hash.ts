import { sha256 } from '@noble/hashes/sha2.js';
import type { ByteSource } from './byte-source.ts';

/** SHA-256 as lower-case hex, over the concatenation of the parts. Synchronous, about 100 MB/s. */
export function sha256Hex(...parts: readonly Uint8Array[]): string {
  const hash = sha256.create();
  for (const part of parts) hash.update(part);
  return toHex(hash.digest());
}

/** Bytes hashed at a time: 4 MiB. */
const CHUNK = 2 ** 22;

/** SHA-256 of a whole source, read a chunk at a time, so that it never lies in memory as one. */
export function sha256OfSource(source: ByteSource): string {
  const hash = sha256.create();
  for (let at = 0; at < source.size; at += CHUNK) hash.update(source.read(at, Math.min(CHUNK, source.size - at)));
  return toHex(hash.digest());
}

/** The same, calling `between` after each chunk with the bytes done: to tell progress, to let others in, to end early by throwing. */
export async function sha256InSteps(source: ByteSource, between: (done: number) => Promise<void>): Promise<string> {
  const hash = sha256.create();
  for (let at = 0; at < source.size; at += CHUNK) {
    hash.update(source.read(at, Math.min(CHUNK, source.size - at)));
    await between(Math.min(source.size, at + CHUNK));
  }
  return toHex(hash.digest());
}

/** Hash of a plain value: SHA-256 of its canonical JSON. */
export function hashOf(value: unknown): string {
  return sha256Hex(new TextEncoder().encode(canonicalJson(value)));
}

/**
 * JSON with sorted keys and no white space: equal values give equal text. `undefined` members are left out, as in JSON.
 * Numbers must be finite: an unknown figure is absent, not NaN.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (member !== null && typeof member === 'object' && !Array.isArray(member)) {
      const sorted = Object.create(null) as Record<string, unknown>;
      for (const key of Object.keys(member).sort()) sorted[key] = (member as Record<string, unknown>)[key];
      return sorted;
    }
    return member;
  });
}

function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}
