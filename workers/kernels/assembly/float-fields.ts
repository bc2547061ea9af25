/**
 * Field blocks of the float kernels (see `memory.ts`). Maps lie as ONNX has them: [batch, channels, height, width]. Fields named `low`,
 * `high` hold float32 bits.
 */

/**
 * C [rows, columns] = clamp(A · B + bias), for each of `batches`. Element (row, k) of A lies at a + row · aRowStep + k · aDepthStep.
 * With `panels` ≠ 0, B times `factor` is packed there first, its elements bStep (depth) and panelStep (columns) bytes apart;
 * else 8 neighbouring columns lie at b + panel · panelStep + k · bStep. `rowBias` and `columnBias`: addresses, or 0.
 */
export enum GemmField {
  a = 0,
  aRowStep = 4,
  aDepthStep = 8,
  b = 12,
  panelStep = 16,
  bStep = 20,
  panels = 24,
  factor = 28,
  c = 32,
  rows = 36,
  depth = 40,
  columns = 44,
  rowBias = 48,
  columnBias = 52,
  /** What the sums start from in place of a bias, or 0: startFactor · a matrix with these byte steps. */
  start = 56,
  startRowStep = 60,
  startColumnStep = 64,
  startFactor = 68,
  low = 72,
  high = 76,
  batches = 80,
  /** Per batch: how many bytes its A and its B lie after `a` and `b`. */
  table = 84,
  bytes = 88,
}

/** Convolution as GEMM: weights [O, depth] · panels of 8 output pixels, packed from the map a few at a time. */
export enum ConvFloatField {
  input = 0,
  output = 4,
  batch = 8,
  channels = 12,
  height = 16,
  width = 20,
  padTop = 24,
  padLeft = 28,
  mapHeight = 32,
  mapWidth = 36,
  /** Where the map with its border of zeros is made; 0: no padding, the input itself is the map. */
  map = 40,
  groups = 44,
  outChannels = 48,
  outHeight = 52,
  outWidth = 56,
  strideY = 60,
  strideX = 64,
  /** Byte offset in a group's map of each of the `depth` inputs of a pixel, in the order of the weights. */
  offsets = 68,
  depth = 72,
  weights = 76,
  bias = 80,
  panels = 84,
  /** How many panels to pack at once. */
  panelCount = 88,
  low = 92,
  high = 96,
  bytes = 100,
}

/** Convolution 3 × 3 of stride 1 by minimal filtering; see `winograd-float.ts`. Its map covers whole tiles. */
export enum WinogradField {
  input = 0,
  output = 4,
  batch = 8,
  channels = 12,
  height = 16,
  width = 20,
  padTop = 24,
  padLeft = 28,
  mapHeight = 32,
  mapWidth = 36,
  /** Where the map is made; 0: the input itself is the map. */
  map = 40,
  outChannels = 44,
  outHeight = 48,
  outWidth = 52,
  weights = 56,
  /** Byte steps in the weights; `turned` ≠ 0: each window is read from its end. */
  outChannelStep = 60,
  channelStep = 64,
  turned = 68,
  /** Where the weights lie by position; `transforms` ≠ 0: they are put there in each call. */
  transformed = 72,
  transforms = 76,
  bias = 80,
  /** Working memory: panels of tiles and products, each 16 · (channels · panelCount · 32 + 64) bytes. */
  tiles = 84,
  products = 88,
  panelCount = 92,
  low = 96,
  high = 100,
  bytes = 104,
}

export enum PoolFloatField {
  input = 0,
  output = 4,
  planes = 8,
  height = 12,
  width = 16,
  windowHeight = 20,
  windowWidth = 24,
  strideY = 28,
  strideX = 32,
  dilationY = 36,
  dilationX = 40,
  padTop = 44,
  padLeft = 48,
  padBottom = 52,
  padRight = 56,
  outHeight = 60,
  outWidth = 64,
  countPadding = 68,
  bytes = 72,
}

/** Element-wise on `count` elements; `b` is read by binary kernels only. */
export enum ElementField {
  a = 0,
  b = 4,
  output = 8,
  count = 12,
  low = 16,
  high = 20,
  bytes = 24,
}

/** y = x · scale[c] + shift[c] on [batch, channels, inner]. */
export enum AffineField {
  input = 0,
  output = 4,
  batch = 8,
  channels = 12,
  inner = 16,
  scale = 20,
  shift = 24,
  low = 28,
  high = 32,
  bytes = 36,
}

