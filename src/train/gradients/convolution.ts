import type { TensorId } from '../../ir/index.ts';
import { readWindow, windowAxes } from '../../ops/index.ts';
import { reduceSum } from '../compose.ts';
import { int, ints, type NamedAttributes } from '../emitter.ts';
import type { GradientRule, RuleContext } from './rule.ts';

/** Sum over all dimensions but the channels: the gradient of a bias per channel. */
export const channelSum = ({ e }: RuleContext, gradient: TensorId): TensorId =>
  reduceSum(
    e,
    gradient,
    e.shapeOf(gradient).flatMap((_, i) => (i === 1 ? [] : [i])),
  );

/** The window as gradient operators take it: pads explicit, whatever `auto_pad` said. */
function windowOf({ e, node, read }: RuleContext): NamedAttributes {
  const [x, w] = node.inputs.map((id) => e.shapeOf(id)) as [readonly number[], readonly number[]];
  const axes = windowAxes(readWindow(read), x.slice(2), w.slice(2));
  return {
    strides: ints(axes.map((a) => a.stride)),
    dilations: ints(axes.map((a) => a.dilation)),
    pads: ints([...axes.map((a) => a.padBegin), ...axes.map((a) => a.padEnd)]),
    group: int(read.int('group') ?? 1),
  };
}

export const conv: GradientRule = {
  id: 'Conv',
  gradients(ctx) {
    const { e, dy, node } = ctx;
    const [x = '', w = ''] = node.inputs;
    const window = windowOf(ctx);
    return [
      ctx.wanted(0, () => e.train('ConvInputGradient', [dy, w], { ...window, input_shape: ints(e.shapeOf(x)) })),
      ctx.wanted(1, () =>
        e.train('ConvWeightGradient', [x, dy], { ...window, kernel_shape: ints(e.shapeOf(w).slice(2)) }),
      ),
      ctx.wanted(2, () => channelSum(ctx, dy)),
    ];
  },
};

/** A transposed convolution is the input gradient of a convolution, so its gradients are that convolution's other two parts. */
export const convTranspose: GradientRule = {
  id: 'ConvTranspose',
  gradients(ctx) {
    const { e, dy, node, read } = ctx;
    const [x = '', w = ''] = node.inputs;
    const spatial = (id: TensorId) => e.shapeOf(id).slice(2);
    const [small, large, kernel] = [spatial(x), spatial(node.outputs[0] as TensorId), spatial(w)];
    const strides = kernel.map((_, i) => read.ints('strides')?.[i] ?? 1);
    const dilations = kernel.map((_, i) => read.ints('dilations')?.[i] ?? 1);
    const begins = kernel.map((size, i) => transposedPad(ctx, i, size));
    // The end pad that makes the convolution's output exactly as large as X.
    const ends = kernel.map((size, i) => {
      const reach = ((small[i] as number) - 1) * (strides[i] as number) + ((size - 1) * (dilations[i] as number) + 1);
      return Math.max(0, reach - (large[i] as number) - (begins[i] as number));
    });
    const window = {
      strides: ints(strides),
      dilations: ints(dilations),
      pads: ints([...begins, ...ends]),
      group: int(read.int('group') ?? 1),
    };
    return [
      ctx.wanted(0, () => e.emit('Conv', [dy, w], { ...window, kernel_shape: ints(kernel) })),
      ctx.wanted(1, () => e.train('ConvWeightGradient', [dy, x], { ...window, kernel_shape: ints(kernel) })),
      ctx.wanted(2, () => channelSum(ctx, dy)),
    ];
  },
};

/** The begin pad of a transposed convolution. Source of the formulas: ONNX ConvTranspose. */
function transposedPad({ e, node, read }: RuleContext, axis: number, kernel: number): number {
  const autoPad = read.string('auto_pad') ?? 'NOTSET';
  const isSame = autoPad.startsWith('SAME');
  if (!isSame && !read.ints('output_shape')) return autoPad === 'VALID' ? 0 : (read.ints('pads')?.[axis] ?? 0);
  const stride = read.ints('strides')?.[axis] ?? 1;
  const dilation = read.ints('dilations')?.[axis] ?? 1;
  const size = e.shapeOf(node.inputs[0] as TensorId)[axis + 2] as number;
  const wanted = e.shapeOf(node.outputs[0] as TensorId)[axis + 2] as number;
  const full = stride * (size - 1) + (read.ints('output_padding')?.[axis] ?? 0) + (kernel - 1) * dilation + 1;
  const total = Math.max(0, full - wanted);
  const half = Math.floor(total / 2);
  return autoPad === 'SAME_UPPER' ? half : total - half;
}
