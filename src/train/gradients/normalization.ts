import type { TensorId } from '../../ir/index.ts';
import { add, div, mul, ones, reduceSum, reshape, scaled, sub, sumTo } from '../compose.ts';
import { int, real } from '../emitter.ts';
import { channelSum } from './convolution.ts';
import type { GradientRule, RuleContext } from './rule.ts';

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

/** Over all dimensions from `axis` on; mean and inverse deviation are outputs of the layer itself. */
export const layerNormalization: GradientRule = {
  id: 'LayerNormalization',
  outputs: 3,
  gradients(ctx) {
    const { e, dy, node, read } = ctx;
    const [x = '', scale = '', bias = ''] = node.inputs;
    const [, mean = '', inverse = ''] = node.outputs;
    const axis = read.int('axis') ?? -1;
    const shape = e.shapeOf(x);
    const inner = shape.slice(axis < 0 ? axis + shape.length : axis);
    // The operator takes one factor per element; a scale that is broadcast is written out, its gradient summed again.
    const whole = e.shapeOf(scale).length === inner.length && e.shapeOf(scale).every((d, i) => d === inner[i]);
    const factors = whole ? scale : mul(e, scale, ones(e, inner));
    const [dx, dScale, dBias] = e.trainAll('LayerNormalizationGradient', [dy, x, factors, mean, inverse], 3, {
      axis: int(axis),
    }) as [TensorId, TensorId, TensorId];
    return [
      dx,
      ctx.wanted(1, () => sumTo(e, dScale, e.shapeOf(scale))),
      ctx.wanted(2, () => sumTo(e, dBias, e.shapeOf(bias))),
    ];
  },
};

/** Every group of channels of every sample is a row that is normalized as LayerNormalization does; scale and bias follow. */
function byGroups(ctx: RuleContext, groups: number): readonly (TensorId | undefined)[] {
  const { e, dy, node, read } = ctx;
  const [x = '', scale = ''] = node.inputs;
  const shape = e.shapeOf(x);
  const [batch = 1, channels = 1] = shape;
  const rows = [batch * groups, shape.reduce((n, d) => n * d, 1) / (batch * groups)];
  const parameters = e.shapeOf(scale)[0] as number;
  // A parameter per channel or, in older forms, per group.
  const perParameter = [batch, parameters, shape.reduce((n, d) => n * d, 1) / (batch * parameters)];
  const epsilon = real(read.float('epsilon') ?? 1e-5);
  const unit = ones(e, [rows[1] as number]);
  const [normalized, mean, inverse] = e.emitAll('LayerNormalization', [reshape(e, x, rows), unit], 3, { epsilon }) as [
    TensorId,
    TensorId,
    TensorId,
  ];
  const total = (id: TensorId) => reduceSum(e, reshape(e, id, perParameter), [0, 2]);
  return [
    ctx.wanted(0, () => {
      const along = reshape(
        e,
        scale,
        channels === parameters ? shape.slice(1).map((d, i) => (i === 0 ? d : 1)) : [parameters, 1],
      );
      const weighted = channels === parameters ? mul(e, dy, along) : mul(e, reshape(e, dy, perParameter), along);
      const inside = [reshape(e, weighted, rows), reshape(e, x, rows), unit, mean, inverse];
      return reshape(e, e.trainAll('LayerNormalizationGradient', inside, 3, { axis: int(-1) })[0] as TensorId, shape);
    }),
    ctx.wanted(1, () => total(mul(e, reshape(e, dy, rows), normalized))),
    ctx.wanted(2, () => total(dy)),
  ];
}

export const instanceNormalization: GradientRule = {
  id: 'InstanceNormalization',
  gradients: (ctx) => byGroups(ctx, ctx.e.shapeOf(ctx.node.inputs[0] as TensorId)[1] as number),
};

export const groupNormalization: GradientRule = {
  id: 'GroupNormalization',
  gradients: (ctx) => byGroups(ctx, ctx.read.int('num_groups') ?? 1),
};

/** x·r·scale with r = 1/√(mean of squares + ε): dX = r·(g − x·r²·mean(g·x)), g = dY·scale. */
export const rmsNormalization: GradientRule = {
  id: 'RMSNormalization',
  gradients(ctx) {
    const { e, dy, node, read } = ctx;
    const [x = '', scale = ''] = node.inputs;
    const shape = e.shapeOf(x);
    const axis = read.int('axis') ?? -1;
    const axes = shape.map((_, i) => i).slice(axis < 0 ? axis + shape.length : axis);
    const count = axes.reduce((n, a) => n * (shape[a] as number), 1);
    const average = (id: TensorId) => scaled(e, reduceSum(e, id, axes, true), 1 / count);
    const square = add(e, average(mul(e, x, x)), e.number(read.float('epsilon') ?? 1e-5));
    const normalized = div(e, x, e.emit('Sqrt', [square]));
    return [
      ctx.wanted(0, () => {
        const inside = mul(e, dy, scale);
        const along = div(e, mul(e, x, average(mul(e, inside, x))), square);
        return div(e, sub(e, inside, along), e.emit('Sqrt', [square]));
      }),
      ctx.wanted(1, () => sumTo(e, mul(e, dy, normalized), e.shapeOf(scale))),
    ];
  },
};