/** Functions of one value that `unaryFloat` knows; `alpha` and `beta` as ONNX has them. */
export enum UnaryFunction {
  exp = 0,
  log = 1,
  sqrt = 2,
  reciprocal = 3,
  abs = 4,
  neg = 5,
  sign = 6,
  floor = 7,
  ceil = 8,
  round = 9,
  sigmoid = 10,
  tanh = 11,
  erf = 12,
  softplus = 13,
  softsign = 14,
  hardSwish = 15,
  hardSigmoid = 16,
  leakyRelu = 17,
  thresholdedRelu = 18,
  elu = 19,
  celu = 20,
  selu = 21,
  gelu = 22,
  geluTanh = 23,
  swish = 24,
  mish = 25,
  shrink = 26,
  sin = 27,
  cos = 28,
  tan = 29,
  asin = 30,
  acos = 31,
  atan = 32,
  sinh = 33,
  cosh = 34,
  asinh = 35,
  acosh = 36,
  atanh = 37,
  /** alpha · x + beta */
  affine = 38,
  relu = 39,
}

/** y = clamp(f(x)) on `count` elements; `alpha`, `beta`, `low`, `high` hold float32 bits. */
export enum UnaryField {
  input = 0,
  output = 4,
  count = 8,
  operation = 12,
  alpha = 16,
  beta = 20,
  low = 24,
  high = 28,
  bytes = 32,
}

/** Functions of two values that `binaryFloat` knows. `select`: a where the mask is set, else b. */
export enum BinaryFunction {
  add = 0,
  sub = 1,
  mul = 2,
  div = 3,
  min = 4,
  max = 5,
  pow = 6,
  prelu = 7,
  select = 8,
}

/**
 * y = clamp(f(a, b)), operands broadcast. The output lies in the order of `dims`, outermost first; innermost steps are 4 or 0.
 * `mask` (of `select`): per element of the output −1 or 0.
 */
export enum BinaryField {
  a = 0,
  b = 4,
  output = 8,
  operation = 12,
  rank = 16,
  dims = 20,
  mask = 24,
  low = 28,
  high = 32,
  bytes = 36,
}

/** Steps in bytes; 0 where the operand is broadcast. */
export enum BinaryDim {
  size = 0,
  stepA = 4,
  stepB = 8,
  bytes = 12,
}

/** Elements from anywhere to anywhere, dimension by dimension, outermost first. */
export enum MoveField {
  input = 0,
  output = 4,
  rank = 8,
  dims = 12,
  bytes = 16,
}

/** Steps in bytes. `table` ≠ 0: address of an int32 byte offset in the input per index, in place of the input's step. */
export enum MoveDim {
  size = 0,
  inputStep = 4,
  outputStep = 8,
  table = 12,
  bytes = 16,
}

/** `count` elements become the float32 with these bits. */
export enum FillField {
  output = 0,
  count = 4,
  value = 8,
  bytes = 12,
}

/** What `reduceFloat` folds with; sumOfExp adds exp(x − output) and leaves output + its logarithm. */
export enum ReduceFunction {
  sum = 0,
  mean = 1,
  max = 2,
  min = 3,
  product = 4,
  sumOfMagnitudes = 5,
  sumOfSquares = 6,
  norm = 7,
  logOfSum = 8,
  logOfSumOfExp = 9,
}

/**
 * Folds groups of elements. A group starts at one of `keptOffsets` (byte offsets) plus k · `keptStep`, k < `keptCount`, and
 * holds what lies at one of `reducedOffsets` plus r · `reducedStep`, r < `reducedCount`. `columns` = 0: `reducedStep` is 4.
 * Otherwise each group is `columns` groups, one element apart. Outputs lie one after another.
 */
export enum ReduceField {
  input = 0,
  output = 4,
  operation = 8,
  keptOffsets = 12,
  keptOffsetCount = 16,
  keptCount = 20,
  keptStep = 24,
  columns = 28,
  reducedOffsets = 32,
  reducedOffsetCount = 36,
  reducedCount = 40,
  reducedStep = 44,
  /** Elements of a group. */
  groupSize = 48,
  low = 52,
  high = 56,
  bytes = 60,
}

