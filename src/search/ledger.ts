import { throwIfCancelled } from '../base/index.ts';
import type { StageContext } from '../ir/index.ts';
import { badBudget, badEvaluation, badGenome, emptySpace } from './errors.ts';
import { GenomeSet } from './genome-set.ts';
import { front } from './pareto.ts';
import type { Genome, Individual, SearchRequest, SearchResult } from './problem.ts';

/** The account of one search: what was evaluated, what may still be spent. Every algorithm evaluates through it. */
export class Ledger {
  readonly #request: SearchRequest;
  readonly #ctx: StageContext;
  readonly #seen: GenomeSet;
  readonly evaluated: Individual[] = [];

  constructor(request: SearchRequest, ctx: StageContext) {
    const { problem, budget, initial = [] } = request;
    if (problem.genes.length === 0) throw emptySpace();
    if (!Number.isInteger(budget) || budget < 1) throw badBudget(budget);
    initial.forEach((genome, index) => {
      const wrong = problem.genes.findIndex((gene, g) => {
        const value = genome[g];
        if (value === undefined) return true;
        if (gene.kind === 'real') return !(value >= gene.low && value <= gene.high);
        return !(Number.isInteger(value) && value >= 0 && value < gene.count);
      });
      if (wrong >= 0) throw badGenome(index, wrong, genome[wrong]);
    });
    this.#request = request;
    this.#ctx = ctx;
    this.#seen = new GenomeSet(problem.genes.length);
  }

  get left(): number {
    return this.#request.budget - this.evaluated.length;
  }

  isNew(genome: Genome): boolean {
    return !this.#seen.has(genome);
  }

  /** Marks a genome as taken, so that a batch being put together holds no twins. False if it already was. */
  claim(genome: Genome): boolean {
    return this.#seen.add(genome);
  }

  /** Evaluates claimed genomes, as many as the budget allows; returns them with their worth. */
  async spend(claimed: readonly Genome[]): Promise<readonly Individual[]> {
    throwIfCancelled(this.#ctx.signal);
    const batch = claimed.slice(0, this.left);
    if (batch.length === 0) return [];
    const evaluations = await this.#request.problem.evaluate(batch);
    if (evaluations.length !== batch.length) throw badEvaluation(batch.length, evaluations.length);
    const individuals = batch.map((genome, i) => ({ genome, evaluation: evaluations[i] as Individual['evaluation'] }));
    this.evaluated.push(...individuals);
    this.#ctx.progress(this.evaluated.length, this.#request.budget);
    return individuals;
  }

  /** Claims the initial genomes of the request, without repeats, up to the budget. */
  claimInitial(): Genome[] {
    const claimed: Genome[] = [];
    for (const genome of this.#request.initial ?? []) {
      if (claimed.length < this.left && this.claim(genome)) claimed.push(genome);
    }
    return claimed;
  }

  result(): SearchResult {
    const feasible: number[] = [];
    this.evaluated.forEach(({ evaluation }, i) => {
      if (!(evaluation.violation > 0)) feasible.push(i);
    });
    const points = feasible.map((i) => (this.evaluated[i] as Individual).evaluation.objectives);
    return {
      evaluated: this.evaluated,
      front: front(points).map((k) => feasible[k] as number),
      finishedEarly: this.left > 0,
    };
  }
}
