import { describe, expect, test } from 'vitest';
import { UserError } from '../base/index.ts';
import { testContext } from '../test-kit/context.ts';
import { algorithms } from './algorithms.ts';
import { hypervolume } from './hypervolume.ts';
import { dominates } from './pareto.ts';
import type { Evaluation, Gene, Genome, Problem } from './problem.ts';

/** ZDT1 (Zitzler, Deb, Thiele 2000): f1 = x1, f2 = g (1 − √(f1/g)), optimal front f2 = 1 − √f1. */
function zdt1(x: Genome): Evaluation {
  let sum = 0;
  for (let i = 1; i < x.length; i++) sum += x[i]!;
  const g = 1 + (9 * sum) / (x.length - 1);
  return { objectives: [x[0]!, g * (1 - Math.sqrt(x[0]! / g))], violation: 0 };
}

const problem = (genes: readonly Gene[], worth: (x: Genome) => Evaluation): Problem => ({
  genes,
  evaluate: async (batch) => batch.map(worth),
});

const reals = (n: number): Gene[] => Array.from({ length: n }, () => ({ kind: 'real', low: 0, high: 1 }));
const bits = (n: number): Gene[] => Array.from({ length: n }, () => ({ kind: 'choice', count: 7, ordered: true }));

/** Eight layers whose loss rises as bits fall, each with its own size and sensitivity: a front with a known shape. */
const SIZES = [1, 2, 4, 8, 16, 8, 4, 2];
const SENSITIVITY = [9, 7, 3, 1, 1, 1, 5, 9];
function layered(x: Genome): Evaluation {
  let loss = 0;
  let cost = 0;
  x.forEach((index, l) => {
    loss += SENSITIVITY[l]! * 4 ** -(index + 2);
    cost += SIZES[l]! * (index + 2);
  });
  return { objectives: [loss, cost], violation: 0 };
}

test('NSGA-II on ZDT1 reaches 0.99 of the optimal hypervolume in 250 generations of 100', async () => {
  const request = { problem: problem(reals(30), zdt1), budget: 25_000, seed: 1, settings: { population: 100 } };
  const { evaluated, front, finishedEarly } = await algorithms.get('nsga2').run(request, testContext());
  expect(evaluated).toHaveLength(25_000);
  expect(finishedEarly).toBe(false);
  const points = front.map((i) => evaluated[i]!.evaluation.objectives);
  expect(hypervolume(points, [1.1, 1.1]).value).toBeGreaterThanOrEqual(0.99 * 0.8767);
  for (const p of points) expect(points.some((q) => dominates(q, p))).toBe(false);
});

describe.each(algorithms.ids())('%s', (id) => {
  const run = (seed: number, budget = 150) =>
    algorithms
      .get(id)
      .run({ problem: problem(bits(8), layered), budget, seed, settings: { allowance: 0.5 } }, testContext());

  test('same seed, same points; never over budget; no genome twice', async () => {
    const [a, b] = [await run(5), await run(5)];
    expect(a).toEqual(b);
    expect(a.evaluated.length).toBeLessThanOrEqual(150);
    if (!a.finishedEarly) expect(a.evaluated).toHaveLength(150);
    expect(new Set(a.evaluated.map((e) => e.genome.join())).size).toBe(a.evaluated.length);
  });

  test('takes the initial genomes first and spends a budget of one', async () => {
    const initial: Genome[] = [[6, 6, 6, 6, 6, 6, 6, 6]];
    const { evaluated } = await algorithms
      .get(id)
      .run({ problem: problem(bits(8), layered), budget: 1, seed: 1, initial }, testContext());
    expect(evaluated.map((e) => e.genome)).toEqual(initial);
  });

  test('is never worse than random search on layered bits (median of 5 seeds)', async () => {
    const volume = async (algorithm: string, seed: number): Promise<number> => {
      const request = { problem: problem(bits(8), layered), budget: 200, seed, settings: { allowance: 2 } };
      const { evaluated, front } = await algorithms.get(algorithm).run(request, testContext());
      return hypervolume(
        front.map((i) => evaluated[i]!.evaluation.objectives),
        [2.5, 400],
      ).value;
    };
    const seeds = [1, 2, 3, 4, 5];
    const median = (values: number[]): number => values.sort((a, b) => a - b)[2]!;
    const ours = median(await Promise.all(seeds.map((s) => volume(id, s))));
    const random = median(await Promise.all(seeds.map((s) => volume('random', s))));
    expect(ours).toBeGreaterThanOrEqual(random);
  });

  test('stops when cancelled', async () => {
    const stop = new AbortController();
    stop.abort();
    const request = { problem: problem(bits(3), layered), budget: 10, seed: 1 };
    await expect(algorithms.get(id).run(request, testContext(1, stop.signal))).rejects.toThrow('Cancelled');
  });

  test('refuses an empty space, an impossible budget and a genome out of range', async () => {
    const ask = (genes: Gene[], budget: number, initial: Genome[]) =>
      algorithms.get(id).run({ problem: problem(genes, layered), budget, seed: 1, initial }, testContext());
    await expect(ask([], 5, [])).rejects.toThrow(UserError);
    await expect(ask(bits(1), 0, [])).rejects.toMatchObject({ code: 'search/budget' });
    await expect(ask(bits(1), 5, [[7]])).rejects.toMatchObject({ code: 'search/genome' });
  });
});

