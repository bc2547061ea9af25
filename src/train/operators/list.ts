import type { Registry } from '../../base/index.ts';
import type { Graph, Node } from '../../ir/index.ts';
import { type BoundOp, bindNode, type OpDef, ops } from '../../ops/index.ts';
import { convInputGradient, convWeightGradient } from './convolution-gradients.ts';
import { elementGradient } from './element-gradient.ts';
import { fakeQuantize, fakeQuantizeGradient } from './fake-quantize.ts';
import { gatherGradient } from './gather-gradient.ts';
import * as losses from './losses.ts';
import * as normalization from './normalization.ts';
import { averagePoolGradient, maxPoolGradient } from './pool-gradients.ts';
import * as recurrent from './recurrent-gradients.ts';
import { resizeGradient } from './resize-gradient.ts';
import { logSoftmaxGradient, softmaxGradient } from './softmax-gradients.ts';
import * as updates from './updates.ts';

/** Operators of the domain `paretoscope.train`. To add one: write it in a file beside this one and add it here. */
export const trainingOnly: readonly OpDef[] = [
  convInputGradient,
  convWeightGradient,
  maxPoolGradient,
  averagePoolGradient,
  normalization.batchNormalizationTraining,
  normalization.batchNormalizationGradient,
  normalization.layerNormalizationGradient,
  softmaxGradient,
  logSoftmaxGradient,
  elementGradient,
  gatherGradient,
  resizeGradient,
  recurrent.lstmGradient,
  recurrent.gruGradient,
  recurrent.rnnGradient,
  losses.crossEntropyLoss,
  losses.meanSquaredErrorLoss,
  losses.distillationLoss,
  updates.gradientNorm,
  updates.clipScale,
  updates.sgdUpdate,
  updates.adamUpdate,
  updates.rmsPropUpdate,
  fakeQuantize,
  fakeQuantizeGradient,
];

/** Everything a training step may consist of: the operators of networks and those of training. */
export const trainingOps: Registry<OpDef> = ops.with(...trainingOnly);

/** The operator of a node of a training step, for backends that run nodes themselves; `undefined` where it is not known. */
export const bindTrainingNode = (node: Node, opsets: Graph['opsets']): BoundOp | undefined =>
  bindNode(node, opsets, trainingOps);
