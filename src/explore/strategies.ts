import { Registry } from '../base/index.ts';
import type { StageContext } from '../ir/index.ts';
import { algorithms, type Evaluation, type Genome } from '../search/index.ts';
import type { Choices } from './choices.ts';
import { totalViolation } from './constraints.ts';
import type { DesignPoint } from './design-point.ts';
import type { Desk } from './desk.ts';
import type { Exploration } from './exploration.ts';
import { figureValue, minimized, QUALITY } from './objectives.ts';
import { GRANULARITIES, METHODS, Space, uniformChoices } from './space.ts';
import { qualityOf, varyingCosts } from './view.ts';

type Plan = Omit<Exploration, 'points'>;

/** A way to spend the budget of an exploration. Deterministic: same plan, same designs in the same order. */
export interface Strategy {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  run(plan: Plan, desk: Desk, ctx: StageContext): Promise<void>;
}

/** Share of the budget the uniform designs, and the greedy descent, may take in the default strategy. */
const BASELINE_SHARE = 0.25;
const GREEDY_SHARE = 0.4;
/** Loss of quality a descent may spend: to map the front down to designs nobody wants, and to find one to ship (methods D.7). */
const MAPPING_LOSS: Readonly<Record<string, number>> = { accuracy: 0.1, agreement: 0.1, sqnrDecibel: 25 };
const SHIPPING_LOSS: Readonly<Record<string, number>> = { accuracy: 0.001, agreement: 0.001, sqnrDecibel: 3 };
/** Stands in for an unknown objective of an infeasible design; finite, because sorting needs numbers. */
const UNKNOWN = 1e30;
/** Weighs SQNR against a tie in accuracy or agreement: 1 dB counts a millionth of the share. */
const TIE_WEIGHT = 1e-6;

/** Uniform designs, the most telling first: both methods and granularities at 8 bits, then narrower widths. */
export function baselines(plan: Plan): Choices[] {
  const n = plan.layers.length;
  const settings = GRANULARITIES.flatMap((weights) => METHODS.map((method) => ({ method, weights })));
  const at = (w: number, a: number, setting = {}) => uniformChoices(plan.target, n, w, a, setting);
  return [
    ...settings.map((setting) => at(8, 8, setting)),
    at(4, 8),
    at(8, 4),
    at(6, 8),
    at(3, 8),
    at(5, 8),
    at(7, 8),
    at(2, 8),
    at(6, 6),
    at(4, 4),
    at(4, 8, { method: 'min-max' }),
    at(6, 8, { method: 'min-max' }),
    at(8, 6),
  ];
}

/** Quality (negated, ties by SQNR) and the costs that vary, as numbers to be minimized. */
function judge(point: DesignPoint, quality: string, costs: readonly string[], plan: Plan): Evaluation {
  const raw = minimized(point, quality);
  const tie = quality === 'sqnrDecibel' ? 0 : (figureValue(point, 'sqnrDecibel') ?? 0) * TIE_WEIGHT;
  const values = [raw === undefined ? undefined : raw - tie, ...costs.map((id) => minimized(point, id))];
  const known = values.every((value) => value !== undefined);
  return {
    objectives: values.map((value) => value ?? UNKNOWN),
    violation: known ? totalViolation(point, plan.constraints) : Number.POSITIVE_INFINITY,
  };
}

/** What a search minimizes: quality, and at most two costs that tell designs apart, each of another kind. */
function aims(points: readonly DesignPoint[]): { readonly quality: string; readonly costs: readonly string[] } {
  const quality = qualityOf(points) ?? (QUALITY[0] as string);
  // Energy follows latency: the pair would count one thing twice.
  const costs = varyingCosts(points).filter((id, _, all) => id !== 'energyJoules' || !all.includes('latencySeconds'));
  return { quality, costs: costs.length > 0 ? costs.slice(0, 2) : ['meanWeightBits'] };
}

/** The point of best quality, the first of equals. */
function bestOf(points: readonly DesignPoint[], quality: string): DesignPoint | undefined {
  return points.reduce<DesignPoint | undefined>((best, point) => {
    const value = minimized(point, quality);
    const least = best && minimized(best, quality);
    return value !== undefined && (least === undefined || value < least) ? point : best;
  }, undefined);
}

interface SearchJob {
  readonly algorithm: string;
  readonly space: Space;
  readonly budget: number;
  readonly initial: readonly Genome[];
  readonly settings?: Readonly<Record<string, number>>;
}

/** Runs an algorithm of the room search on designs. `budget` counts designs not asked for before. */
async function search(job: SearchJob, plan: Plan, desk: Desk, ctx: StageContext): Promise<void> {
  const { quality, costs } = aims(desk.asked);
  const { space, initial } = job;
  const evaluate = async (batch: readonly Genome[]): Promise<Evaluation[]> => {
    const points = await desk.evaluate(
      batch.map((genome) => space.choices(genome)),
      job.algorithm,
    );
    return points.map((point) => judge(point, quality, costs, plan));
  };
  const known = initial.filter((genome) => desk.isAsked(space.choices(genome))).length;
  if (job.budget <= 0) return;
  await algorithms.get(job.algorithm).run(
    {
      problem: { genes: space.genes, evaluate },
      budget: Math.min(job.budget, desk.left) + known,
      seed: plan.seed,
      initial,
      ...(job.settings ? { settings: job.settings } : {}),
    },
    { ...ctx, progress() {} },
  );
}

