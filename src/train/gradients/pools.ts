import type { TensorId } from '../../ir/index.ts';
import { readWindow, windowAxes } from '../../ops/index.ts';
import { int, ints, type NamedAttributes } from '../emitter.ts';
import type { GradientRule, RuleContext } from './rule.ts';

/** The window of a pool as gradient operators take it: pads explicit. */
function windowOf({ e, node, read }: RuleContext): NamedAttributes {
  const window = readWindow(read);
  const kernel = window.kernel ?? [];
  const axes = windowAxes(window, e.shapeOf(node.inputs[0] as TensorId).slice(2), kernel);
  return {
    kernel_shape: ints(kernel),
    strides: ints(axes.map((a) => a.stride)),
    dilations: ints(axes.map((a) => a.dilation)),
    pads: ints([...axes.map((a) => a.padBegin), ...axes.map((a) => a.padEnd)]),
    ...(window.ceil ? { ceil_mode: int(1) } : {}),
  };
}

/** One window over all positions. */
const wholePlane = ({ e, node }: RuleContext): NamedAttributes => ({
  kernel_shape: ints(e.shapeOf(node.inputs[0] as TensorId).slice(2)),
});

const maxima = (id: string, window: (ctx: RuleContext) => NamedAttributes): GradientRule => ({
  id,
  gradients(ctx) {
    const { e, dy, node } = ctx;
    const [x = ''] = node.inputs;
    const [y = ''] = node.outputs;
    return [ctx.wanted(0, () => e.train('MaxPoolGradient', [x, y, dy], window(ctx)))];
  },
});

const averages = (id: string, window: (ctx: RuleContext) => NamedAttributes): GradientRule => ({
  id,
  gradients(ctx) {
    const { e, dy, node } = ctx;
    const input_shape = ints(e.shapeOf(node.inputs[0] as TensorId));
    return [ctx.wanted(0, () => e.train('AveragePoolGradient', [dy], { ...window(ctx), input_shape }))];
  },
});

export const maxPool = maxima('MaxPool', windowOf);
export const globalMaxPool = maxima('GlobalMaxPool', wholePlane);
export const averagePool = averages('AveragePool', (ctx) => ({
  ...windowOf(ctx),
  ...(ctx.read.flag('count_include_pad') ? { count_include_pad: int(1) } : {}),
}));
export const globalAveragePool = averages('GlobalAveragePool', wholePlane);
