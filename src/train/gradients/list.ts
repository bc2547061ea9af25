import { Registry } from '../../base/index.ts';
import * as convolution from './convolution.ts';
import { einsum } from './einsum.ts';
import * as elementwise from './elementwise.ts';
import * as layout from './layout.ts';
import * as local from './local-normalization.ts';
import * as normalization from './normalization.ts';
import * as pools from './pools.ts';
import * as products from './products.ts';
import * as recurrent from './recurrent.ts';
import { reductions } from './reduce.ts';
import * as resize from './resize.ts';
import type { GradientRule } from './rule.ts';
import * as softmax from './softmax.ts';
import { quantizers } from './straight-through.ts';

/** How gradients pass each operator. To add one: write its rule in a file beside this one and add it here. */
export const gradientRules = new Registry<GradientRule>('gradient', [
  convolution.conv,
  convolution.convTranspose,
  products.gemm,
  products.matMul,
  einsum,
  elementwise.add,
  elementwise.sub,
  elementwise.multiply,
  elementwise.divide,
  elementwise.power,
  elementwise.sum,
  elementwise.mean,
  elementwise.max,
  elementwise.min,
  elementwise.pRelu,
  elementwise.where,
  elementwise.clip,
  elementwise.cast,
  ...elementwise.unaries,
  pools.maxPool,
  pools.averagePool,
  pools.globalMaxPool,
  pools.globalAveragePool,
  normalization.batchNormalization,
  normalization.batchNormalizationTraining,
  normalization.layerNormalization,
  normalization.instanceNormalization,
  normalization.groupNormalization,
  normalization.rmsNormalization,
  local.lrn,
  local.lpNormalization,
  local.meanVarianceNormalization,
  softmax.softmax,
  softmax.logSoftmax,
  ...reductions,
  ...layout.sameElementOperators,
  layout.transpose,
  layout.concat,
  layout.split,
  layout.slice,
  layout.pad,
  layout.gather,
  layout.expanded,
  layout.tile,
  layout.depthToSpace,
  layout.spaceToDepth,
  layout.cumulativeSum,
  layout.triangle,
  resize.resize,
  resize.upsample,
  recurrent.lstm,
  recurrent.gru,
  recurrent.rnn,
  ...quantizers,
]);
