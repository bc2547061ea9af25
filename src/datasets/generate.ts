import { Random } from '../base/index.ts';
import {
  type DataType,
  type Diagnostic,
  elementCount,
  isFloat,
  isKnown,
  type SampleSet,
  type Shape,
} from '../ir/index.ts';
import type { InputPort } from './bind.ts';
import { digestOf } from './digest.ts';
import { noInputs, unknownShape, unsupportedInput } from './errors.ts';

/** Lowest and highest value drawn for an input of this type; pictures of float type are drawn from 0 to 1. */
function rangeOf(type: DataType, picture: boolean): readonly [number, number] {
  if (isFloat(type)) return picture ? [0, 1] : [-1, 1];
  if (type === 'bool') return [0, 1];
  if (type === 'int8') return [-128, 127];
  if (type === 'uint8') return [0, 255];
  return [0, 7]; // indices and lengths: small enough for any table
}

/**
 * Samples for a model without data: good enough to exercise it, never to judge its accuracy.
 *
 * Pictures ([N, C, H, W] or [N, H, W, C], 1 to 4 channels, 8 pixels or more a side) are smooth: a coarse random grid,
 * interpolated, plus a little noise, from 0 to 1 (0 to 255 and −128 to 127 for uint8 and int8 inputs). Other float
 * inputs are uniform in [−1, 1], other integer inputs in 0…7. No labels. The same arguments give the same samples, and
 * the first n of more are the same as n. Show `generationNotice` with them.
 */
export function generateSamples(graphInputs: readonly InputPort[], count: number, seed: number): SampleSet {
  if (graphInputs.length === 0) throw noInputs();
  const inputs = graphInputs.map((port, index) => {
    const { shape, type = 'float32' } = port;
    if (!isKnown(shape)) throw unknownShape(port.id, shape);
    if (type === 'string' || type.startsWith('complex')) throw unsupportedInput(port.id, type);
    const size = elementCount(shape);
    const data = new Float32Array(count * size);
    const layout = pictureLayout(shape);
    const [low, high] = rangeOf(type, layout !== undefined);
    const source = new Random(seed).derive(index);
    for (let n = 0; n < count; n++) {
      const sample = data.subarray(n * size, (n + 1) * size);
      const random = source.derive(n);
      if (layout) drawPicture(sample, layout, random);
      else for (let i = 0; i < size; i++) sample[i] = random.unit();
      for (let i = 0; i < size; i++) sample[i] = placed(sample[i] as number, low, high, isFloat(type));
    }
    return { tensor: port.id, shape, data };
  });
  return { name: `generated, seed ${seed}`, count, inputs, origin: 'generated', sha256: digestOf(inputs, undefined) };
}

/** What the user must know of generated samples. */
export function generationNotice(samples: SampleSet): Diagnostic {
  const message =
    `No data was given: ${samples.count} samples were generated (smooth pictures from 0 to 1, other inputs uniform; ${samples.name}). ` +
    'Agreement with the float model on them says little about accuracy on real data.';
  return { code: 'datasets/generated', severity: 'warning', message };
}

function placed(unit: number, low: number, high: number, real: boolean): number {
  if (real) return low + unit * (high - low);
  return Math.min(high, low + Math.floor(unit * (high - low + 1)));
}

interface PictureLayout {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Distance in memory from one channel, row, column to the next. */
  readonly strides: readonly [number, number, number];
}

function pictureLayout(shape: Shape): PictureLayout | undefined {
  const [batch, a = 0, b = 0, c = 0] = shape;
  if (shape.length !== 4 || batch !== 1) return undefined;
  if (a <= 4 && b >= 8 && c >= 8) return { channels: a, height: b, width: c, strides: [b * c, c, 1] };
  if (c <= 4 && a >= 8 && b >= 8) return { channels: c, height: a, width: b, strides: [1, b * c, c] };
  return undefined;
}

/** Cells of the coarse grid along one side: shapes of about a fifth of the picture. */
const GRID = 5;
const NOISE = 0.1;

/** In [0, 1): brightness shared by the channels plus each channel's own, interpolated bilinearly, plus noise. */
function drawPicture(out: Float32Array, { channels, height, width, strides }: PictureLayout, random: Random): void {
  const grid = (): Float32Array => Float32Array.from({ length: (GRID + 1) ** 2 }, () => random.unit());
  const shared = grid();
  for (let channel = 0; channel < channels; channel++) {
    const own = grid();
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const gx = (x / width) * GRID;
        const gy = (y / height) * GRID;
        const smooth = 0.6 * interpolated(shared, gx, gy) + 0.4 * interpolated(own, gx, gy);
        out[channel * strides[0] + y * strides[1] + x * strides[2]] = (1 - NOISE) * smooth + NOISE * random.unit();
      }
    }
  }
}

function interpolated(grid: Float32Array, gx: number, gy: number): number {
  const x = Math.floor(gx);
  const y = Math.floor(gy);
  const at = (i: number, j: number): number => grid[(y + j) * (GRID + 1) + x + i] as number;
  const [u, v] = [gx - x, gy - y];
  return (1 - v) * ((1 - u) * at(0, 0) + u * at(1, 0)) + v * ((1 - u) * at(0, 1) + u * at(1, 1));
}
