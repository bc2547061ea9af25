import type { StageContext } from '../ir/index.ts';
import type { DesignPoint } from './design-point.ts';
import { Desk, type EvaluateBatch } from './desk.ts';
import { nothingToExplore, otherModel, otherSetting } from './errors.ts';
import type { Exploration } from './exploration.ts';
import { strategies } from './strategies.ts';

export interface ExploreOptions {
  /** Points already known: they are not evaluated again, and stay first in the result. */
  readonly resume?: Exploration;
  /** Called with each batch of new points as it is known. */
  readonly onPoints?: (points: readonly DesignPoint[]) => void;
}

/**
 * Spends the budget of `plan` by its algorithm. `evaluateBatch` goes out to workers and answers in order; how many there
 * are changes nothing but the time. The result holds the points of `resume`, then the new ones in the order they were
 * proposed. Cancelled: throws, after every finished batch went to `onPoints`; resume from those.
 * Throws `explore/nothing-quantizable`, `explore/other-model`, `explore/other-setting`.
 */
export async function explore(
  plan: Omit<Exploration, 'points'>,
  evaluateBatch: EvaluateBatch,
  ctx: StageContext,
  { resume, onPoints = () => {} }: ExploreOptions = {},
): Promise<Exploration> {
  if (plan.layers.length === 0) throw nothingToExplore();
  if (resume) mustContinue(resume, plan);
  const desk = new Desk(plan, resume?.points ?? [], evaluateBatch, ctx, onPoints);
  await strategies.get(plan.algorithm).run(plan, desk, ctx);
  return { ...plan, points: desk.points };
}

/** A replay gives the same points only if everything that steers it is the same; the budget may grow. */
function mustContinue(resume: Exploration, plan: Omit<Exploration, 'points'>): void {
  if (resume.model.sha256 !== plan.model.sha256) throw otherModel(resume.model.sha256, plan.model.sha256);
  const settings: readonly (readonly [string, (e: Omit<Exploration, 'points'>) => string | number])[] = [
    ['data', (e) => e.data.sha256],
    ['calibration data', (e) => e.calibration.sha256],
    ['tool version', (e) => e.toolVersion],
  ];
  for (const [what, of] of settings) {
    if (of(resume) !== of(plan)) throw otherSetting(what, String(of(resume)), String(of(plan)));
  }
}
