import type { FastNode, NodeView, PlannerTable } from './fast-node.ts';
import { transposedConvolution } from './training/conv-gradient.ts';
import { map4, type Window, windowOf } from './window.ts';

export const convTransposePlanners: PlannerTable = { ConvTranspose: convTranspose };

/** The transpose of a convolution: what the gradient of a convolution's input is, with a bias. Weights [channels, outChannels / groups, …]. */
function convTranspose(view: NodeView): FastNode | undefined {
  const { inputs, outputs } = view.node;
  const x = map4(view.floatShape(inputs[0]));
  const y = map4(view.floatShape(outputs[0]));
  const weights = view.floatShape(inputs[1]);
  if (!x || !y || !weights || (view.has(2) && !view.floatShape(inputs[2]))) return undefined;
  const [outSize, size] = [[x[2], x[3]] as const, [y[2], y[3]] as const];
  const window = windowOf(view, weights.slice(2), size, outSize);
  const before = cutBefore(view, weights.length - 2, window, size, outSize);
  if (before.some((pad) => pad < 0) || y.includes(0)) return undefined;
  const groups = view.int('group', 1);
  const shape = {
    ...{ batch: x[0], groups, channels: y[1] / groups, outChannels: x[1] / groups, size, outSize },
    window: { ...window, pads: [before[0], before[1], 0, 0] as const },
  };
  return transposedConvolution(view, shape, inputs[2] || undefined);
}

type Pair = readonly [number, number];

/** How many rows and columns of the full result lie before the output's first ones. Source: ONNX ConvTranspose. */
function cutBefore(
  view: NodeView,
  rank: number,
  { kernel, strides, dilations, pads }: Window,
  size: Pair,
  input: Pair,
): Pair {
  const auto = view.text('auto_pad') ?? 'NOTSET';
  const isSplit = view.ints('output_shape') !== undefined || auto.startsWith('SAME');
  if (!isSplit) return auto === 'VALID' ? [0, 0] : [pads[0], pads[1]];
  const axis = (i: 0 | 1): number => {
    const padding = view.ints('output_padding')?.[i - (2 - rank)] ?? 0;
    const full = strides[i] * (input[i] - 1) + padding + (kernel[i] - 1) * dilations[i] + 1;
    const total = Math.max(0, full - size[i]);
    return auto === 'SAME_UPPER' ? total >> 1 : total - (total >> 1);
  };
  return [axis(0), axis(1)];
}
