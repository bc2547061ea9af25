/** What a page shows of samples: figures of their values and small previews. */
import { elementCount, type SampleInput, type SampleSet, type Shape, sampleOf } from '../ir/index.ts';
import { layoutOf } from './fit.ts';
import type { Preprocessing } from './preprocess.ts';
import { resized } from './resize.ts';

/** Of all values of an input, or of one of its channels. */
export interface ValueFigures {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Standard deviation of the population. */
  readonly deviation: number;
}

export type Preview =
  | {
      readonly kind: 'picture';
      readonly sample: number;
      readonly label?: number;
      readonly width: number;
      readonly height: number;
      readonly rgba: Uint8Array;
    }
  | {
      readonly kind: 'series';
      readonly sample: number;
      readonly label?: number;
      readonly lines: readonly Float32Array[];
    };

/** Number of channels, and how an element's place gives its channel; one channel where the shape has none. */
export function channelsOf(shape: Shape): { readonly count: number; readonly inner: number } {
  const layout = layoutOf(shape);
  if (layout === 'NHWC') return { count: shape[3] as number, inner: 1 };
  if (layout === 'NCHW') return { count: shape[1] as number, inner: (shape[2] as number) * (shape[3] as number) };
  if (shape.length === 3 && shape[0] === 1) return { count: shape[1] as number, inner: shape[2] as number };
  return { count: 1, inner: elementCount(shape) };
}

/** Figures of the values as the model gets them: of all, then of each channel. */
export function valueFigures({ data, shape }: SampleInput): { all: ValueFigures; channels: readonly ValueFigures[] } {
  const { count, inner } = channelsOf(shape);
  const sums = Array.from({ length: count }, () => ({
    n: 0,
    sum: 0,
    squares: 0,
    min: Infinity,
    max: -Infinity,
  }));
  // Squares are taken around the first value, so that a small spread about a large mean keeps its digits.
  const first = data[0] ?? 0;
  for (let start = 0, block = 0; start < data.length; start += inner, block++) {
    const into = sums[block % count] as (typeof sums)[0];
    for (let i = start; i < start + inner; i++) {
      const value = data[i] as number;
      const d = value - first;
      into.n++;
      into.sum += d;
      into.squares += d * d;
      if (value < into.min) into.min = value;
      if (value > into.max) into.max = value;
    }
  }
  const figuresOf = ({ n, sum, squares, min, max }: (typeof sums)[0]): ValueFigures => {
    const mean = n > 0 ? sum / n : Number.NaN;
    const variance = n > 0 ? Math.max(0, squares / n - mean * mean) : Number.NaN;
    return { min, max, mean: first + mean, deviation: Math.sqrt(variance) };
  };
  const whole = sums.reduce((a, b) => ({
    n: a.n + b.n,
    sum: a.sum + b.sum,
    squares: a.squares + b.squares,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
  }));
  return { all: figuresOf(whole), channels: sums.map(figuresOf) };
}

/** Figures before a normalization, from those after it: what the user sets a normalization by. */
export function beforeNormalization(
  figures: readonly ValueFigures[],
  { scale = 1, mean = [0], deviation = [1] }: Preprocessing,
): ValueFigures[] {
  return figures.map((after, channel) => {
    const m = mean[mean.length === 1 ? 0 : channel] ?? 0;
    const d = deviation[deviation.length === 1 ? 0 : channel] ?? 1;
    const back = (value: number): number => (value * d + m) / scale;
    const ends = [back(after.min), back(after.max)];
    return {
      min: Math.min(...ends),
      max: Math.max(...ends),
      mean: back(after.mean),
      deviation: Math.abs((after.deviation * d) / scale),
    };
  });
}

const LARGEST_SIDE = 64;
const MOST_POINTS = 192;
const MOST_LINES = 4;

/** Up to `count` samples of an input, of each class in turn: pictures of at most 64 pixels a side, other inputs as lines. */
export function previewsOf(
  set: SampleSet,
  input: SampleInput,
  count: number,
  { all, channels }: ReturnType<typeof valueFigures> = valueFigures(input),
): Preview[] {
  const shown = spread(set, count);
  const layout = layoutOf(input.shape);
  const { count: planes } = channelsOf(input.shape);
  const isPicture = layout !== undefined && planes <= 4 && elementCount(input.shape) > planes;
  return shown.map((sample) => {
    const values = sampleOf(input, sample);
    const label = set.labels?.[sample];
    const of = { sample, ...(label === undefined ? {} : { label }) };
    if (!isPicture) return { kind: 'series', ...of, lines: linesOf(values, input.shape) };
    return { kind: 'picture', ...of, ...pictureOf(values, input.shape, channels, all) };
  });
}

/** Places of samples, the classes taking turns; without labels spread evenly. */
function spread({ count, labels }: SampleSet, wanted: number): number[] {
  if (!labels) {
    const n = Math.min(count, wanted);
    return Array.from({ length: n }, (_, i) => Math.floor((i * count) / n));
  }
  const byClass = new Map<number, number[]>();
  labels.forEach((label, i) => {
    const members = byClass.get(label);
    if (!members) byClass.set(label, [i]);
    else if (members.length < wanted) members.push(i);
  });
  const queues = [...byClass].sort(([a], [b]) => a - b).map(([, members]) => members);
  const shown: number[] = [];
  for (let turn = 0; shown.length < Math.min(count, wanted); turn++) {
    const before = shown.length;
    for (const members of queues) {
      const next = members[turn];
      if (next !== undefined && shown.length < wanted) shown.push(next);
    }
    if (shown.length === before) break;
  }
  return shown;
}

function pictureOf(values: Float32Array, shape: Shape, channels: readonly ValueFigures[], all: ValueFigures) {
  const [, a = 1, b = 1, c = 1] = shape;
  const isLast = layoutOf(shape) === 'NHWC';
  const [planes, height, width] = isLast ? [c, a, b] : [a, b, c];
  const rgba = new Uint8Array(width * height * 4);
  // Each channel over its own range: a normalization per channel would else tint every picture.
  const toByte = (value: number, channel: number): number => {
    const { min, max } = planes >= 3 ? (channels[channel] ?? all) : all;
    return max > min ? Math.max(0, Math.min(255, Math.round((255 * (value - min)) / (max - min)))) : 128;
  };
  const at = (pixel: number, channel: number): number =>
    toByte(values[isLast ? pixel * planes + channel : channel * width * height + pixel] as number, channel);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const grey = at(pixel, 0);
    rgba[4 * pixel] = grey;
    rgba[4 * pixel + 1] = planes >= 3 ? at(pixel, 1) : grey;
    rgba[4 * pixel + 2] = planes >= 3 ? at(pixel, 2) : grey;
    rgba[4 * pixel + 3] = 255;
  }
  const factor = Math.min(1, LARGEST_SIDE / Math.max(width, height));
  if (factor === 1) return { width, height, rgba };
  const small = resized(
    { width, height, data: rgba },
    Math.max(1, Math.round(width * factor)),
    Math.max(1, Math.round(height * factor)),
  );
  return { width: small.width, height: small.height, rgba: Uint8Array.from(small.data) };
}

function linesOf(values: Float32Array, shape: Shape): Float32Array[] {
  const { count, inner } = channelsOf(shape);
  const points = Math.min(inner, MOST_POINTS);
  return Array.from({ length: Math.min(count, MOST_LINES) }, (_, channel) =>
    Float32Array.from(
      { length: points },
      (_v, i) => values[channel * inner + Math.floor((i * inner) / points)] as number,
    ),
  );
}
