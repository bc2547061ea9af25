import { convPlanners } from './conv.ts';
import { elementPlanners } from './element.ts';
import type { Planner, PlannerTable } from './fast-node.ts';
import { normalizationPlanners } from './normalization.ts';
import { poolPlanners } from './pool.ts';
import { productPlanners } from './product.ts';
import { shapePlanners } from './shape.ts';
import { trainingPlanners } from './training/index.ts';

/** Every planner. To add one: a table in a file by family, one line here. Nodes without one run on the plain reference. */
const planners: PlannerTable = {
  ...convPlanners,
  ...productPlanners,
  ...poolPlanners,
  ...elementPlanners,
  ...normalizationPlanners,
  ...shapePlanners,
  ...trainingPlanners,
};

export const planNode: Planner = (view) => {
  const { op, domain } = view.node;
  const id = domain === '' ? op : `${domain}::${op}`;
  return Object.hasOwn(planners, id) ? planners[id]?.(view) : undefined;
};
