import { Registry } from '../base/index.ts';
import type { Graph, Node } from '../ir/index.ts';
import { bindWith } from './bind.ts';
import { ifOp, loop } from './control/if-loop.ts';
import { scan } from './control/scan.ts';
import * as sequences from './control/sequences.ts';
import * as binary from './elementwise/binary.ts';
import * as bitwise from './elementwise/bitwise.ts';
import { cast, castLike } from './elementwise/cast.ts';
import { clip } from './elementwise/clip.ts';
import { isInfinite, isNotANumber } from './elementwise/predicates.ts';
import * as random from './elementwise/random.ts';
import * as unary from './elementwise/unary.ts';
import * as variadic from './elementwise/variadic.ts';
import { where } from './elementwise/where.ts';
import { centerCropPad } from './layout/center-crop-pad.ts';
import { concat } from './layout/concat.ts';
import { constant, constantOfShape } from './layout/constant.ts';
import { depthToSpace, spaceToDepth } from './layout/depth-to-space.ts';
import { expand, tile } from './layout/expand.ts';
import { gather } from './layout/gather.ts';
import * as gatherScatter from './layout/gather-scatter.ts';
import { dropout, identity } from './layout/identity.ts';
import { pad } from './layout/pad.ts';
import * as patterns from './layout/patterns.ts';
import { range } from './layout/range.ts';
import { flatten, reshape, squeeze, unsqueeze } from './layout/reshape.ts';
import * as select from './layout/select.ts';
import { shape, size } from './layout/shape-of.ts';
import { slice } from './layout/slice.ts';
import { split } from './layout/split.ts';
import { transpose } from './layout/transpose.ts';
import { labelEncoder, oneHotEncoder } from './ml/label-encoder.ts';
import * as linear from './ml/linear.ts';
import * as trees from './ml/trees.ts';
import { attention, rotaryEmbedding } from './neural/attention.ts';
import { conv } from './neural/conv.ts';
import { convTranspose } from './neural/conv-transpose.ts';
import { deformConv } from './neural/deform-conv.ts';
import { det } from './neural/det.ts';
import { einsum } from './neural/einsum.ts';
import { gemm } from './neural/gemm.ts';
import { globalAveragePool, globalMaxPool } from './neural/global-pool.ts';
import * as localNormalization from './neural/local-normalization.ts';
import { negativeLogLikelihoodLoss, softmaxCrossEntropyLoss } from './neural/losses.ts';
import { matMul } from './neural/matmul.ts';
import { nonMaxSuppression } from './neural/non-max-suppression.ts';
import * as normalization from './neural/normalization.ts';
import { averagePool, lpPool, maxPool } from './neural/pool.ts';
import * as recurrent from './neural/recurrent.ts';
import { maxRoiPool, roiAlign } from './neural/regions.ts';
import { resize, upsample } from './neural/resize.ts';
import { affineGrid, gridSample } from './neural/sampling.ts';
import { hardmax, logSoftmax, softmax } from './neural/softmax.ts';
import { col2Im, globalLpPool, maxUnpool } from './neural/unpool.ts';
import type { BoundOp, OpDef } from './op-def.ts';
import * as integer from './quantization/integer-layers.ts';
import * as quant from './quantization/quant.ts';
import {
  dequantizeLinear,
  microsoftDequantizeLinear,
  microsoftQuantizeLinear,
  quantizeLinear,
} from './quantization/quantize-linear.ts';
import { pactRequantShift, requantShift } from './quantization/requant-shift.ts';
import { argMax, argMin } from './reduction/arg-extreme.ts';
import { cumSum } from './reduction/cum-sum.ts';
import * as reduce from './reduction/reduce.ts';
import { topK } from './reduction/top-k.ts';
import { dft, stft } from './signal/fourier.ts';
import * as windows from './signal/windows.ts';
import * as strings from './text/strings.ts';

