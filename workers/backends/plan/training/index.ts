import type { PlannerTable } from '../fast-node.ts';
import { convGradientPlanners } from './conv-gradient.ts';

/** Planners of the operators of `paretoscope.train`. */
export const trainingPlanners: PlannerTable = { ...convGradientPlanners };
