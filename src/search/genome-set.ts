import type { Genome } from './problem.ts';

/** Genomes seen so far. Hashes the 64-bit patterns and compares exactly, because text keys of reals would cost more than the search. */
export class GenomeSet {
  readonly #buckets = new Map<number, Genome[]>();
  readonly #words: Uint32Array;
  readonly #numbers: Float64Array;
  size = 0;

  constructor(geneCount: number) {
    this.#numbers = new Float64Array(geneCount);
    this.#words = new Uint32Array(this.#numbers.buffer);
  }

  has(genome: Genome): boolean {
    return this.#buckets.get(this.#hash(genome))?.some((other) => same(other, genome)) ?? false;
  }

  /** True if it was not there yet. Keeps the array: do not change it afterwards. */
  add(genome: Genome): boolean {
    const hash = this.#hash(genome);
    const bucket = this.#buckets.get(hash);
    if (!bucket) this.#buckets.set(hash, [genome]);
    else if (bucket.some((other) => same(other, genome))) return false;
    else bucket.push(genome);
    this.size++;
    return true;
  }

  #hash(genome: Genome): number {
    for (let i = 0; i < genome.length; i++) this.#numbers[i] = (genome[i] as number) + 0;
    let h = 0x811c9dc5;
    for (let i = 0; i < this.#words.length; i++) h = Math.imul(h ^ (this.#words[i] as number), 0x01000193) ^ (h >>> 15);
    return h;
  }
}

function same(a: Genome, b: Genome): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
