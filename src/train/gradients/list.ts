import { Registry } from '../../base/index.ts';
import * as convolution from './convolution.ts';
import * as elementwise from './elementwise.ts';
import * as layout from './layout.ts';
import * as normalization from './normalization.ts';
import * as pools from './pools.ts';
import * as products from './products.ts';
import type { GradientRule } from './rule.ts';

/** How gradients pass each operator. To add one: write its rule in a file beside this one and add it here. */
export const gradientRules = new Registry<GradientRule>('gradient', [
  convolution.conv,
  products.gemm,
  products.matMul,
  elementwise.add,
  elementwise.sub,
  elementwise.multiply,
  elementwise.divide,
  elementwise.clip,
  elementwise.cast,
  ...elementwise.unaries,
  pools.maxPool,
  pools.averagePool,
  pools.globalMaxPool,
  pools.globalAveragePool,
  normalization.batchNormalization,
  normalization.batchNormalizationTraining,
  ...layout.sameElementOperators,
]);
