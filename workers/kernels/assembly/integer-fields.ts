/** The memory map's field blocks of the integer kernels beyond 8 bits and of packed, ternary and binary weights (see `memory.ts`). */

/** int16 codes of zero point 0 → the same in a border of zeros. Sizes in elements, as in WidenField. */
export enum BorderField {
  input = 0,
  height = 4,
  rowElements = 8,
  padTopElements = 12,
  padLeftElements = 16,
  mapRowElements = 20,
  mapElements = 24,
  map = 28,
  bytes = 32,
}

/**
 * conv2d and dense with sums in 64 bits. Panels, runs and steps as in ConvField. `channels` points at a RescaleBlock per 8 output
 * channels whose factors are as the program has them; outputs take `outBytes` each.
 */
export enum WideConvField {
  map = 0,
  weights = 4,
  runs = 8,
  runCount = 12,
  runPairs = 16,
  groups = 20,
  groupChannels = 24,
  groupStep = 28,
  columnStep = 32,
  rowStep = 36,
  outHeight = 40,
  outWidth = 44,
  outChannels = 48,
  output = 52,
  outBytes = 56,
  zeroPoint = 60,
  low = 64,
  high = 68,
  channels = 72,
  bytes = 76,
}

/** Depthwise with sums in 64 bits: `taps` and weights as in DepthwiseField. */
export enum WideDepthwiseField {
  map = 0,
  weights = 4,
  taps = 8,
  tapPairs = 12,
  columnStep = 16,
  rowStep = 20,
  outHeight = 24,
  outWidth = 28,
  channelCount = 32,
  output = 36,
  outBytes = 40,
  zeroPoint = 44,
  low = 48,
  high = 52,
  channels = 56,
  bytes = 60,
}

/**
 * Codes −1, 0, 1 [height, width, channels] → two bit planes per pixel in a border of zeros: `words` times 64 bits of magnitudes, then as
 * many of signs. Bits beyond the last channel are 0.
 */
export enum PlanesField {
  input = 0,
  height = 4,
  width = 8,
  channels = 12,
  words = 16,
  /** Pixels of the map before its first row and before each row, in a row, and in all. */
  padTop = 20,
  padLeft = 24,
  mapWidth = 28,
  mapPixels = 32,
  map = 36,
  bytes = 40,
}

/**
 * conv2d and dense of codes and weights −1, 0, 1. Weights per 8 output channels, per tap, per word: 8 × 64 bits of magnitudes, then 8 × 64
 * of signs; with `binary` ≠ 0 every weight is −1 or 1, and there are signs alone. `taps`: byte offsets from a pixel's planes.
 */
export enum TernaryField {
  write = 0,
  map = 28,
  weights = 32,
  taps = 36,
  tapCount = 40,
  words = 44,
  binary = 48,
  columnStep = 52,
  rowStep = 56,
  outHeight = 60,
  outWidth = 64,
  outChannels = 68,
  bytes = 72,
}