// What operators of other rooms (those of training) are written with.
export { AttributeReader } from './attributes.ts';
export { opIdOf } from './bind.ts';
export { coverageOf, coverageTable, type OperatorCoverage } from './coverage.ts';
export { axisIn, broadcastShape, splitAt, stridesOf } from './dims.ts';
export { broadcastTo, given, listOf, resultOf, scalarOf } from './elements.ts';
export { erf } from './elementwise/erf.ts';
export { elementwiseCost, freeCost, type Inputs, moveCost, sameAsInput, sizeOf, value } from './inference.ts';
export type { LowerContext, SpatialWindow } from './lower-context.ts';
export {
  type CoordinateMode,
  cubicKernel,
  linearKernel,
  type NearestMode,
  nearestElement,
  type ResizeAxis,
  sourcePosition,
  tapsAt,
} from './neural/interpolation.ts';
export { type ResizeParts, type ResizeSource, resizeParts } from './neural/resize.ts';
export {
  asThree,
  readWindow,
  validRange,
  type WindowAttributes,
  type WindowAxis,
  windowAxes,
} from './neural/window.ts';
export type {
  BodyInferrer,
  BodyRunner,
  BoundOp,
  EmptyOptional,
  OpCost,
  OpDef,
  QuantTraits,
  RuntimeValue,
  ShapedValue,
  TensorSequence,
  Value,
} from './op-def.ts';
export { quantLimits } from './quantization/quant.ts';
export { isSequence, isTensor, tensorsOnly } from './values.ts';

