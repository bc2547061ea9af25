import type { StageContext } from '../ir/index.ts';
import { notOrdered } from './errors.ts';
import { Ledger } from './ledger.ts';
import type {
  Gene,
  Genome,
  Individual,
  SearchAlgorithm,
  SearchRequest,
  SearchResult,
  SearchSetting,
} from './problem.ts';
import { settingOf } from './problem.ts';

const settings: readonly SearchSetting[] = [
  {
    id: 'loss',
    label: 'Loss objective',
    help: 'Which objective must not grow beyond the limit, by number.',
    range: [0, 10],
    default: 0,
  },
  {
    id: 'cost',
    label: 'Cost objective',
    help: 'Which objective is brought down, by number.',
    range: [0, 10],
    default: 1,
  },
  {
    id: 'allowance',
    label: 'Allowed loss',
    help: 'By how much the loss may grow above the start.',
    range: [0, 1],
    default: 0.001,
  },
  {
    id: 'width',
    label: 'Candidates per step',
    help: 'Steps tried at a time, the most promising ones.',
    range: [1, 64],
    default: 4,
  },
  {
    id: 'stride',
    label: 'First stride',
    help: 'Length of the first steps; halved down to 1.',
    range: [1, 8],
    default: 2,
  },
];

/** Smallest loss a step counts as having (methods D.7: max(ε, Δacc)). */
const LEAST_LOSS = 1e-6;

/** One gene lowered by `stride`, with what is known of it: what it was last seen to save and to lose. */
interface Step {
  readonly gene: number;
  ratio: number;
  /** The genome it was last seen to break the limit from; it is not tried again from there. */
  refusedAt?: Genome;
}

/**
 * Greedy descent (methods D.7, for any ordered choices): from the initial genome (or the highest index of every gene)
 * lower the gene with the best saving per loss, again and again, while the loss stays within the allowance.
 *
 * A first pass lowers every gene alone (the sensitivity pass); later only the `width` most promising steps are tried,
 * because saving per loss changes slowly. A step that breaks the limit rests until every other is exhausted, then all are
 * tried once more from where we are: so at the end each single step from the result breaks the limit, as D.7 demands.
 * Unordered choices and reals stay as the initial genome has them.
 */
export const greedy: SearchAlgorithm = {
  id: 'greedy',
  name: 'Greedy descent',
  description: 'Lowers the decision that saves most per loss until the allowed loss is spent.',
  settings,
  run: (request, ctx) => run(request, ctx),
};

async function run(request: SearchRequest, ctx: StageContext): Promise<SearchResult> {
  const ledger = new Ledger(request, ctx);
  const start = ledger.claimInitial();
  if (start.length === 0) {
    start.push(request.problem.genes.map((gene, g) => highest(gene, g)));
    ledger.claim(start[0] as Genome);
  }
  const [best, ...rest] = await ledger.spend(start);
  if (best) {
    const known = new Map([best, ...rest].map((individual) => [keyOf(individual.genome), individual]));
    const descent = new Descent(request, ledger, known, best);
    for (let stride = settingOf(greedy, request, 'stride'); ; stride = Math.floor(stride / 2)) {
      await descent.run(stride);
      if (stride <= 1 || ledger.left === 0) break;
    }
  }
  return ledger.result();
}

function highest(gene: Gene, index: number): number {
  if (gene.kind === 'choice' && gene.ordered) return gene.count - 1;
  throw notOrdered(index);
}

const keyOf = (genome: Genome): string => genome.join();

class Descent {
  readonly #request: SearchRequest;
  readonly #ledger: Ledger;
  readonly #known: Map<string, Individual>;
  readonly #limit: number;
  readonly #loss: number;
  readonly #cost: number;
  readonly #width: number;
  #at: Individual;

  constructor(request: SearchRequest, ledger: Ledger, known: Map<string, Individual>, start: Individual) {
    this.#request = request;
    this.#ledger = ledger;
    this.#known = known;
    this.#at = start;
    this.#loss = settingOf(greedy, request, 'loss');
    this.#cost = settingOf(greedy, request, 'cost');
    this.#width = settingOf(greedy, request, 'width');
    this.#limit = this.#lossOf(start) + settingOf(greedy, request, 'allowance') + 1e-12;
  }

  /** Descends by steps of `stride` until each of them breaks the limit, or the budget is spent. */
  async run(stride: number): Promise<void> {
    const steps: Step[] = [];
    this.#request.problem.genes.forEach((gene, index) => {
      if (gene.kind === 'choice' && gene.ordered) steps.push({ gene: index, ratio: Number.POSITIVE_INFINITY });
    });
    let wanted = steps.length;
    while (true) {
      const open = steps.filter((step) => (this.#at.genome[step.gene] as number) >= stride);
      let candidates = open.filter((step) => step.refusedAt === undefined);
      if (candidates.length === 0) candidates = open.filter((step) => step.refusedAt !== this.#at.genome);
      candidates.sort((a, b) => b.ratio - a.ratio || a.gene - b.gene);
      candidates.length = Math.min(candidates.length, wanted);
      if (candidates.length === 0) return;
      const from = this.#at;
      const found = await this.#evaluate(candidates, stride);
      const accepted = this.#judge(candidates, found, from);
      if (accepted) this.#at = accepted;
      if (found.some((individual) => individual === undefined)) return;
      wanted = this.#width;
    }
  }

  /** The genomes one step below the current one; `undefined` for those the budget no longer pays for. */
  async #evaluate(candidates: readonly Step[], stride: number): Promise<(Individual | undefined)[]> {
    const genomes = candidates.map(({ gene }) => this.#at.genome.map((v, g) => (g === gene ? v - stride : v)));
    const fresh = genomes.filter((genome) => this.#ledger.claim(genome));
    for (const individual of await this.#ledger.spend(fresh)) this.#known.set(keyOf(individual.genome), individual);
    return genomes.map((genome) => this.#known.get(keyOf(genome)));
  }

  /** Updates what is known of the steps; returns the step worth taking: allowed, saving, best ratio. */
  #judge(
    candidates: readonly Step[],
    found: readonly (Individual | undefined)[],
    from: Individual,
  ): Individual | undefined {
    let best: Individual | undefined;
    let bestRatio = 0;
    candidates.forEach((step, k) => {
      const to = found[k];
      if (!to) return;
      const saving = this.#costOf(from) - this.#costOf(to);
      step.ratio = saving / Math.max(LEAST_LOSS, this.#lossOf(to) - this.#lossOf(from));
      const allowed =
        this.#lossOf(to) <= this.#limit && saving > 0 && to.evaluation.violation <= from.evaluation.violation;
      step.refusedAt = allowed ? undefined : from.genome;
      if (allowed && step.ratio > bestRatio) {
        best = to;
        bestRatio = step.ratio;
      }
    });
    return best;
  }

  #lossOf = (individual: Individual): number => individual.evaluation.objectives[this.#loss] as number;
  #costOf = (individual: Individual): number => individual.evaluation.objectives[this.#cost] as number;
}
