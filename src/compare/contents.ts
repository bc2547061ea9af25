import { type Model, type StoredTensor, storedBytes, type WeightStore } from '../ir/index.ts';

/** How much of the constants is read. Those of files too large to be held in memory are read from disk when asked for. */
export interface ContentLimits {
  /** Constants of more bytes than this are not read. */
  readonly tensorBytes: number;
  /** At most this much of each model is read. */
  readonly modelBytes: number;
}

export const CONTENT_LIMITS: ContentLimits = { tensorBytes: 16 * 2 ** 20, modelBytes: 128 * 2 ** 20 };

export const bytesOf = ({ type, shape, strings }: StoredTensor): number =>
  strings
    ? strings.reduce((sum, text) => sum + text.length, 0)
    : storedBytes(
        type,
        shape.reduce((n, d) => n * d, 1),
      );

/** What the elements of constants are: read within limits, and not at all where both models hold the very same object. */
export class Contents {
  readonly #shared: ReadonlySet<StoredTensor>;
  readonly #readable: ReadonlySet<StoredTensor>;
  readonly #hashes = new Map<StoredTensor, string>();
  readonly #sharedNames = new Map<StoredTensor, string>();

  constructor(a: Model, b: Model, limits: ContentLimits) {
    const inA = new Set(a.weights.values());
    const shared = new Set([...b.weights.values()].filter((stored) => inA.has(stored)));
    this.#shared = shared;
    this.#readable = new Set([...readable(a.weights, shared, limits), ...readable(b.weights, shared, limits)]);
  }

  /** A text that is equal for equal elements; absent where they are not read. */
  textOf(stored: StoredTensor): string | undefined {
    if (this.#shared.has(stored)) {
      const name = this.#sharedNames.get(stored) ?? `shared ${this.#sharedNames.size}`;
      this.#sharedNames.set(stored, name);
      return name;
    }
    return this.#readable.has(stored) ? this.hashOf(stored) : undefined;
  }

  /** Eight hex digits of the elements. */
  hashOf(stored: StoredTensor): string {
    const known = this.#hashes.get(stored);
    if (known !== undefined) return known;
    const hash = (stored.strings ? hashTexts(stored.strings) : hashBytes(stored.bytes)).toString(16).padStart(8, '0');
    this.#hashes.set(stored, hash);
    return hash;
  }

  /** Whether two constants of one type and shape hold the same; `undefined` where that is too much to read. */
  areEqual(a: StoredTensor, b: StoredTensor): boolean | undefined {
    if (a === b) return true;
    if (!this.#canRead(a) || !this.#canRead(b)) return undefined;
    if (a.strings || b.strings) return JSON.stringify(a.strings) === JSON.stringify(b.strings);
    return sameBytes(a.bytes, b.bytes);
  }

  #canRead(stored: StoredTensor): boolean {
    return this.#readable.has(stored) || this.#shared.has(stored);
  }
}

/** The constants that may be read: in the order of the store, as far as the limits allow. */
function readable(weights: WeightStore, shared: ReadonlySet<StoredTensor>, limits: ContentLimits): StoredTensor[] {
  let left = limits.modelBytes;
  return [...weights.values()].filter((stored) => {
    const bytes = bytesOf(stored);
    if (shared.has(stored) || bytes > limits.tensorBytes || bytes > left) return false;
    left -= bytes;
    return true;
  });
}

/** Of more words than this, as many are taken, evenly spread: signatures only propose pairs. */
const SAMPLED_WORDS = 16384;

/** FNV-1a over 32-bit words, length first. Source: Fowler, Noll, Vo. */
function hashBytes(bytes: Uint8Array): number {
  let hash = Math.imul(0x811c9dc5 ^ bytes.length, 0x01000193);
  const words = bytes.length >>> 2;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const step = Math.max(1, Math.floor(words / SAMPLED_WORDS));
  for (let i = 0; i < words; i += step) hash = mixed(hash, view.getUint32(4 * i, true));
  for (let i = 4 * words; i < bytes.length; i++) hash = mixed(hash, bytes[i] as number);
  return hash >>> 0;
}

const mixed = (hash: number, word: number): number => {
  const product = Math.imul(hash ^ word, 0x01000193);
  return product ^ (product >>> 15);
};

function hashTexts(texts: readonly string[]): number {
  return hashBytes(new TextEncoder().encode(JSON.stringify(texts)));
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  const words = a.length >>> 2;
  const left = new DataView(a.buffer, a.byteOffset, a.byteLength);
  const right = new DataView(b.buffer, b.byteOffset, b.byteLength);
  for (let i = 0; i < words; i++) if (left.getUint32(4 * i, true) !== right.getUint32(4 * i, true)) return false;
  for (let i = 4 * words; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
