/**
 * The only memory map, read by the kernels (AssemblyScript) and by the host that fills it (TypeScript).
 *
 * Below ARENA_START lies what the compiler and the kernels keep for themselves. Everything above is handed out by the
 * host (`backends/kernel-memory.ts`), which knows what lies where; kernels get addresses only.
 *
 * A kernel takes one address: of a block of int32 fields, listed here per kernel by byte offset. The host writes a block
 * once, when a program is loaded, so a run is one call with one number per step.
 */

/** 16 bytes a kernel may spill a vector to. */
export const SPILL = 64;
export const ARENA_START = 4096;
/** Kernels read whole vectors: this much may be read (never written) past the end of an operand. */
export const SLACK_BYTES = 64;

/** 8-bit codes of a feature map [height, width, channels] → int16 differences to the zero point, in a border of zeros. */
export enum WidenField {
  input = 0,
  unsigned = 4,
  zeroPoint = 8,
  height = 12,
  rowElements = 16,
  /** Elements of the map before its first row, before each row, and in a whole row of it. */
  padTopElements = 20,
  padLeftElements = 24,
  mapRowElements = 28,
  mapElements = 32,
  map = 36,
  bytes = 40,
}

/**
 * How accumulators become codes. `channels` points at blocks of 8 output channels, each as RescaleBlock says.
 * `exact` ≠ 0: some shift is outside 34 … 62, so the block's values go through scalar 64-bit arithmetic.
 */
export enum WriteField {
  output = 0,
  unsigned = 4,
  zeroPoint = 8,
  low = 12,
  high = 16,
  channels = 20,
  exact = 24,
  bytes = 28,
}

/** Per 8 output channels: int32 × 8 bias, multiplier; int64 × 8 half; int32 × 8 2^(64 − shift), shift. */
export enum RescaleBlock {
  bias = 0,
  multiplier = 32,
  half = 64,
  second = 128,
  shift = 160,
  bytes = 192,
}

/**
 * conv2d and dense over a widened map. A weight panel holds 8 output channels: per run, per pair of int16 inputs, 8 pairs.
 * A run is a stretch of inputs that lie one after another in the map; `runs` points at their byte offsets from a pixel.
 */
export enum ConvField {
  write = 0,
  map = 28,
  weights = 32,
  runs = 36,
  runCount = 40,
  runPairs = 44,
  groups = 48,
  groupChannels = 52,
  /** Byte steps in the map: to the next group's inputs, to the next output column, to the next output row. */
  groupStep = 56,
  columnStep = 60,
  rowStep = 64,
  outHeight = 68,
  outWidth = 72,
  /** Output channels in all: the distance between pixels of the output. */
  outChannels = 76,
  /** Width of packed weights (see `packed-weights.ts`) and where a panel of them is unpacked; 0: they lie unpacked. */
  packedBits = 80,
  panel = 84,
  bytes = 88,
}

/** Depthwise conv2d over a widened map. Weights: per 8 channels, per pair of taps, 8 pairs. `taps`: byte offsets, an even number. */
export enum DepthwiseField {
  write = 0,
  map = 28,
  weights = 32,
  taps = 36,
  tapPairs = 40,
  columnStep = 44,
  rowStep = 48,
  outHeight = 52,
  outWidth = 56,
  channels = 60,
  bytes = 64,
}

/** Sum of two maps of equal size. Multipliers are below 2^15 in magnitude; shift ≤ 30. */
export enum AddField {
  a = 0,
  b = 4,
  output = 8,
  count = 12,
  unsignedA = 16,
  unsignedB = 20,
  unsignedOutput = 24,
  zeroPointA = 28,
  zeroPointB = 32,
  zeroPointOutput = 36,
  multiplierA = 40,
  multiplierB = 44,
  shift = 48,
  low = 52,
  high = 56,
  bytes = 60,
}

/** Both pools; `zeroPoint` (of the input) and what follows `high` are read by averagePool only. */
export enum PoolField {
  input = 0,
  output = 4,
  unsigned = 8,
  height = 12,
  width = 16,
  channels = 20,
  windowHeight = 24,
  windowWidth = 28,
  strideY = 32,
  strideX = 36,
  dilationY = 40,
  dilationX = 44,
  padTop = 48,
  padLeft = 52,
  outHeight = 56,
  outWidth = 60,
  low = 64,
  high = 68,
  zeroPoint = 72,
  zeroPointOutput = 76,
  unsignedOutput = 80,
  countPadding = 84,
  padBottom = 88,
  padRight = 92,
  multipliers = 96,
  shift = 100,
  bytes = 104,
}

