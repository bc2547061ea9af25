import type { GradientCase } from './case.ts';
import { elementCases } from './elements.ts';
import { layerCases } from './layers.ts';
import { layoutCases } from './layout.ts';
import { recurrentCases } from './recurrent.ts';

export type { GradientCase } from './case.ts';

export const gradientCases: readonly GradientCase[] = [
  ...layerCases,
  ...elementCases,
  ...layoutCases,
  ...recurrentCases,
];
