import type { PlannerTable } from '../fast-node.ts';
import { convGradientPlanners } from './conv-gradient.ts';
import { elementGradientPlanners } from './element-gradient.ts';
import { fakeQuantizePlanners } from './fake-quantize.ts';
import { lossPlanners } from './loss.ts';
import { mixingGradientPlanners } from './mixing-gradient.ts';
import { normalizeGradientPlanners } from './normalize-gradient.ts';
import { optimizerPlanners } from './optimizer.ts';
import { poolGradientPlanners } from './pool-gradient.ts';
import { recurrentGradientPlanners } from './recurrent-gradient.ts';

/** Planners of the operators of `paretoscope.train`. */
export const trainingPlanners: PlannerTable = {
  ...convGradientPlanners,
  ...elementGradientPlanners,
  ...fakeQuantizePlanners,
  ...lossPlanners,
  ...mixingGradientPlanners,
  ...normalizeGradientPlanners,
  ...optimizerPlanners,
  ...poolGradientPlanners,
  ...recurrentGradientPlanners,
};
