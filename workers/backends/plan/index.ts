import { binaryPlanners } from './binary.ts';
import { convPlanners } from './conv.ts';
import { einsumPlanners } from './einsum.ts';
import { elementPlanners } from './element.ts';
import type { Planner, PlannerTable } from './fast-node.ts';
import { layoutPlanners } from './layout.ts';
import { localNormalizationPlanners } from './local-normalization.ts';
import { normalizationPlanners } from './normalization.ts';
import { padPlanners } from './pad.ts';
import { poolPlanners } from './pool.ts';
import { productPlanners } from './product.ts';
import { recurrentPlanners } from './recurrent.ts';
import { reducePlanners } from './reduce.ts';
import { resizePlanners } from './resize.ts';
import { shapePlanners } from './shape.ts';
import { softmaxPlanners } from './softmax.ts';
import { trainingPlanners } from './training/index.ts';
import { unaryPlanners } from './unary.ts';

/** Every planner. To add one: a table in a file by family, one line here. Nodes without one run on the plain reference. */
const planners: PlannerTable = {
  ...convPlanners,
  ...productPlanners,
  ...einsumPlanners,
  ...poolPlanners,
  ...elementPlanners,
  ...unaryPlanners,
  ...binaryPlanners,
  ...normalizationPlanners,
  ...localNormalizationPlanners,
  ...shapePlanners,
  ...layoutPlanners,
  ...padPlanners,
  ...reducePlanners,
  ...softmaxPlanners,
  ...resizePlanners,
  ...recurrentPlanners,
  ...trainingPlanners,
};

export const planNode: Planner = (view) => {
  const { op, domain } = view.node;
  const id = domain === '' ? op : `${domain}::${op}`;
  return Object.hasOwn(planners, id) ? planners[id]?.(view) : undefined;
};

/** Operators that some form of has a kernel. */
export const plannedOperators: readonly string[] = Object.keys(planners);
