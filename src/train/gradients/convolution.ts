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