test.each(['nsga2', 'random'])('%s visits a whole small space, then ends early', async (id) => {
  const { evaluated, finishedEarly } = await algorithms
    .get(id)
    .run({ problem: problem(bits(2), layered), budget: 200, seed: 2 }, testContext());
  expect(finishedEarly).toBe(true);
  expect(evaluated).toHaveLength(49);
});

test('NSGA-II puts feasibility first', async () => {
  const worth = (x: Genome): Evaluation => ({ ...layered(x), violation: x[0]! < 5 ? 5 - x[0]! : 0 });
  const { evaluated, front } = await algorithms
    .get('nsga2')
    .run({ problem: problem(bits(8), worth), budget: 400, seed: 1 }, testContext());
  expect(front.length).toBeGreaterThan(5);
  for (const i of front) expect(evaluated[i]!.genome[0]).toBeGreaterThanOrEqual(5);
  const late = evaluated.slice(-100).filter((e) => e.evaluation.violation === 0).length;
  expect(late).toBeGreaterThan(70);
});

test('greedy ends where every single step breaks the limit, below uniform bits of equal loss', async () => {
  const allowance = 0.02;
  const initial: Genome[] = [[6, 6, 6, 6, 6, 6, 6, 6]];
  const request = { problem: problem(bits(8), layered), budget: 5000, seed: 1, initial, settings: { allowance } };
  const { evaluated, finishedEarly } = await algorithms.get('greedy').run(request, testContext());
  expect(finishedEarly).toBe(true);
  const limit = layered(initial[0]!).objectives[0]! + allowance;
  const allowed = evaluated.filter((e) => e.evaluation.objectives[0]! <= limit + 1e-12);
  const result = allowed.reduce((a, b) => (b.evaluation.objectives[1]! < a.evaluation.objectives[1]! ? b : a));
  result.genome.forEach((index, l) => {
    if (index === 0) return;
    const below = layered(result.genome.map((v, g) => (g === l ? v - 1 : v)));
    expect(below.objectives[0]).toBeGreaterThan(limit);
  });
  const uniform = [0, 1, 2, 3, 4, 5, 6].map((b) => layered(Array.from({ length: 8 }, () => b)).objectives);
  const bestUniform = Math.min(...uniform.filter(([loss]) => loss! <= limit).map(([, cost]) => cost!));
  expect(result.evaluation.objectives[1]).toBeLessThan(bestUniform);
});

test('greedy needs an order to step down', async () => {
  const request = { problem: problem([{ kind: 'choice', count: 3, ordered: false }], layered), budget: 5, seed: 1 };
  await expect(algorithms.get('greedy').run(request, testContext())).rejects.toMatchObject({
    code: 'search/not-ordered',
  });
});
