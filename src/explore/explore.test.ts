import { describe, expect, test } from 'vitest';
import { testContext } from '../test-kit/context.ts';
import type { Choices } from './choices.ts';
import { feasibility } from './constraints.ts';
import type { DesignPoint } from './design-point.ts';
import type { Exploration } from './exploration.ts';
import { explore } from './explore.ts';
import { designPointId } from './ids.ts';
import { strategies } from './strategies.ts';
import { defaultAxes, frontOf, hypervolumeOf } from './view.ts';

/** Weights per layer of a made-up network, and how much each layer minds few bits. */
const SIZES = [432, 2304, 4608, 9216, 18432, 36864, 640];
const MIND = [9, 4, 3, 2, 1, 1, 8];

const data = (sha256: string) => ({ name: 'd', sha256, count: 100, labelled: true, origin: 'given' as const });

const planOf = (algorithm: string, budget: number, more: Partial<Exploration> = {}): Omit<Exploration, 'points'> => ({
  version: 1,
  toolVersion: '0.1.0',
  model: { name: 'm.onnx', sha256: 'a'.repeat(64), bytes: 1 },
  layers: SIZES.map((_, i) => `conv_${i}`),
  seed: 7,
  data: data('b'),
  calibration: data('c'),
  target: { platform: 'stm32l4r5', runtime: 'x', clockHertz: 120e6 },
  algorithm,
  budget,
  constraints: [],
  ...more,
});

/** A stand-in for the pipeline with the shape of the real thing: an MCU, where only weight bits save flash. */
function worth(plan: Omit<Exploration, 'points'>, choices: Choices, origin: string): DesignPoint {
  const { bits, method, weights } = choices.quantize;
  let loss = method === 'mse' ? 0 : 0.004;
  if (weights === 'per-tensor') loss += 0.01;
  let flash = 30_000;
  bits.forEach(([w, a], l) => {
    loss += MIND[l]! * (4 ** -w * 0.4 + 4 ** -a * 0.2);
    flash += Math.ceil((SIZES[l]! * w) / 8);
  });
  const computed = (value: number) => ({ value, provenance: 'computed' as const });
  return {
    id: designPointId(plan, choices),
    choices,
    origin,
    diagnostics: [],
    objectives: {
      accuracy: { value: Math.max(0.1, 0.9 - loss), provenance: 'measured' },
      flashBytes: computed(flash),
      latencySeconds: computed(0.01),
      macs: computed(1e6),
    },
  };
}

function counting(plan: Omit<Exploration, 'points'>) {
  const calls: Choices[] = [];
  return {
    calls,
    evaluate: async (choices: readonly Choices[], origin: string) => {
      calls.push(...choices);
      return choices.map((choice) => worth(plan, choice, origin));
    },
  };
}

describe.each(strategies.ids())('%s', (id) => {
  test('same plan, same points; the budget is kept, no design is evaluated twice', async () => {
    const plan = planOf(id, 120);
    const [a, b] = [counting(plan), counting(plan)];
    const first = await explore(plan, a.evaluate, testContext());
    const second = await explore(plan, b.evaluate, testContext());
    expect(first).toEqual(second);
    expect(first.points.length).toBeLessThanOrEqual(120);
    if (id !== 'greedy') expect(first.points).toHaveLength(120);
    expect(a.calls).toHaveLength(first.points.length);
    expect(new Set(first.points.map((p) => p.id)).size).toBe(first.points.length);
  });

  test.each([1, 2, 5])('a budget of %i is kept too', async (budget) => {
    const plan = planOf(id, budget);
    expect((await explore(plan, counting(plan).evaluate, testContext())).points).toHaveLength(budget);
  });

  test('resumed from any of its beginnings it ends with the same points, evaluating only the rest', async () => {
    const plan = planOf(id, 90);
    const whole = await explore(plan, counting(plan).evaluate, testContext());
    for (const kept of [0, 1, 13, 50, whole.points.length]) {
      const rest = counting(plan);
      const resume = { ...whole, points: whole.points.slice(0, kept) };
      const again = await explore(plan, rest.evaluate, testContext(), { resume });
      expect(again.points.map((p) => p.id)).toEqual(whole.points.map((p) => p.id));
      expect(rest.calls).toHaveLength(whole.points.length - Math.min(kept, whole.points.length));
    }
  });

  test('is never worse than random', async () => {
    const volume = async (algorithm: string) => {
      const plan = planOf(algorithm, 150);
      return (await explore(plan, counting(plan).evaluate, testContext())).points;
    };
    const [ours, random] = [await volume(id), await volume('random')];
    const axes = ['flashBytes', 'accuracy'];
    const all = [...ours, ...random];
    const of = (points: readonly DesignPoint[]) => {
      const spread = all.map((p) => ({
        ...p,
        objectives: points.includes(p) ? p.objectives : p.objectives,
        mine: points.includes(p),
      }));
      return hypervolumeOf(
        spread.map((p) => (p.mine ? p : worst(p, all))),
        axes,
      )!;
    };
    // The yardstick searches methods and activations too; a descent at fixed ones covers less of the front.
    if (id !== 'greedy') expect(of(ours)).toBeGreaterThanOrEqual(of(random));
    else
      expect(
        Math.min(
          ...ours.filter((p) => p.objectives['accuracy']!.value > 0.88).map((p) => p.objectives['flashBytes']!.value),
        ),
      ).toBeLessThanOrEqual(
        Math.min(
          ...random.filter((p) => p.objectives['accuracy']!.value > 0.88).map((p) => p.objectives['flashBytes']!.value),
        ),
      );
  });
});

