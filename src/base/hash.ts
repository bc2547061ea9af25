import { sha256 } from '@noble/hashes/sha2.js';

/** SHA-256 as lower-case hex, over the concatenation of the parts. Synchronous, about 100 MB/s. */
export function sha256Hex(...parts: readonly Uint8Array[]): string {
  const hash = sha256.create();
  for (const part of parts) hash.update(part);
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
