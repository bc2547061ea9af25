import { Random } from '../base/index.ts';
import type { Shape } from '../ir/index.ts';
import type { Augmentation } from './recipe.ts';

/** How the elements of one sample lie: channels, rows, columns and their distances in memory. One row: a signal over time. */
export interface PictureLayout {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly channelStride: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

/**
 * Where the spatial axes of an input [1, …] are: the last two, or the second and third where the last holds at most four channels and they
 * hold more (NHWC). `undefined`: the input has no spatial axes (a vector).
 */
export function pictureLayout(shape: Shape): PictureLayout | undefined {
  const [, a = 1, b = 1, c = 1] = shape;
  if (shape.length === 3) return { channels: a, height: 1, width: b, channelStride: b, rowStride: b, columnStride: 1 };
  if (shape.length !== 4) return undefined;
  if (c <= 4 && a > 4 && b > 4)
    return { channels: c, height: a, width: b, channelStride: 1, rowStride: b * c, columnStride: c };
  return { channels: a, height: b, width: c, channelStride: b * c, rowStride: c, columnStride: 1 };
}

/** Mean and standard deviation over all elements of a data set. */
export interface Spread {
  readonly mean: number;
  readonly deviation: number;
}

export function spreadOf(data: Float32Array): Spread {
  let sum = 0;
  for (const value of data) sum += value;
  const mean = data.length === 0 ? 0 : sum / data.length;
  let squares = 0;
  for (const value of data) squares += (value - mean) * (value - mean);
  return { mean, deviation: data.length === 0 ? 0 : Math.sqrt(squares / data.length) };
}

export const isAugmented = ({ shift, flip, noise, cutOut }: Augmentation): boolean =>
  shift > 0 || flip || noise > 0 || cutOut > 0;

/** The generator of one sample in one epoch: depends on nothing else, so that order, batch size and workers do not matter. */
export const augmentationRandom = (seed: number, epoch: number, sample: number): Random =>
  new Random(seed).derive(AUGMENTATION).derive(epoch).derive(sample);

/** Streams of a run's seed. */
const AUGMENTATION = 0x61756721;
export const ORDER = 0x6f726421;

/**
 * Moves and mirrors a sample: `to` gets what `from` holds, shifted by whole pixels (what moves in repeats the edge) and mirrored left
 * and right with probability ½. Signals over time are shifted, never mirrored.
 */
export function moveSample(
  from: Float32Array,
  to: Float32Array,
  layout: PictureLayout | undefined,
  { shift, flip }: Augmentation,
  random: Random,
): void {
  if (!layout || (shift === 0 && !flip)) {
    to.set(from);
    return;
  }
  const { channels, height, width, channelStride, rowStride, columnStride } = layout;
  const dx = shift === 0 ? 0 : random.below(2 * shift + 1) - shift;
  const dy = shift === 0 || height === 1 ? 0 : random.below(2 * shift + 1) - shift;
  const mirrored = flip && height > 1 && random.below(2) === 1;
  for (let y = 0; y < height; y++) {
    const row = Math.min(height - 1, Math.max(0, y + dy)) * rowStride;
    for (let x = 0; x < width; x++) {
      const moved = Math.min(width - 1, Math.max(0, x + dx));
      const source = row + (mirrored ? width - 1 - moved : moved) * columnStride;
      const target = y * rowStride + x * columnStride;
      for (let c = 0; c < channels; c++) {
        to[target + c * channelStride] = from[source + c * channelStride] as number;
      }
    }
  }
}

/** Adds noise to a sample and cuts a square out of it, in place. */
export function disturbSample(
  sample: Float32Array,
  layout: PictureLayout | undefined,
  { noise, cutOut }: Augmentation,
  { mean, deviation }: Spread,
  random: Random,
): void {
  if (noise > 0) {
    const scale = noise * deviation;
    for (let i = 0; i < sample.length; i++) sample[i] = (sample[i] as number) + scale * bell(random);
  }
  if (cutOut > 0 && layout) cutSquare(sample, layout, cutOut, mean, random);
}

function cutSquare(sample: Float32Array, layout: PictureLayout, side: number, mean: number, random: Random): void {
  const { channels, height, width, channelStride, rowStride, columnStride } = layout;
  // The centre lies anywhere in the picture, so that at the edge a part of the square falls outside (DeVries & Taylor 2017).
  const left = random.below(width) - Math.floor(side / 2);
  const top = height === 1 ? 0 : random.below(height) - Math.floor(side / 2);
  const bottom = height === 1 ? 1 : top + side;
  for (let y = Math.max(0, top); y < Math.min(height, bottom); y++) {
    for (let x = Math.max(0, left); x < Math.min(width, left + side); x++) {
      for (let c = 0; c < channels; c++) sample[y * rowStride + x * columnStride + c * channelStride] = mean;
    }
  }
}

/** Variance of the sum of four uniform bytes, as a standard deviation. */
const BYTES_DEVIATION = Math.sqrt((4 * (256 * 256 - 1)) / 12);

/** Bell-shaped, mean 0 and variance 1: four bytes of one draw, added. No logarithm, so the same bits everywhere. */
function bell(random: Random): number {
  const bits = random.uint32();
  const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
  return (sum - 510) / BYTES_DEVIATION;
}