/** The point moved to the worst corner of all, so that hypervolumes of two sets share one scale. */
function worst(point: DesignPoint, all: readonly DesignPoint[]): DesignPoint {
  const flash = Math.max(...all.map((p) => p.objectives['flashBytes']!.value));
  const accuracy = Math.min(...all.map((p) => p.objectives['accuracy']!.value));
  const computed = (value: number) => ({ value, provenance: 'computed' as const });
  return { ...point, objectives: { flashBytes: computed(flash), accuracy: computed(accuracy) } };
}

test('the default gives a meaningful front on a microcontroller: accuracy against flash', async () => {
  const plan = planOf('default', 150);
  const { points } = await explore(plan, counting(plan).evaluate, testContext());
  expect(defaultAxes(points)).toEqual(['flashBytes', 'accuracy']);
  const front = frontOf(points, ['flashBytes', 'accuracy']).map((i) => points[i]!);
  expect(front.length).toBeGreaterThanOrEqual(10);
  expect(front.some((p) => p.origin !== 'uniform')).toBe(true);
  // On such a device narrow activations only cost accuracy; beyond the baselines none is tried.
  const narrow = points.filter((p) => p.origin !== 'uniform' && p.choices.quantize.bits.some(([, a]) => a < 8));
  expect(narrow).toHaveLength(0);
});

test('constraints steer the search: most late points are feasible', async () => {
  const constraints = [{ objective: 'flashBytes', operator: '<=' as const, limit: 65_000 }];
  const plan = planOf('default', 150, { constraints });
  const { points } = await explore(plan, counting(plan).evaluate, testContext());
  const late = points.slice(-30).filter((p) => feasibility(p, constraints) === 'yes');
  expect(late.length).toBeGreaterThan(20);
});

test('designs that cannot be evaluated are kept and passed over', async () => {
  const plan = planOf('default', 100);
  const evaluate = async (choices: readonly Choices[], origin: string) =>
    choices.map((choice) => {
      const point = worth(plan, choice, origin);
      return choice.quantize.bits[0]![0] < 4 ? { ...point, objectives: {} } : point;
    });
  const { points } = await explore(plan, evaluate, testContext());
  expect(points).toHaveLength(100);
  const late = points.slice(-20).filter((p) => Object.keys(p.objectives).length > 0);
  expect(late.length).toBeGreaterThan(10);
});

test('every batch is reported once, and nothing is lost when cancelled', async () => {
  const plan = planOf('default', 100);
  const stop = new AbortController();
  const seen: DesignPoint[] = [];
  const { evaluate } = counting(plan);
  const run = explore(plan, evaluate, testContext(1, stop.signal), {
    onPoints: (points) => {
      seen.push(...points);
      if (seen.length > 40) stop.abort();
    },
  });
  await expect(run).rejects.toThrow('Cancelled');
  expect(seen.length).toBeGreaterThan(40);
  const resumed = await explore(plan, evaluate, testContext(), { resume: { ...plan, points: seen } });
  expect(resumed).toEqual(await explore(plan, evaluate, testContext()));
});

test('results do not depend on how the batches are spread over workers', async () => {
  const plan = planOf('default', 80);
  const whole = await explore(plan, counting(plan).evaluate, testContext());
  // Three workers that take turns and finish in reverse order.
  const spread = async (choices: readonly Choices[], origin: string) => {
    const parts = [0, 1, 2].map((w) => choices.map((choice, i) => ({ choice, i })).filter(({ i }) => i % 3 === w));
    const found = new Map<number, DesignPoint>();
    for (const part of parts.reverse()) for (const { choice, i } of part) found.set(i, worth(plan, choice, origin));
    return choices.map((_, i) => found.get(i)!);
  };
  expect(await explore(plan, spread, testContext())).toEqual(whole);
});

test('an exploration of another model or other data is not continued', async () => {
  const plan = planOf('default', 10);
  const resume = { ...plan, points: [] };
  const start = (other: Partial<Exploration>) =>
    explore(plan, counting(plan).evaluate, testContext(), { resume: { ...resume, ...other } });
  await expect(start({ model: { ...plan.model, sha256: 'f' } })).rejects.toMatchObject({ code: 'explore/other-model' });
  await expect(start({ data: data('z') })).rejects.toMatchObject({ code: 'explore/other-setting' });
  await expect(explore({ ...plan, layers: [] }, counting(plan).evaluate, testContext())).rejects.toMatchObject({
    code: 'explore/nothing-quantizable',
  });
});
