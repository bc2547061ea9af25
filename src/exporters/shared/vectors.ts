import { BugError } from '../../base/index.ts';
import { type Program, type StorageType, storageBytes, type TestVector } from '../../ir/index.ts';

type Codes = TestVector['inputs'][number];

/** Bytes of the codes in the storage type, least significant byte first. */
export function codeBytes(codes: Codes, type: StorageType): Uint8Array {
  const size = storageBytes(type);
  const out = new Uint8Array(codes.length * size);
  const view = new DataView(out.buffer);
  for (let i = 0; i < codes.length; i++) {
    const value = codes[i] as number;
    if (size === 1) view.setUint8(i, value & 255);
    else if (size === 2) view.setUint16(2 * i, value & 65535, true);
    else view.setInt32(4 * i, value, true);
  }
  return out;
}

/** All vectors as one stream: of each, its inputs in order, then its outputs. Checks that they fit the program. */
export function vectorStream(program: Program, vectors: readonly TestVector[]): Uint8Array {
  const parts = vectors.flatMap((vector, v) => [
    ...portBytes(program, program.inputs, vector.inputs, `input of vector ${v}`),
    ...portBytes(program, program.outputs, vector.outputs, `output of vector ${v}`),
  ]);
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function portBytes(program: Program, ports: Program['inputs'], arrays: readonly Codes[], what: string): Uint8Array[] {
  if (arrays.length !== ports.length) throw new BugError(`${what}: ${arrays.length} arrays for ${ports.length} ports`);
  return ports.map((port, i) => {
    const buffer = program.buffers.find((b) => b.id === port.buffer);
    const codes = arrays[i] as Codes;
    const count = buffer?.shape.reduce((n, d) => n * d, 1);
    if (!buffer || codes.length !== count) throw new BugError(`${what}: ${codes.length} codes instead of ${count}`);
    return codeBytes(codes, buffer.type);
  });
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Base64 without line ends: the densest text that needs no escapes in any language we print. */
export function base64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  let piece = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const word = ((bytes[i] as number) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    piece += ALPHABET.charAt(word >>> 18) + ALPHABET.charAt((word >>> 12) & 63);
    piece += i + 1 < bytes.length ? ALPHABET.charAt((word >>> 6) & 63) : '=';
    piece += i + 2 < bytes.length ? ALPHABET.charAt(word & 63) : '=';
    if (piece.length >= 8192) {
      pieces.push(piece);
      piece = '';
    }
  }
  return pieces.join('') + piece;
}