/** 8-bit code → 8-bit code through a table of 256, from the lowest code up. */
export enum LookupField {
  input = 0,
  output = 4,
  count = 8,
  unsigned = 12,
  table = 16,
  bytes = 20,
}

/** Codes to codes of another scale; channels innermost, `channels` of them with a rescale block per 8. */
export enum RequantizeField {
  write = 0,
  input = 28,
  unsigned = 32,
  zeroPoint = 36,
  pixels = 40,
  channels = 44,
  bytes = 48,
}

// Float kernels. Maps lie as ONNX has them: [batch, channels, height, width]. Fields named `low`, `high` hold float32 bits.

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

// Kernels of training.

/** Planes that are copied into the middle of maps with a border of zeros. */
export enum PlanesField {
  count = 0,
  height = 4,
  width = 8,
  padTop = 12,
  padLeft = 16,
  mapHeight = 20,
  mapWidth = 24,
  bytes = 28,
}

/** Gradient of a convolution's weights; channel counts and `depth` (inputs of a pixel) are those of one group. */
export enum ConvWeightGradientField {
  /** Address of a PlanesField block: how a sample of `input` lies in `map`. */
  planes = 0,
  input = 4,
  gradient = 8,
  /** [groups · outChannels, depth] */
  output = 12,
  batch = 16,
  groups = 20,
  outChannels = 24,
  outHeight = 28,
  outWidth = 32,
  depth = 36,
  /** Where the map with its border is made; 0: the input itself is the map. */
  map = 40,
  /** Byte offsets in a group's map of the `depth` inputs of a pixel, filled up to a multiple of 4 with zeros. */
  offsets = 44,
  /** Byte steps in the map: to the next output column, row; from group to group; from sample to sample of the input. */
  columnStep = 48,
  rowStep = 52,
  groupBytes = 56,
  sampleBytes = 60,
  /** Working memory: per 8 channels of a group [pixels rounded up to 4, 8]; sums [groups][channels / 8][depth / 4][4][8]. */
  panels = 64,
  sums = 68,
  /** Rows of pixels that are summed at a time. */
  rowBlock = 72,
  bytes = 76,
}

/** Gradient of a convolution's input; `channels` is that of one group of the input. */
export enum ConvInputGradientField {
  /** Address of a PlanesField block: how a sample of `gradient` lies in `map`. */
  planes = 0,
  gradient = 4,
  weights = 8,
  output = 12,
  batch = 16,
  groups = 20,
  channels = 24,
  /** Where the map with its border is made; 0: the gradient itself is the map. */
  map = 28,
  /** Bytes of a row and of a group of the map, and of a sample of the gradient. */
  mapRow = 32,
  groupBytes = 36,
  sampleBytes = 40,
  /** Bytes of a plane of the output; byte steps in it to the next column, row of a phase. */
  planeBytes = 44,
  columnStep = 48,
  rowStep = 52,
  /** Taps of a filter plane, and weights of a group. */
  area = 56,
  groupWeights = 60,
  phases = 64,
  phaseList = 68,
  /** Working memory for the weights: per phase, group and 4 input channels [depth, 4]. */
  panels = 72,
  /** For transposed convolution: what the sums start from, or 0, and the float32 bits of what they are clamped to. */
  bias = 76,
  low = 80,
  high = 84,
  bytes = 88,
}

