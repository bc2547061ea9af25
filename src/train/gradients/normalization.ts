import type { TensorId } from '../../ir/index.ts';
import { add, div, mul, reshape, sub } from '../compose.ts';
import { real } from '../emitter.ts';
import { channelSum } from './convolution.ts';
import type { GradientRule } from './rule.ts';

/** By stored statistics: y = (x − mean) / √(var + ε) · scale + bias, per channel. */
export const batchNormalization: GradientRule = {
  id: 'BatchNormalization',
  gradients(ctx) {
    const { e, dy, node, read } = ctx;
    const [x = '', scale = '', , mean = '', variance = ''] = node.inputs;
    if (e.opset < 9 && read.int('spatial') === 0) ctx.refuse('it has statistics per element, not per channel');
    if ([3, 4].some((i) => ctx.wants(i))) ctx.refuse('its statistics depend on parameters');
    const perChannel = e
      .shapeOf(x)
      .slice(1)
      .map((d, i) => (i === 0 ? d : 1));
    const deviation = e.emit('Sqrt', [add(e, variance, e.number(read.float('epsilon') ?? 1e-5))]);
    const along = (id: TensorId) => reshape(e, id, perChannel);
    return [
      ctx.wanted(0, () => mul(e, dy, along(div(e, scale, deviation)))),
      ctx.wanted(1, () => div(e, channelSum(ctx, mul(e, dy, sub(e, x, along(mean)))), deviation)),
      ctx.wanted(2, () => channelSum(ctx, dy)),
    ];
  },
};

/** By the statistics of the batch itself. */
export const batchNormalizationTraining: GradientRule = {
  id: 'paretoscope.train::BatchNormalizationTraining',
  outputs: 5,
  gradients(ctx) {
    const { e, dy, node, read } = ctx;
    const [x = '', scale = ''] = node.inputs;
    const [, , , mean = '', inverse = ''] = node.outputs;
    const attributes = { epsilon: real(read.float('epsilon') ?? 1e-5) };
    return e.trainAll('BatchNormalizationGradient', [dy, x, scale, mean, inverse], 3, attributes);
  },
};
