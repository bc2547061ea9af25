import { Random } from '../base/index.ts';
import { Ledger } from './ledger.ts';
import type { Genome, SearchAlgorithm } from './problem.ts';
import { randomGenome } from './variation.ts';

/** Genomes evaluated at a time: enough for any pool, small enough to stop soon. */
const BATCH = 32;
/** Draws per missing genome before the space counts as exhausted. */
const TRIES = 100;

/** Uniform random genomes without repeats: the baseline of every other algorithm (methods C.4). */
export const randomSearch: SearchAlgorithm = {
  id: 'random',
  name: 'Random search',
  description: 'Draws designs uniformly: the yardstick for the others.',
  settings: [],
  async run(request, ctx) {
    const random = new Random(request.seed);
    const ledger = new Ledger(request, ctx);
    await ledger.spend(ledger.claimInitial());
    while (ledger.left > 0) {
      const wanted = Math.min(BATCH, ledger.left);
      const batch: Genome[] = [];
      for (let tries = 0; batch.length < wanted && tries < wanted * TRIES; tries++) {
        const genome = randomGenome(request.problem.genes, random);
        if (ledger.claim(genome)) batch.push(genome);
      }
      if (batch.length === 0) break;
      await ledger.spend(batch);
    }
    return ledger.result();
  },
};
