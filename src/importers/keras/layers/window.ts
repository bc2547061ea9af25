import type { Attribute, Dim } from '../../../ir/index.ts';
import { ints, text } from '../../network-builder.ts';

export type Padding = 'valid' | 'same' | 'causal';

export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padding: Padding;
}

/** Attributes of the ONNX window, and the output's sizes. `overhang`: the last window may begin inside and end outside ('same' pools). */
export interface PlacedWindow {
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly output: readonly Dim[];
}

/**
 * Places a window over an input as TensorFlow does: with 'same' the output has ⌈size / stride⌉ places, and an odd number of padded
 * places puts one more at the end; 'causal' puts all of them at the beginning. Where a size is unknown and a stride above 1
 * makes the padding depend on it, `auto_pad` leaves it to run time.
 * Source: TensorFlow API, `tf.nn.convolution`, "SAME" padding.
 */
export function placeWindow(spatial: readonly Dim[], w: Window): PlacedWindow {
  const axes = spatial.map((size, i) => {
    const kernel = ((w.kernel[i] as number) - 1) * (w.dilations[i] as number) + 1;
    return placeAxis(size, kernel, w.strides[i] as number, w.padding);
  });
  const fixed = axes.every((a) => a.before !== undefined);
  const pads = [...axes.map((a) => a.before ?? 0), ...axes.map((a) => a.after ?? 0)];
  const attributes: Record<string, Attribute> = { kernel_shape: ints(w.kernel), strides: ints(w.strides) };
  if (w.dilations.some((d) => d !== 1)) attributes['dilations'] = ints(w.dilations);
  if (!fixed) attributes['auto_pad'] = text('SAME_UPPER');
  else attributes['pads'] = ints(pads);
  return { attributes, output: axes.map((a) => a.output) };
}

interface PlacedAxis {
  readonly output: Dim;
  readonly before?: number;
  readonly after?: number;
}

function placeAxis(size: Dim, kernel: number, stride: number, padding: Padding): PlacedAxis {
  if (padding === 'valid')
    return {
      output: sized(size, (n) => Math.floor((n - kernel) / stride) + 1, `valid${kernel}/${stride}`),
      before: 0,
      after: 0,
    };
  const output = sized(size, (n) => Math.ceil(n / stride), stride === 1 ? '' : `/${stride}`);
  if (padding === 'causal') return { output, before: kernel - 1, after: 0 };
  if (typeof size === 'string' && stride !== 1) return { output };
  const total = typeof size === 'string' ? kernel - 1 : Math.max(0, ((output as number) - 1) * stride + kernel - size);
  return { output, before: Math.floor(total / 2), after: Math.ceil(total / 2) };
}

/** A size computed from another; a symbol gets a name that says how. */
export const sized = (size: Dim, compute: (n: number) => number, how: string): Dim =>
  typeof size === 'number' ? compute(size) : `${size}${how}`;
