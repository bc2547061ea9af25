/** Convolutions, plain, by channel, separable and transposed, in one to three dimensions. */
import type { Attribute, Dim } from '../../../ir/index.ts';
import { unknownChannels } from '../../errors.ts';
import { int, ints } from '../../network-builder.ts';
import { imageInput, type LayerReader, type LayerScope, put, take, turnedWeight, weight } from '../layer-scope.ts';
import { channelsOf, spatialOf, type Value } from '../value.ts';
import type { RawWeight, WeightSpec } from '../weights.ts';
import { activated } from './activation.ts';
import { placeWindow, sized, type Window } from './window.ts';

function windowOf({ config }: LayerScope, rank: number): Window {
  return {
    kernel: config.perAxis('kernel_size', rank),
    strides: config.perAxis('strides', rank, 1),
    dilations: config.perAxis('dilation_rate', rank, 1),
    padding: config.oneOf('padding', ['valid', 'same', 'causal']),
  };
}

/** Channels must be known where a layer's weights depend on them and no file states them. */
export function knownChannels(scope: LayerScope, v: Value): number {
  const channels = channelsOf(v);
  if (typeof channels === 'number') return channels;
  throw unknownChannels(scope.file, scope.path);
}

const biasSpec = ({ config }: LayerScope, size: Dim): WeightSpec[] =>
  config.flag('use_bias', true) ? [{ name: 'bias', shape: [size] }] : [];

/** Axes of a filter, Keras (…, in, out) to ONNX (out, in, …). */
const outInFirst = (rank: number): number[] => [rank + 1, rank, ...Array.from({ length: rank }, (_, i) => i)];

/** A Conv node over a value with channels first; its result has them first too. */
function convolve(
  scope: LayerScope,
  x: Value,
  inputs: readonly string[],
  window: Window,
  filters: number,
  groups: number,
  suffix = '',
): Value {
  const { attributes, output } = placeWindow(spatialOf(x), window);
  const group: Readonly<Record<string, Attribute>> = groups === 1 ? {} : { group: int(groups) };
  const id = put(scope, 'Conv', [x.id, ...inputs], { ...attributes, ...group }, suffix);
  return { id, shape: [x.shape[0] as Dim, ...output, filters], layout: 'channels-first' };
}

const biases = (scope: LayerScope, bias: RawWeight | undefined): string[] =>
  bias ? [weight(scope, 'bias', bias)] : [];

const conv =
  (rank: number): LayerReader =>
  (scope) => {
    const { config } = scope;
    const { x, done } = imageInput(scope);
    const window = windowOf(scope, rank);
    const filters = config.positive('filters');
    const groups = config.positive('groups', 1);
    const inputs = knownChannels(scope, x) / groups;
    const [kernel, bias] = take(scope, [
      { name: 'kernel', shape: [...window.kernel, inputs, filters] },
      ...biasSpec(scope, filters),
    ]) as [RawWeight, RawWeight | undefined];
    const turned = turnedWeight(scope, 'kernel', kernel, { perm: outInFirst(rank) });
    const y = convolve(scope, x, [turned, ...biases(scope, bias)], window, filters, groups);
    return done(activated(scope, y));
  };

/** Keras' filter is (…, channel, multiplier); ONNX has one group per channel. */
function depthwiseFilter(scope: LayerScope, name: string, raw: RawWeight, rank: number): string {
  const [channels, multiplier] = raw.shape.slice(-2) as [number, number];
  const perm = [rank, rank + 1, ...Array.from({ length: rank }, (_, i) => i)];
  return turnedWeight(scope, name, raw, { perm, shape: [channels * multiplier, 1, ...raw.shape.slice(0, rank)] });
}

const depthwise =
  (rank: number): LayerReader =>
  (scope) => {
    const { x, done } = imageInput(scope);
    const window = windowOf(scope, rank);
    const channels = knownChannels(scope, x);
    const multiplier = scope.config.positive('depth_multiplier', 1);
    const [kernel, bias] = take(scope, [
      { name: 'depthwise_kernel', shape: [...window.kernel, channels, multiplier] },
      ...biasSpec(scope, channels * multiplier),
    ]) as [RawWeight, RawWeight | undefined];
    const filter = depthwiseFilter(scope, 'depthwise_kernel', kernel, rank);
    const y = convolve(scope, x, [filter, ...biases(scope, bias)], window, channels * multiplier, channels);
    return done(activated(scope, y));
  };