const choicesOf = (points: readonly DesignPoint[]): Choices[] => points.map((point) => point.choices);

const genomesOf = (choices: readonly Choices[], space: Space): Genome[] =>
  choices.flatMap((choice) => {
    const genome = space.genome(choice);
    return genome ? [genome] : [];
  });

/** Whether narrower activations make anything cheaper here: on devices that keep a byte per activation they only cost accuracy. */
function activationsPay(plan: Plan, points: readonly DesignPoint[], costs: readonly string[]): boolean {
  const n = plan.layers.length;
  const find = (activationBits: number) => {
    const wanted = JSON.stringify(uniformChoices(plan.target, n, 8, activationBits));
    return points.find((point) => JSON.stringify(point.choices) === wanted);
  };
  const [wide, narrow] = [find(8), find(4)];
  if (!wide || !narrow) return true;
  return costs.some((id) => (figureValue(narrow, id) ?? 0) < (figureValue(wide, id) ?? 0) * 0.999);
}

/** Greedy descent in weight bits from the best 8-bit design, within a loss of quality. */
async function descend(
  plan: Plan,
  desk: Desk,
  ctx: StageContext,
  losses: Readonly<Record<string, number>>,
  budget: number,
): Promise<void> {
  const { quality } = aims(desk.asked);
  const n = plan.layers.length;
  const wide = desk.asked.filter((p) => p.choices.quantize.bits.every(([w, a]) => w === 8 && a === 8));
  const start = bestOf(wide, quality)?.choices ?? uniformChoices(plan.target, n, 8, 8);
  const space = new Space(start, { activations: false, settings: false });
  const first = bestOf(wide, quality);
  const limit = plan.constraints.find((c) => c.objective === quality && c.operator === '>=')?.limit;
  const reached = first && figureValue(first, quality);
  const allowance = limit !== undefined && reached !== undefined ? reached - limit : losses[quality];
  // Feeling every layer out costs one design each; in steps of two bits, the budget of a deep network reaches further.
  const settings = { allowance: Math.max(0, allowance ?? 0), stride: 2, width: 4 };
  await search({ algorithm: 'greedy', space, budget, initial: genomesOf([start], space), settings }, plan, desk, ctx);
}

const defaultStrategy: Strategy = {
  id: 'default',
  name: 'Default',
  description: 'Uniform widths first, then layer-wise descent by sensitivity, then evolution from all of these.',
  async run(plan, desk, ctx) {
    const first = baselines(plan);
    const most = Math.min(first.length, Math.max(1, Math.ceil(plan.budget * BASELINE_SHARE)));
    await desk.evaluate(first.slice(0, most), 'uniform');
    await descend(plan, desk, ctx, MAPPING_LOSS, Math.floor(desk.left * GREEDY_SHARE));
    if (desk.left === 0) return;
    const { quality, costs } = aims(desk.asked);
    const base = bestOf(desk.asked, quality)?.choices ?? (first[0] as Choices);
    const wide = uniformChoices(plan.target, plan.layers.length, 8, 8, base.quantize);
    const space = new Space(
      { ...wide, quantize: { ...base.quantize, bits: wide.quantize.bits } },
      { activations: activationsPay(plan, desk.asked, costs), settings: true },
    );
    const settings = { population: populationOf(plan) };
    await search(
      { algorithm: 'nsga2', space, budget: desk.left, initial: genomesOf(choicesOf(desk.asked), space), settings },
      plan,
      desk,
      ctx,
    );
  },
};

/** Small budgets want generations more than breadth. */
const populationOf = ({ budget }: Plan): number => Math.max(12, Math.min(40, Math.ceil(budget / 8)));

/** A search of the whole space, from the 8-bit design (whose figures tell which costs there are) and the narrowest one. */
function whole(id: string, name: string, description: string): Strategy {
  return {
    id,
    name,
    description,
    async run(plan, desk, ctx) {
      const n = plan.layers.length;
      await desk.evaluate([uniformChoices(plan.target, n, 8, 8), uniformChoices(plan.target, n, 2, 4)], 'uniform');
      const space = new Space(uniformChoices(plan.target, n, 8, 8), { activations: true, settings: true });
      await search(
        {
          algorithm: id,
          space,
          budget: desk.left,
          initial: genomesOf(choicesOf(desk.asked), space),
          settings: { population: populationOf(plan) },
        },
        plan,
        desk,
        ctx,
      );
    },
  };
}

const greedyStrategy: Strategy = {
  id: 'greedy',
  name: 'Layer-wise precision',
  description: 'Lowers the weights of the layer that saves most per loss, while quality stays within its limit.',
  async run(plan, desk, ctx) {
    const n = plan.layers.length;
    await desk.evaluate([uniformChoices(plan.target, n, 8, 8), uniformChoices(plan.target, n, 4, 8)], 'uniform');
    await descend(plan, desk, ctx, SHIPPING_LOSS, desk.left);
  },
};

/** Every way to explore. To add one: write its entry, or a search algorithm and a line here. */
export const strategies = new Registry<Strategy>('exploration algorithm', [
  defaultStrategy,
  whole('nsga2', 'NSGA-II', 'Evolves designs towards the front, without a head start.'),
  greedyStrategy,
  whole('random', 'Random', 'Draws designs uniformly: the yardstick for the others.'),
]);
