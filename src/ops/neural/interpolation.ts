import { badAttribute } from '../errors.ts';

/** Where each output coordinate of a Resize reads along one axis. Source of the formulas: ONNX Resize. */

export type CoordinateMode =
  | 'half_pixel'
  | 'half_pixel_symmetric'
  | 'pytorch_half_pixel'
  | 'align_corners'
  | 'asymmetric'
  | 'tf_half_pixel_for_nn'
  | 'tf_crop_and_resize';

export type NearestMode = 'round_prefer_floor' | 'round_prefer_ceil' | 'floor' | 'ceil';

export interface ResizeAxis {
  readonly input: number;
  readonly output: number;
  /** Output over input, as the model states it: may differ from output / input by rounding. */
  readonly scale: number;
  /** Region of interest, 0 … 1 each; only for tf_crop_and_resize. */
  readonly roi: readonly [start: number, end: number];
}

const f32 = Math.fround;

/** Length of the output before it is made whole: what a stated scale makes of the input. The specification divides by it. */
function resizedLength({ input, output, scale }: ResizeAxis): number {
  const length = scale * input;
  return Math.abs(length - output) < 1e-3 ? output : length;
}

/**
 * The position in the input, in elements, that an output coordinate looks at. Computed in single precision, as runtimes do:
 * which element is nearest depends on it where a scale such as 0.6 has no exact form.
 */
export function sourcePosition(mode: CoordinateMode, axis: ResizeAxis, x: number): number {
  const { input, output, roi } = axis;
  const scale = f32(axis.scale);
  const halfPixel = () => f32(f32((x + 0.5) / scale) - 0.5);
  switch (mode) {
    case 'half_pixel':
      return halfPixel();
    case 'half_pixel_symmetric': {
      const adjustment = f32(output / f32(scale * input));
      const offset = f32((input / 2) * f32(1 - adjustment));
      return f32(f32(offset + f32((x + 0.5) / scale)) - 0.5);
    }
    case 'pytorch_half_pixel':
      return output > 1 ? halfPixel() : 0;
    case 'align_corners':
      return output > 1 ? f32((x * (input - 1)) / (resizedLength(axis) - 1)) : 0;
    case 'asymmetric':
      return f32(x / scale);
    case 'tf_half_pixel_for_nn':
      return f32((x + 0.5) / scale);
    case 'tf_crop_and_resize': {
      const [start, end] = [f32(roi[0]), f32(roi[1])];
      if (output <= 1) return f32(f32(0.5 * f32(start + end)) * (input - 1));
      return f32(
        f32(start * (input - 1)) + f32(f32(f32(x * f32(end - start)) * (input - 1)) / (resizedLength(axis) - 1)),
      );
    }
    default:
      throw badAttribute('Resize', 'coordinate_transformation_mode', `is '${String(mode)}'`);
  }
}

/** The element nearest to a position, clamped to the input. */
export function nearestElement(mode: NearestMode, position: number, input: number): number {
  const rounded = {
    round_prefer_floor: Math.ceil(position - 0.5),
    round_prefer_ceil: Math.floor(position + 0.5),
    floor: Math.floor(position),
    ceil: Math.ceil(position),
  }[mode];
  return Math.min(input - 1, Math.max(0, rounded));
}

/** Elements to mix and their weights, which sum to 1. */
export interface Taps {
  readonly at: readonly number[];
  readonly weights: readonly number[];
}

/** Interpolation kernel: its weight at a distance, and how far it reaches. */
export interface InterpolationKernel {
  readonly reach: number;
  readonly weight: (distance: number) => number;
}

export const linearKernel: InterpolationKernel = { reach: 1, weight: (t) => Math.max(0, 1 - Math.abs(t)) };

/** Keys' cubic convolution kernel with parameter a (−0.75 in ONNX's default, −0.5 in TensorFlow's). */
export const cubicKernel = (a: number): InterpolationKernel => ({
  reach: 2,
  weight(t) {
    const d = Math.abs(t);
    if (d <= 1) return (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
    return d < 2 ? a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a : 0;
  },
});

/**
 * Taps around a position. `stretch` ≤ 1 widens the kernel by 1 / stretch: antialiasing when shrinking. Elements outside are
 * replaced by the edge's, or left out with `excludeOutside`.
 */
export function tapsAt(
  kernel: InterpolationKernel,
  position: number,
  input: number,
  stretch: number,
  excludeOutside: boolean,
): Taps {
  const left = Math.ceil(position) - 1;
  const ratio = position - left;
  const start = Math.floor(-kernel.reach / stretch) + 1;
  const at: number[] = [];
  const weights: number[] = [];
  for (let i = start; i < 2 - start; i++) {
    const element = left + i;
    const outside = element < 0 || element >= input;
    at.push(Math.min(input - 1, Math.max(0, element)));
    weights.push(outside && excludeOutside ? 0 : kernel.weight((i - ratio) * stretch));
  }
  const total = weights.reduce((sum, w) => sum + w, 0);
  return { at, weights: weights.map((w) => w / total) };
}
