/**
 * Seeded random numbers: PCG32 (O'Neill 2014, XSH RR 64/32). The same seed gives the same numbers in every engine.
 * The 64-bit state is kept as two 32-bit halves, because BigInt is far slower.
 *
 * A generator is never shared between tasks: task `i` uses `random.derive(i)`, whose numbers depend only on the
 * seed and `i`, so results do not depend on how many workers there are.
 */
export class Random {
  #hi: number;
  #lo: number;
  readonly #incHi: number;
  readonly #incLo: number;
  readonly #seed: number;
  readonly #stream: number;

  constructor(seed: number, stream = 0) {
    this.#seed = seed >>> 0;
    this.#stream = stream >>> 0;
    // Increment = (stream << 1) | 1, state = 0; step; state += seed; step. As in the reference implementation.
    this.#incHi = this.#stream >>> 31;
    this.#incLo = ((this.#stream << 1) | 1) >>> 0;
    this.#hi = 0;
    this.#lo = 0;
    this.#step();
    this.#add(0, this.#seed);
    this.#step();
  }

  /** A generator for task `index` of this seed; does not advance this one. */
  derive(index: number): Random {
    return new Random(mix(this.#seed, index), mix(this.#stream ^ 0x9e3779b9, index) >>> 1);
  }

  /** Uniform in [0, 2^32). */
  uint32(): number {
    const hi = this.#hi;
    const lo = this.#lo;
    this.#step();
    // xorshifted = ((state >> 18) ^ state) >> 27, low 32 bits; rotate right by state >> 59.
    const xHi = (hi >>> 18) ^ hi;
    const xLo = ((lo >>> 18) | (hi << 14)) ^ lo;
    const value = ((xLo >>> 27) | (xHi << 5)) >>> 0;
    const turn = hi >>> 27;
    return ((value >>> turn) | (value << (-turn & 31))) >>> 0;
  }

  /** Uniform in [0, 1), 32 bits of resolution. */
  unit(): number {
    return this.uint32() / 4294967296;
  }

  /** Uniform integer in [0, n), without bias. n ≤ 2^32. */
  below(n: number): number {
    const limit = 4294967296 - (4294967296 % n);
    let value = this.uint32();
    while (value >= limit) value = this.uint32();
    return value % n;
  }

  /** Standard normal, by Box–Muller (one value per call; the second is dropped to keep the stream easy to follow). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.unit()));
    return radius * Math.cos(2 * Math.PI * this.unit());
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** Fisher–Yates, on a copy. */
  shuffle<T>(items: readonly T[]): T[] {
    const out = items.slice();
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const kept = out[i] as T;
      out[i] = out[j] as T;
      out[j] = kept;
    }
    return out;
  }

  #step(): void {
    // state = state * 6364136223846793005 + inc, modulo 2^64; the multiplier is 0x5851F42D4C957F2D.
    const [pHi, pLo] = multiplyLow64(this.#hi, this.#lo, 0x5851f42d, 0x4c957f2d);
    this.#hi = pHi;
    this.#lo = pLo;
    this.#add(this.#incHi, this.#incLo);
  }

  #add(hi: number, lo: number): void {
    const sum = this.#lo + lo;
    this.#hi = (this.#hi + hi + (sum > 0xffffffff ? 1 : 0)) >>> 0;
    this.#lo = sum >>> 0;
  }
}

function multiplyLow64(aHi: number, aLo: number, bHi: number, bLo: number): [number, number] {
  const a0 = aLo & 0xffff;
  const a1 = aLo >>> 16;
  const b0 = bLo & 0xffff;
  const b1 = bLo >>> 16;
  const p00 = a0 * b0;
  const middle = a1 * b0 + (p00 >>> 16);
  const middle2 = a0 * b1 + (middle % 65536);
  const lo = ((middle2 << 16) | (p00 & 0xffff)) >>> 0;
  const carry = a1 * b1 + Math.floor(middle / 65536) + Math.floor(middle2 / 65536);
  const hi = (carry + Math.imul(aHi, bLo) + Math.imul(aLo, bHi)) >>> 0;
  return [hi, lo];
}

/** A 32-bit mix of two words (Murmur3 finalizer): seeds of derived streams must not be near each other. */
function mix(a: number, b: number): number {
  let h = Math.imul(a ^ Math.imul(b ^ 0x85ebca6b, 0xcc9e2d51), 0x1b873593);
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