/** Every operator the project knows. To add one: write `<folder>/<op>.ts` and add it here. */
const all = [
  // Elementwise
  unary.relu,
  unary.sigmoid,
  unary.tanh,
  unary.exp,
  unary.log,
  unary.sqrt,
  unary.reciprocal,
  unary.abs,
  unary.neg,
  unary.sign,
  unary.floor,
  unary.ceil,
  unary.round,
  unary.erfOp,
  unary.sin,
  unary.cos,
  unary.softplus,
  unary.softsign,
  unary.hardSwish,
  unary.mish,
  unary.leakyRelu,
  unary.thresholdedRelu,
  unary.elu,
  unary.celu,
  unary.selu,
  unary.hardSigmoid,
  unary.gelu,
  unary.microsoftGelu,
  unary.swish,
  unary.tan,
  unary.asin,
  unary.acos,
  unary.atan,
  unary.sinh,
  unary.cosh,
  unary.asinh,
  unary.acosh,
  unary.atanh,
  unary.shrink,
  isNotANumber,
  isInfinite,
  binary.add,
  binary.sub,
  binary.mul,
  binary.div,
  binary.pow,
  binary.mod,
  binary.equal,
  binary.greater,
  binary.greaterOrEqual,
  binary.less,
  binary.lessOrEqual,
  binary.and,
  binary.or,
  binary.xor,
  binary.not,
  binary.pRelu,
  bitwise.bitwiseAnd,
  bitwise.bitwiseOr,
  bitwise.bitwiseXor,
  bitwise.bitwiseNot,
  bitwise.bitShift,
  random.randomNormal,
  random.randomNormalLike,
  random.randomUniform,
  random.randomUniformLike,
  random.bernoulli,
  random.multinomial,
  variadic.sum,
  variadic.mean,
  variadic.max,
  variadic.min,
  clip,
  cast,
  castLike,
  where,
  // Layout: moving data and arithmetic on shapes
  reshape,
  flatten,
  squeeze,
  unsqueeze,
  identity,
  dropout,
  transpose,
  concat,
  slice,
  pad,
  gather,
  gatherScatter.gatherElements,
  gatherScatter.gatherNd,
  gatherScatter.scatterElements,
  gatherScatter.scatterNd,
  gatherScatter.scatter,
  select.compress,
  select.unique,
  select.reverseSequence,
  select.tensorScatter,
  centerCropPad,
  patterns.eyeLike,
  patterns.trilu,
  patterns.oneHot,
  patterns.nonZero,
  shape,
  size,
  constant,
  constantOfShape,
  depthToSpace,
  spaceToDepth,
  expand,
  tile,
  split,
  range,
  // Neural layers
  conv,
  convTranspose,
  gemm,
  matMul,
  maxPool,
  averagePool,
  lpPool,
  globalAveragePool,
  globalMaxPool,
  softmax,
  logSoftmax,
  hardmax,
  normalization.batchNormalization,
  normalization.instanceNormalization,
  normalization.groupNormalization,
  normalization.layerNormalization,
  normalization.rmsNormalization,
  localNormalization.meanVarianceNormalization,
  localNormalization.lrn,
  localNormalization.lpNormalization,
  recurrent.lstm,
  recurrent.gru,
  recurrent.rnn,
  resize,
  upsample,
  deformConv,
  einsum,
  det,
  gridSample,
  affineGrid,
  roiAlign,
  maxRoiPool,
  nonMaxSuppression,
  maxUnpool,
  col2Im,
  globalLpPool,
  negativeLogLikelihoodLoss,
  softmaxCrossEntropyLoss,
  attention,
  rotaryEmbedding,
  // Signals
  dft,
  stft,
  windows.hannWindow,
  windows.hammingWindow,
  windows.blackmanWindow,
  windows.melWeightMatrix,
  // Reductions
  reduce.reduceSum,
  reduce.reduceMean,
  reduce.reduceMax,
  reduce.reduceMin,
  reduce.reduceProd,
  reduce.reduceL1,
  reduce.reduceL2,
  reduce.reduceSumSquare,
  reduce.reduceLogSum,
  reduce.reduceLogSumExp,
  argMax,
  argMin,
  topK,
  cumSum,
  // Quantization
  quantizeLinear,
  dequantizeLinear,
  microsoftQuantizeLinear,
  microsoftDequantizeLinear,
  quant.quant,
  quant.brevitasQuant,
  quant.qonnxQuant,
  quant.bipolarQuant,
  quant.brevitasBipolarQuant,
  quant.qonnxBipolarQuant,
  requantShift,
  pactRequantShift,
  integer.dynamicQuantizeLinear,
  integer.convInteger,
  integer.matMulInteger,
  integer.qLinearConv,
  integer.qLinearMatMul,
  // Texts
  strings.stringConcat,
  strings.stringSplit,
  strings.stringNormalizer,
  strings.tfIdfVectorizer,
  // Classical models (ai.onnx.ml)
  linear.linearClassifier,
  linear.linearRegressor,
  linear.normalizer,
  linear.scaler,
  linear.binarizer,
  linear.imputer,
  linear.arrayFeatureExtractor,
  labelEncoder,
  oneHotEncoder,
  trees.treeEnsembleClassifier,
  trees.treeEnsembleRegressor,
  trees.treeEnsemble,
  // Control flow, sequences, optional values
  ifOp,
  loop,
  scan,
  sequences.sequenceEmpty,
  sequences.sequenceConstruct,
  sequences.sequenceElement,
  sequences.sequenceInsert,
  sequences.sequenceErase,
  sequences.sequenceLength,
  sequences.splitToSequence,
  sequences.concatFromSequence,
  sequences.sequenceMap,
  sequences.optional,
  sequences.optionalHasElement,
  sequences.optionalGetElement,
] as const satisfies readonly OpDef[];

export type OpId = (typeof all)[number]['id'];
export const ops = new Registry<OpDef>('operator', all);

/**
 * The node's operator with its attributes read; `undefined` where it is unknown (see `bindWith`). `infer` of the result also
 * computes small outputs of constant inputs, so arithmetic on shapes comes out as constants.
 */
export const bindNode = (node: Node, opsets: Graph['opsets'], registry: Registry<OpDef> = ops): BoundOp | undefined =>
  bindWith(registry, node, opsets);
