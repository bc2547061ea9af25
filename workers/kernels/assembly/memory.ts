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

export * from './float-fields';
export * from './training-fields';