const separable =
  (rank: number): LayerReader =>
  (scope) => {
    const { config } = scope;
    const { x, done } = imageInput(scope);
    const window = windowOf(scope, rank);
    const channels = knownChannels(scope, x);
    const middle = channels * config.positive('depth_multiplier', 1);
    const filters = config.positive('filters');
    const points = Array(rank).fill(1) as number[];
    const [deep, pointwise, bias] = take(scope, [
      { name: 'depthwise_kernel', shape: [...window.kernel, channels, middle / channels] },
      { name: 'pointwise_kernel', shape: [...points, middle, filters] },
      ...biasSpec(scope, filters),
    ]) as [RawWeight, RawWeight, RawWeight | undefined];
    const filter = depthwiseFilter(scope, 'depthwise_kernel', deep, rank);
    const between = convolve(scope, x, [filter], window, middle, channels, 'depthwise');
    const turned = turnedWeight(scope, 'pointwise_kernel', pointwise, { perm: outInFirst(rank) });
    const point: Window = { kernel: points, strides: points, dilations: points, padding: 'valid' };
    const y = convolve(scope, between, [turned, ...biases(scope, bias)], point, filters, 1);
    return done(activated(scope, y));
  };

/**
 * Pads of a transposed convolution along one axis. The output has size · stride places with 'same' and
 * (size − 1) · stride + max(kernel, stride) with 'valid'; with `output_padding` (size − 1) · stride + output_padding and
 * kernel mod 2 or the kernel. `extra`: what has to be added behind the last place.
 * Source: Keras, `keras.src.backend.common.backend_utils`, the TensorFlow convention.
 */
function transposedAxis(kernel: number, stride: number, same: boolean, outputPadding: number | undefined) {
  if (!same) return { before: 0, after: 0, extra: outputPadding ?? Math.max(stride - kernel, 0) };
  const around = outputPadding === undefined ? stride + kernel - 2 : kernel + (kernel % 2) - 2 + outputPadding;
  const left = Math.min(Math.ceil(around / 2), kernel - 1);
  const right = around - left;
  const reach = kernel - 1;
  return { before: reach - left, after: Math.max(reach - right, 0), extra: Math.max(right - reach, 0) };
}

const transposed =
  (rank: number): LayerReader =>
  (scope) => {
    const { config } = scope;
    const { x, done } = imageInput(scope);
    const { kernel: size, strides, dilations, padding } = windowOf(scope, rank);
    const filters = config.positive('filters');
    const [kernel, bias] = take(scope, [
      { name: 'kernel', shape: [...size, filters, knownChannels(scope, x)] },
      ...biasSpec(scope, filters),
    ]) as [RawWeight, RawWeight | undefined];
    const given = config.wholes('output_padding');
    const reach = size.map((k, i) => (k - 1) * (dilations[i] as number) + 1);
    const axes = reach.map((k, i) =>
      transposedAxis(k, strides[i] as number, padding === 'same', given?.[i] ?? given?.[0]),
    );
    const turned = turnedWeight(scope, 'kernel', kernel, { perm: outInFirst(rank) });
    const id = put(scope, 'ConvTranspose', [x.id, turned, ...biases(scope, bias)], {
      kernel_shape: ints(size),
      strides: ints(strides),
      ...(dilations.some((d) => d !== 1) ? { dilations: ints(dilations) } : {}),
      pads: ints([...axes.map((a) => a.before), ...axes.map((a) => a.after)]),
      ...(axes.some((a) => a.extra > 0) ? { output_padding: ints(axes.map((a) => a.extra)) } : {}),
    });
    const output = spatialOf(x).map((n, i) => {
      const { before, after, extra } = axes[i] as ReturnType<typeof transposedAxis>;
      const stride = strides[i] as number;
      const grown = (reach[i] as number) + extra - before - after - stride;
      return sized(n, (m) => m * stride + grown, `*${stride}+${grown}`);
    });
    return done(activated(scope, { id, shape: [x.shape[0] as Dim, ...output, filters], layout: 'channels-first' }));
  };

export const convolutions: Readonly<Record<string, LayerReader>> = {
  Conv1D: conv(1),
  Conv2D: conv(2),
  Conv3D: conv(3),
  Convolution1D: conv(1),
  Convolution2D: conv(2),
  Convolution3D: conv(3),
  DepthwiseConv1D: depthwise(1),
  DepthwiseConv2D: depthwise(2),
  SeparableConv1D: separable(1),
  SeparableConv2D: separable(2),
  SeparableConvolution2D: separable(2),
  Conv1DTranspose: transposed(1),
  Conv2DTranspose: transposed(2),
  Conv3DTranspose: transposed(3),
};
