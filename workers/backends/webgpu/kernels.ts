import adamUpdate from '../../kernels/wgsl/adam-update.wgsl?raw';
import averagePoolGradient from '../../kernels/wgsl/average-pool-gradient.wgsl?raw';
import batchNorm from '../../kernels/wgsl/batch-norm.wgsl?raw';
import batchNormGradient from '../../kernels/wgsl/batch-norm-gradient.wgsl?raw';
import batchNormMerge from '../../kernels/wgsl/batch-norm-merge.wgsl?raw';
import batchNormStatistics from '../../kernels/wgsl/batch-norm-statistics.wgsl?raw';
import batchNormSums from '../../kernels/wgsl/batch-norm-sums.wgsl?raw';
import binary from '../../kernels/wgsl/binary.wgsl?raw';
import clipScale from '../../kernels/wgsl/clip-scale.wgsl?raw';
import common from '../../kernels/wgsl/common.wgsl?raw';
import conv from '../../kernels/wgsl/conv.wgsl?raw';
import convDirect from '../../kernels/wgsl/conv-direct.wgsl?raw';
import convDirectInputGradient from '../../kernels/wgsl/conv-direct-input-gradient.wgsl?raw';
import convDirectWeightGradient from '../../kernels/wgsl/conv-direct-weight-gradient.wgsl?raw';
import convInputGradient from '../../kernels/wgsl/conv-input-gradient.wgsl?raw';
import convWeightGradient from '../../kernels/wgsl/conv-weight-gradient.wgsl?raw';
import copy from '../../kernels/wgsl/copy.wgsl?raw';
import crossEntropy from '../../kernels/wgsl/cross-entropy.wgsl?raw';
import fakeQuantize from '../../kernels/wgsl/fake-quantize.wgsl?raw';
import fakeQuantizeGradient from '../../kernels/wgsl/fake-quantize-gradient.wgsl?raw';
import fill from '../../kernels/wgsl/fill.wgsl?raw';
import functions from '../../kernels/wgsl/functions.wgsl?raw';
import gather from '../../kernels/wgsl/gather.wgsl?raw';
import gatherGradient from '../../kernels/wgsl/gather-gradient.wgsl?raw';
import gemm from '../../kernels/wgsl/gemm.wgsl?raw';
import groupSum from '../../kernels/wgsl/group-sum.wgsl?raw';
import groupSums from '../../kernels/wgsl/group-sums.wgsl?raw';
import layerNorm from '../../kernels/wgsl/layer-norm.wgsl?raw';
import layerNormGradient from '../../kernels/wgsl/layer-norm-gradient.wgsl?raw';
import layerNormSums from '../../kernels/wgsl/layer-norm-sums.wgsl?raw';
import maxPoolGradient from '../../kernels/wgsl/max-pool-gradient.wgsl?raw';
import mix from '../../kernels/wgsl/mix.wgsl?raw';
import pool from '../../kernels/wgsl/pool.wgsl?raw';
import poolWindow from '../../kernels/wgsl/pool-window.wgsl?raw';
import reduce from '../../kernels/wgsl/reduce.wgsl?raw';
import rmsPropUpdate from '../../kernels/wgsl/rms-prop-update.wgsl?raw';
import sgdUpdate from '../../kernels/wgsl/sgd-update.wgsl?raw';
import softmax from '../../kernels/wgsl/softmax.wgsl?raw';
import softmaxGradient from '../../kernels/wgsl/softmax-gradient.wgsl?raw';
import squareSums from '../../kernels/wgsl/square-sums.wgsl?raw';
import squaredError from '../../kernels/wgsl/squared-error.wgsl?raw';
import sumParts from '../../kernels/wgsl/sum-parts.wgsl?raw';
import tile from '../../kernels/wgsl/tile.wgsl?raw';
import unary from '../../kernels/wgsl/unary.wgsl?raw';
import unaryGradient from '../../kernels/wgsl/unary-gradient.wgsl?raw';
import where from '../../kernels/wgsl/where.wgsl?raw';
import window from '../../kernels/wgsl/window.wgsl?raw';

/** WGSL of every kernel: the files it is put together from. `common` stands before all of them. */
const files = {
  adamUpdate: [adamUpdate],
  averagePoolGradient: [window, poolWindow, averagePoolGradient],
  batchNorm: [batchNorm],
  batchNormGradient: [batchNormGradient],
  batchNormMerge: [batchNormMerge],
  batchNormStatistics: [groupSum, batchNormStatistics],
  batchNormSums: [groupSums, batchNormSums],
  binary: [binary],
  clipScale: [clipScale],
  conv: [window, conv, tile],
  convDirect: [window, convDirect],
  convDirectInputGradient: [window, convDirectInputGradient],
  convDirectWeightGradient: [window, groupSum, convDirectWeightGradient],
  convInputGradient: [window, convInputGradient, tile],
  convWeightGradient: [window, convWeightGradient, tile],
  copy: [copy],
  crossEntropy: [crossEntropy],
  fakeQuantize: [fakeQuantize],
  fakeQuantizeGradient: [fakeQuantizeGradient],
  fill: [fill],
  gather: [gather],
  gatherGradient: [gatherGradient],
  gemm: [gemm, tile],
  layerNorm: [groupSum, layerNorm],
  layerNormGradient: [groupSums, layerNormGradient],
  layerNormSums: [groupSums, layerNormSums],
  maxPoolGradient: [window, poolWindow, maxPoolGradient],
  mix: [mix],
  pool: [window, poolWindow, pool],
  reduce: [reduce],
  rmsPropUpdate: [rmsPropUpdate],
  sgdUpdate: [sgdUpdate],
  softmax: [groupSum, softmax],
  softmaxGradient: [groupSum, softmaxGradient],
  squareSums: [groupSum, squareSums],
  squaredError: [squaredError],
  sumParts: [sumParts],
  unary: [functions, unary],
  unaryGradient: [functions, unaryGradient],
  where: [where],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type GpuKernel = keyof typeof files;

/** What a variant of a kernel is compiled with: truth values and unsigned numbers. */
export type KernelConstants = Readonly<Record<string, boolean | number>>;

/** The source of a variant. */
export function kernelSource(kernel: GpuKernel, constants: KernelConstants): string {
  const head = Object.entries(constants).map(([name, value]) =>
    typeof value === 'boolean' ? `const ${name} = ${value};` : `const ${name} = ${value}u;`,
  );
  return [...head, common, ...files[kernel]].join('\n');
}
