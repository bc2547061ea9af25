/** Field blocks of the kernels of training steps (see `memory.ts`). Maps as in `float-fields.ts`. */

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
