import { Random } from '../base/index.ts';
import { algorithms, hypervolume, type Problem } from '../search/index.ts';
import { type BenchFigure, goal, median } from './suite.ts';

const EVALUATIONS = 20_000;
const RUNS = 5;
/** pymoo's NSGA-II at the same setting, on the reference machine: seconds and hypervolume. */
const PYMOO_SECONDS = 0.58;
const PYMOO_HYPERVOLUME = 0.868;

/** ZDT1 (Zitzler, Deb, Thiele 2000), 30 variables in [0, 1]. */
const zdt1: Problem = {
  genes: Array.from({ length: 30 }, () => ({ kind: 'real', low: 0, high: 1 })),
  evaluate: async (batch) =>
    batch.map((x) => {
      let sum = 0;
      for (let i = 1; i < x.length; i++) sum += x[i] as number;
      const g = 1 + (9 * sum) / (x.length - 1);
      const first = x[0] as number;
      return { objectives: [first, g * (1 - Math.sqrt(first / g))], violation: 0 };
    }),
};

/** Suite 'search': NSGA-II on ZDT1. `now` gives seconds. Medians over seeds 1 … 5. */
export async function searchSuite(now: () => number): Promise<readonly BenchFigure[]> {
  const seconds: number[] = [];
  const volumes: number[] = [];
  const ctx = {
    signal: new AbortController().signal,
    progress() {},
    warn() {},
  };
  for (let seed = 1; seed <= RUNS; seed++) {
    const start = now();
    const { evaluated, front } = await algorithms
      .get('nsga2')
      .run(
        { problem: zdt1, budget: EVALUATIONS, seed, settings: { population: 100 } },
        { ...ctx, random: new Random(seed) },
      );
    seconds.push(now() - start);
    const points = front.map((i) => evaluated[i]?.evaluation.objectives ?? []);
    volumes.push(hypervolume(points, [1.1, 1.1]).value);
  }
  const time = median(seconds);
  const volume = median(volumes);
  const peer = "pymoo's NSGA-II (recorded)";
  return [
    {
      name: 'NSGA-II, ZDT1, 20 000 evaluations',
      unit: 's',
      median: time,
      runs: RUNS,
      goal: goal('<=', 0.6, time),
      reference: PYMOO_SECONDS,
      peer,
      ratio: time / PYMOO_SECONDS,
    },
    {
      name: 'NSGA-II, ZDT1, hypervolume at (1.1, 1.1); at most 0.8767',
      unit: '',
      median: volume,
      runs: RUNS,
      goal: goal('>=', 0.866, volume),
      reference: PYMOO_HYPERVOLUME,
      peer,
      ratio: volume / PYMOO_HYPERVOLUME,
    },
  ];
}
