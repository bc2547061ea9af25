import { elementCount, type Shape } from '../../ir/index.ts';
import {
  type AttributeReader,
  type CoordinateMode,
  cubicKernel,
  given,
  linearKernel,
  type NearestMode,
  nearestElement,
  type ResizeAxis,
  sourcePosition,
  splitAt,
  tapsAt,
} from '../../ops/index.ts';
import { badGradientShapes, missingAttribute } from '../errors.ts';
import { float, floatTensor, trainingOperator } from './operator.ts';

/** Elements of the input that one output element is mixed from, with their weights. */
export type Mixture = readonly (readonly [at: number, weight: number])[];

/** How every output element along an axis is mixed from the input's, for the attributes of a ResizeGradient. */
export function mixtures(read: AttributeReader, axis: ResizeAxis): readonly Mixture[] {
  const mode = read.oneOf('mode', ['nearest', 'linear', 'cubic']);
  const coordinates = (read.string('coordinate_transformation_mode') ?? 'half_pixel') as CoordinateMode;
  const nearest = (read.string('nearest_mode') ?? 'round_prefer_floor') as NearestMode;
  const isCrop = coordinates === 'tf_crop_and_resize';
  const kernel = mode === 'cubic' ? cubicKernel(read.float('cubic_coeff_a') ?? -0.75) : linearKernel;
  const stretch = read.flag('antialias') ? Math.min(1, axis.scale) : 1;
  return Array.from({ length: axis.output }, (_, out): Mixture => {
    if (axis.input === axis.output && axis.scale === 1 && !isCrop) return [[out, 1]];
    const position = sourcePosition(coordinates, axis, out);
    if (isCrop && (position < 0 || position > axis.input - 1)) return [];
    if (mode === 'nearest') return [[nearestElement(nearest, position, axis.input), 1]];
    const taps = tapsAt(kernel, position, axis.input, stretch, read.flag('exclude_outside'));
    return taps.at.map((at, t) => [at, taps.weights[t] as number]);
  });
}

/**
 * (dY) → dX: what an output element was mixed from gets its share. Attributes as Resize since opset 11; `scales` for every dimension,
 * `input_shape`, and `roi` (starts, then ends) with tf_crop_and_resize.
 */
export const resizeGradient = trainingOperator('ResizeGradient', (read) => {
  const shape = read.ints('input_shape');
  const scales = read.floats('scales');
  if (!shape) throw missingAttribute('ResizeGradient', 'input_shape');
  if (!scales) throw missingAttribute('ResizeGradient', 'scales');
  const roi = read.floats('roi');
  return {
    infer: () => [float(shape)],
    run(inputs) {
      const dy = given('ResizeGradient', inputs, 0, 'dY');
      if (dy.shape.length !== shape.length) throw badGradientShapes('ResizeGradient', [shape, dy.shape]);
      let values = Float64Array.from(dy.data as Float32Array);
      const sizes = [...dy.shape];
      shape.forEach((input, d) => {
        const axis: ResizeAxis = {
          input,
          output: dy.shape[d] as number,
          scale: scales[d] as number,
          roi: [roi?.[d] ?? 0, roi?.[d + shape.length] ?? 1],
        };
        values = unmixed(values, sizes, d, mixtures(read, axis), input);
        sizes[d] = input;
      });
      return [floatTensor(shape, values)];
    },
  };
});

function unmixed(
  values: Float64Array<ArrayBuffer>,
  sizes: Shape,
  d: number,
  mixed: readonly Mixture[],
  input: number,
): Float64Array<ArrayBuffer> {
  const [outer, output, inner] = splitAt(sizes, d);
  const out = new Float64Array((elementCount(sizes) / output) * input);
  for (let o = 0; o < outer; o++)
    mixed.forEach((mixture, i) => {
      for (const [at, weight] of mixture)
        for (let k = 0; k < inner; k++) {
          const to = (o * input + at) * inner + k;
          out[to] = (out[to] as number) + weight * (values[(o * output + i) * inner + k] as number);
        }
    });
  return out;
}
