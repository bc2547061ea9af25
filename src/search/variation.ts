import type { Random } from '../base/index.ts';
import type { Gene, Genome } from './problem.ts';

/** Rates of crossover and mutation (methods C.2 step 5). */
export interface VariationRates {
  /** Probability that a pair of parents is crossed at all. */
  readonly crossover: number;
  /** Distribution indices of SBX and of polynomial mutation: larger keeps children nearer to parents. */
  readonly crossoverEta: number;
  readonly mutationEta: number;
  /** Probability per gene. */
  readonly mutation: number;
}

/** Per gene of a crossed pair, that it is exchanged or blended. */
const GENE_CROSSOVER = 0.5;
const NEARLY_EQUAL = 1e-14;

export function randomGenome(genes: readonly Gene[], random: Random): Genome {
  return genes.map((gene) =>
    gene.kind === 'real' ? gene.low + random.unit() * (gene.high - gene.low) : random.below(gene.count),
  );
}

/**
 * Two children: SBX for real genes (bounded form, Deb & Agrawal 1995), uniform crossover for choices — never SBX, whose
 * distances mean nothing between categories.
 */
export function cross(
  genes: readonly Gene[],
  a: Genome,
  b: Genome,
  rates: VariationRates,
  random: Random,
): [number[], number[]] {
  const first = a.slice();
  const second = b.slice();
  if (random.unit() >= rates.crossover) return [first, second];
  for (let g = 0; g < genes.length; g++) {
    if (random.unit() >= GENE_CROSSOVER) continue;
    const gene = genes[g] as Gene;
    const x = a[g] as number;
    const y = b[g] as number;
    if (gene.kind === 'choice') {
      first[g] = y;
      second[g] = x;
    } else if (Math.abs(x - y) > NEARLY_EQUAL) {
      const low = Math.min(x, y);
      const high = Math.max(x, y);
      const u = random.unit();
      const spread = high - low;
      const down = clip(
        (low + high - sbxFactor(u, 1 + (2 * (low - gene.low)) / spread, rates.crossoverEta) * spread) / 2,
        gene,
      );
      const up = clip(
        (low + high + sbxFactor(u, 1 + (2 * (gene.high - high)) / spread, rates.crossoverEta) * spread) / 2,
        gene,
      );
      const swap = random.unit() < 0.5;
      first[g] = swap ? up : down;
      second[g] = swap ? down : up;
    }
  }
  return [first, second];
}

/** β_q of bounded SBX for a uniform draw u; β from the distance of the nearer parent to its bound. */
function sbxFactor(u: number, beta: number, eta: number): number {
  const alpha = 2 - beta ** -(eta + 1);
  return (u <= 1 / alpha ? u * alpha : 1 / (2 - u * alpha)) ** (1 / (eta + 1));
}

/** Polynomial mutation for reals; for choices another value: of ordered ones, every second time a neighbour. */
export function mutate(genes: readonly Gene[], genome: number[], rates: VariationRates, random: Random): void {
  for (let g = 0; g < genes.length; g++) {
    if (random.unit() >= rates.mutation) continue;
    mutateGene(genes[g] as Gene, genome, g, rates.mutationEta, random);
  }
}

/** Mutates one gene chosen at random: what refills a batch in place of a duplicate. */
export function mutateOne(genes: readonly Gene[], genome: number[], rates: VariationRates, random: Random): void {
  const g = random.below(genes.length);
  mutateGene(genes[g] as Gene, genome, g, rates.mutationEta, random);
}

function mutateGene(gene: Gene, genome: number[], g: number, eta: number, random: Random): void {
  const value = genome[g] as number;
  if (gene.kind === 'real') {
    genome[g] = clip(value + polynomialStep(value, gene, eta, random.unit()) * (gene.high - gene.low), gene);
  } else if (gene.count > 1) {
    genome[g] =
      gene.ordered && random.unit() < 0.5 ? neighbour(value, gene.count, random) : other(value, gene.count, random);
  }
}

/** δ_q of bounded polynomial mutation (Deb & Goyal 1996). */
function polynomialStep(x: number, { low, high }: { low: number; high: number }, eta: number, u: number): number {
  const range = high - low;
  if (range === 0) return 0;
  const power = 1 / (eta + 1);
  if (u <= 0.5) return (2 * u + (1 - 2 * u) * (1 - (x - low) / range) ** (eta + 1)) ** power - 1;
  return 1 - (2 * (1 - u) + 2 * (u - 0.5) * (1 - (high - x) / range) ** (eta + 1)) ** power;
}

function neighbour(value: number, count: number, random: Random): number {
  const up = random.unit() < 0.5;
  if (value === 0) return 1;
  if (value === count - 1) return count - 2;
  return up ? value + 1 : value - 1;
}

/** Uniform among the other values. */
function other(value: number, count: number, random: Random): number {
  const drawn = random.below(count - 1);
  return drawn >= value ? drawn + 1 : drawn;
}

const clip = (x: number, { low, high }: { low: number; high: number }): number => (x < low ? low : x > high ? high : x);