/** Pixels of an input gradient with equal remainders by the strides. `first`: byte offset of the first one in a plane. */
export enum GradientPhaseField {
  first = 0,
  height = 4,
  width = 8,
  /**
   * Taps that reach the phase, window row by window row, over all output channels of a group; per tap the byte offset in the map
   * and in a group's weights.
   */
  depth = 12,
  offsets = 16,
  sources = 20,
  /** Per row of pixels: which part of the lists meets more than the border, as byte offsets of its start and its end. */
  rows = 24,
  bytes = 28,
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

/** Batch normalization by the statistics of the batch, on [batch, channels, inner]; `momentum` and `epsilon` hold float32 bits. */
export enum BatchNormField {
  input = 0,
  output = 4,
  batch = 8,
  channels = 12,
  inner = 16,
  scale = 20,
  bias = 24,
  mean = 28,
  variance = 32,
  newMean = 36,
  newVariance = 40,
  batchMean = 44,
  batchInvStd = 48,
  momentum = 52,
  epsilon = 56,
  low = 60,
  high = 64,
  bytes = 68,
}

/** On [batch, channels, inner], with the statistics that BatchNormField's kernel gave. */
export enum BatchNormGradientField {
  gradient = 0,
  input = 4,
  output = 8,
  batch = 12,
  channels = 16,
  inner = 20,
  scale = 24,
  mean = 28,
  invStd = 32,
  scaleGradient = 36,
  biasGradient = 40,
  bytes = 44,
}

/** `sums`: working memory of two doubles per element of a row. */
export enum LayerNormGradientField {
  gradient = 0,
  input = 4,
  output = 8,
  rows = 12,
  inner = 16,
  scale = 20,
  mean = 24,
  invStd = 28,
  scaleGradient = 32,
  biasGradient = 36,
  sums = 40,
  bytes = 44,
}

/** `tensors`: address and number of elements of each of `count`. */
export enum NormField {
  tensors = 0,
  count = 4,
  output = 8,
  bytes = 12,
}

export enum ClipScaleField {
  norm = 0,
  output = 4,
  maximum = 8,
  bytes = 12,
}

/** One step of an optimizer on `count` parameters; everything from `coupledDecay` on but `nesterov` holds float32 bits. */
export enum UpdateField {
  parameter = 0,
  gradient = 4,
  /** Moments: SGD's velocity; Adam's m and v; RMSprop's mean square and velocity. */
  first = 8,
  second = 12,
  newParameter = 16,
  newFirst = 20,
  newSecond = 24,
  rates = 28,
  scale = 32,
  count = 36,
  coupledDecay = 40,
  decoupledDecay = 44,
  momentum = 48,
  nesterov = 52,
  /** Adam's β₁ and 1 − β₁, β₂ and 1 − β₂; RMSprop's decay is β₂. */
  beta1 = 56,
  rest1 = 60,
  beta2 = 64,
  rest2 = 68,
  epsilon = 72,
  bytes = 76,
}

/** Logits [batch, classes, inner], labels [batch, inner]; `teacher` 0: none. The last three hold float32 bits. */
export enum ClassLossField {
  logits = 0,
  labels = 4,
  teacher = 8,
  loss = 12,
  gradient = 16,
  correct = 20,
  batch = 24,
  classes = 28,
  inner = 32,
  smoothing = 36,
  share = 40,
  temperature = 44,
  bytes = 48,
}

export enum SquaredErrorField {
  prediction = 0,
  target = 4,
  loss = 8,
  gradient = 12,
  count = 16,
  bytes = 20,
}

/** Functions whose derivative `elementGradientFloat` knows; those above `tanh` look at X, the others at Y. */
export enum DerivativeFunction {
  relu = 0,
  sigmoid = 1,
  tanh = 2,
  exp = 3,
  sqrt = 4,
  reciprocal = 5,
  log = 6,
  abs = 7,
  neg = 8,
  softplus = 9,
  softsign = 10,
  hardSwish = 11,
  mish = 12,
  leakyRelu = 13,
  thresholdedRelu = 14,
  elu = 15,
  celu = 16,
  selu = 17,
  hardSigmoid = 18,
  shrink = 19,
  swish = 20,
  gelu = 21,
  geluTanh = 22,
  clip = 23,
  erf = 24,
}

/** dX = dY · f′ on `count` elements; `value` is X or Y, whichever the derivative looks at. */
export enum ElementGradientField {
  gradient = 0,
  value = 4,
  output = 8,
  count = 12,
  derivative = 16,
  /** float32 bits: the function's attributes in the order of its definition; Clip: min and max. */
  alpha = 20,
  beta = 24,
  bytes = 28,
}

/** Gradient of Softmax (or LogSoftmax) along the middle axis of [outer, size, inner]. */
export enum SoftmaxGradientField {
  gradient = 0,
  value = 4,
  output = 8,
  outer = 12,
  size = 16,
  inner = 20,
  bytes = 24,
}

/** Windows as PoolFloatField has them; `x`, `y` are read for maxima only. */
export enum PoolGradientField {
  gradient = 0,
  output = 4,
  x = 8,
  y = 12,
  planes = 16,
  height = 20,
  width = 24,
  windowHeight = 28,
  windowWidth = 32,
  strideY = 36,
  strideX = 40,
  dilationY = 44,
  dilationX = 48,
  padTop = 52,
  padLeft = 56,
  padBottom = 60,
  padRight = 64,
  outHeight = 68,
  outWidth = 72,
  countPadding = 76,
  bytes = 80,
}

/** Learned step size quantization; `low`, `high` are codes. `gradient` … `gradientScale` are read by the gradient only. */
export enum FakeQuantizeField {
  value = 0,
  step = 4,
  output = 8,
  count = 12,
  low = 16,
  high = 20,
  gradient = 24,
  stepGradient = 28,
  /** float32 bits */
  gradientScale = 32,
  bytes = 36,
}

/** Gradient of a depthwise convolution; planes lie one after another in maps with a border of zeros. */
export enum DepthwiseGradientField {
  /** Address of a PlanesField block with count 1: how a plane of the input (or of dY) lies in `map`. */
  planes = 0,
  input = 4,
  gradient = 8,
  output = 12,
  batch = 16,
  channels = 20,
  /** Filters per input channel. */
  multiplier = 24,
  outHeight = 28,
  outWidth = 32,
  taps = 36,
  offsets = 40,
  map = 44,
  mapBytes = 48,
  columnStep = 52,
  rowStep = 56,
  /** Bytes of a plane of the input. */
  planeBytes = 60,
  sums = 64,
  bytes = 68,
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

/** Gradient of the weights of a 3 × 3 convolution by minimal filtering. */
export enum WinogradGradientField {
  /** Address of a WinogradField block of the forward pass, with an input and a map; its field `tiles` is written by the kernel. */
  input = 0,
  gradient = 4,
  output = 8,
  /** Working memory: dY as panels [outChannels / 8][pixels rounded up to 4][8]. */
  panels = 12,
  /** Panels of tiles of X, as WinogradField has them, and of dY: 16 · (outChannels rounded up to 8 · panelCount · 32 + 64) bytes. */
  xTiles = 16,
  gradientTiles = 20,
  /** [16][outChannels / 8][channels / 4][4][8] */
  sums = 24,
  bytes = 28,
}

/**
 * Gradient of one direction of a recurrent layer. Rows lie as X's do: step t of sample b is row t · timeRows + b · batchRows.
 * Addresses of gradients are 0 where nobody asks or gives.
 */
export enum RecurrentGradientField {
  /** RecurrentCell */
  cell = 0,
  steps = 4,
  batch = 8,
  inputs = 12,
  hidden = 16,
  timeRows = 20,
  batchRows = 24,
  reverse = 28,
  /** GRU: the reset gate is applied after the recurrent product. */
  late = 32,
  /** RNN: tanh, relu or sigmoid of UnaryFunction. */
  activation = 36,
  input = 40,
  weights = 44,
  recurrent = 48,
  bias = 52,
  initialH = 56,
  initialC = 60,
  /** Bytes from sample to sample of states; from step to step and from sample to sample of the outputs. */
  stateStep = 64,
  outputTimeStep = 68,
  outputBatchStep = 72,
  outputGradient = 76,
  lastHGradient = 80,
  lastCGradient = 84,
  inputGradient = 88,
  /** ≠ 0: the gradient of X is added to what is there, from the other direction. */
  addsInput = 92,
  weightGradient = 96,
  recurrentGradient = 100,
  biasGradient = 104,
  initialHGradient = 108,
  initialCGradient = 112,
  /** Working memory. Panels of W and R; of GRU, R's update and reset rows, and its candidate rows. */
  biasSums = 116,
  inputPanels = 120,
  recurrentPanels = 124,
  candidatePanels = 128,
  /** Per row: gates, then their gradients; states before the step; tanh of the cell, or GRU's operand of the candidate. */
  gates = 132,
  before = 136,
  cellBefore = 140,
  extra = 144,
  /** Per sample: gradients of the states, and one more. */
  dh = 148,
  dc = 152,
  next = 156,
  bytes = 160,
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