/** Softmax, or its logarithm, along `size` of [outer, size, inner]. */
export enum SoftmaxField {
  input = 0,
  output = 4,
  outer = 8,
  size = 12,
  inner = 16,
  logarithm = 20,
  bytes = 24,
}

/** Factor and offset per channel from the statistics of a batch normalization computed at run time. */
export enum ChannelFactorsField {
  scale = 0,
  bias = 4,
  mean = 8,
  variance = 12,
  epsilon = 16,
  channels = 20,
  factors = 24,
  offsets = 28,
  bytes = 32,
}

/**
 * Runs of `size` elements become (x − mean) / √(variance + epsilon) · scale + bias. Run r is one of `groups` of a sample and
 * holds `size / inner` channels; parameter = channel of the sample / `channelsPerParameter`. inner = 1 and groups = 1: one
 * parameter per element. `centred` = 0: without taking off the mean. `bias`, `means`, `inverses`: addresses, or 0.
 */
export enum StandardizeField {
  input = 0,
  output = 4,
  runs = 8,
  size = 12,
  inner = 16,
  groups = 20,
  channelsPerParameter = 24,
  scale = 28,
  bias = 32,
  epsilon = 36,
  centred = 40,
  means = 44,
  inverses = 48,
  low = 52,
  high = 56,
  bytes = 60,
}

/** Mixes `tapCount` elements along one axis: [outer, inputSize, inner] → [outer, outputSize, inner]. Per output index and tap an element index (int32) and a weight. */
export enum ResampleField {
  input = 0,
  output = 4,
  outer = 8,
  inputSize = 12,
  outputSize = 16,
  inner = 20,
  tapCount = 24,
  elements = 28,
  weights = 32,
  bytes = 36,
}

/** Running sums along `size` of [outer, size, inner]. */
export enum CumSumField {
  input = 0,
  output = 4,
  outer = 8,
  size = 12,
  inner = 16,
  exclusive = 20,
  reverse = 24,
  bytes = 28,
}

/** Cells that `recurrentFloat` knows. */
export enum RecurrentCell {
  rnn = 0,
  gru = 1,
  lstm = 2,
}

/**
 * One direction of a recurrent layer. X is [steps, batch, inputs] or [batch, steps, inputs]: `timeRows` and `batchRows` are the
 * distances in rows. Weights are panels of 8 gate rows ([inputs or hidden, 8] each), packed here first from the matrices at
 * `inputSource` and `recurrentSource` where these are not 0. Recurrent panels hold all gates; of a GRU update and reset, and
 * in `candidatePanels` the candidate's. States are [batch, hidden] with `stateStep` bytes between samples. Addresses may be 0:
 * bias, initialH, initialC, peepholes, output, lastH, lastC. Activations: `function`, alpha, beta for f, g and h.
 */
export enum RecurrentField {
  cell = 0,
  input = 4,
  steps = 8,
  batch = 12,
  inputs = 16,
  hidden = 20,
  timeRows = 24,
  batchRows = 28,
  reverse = 32,
  inputSource = 36,
  inputPanels = 40,
  recurrentSource = 44,
  recurrentPanels = 48,
  candidatePanels = 52,
  bias = 56,
  peepholes = 60,
  initialH = 64,
  initialC = 68,
  stateStep = 72,
  output = 76,
  outputTimeStep = 80,
  outputBatchStep = 84,
  lastH = 88,
  lastC = 92,
  /** Places to work in: [gates · hidden] biases, [steps · batch, gates · hidden] sums, [batch, hidden] each of h, c and one more. */
  biasSums = 96,
  sums = 100,
  h = 104,
  c = 108,
  extra = 112,
  clip = 116,
  inputForget = 120,
  linearBeforeReset = 124,
  f = 128,
  fAlpha = 132,
  fBeta = 136,
  g = 140,
  gAlpha = 144,
  gBeta = 148,
  out = 152,
  outAlpha = 156,
  outBeta = 160,
  bytes = 164,
}

/** Local response normalization over neighbouring channels of [batch, channels, inner]; `scale` is alpha / size. */
export enum LocalResponseField {
  input = 0,
  output = 4,
  batch = 8,
  channels = 12,
  inner = 16,
  before = 20,
  after = 24,
  scale = 28,
  beta = 32,
  bias = 36,
  low = 40,
  high = 44,
  bytes = 48,
}
