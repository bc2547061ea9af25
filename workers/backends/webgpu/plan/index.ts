import type { GpuPlanner, GpuPlannerTable } from '../gpu-node.ts';
import { convolutionPlanners } from './convolution.ts';
import { elementPlanners } from './element.ts';
import { functionPlanners } from './function.ts';
import { layoutPlanners } from './layout.ts';
import { lossPlanners } from './loss.ts';
import { normalizationPlanners } from './normalization.ts';
import { optimizerPlanners } from './optimizer.ts';
import { poolPlanners } from './pool.ts';
import { productPlanners } from './product.ts';
import { reductionPlanners } from './reduction.ts';
import { resizePlanners } from './resize.ts';

/** Every planner. To add one: a table in a file by family, one line here. */
const planners: GpuPlannerTable = {
  ...productPlanners,
  ...convolutionPlanners,
  ...functionPlanners,
  ...elementPlanners,
  ...reductionPlanners,
  ...layoutPlanners,
  ...resizePlanners,
  ...normalizationPlanners,
  ...poolPlanners,
  ...lossPlanners,
  ...optimizerPlanners,
};

export const planNode: GpuPlanner = (view) => {
  const { op, domain } = view.node;
  const id = domain === '' ? op : `${domain}::${op}`;
  return Object.hasOwn(planners, id) ? planners[id]?.(view) : undefined;
};

/** Operators that some form of has a kernel. */
export const plannedOperators: readonly string[] = Object.keys(planners);
