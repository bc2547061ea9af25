import { Random } from '../base/index.ts';
import type { StageContext } from '../ir/index.ts';
import { Ledger } from './ledger.ts';
import { constrainedRanks, crowding, scoresOf } from './pareto.ts';
import type { Genome, Individual, SearchAlgorithm, SearchRequest, SearchResult, SearchSetting } from './problem.ts';
import { settingOf } from './problem.ts';
import { cross, mutate, mutateOne, randomGenome, type VariationRates } from './variation.ts';

const settings: readonly SearchSetting[] = [
  {
    id: 'population',
    label: 'Population',
    help: 'Designs kept from generation to generation, and made anew in each.',
    range: [4, 1000],
    default: 40,
  },
  { id: 'crossover', label: 'Crossover', help: 'Probability that two parents are mixed.', range: [0, 1], default: 0.9 },
  {
    id: 'crossoverEta',
    label: 'SBX index',
    help: 'Larger keeps children nearer to their parents.',
    range: [1, 100],
    default: 15,
  },
  { id: 'mutationEta', label: 'Mutation index', help: 'Larger makes smaller steps.', range: [1, 100], default: 20 },
];

/** Tries to replace a duplicate before it is given up (methods C.2 step 6). */
const REFILL_TRIES = 10;

/** A population with its standing: front number and crowding distance of each member. */
interface Population {
  readonly members: readonly Individual[];
  readonly rank: Uint32Array;
  readonly distance: Float64Array;
}

/**
 * NSGA-II (Deb et al. 2002; methods C.2): fronts, crowding, constraint domination, binary tournaments, SBX and polynomial
 * mutation for reals, uniform crossover and reset for choices. No genome is evaluated twice in a run, not even one that
 * died out: budgets here are counted in evaluations that take seconds.
 */
export const nsga2: SearchAlgorithm = {
  id: 'nsga2',
  name: 'NSGA-II',
  description: 'Evolves a population towards the Pareto front, keeping it spread out.',
  settings,
  run: (request, ctx) => run(request, ctx),
};

async function run(request: SearchRequest, ctx: StageContext): Promise<SearchResult> {
  const { genes } = request.problem;
  const size = settingOf(nsga2, request, 'population');
  const rates: VariationRates = {
    crossover: settingOf(nsga2, request, 'crossover'),
    crossoverEta: settingOf(nsga2, request, 'crossoverEta'),
    mutationEta: settingOf(nsga2, request, 'mutationEta'),
    mutation: 1 / genes.length,
  };
  const random = new Random(request.seed);
  const ledger = new Ledger(request, ctx);
  const first = ledger.claimInitial();
  for (let tries = 0; first.length < size && tries < size * REFILL_TRIES; tries++) {
    const genome = randomGenome(genes, random);
    if (ledger.claim(genome)) first.push(genome);
  }
  let population = survive(await ledger.spend(first), size);
  while (ledger.left > 0) {
    const children = offspring(population, Math.min(size, ledger.left), ledger, request, rates, random);
    if (children.length === 0) break;
    population = survive([...population.members, ...(await ledger.spend(children))], size);
  }
  return ledger.result();
}

/** New genomes, claimed: children of tournament winners; where those are known already, mutated up to ten times; then random ones. */
function offspring(
  population: Population,
  wanted: number,
  ledger: Ledger,
  request: SearchRequest,
  rates: VariationRates,
  random: Random,
): Genome[] {
  const { genes } = request.problem;
  const out: Genome[] = [];
  // Twins are given up after ten tries, so several rounds may be needed; a nearly exhausted space ends in random genomes.
  for (let round = 0; round < REFILL_TRIES && out.length < wanted; round++) {
    for (let pair = 0; pair < wanted && out.length < wanted; pair += 2) {
      const mother = tournament(population, random);
      const father = tournament(population, random);
      for (const child of cross(genes, mother, father, rates, random)) {
        if (out.length === wanted) break;
        mutate(genes, child, rates, random);
        if (claimWithRefill(child, ledger, request, rates, random)) out.push(child);
      }
    }
  }
  for (let tries = 0; out.length < wanted && tries < wanted * REFILL_TRIES; tries++) {
    const genome = randomGenome(genes, random);
    if (ledger.claim(genome)) out.push(genome);
  }
  return out;
}

function claimWithRefill(
  child: number[],
  ledger: Ledger,
  request: SearchRequest,
  rates: VariationRates,
  random: Random,
): boolean {
  for (let tries = 0; tries <= REFILL_TRIES; tries++) {
    if (ledger.claim(child)) return true;
    mutateOne(request.problem.genes, child, rates, random);
  }
  return false;
}

/** Of two distinct draws: the lower front, then the larger crowding distance, then either. */
function tournament({ members, rank, distance }: Population, random: Random): Genome {
  const a = random.below(members.length);
  let b = random.below(members.length);
  if (b === a) b = (a + 1) % members.length;
  const byRank = (rank[a] as number) - (rank[b] as number);
  const byDistance = (distance[b] as number) - (distance[a] as number);
  const winner = byRank < 0 ? a : byRank > 0 ? b : byDistance < 0 ? a : byDistance > 0 ? b : random.below(2) ? a : b;
  return (members[winner] as Individual).genome;
}

/** Fills whole fronts, then cuts the last one by crowding. */
function survive(candidates: readonly Individual[], size: number): Population {
  const scores = scoresOf(candidates.map((c) => c.evaluation.objectives));
  const rank = constrainedRanks(
    scores,
    Float64Array.from(candidates, (c) => c.evaluation.violation),
  );
  const fronts = membersByFront(rank);
  const kept: number[] = [];
  const distances: number[] = [];
  for (const members of fronts) {
    if (kept.length >= size) break;
    const distance = crowding(scores, members);
    const order = members.map((_, k) => k);
    if (kept.length + members.length > size) {
      order.sort((a, b) => compareDistance(distance[b] as number, distance[a] as number) || a - b);
      order.length = size - kept.length;
    }
    for (const k of order) {
      kept.push(members[k] as number);
      distances.push(distance[k] as number);
    }
  }
  return {
    members: kept.map((i) => candidates[i] as Individual),
    rank: Uint32Array.from(kept, (i) => rank[i] as number),
    distance: Float64Array.from(distances),
  };
}

/** Difference of two distances that may both be infinite. */
const compareDistance = (a: number, b: number): number => (a === b ? 0 : a - b);

function membersByFront(rank: Uint32Array): number[][] {
  const fronts: number[][] = [];
  for (let i = 0; i < rank.length; i++) {
    const front = rank[i] as number;
    while (fronts.length <= front) fronts.push([]);
    (fronts[front] as number[]).push(i);
  }
  return fronts;
}
