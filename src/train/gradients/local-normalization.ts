import type { TensorId } from '../../ir/index.ts';
import { add, div, inverseOrder, mul, ones, reduceSum, reshape, scaled, sub, transpose } from '../compose.ts';
import { int, ints, real } from '../emitter.ts';
import type { GradientRule } from './rule.ts';

/** Normalizations without parameters. */

/**
 * y = x·s^−β with s = bias + α/size · Σ x² over neighbouring channels: dX = dY·s^−β − 2αβ/size · x·Σ′(dY·x·s^(−β−1)). The sum is a
 * convolution with ones along the channels, Σ′ its gradient.
 */
export const lrn: GradientRule = {
  id: 'LRN',
  gradients(ctx) {
    const { e, dy, node, read } = ctx;
    const [x = ''] = node.inputs;
    const size = read.int('size') ?? 1;
    const [alpha, beta, bias] = [read.float('alpha') ?? 1e-4, read.float('beta') ?? 0.75, read.float('bias') ?? 1];
    const shape = e.shapeOf(x);
    const [batch = 1, channels = 1] = shape;
    const plane = [batch, 1, channels, shape.slice(2).reduce((n, d) => n * d, 1)];
    const window = { pads: ints([Math.floor((size - 1) / 2), 0, Math.ceil((size - 1) / 2), 0]) };
    const neighbours = ones(e, [1, 1, size, 1]);
    const squares = reshape(e, mul(e, x, x), plane);
    const sums = reshape(e, e.emit('Conv', [squares, neighbours], { ...window, kernel_shape: ints([size, 1]) }), shape);
    const base = add(e, scaled(e, sums, alpha / size), e.number(bias));
    const power = (exponent: number) => e.emit('Pow', [base, e.number(exponent)]);
    return [
      ctx.wanted(0, () => {
        const inside = reshape(e, mul(e, mul(e, dy, x), power(-beta - 1)), plane);
        const back = e.train('ConvInputGradient', [inside, neighbours], { ...window, input_shape: ints(plane) });
        const shared = scaled(e, mul(e, x, reshape(e, back, shape)), (2 * alpha * beta) / size);
        return sub(e, mul(e, dy, power(-beta)), shared);
      }),
    ];
  },
};

/** y = x / ‖x‖: of the 2-norm dX = (dY − y·Σ dY·y) / ‖x‖, of the 1-norm dX = (dY − sign x·Σ dY·y) / ‖x‖. */
export const lpNormalization: GradientRule = {
  id: 'LpNormalization',
  gradients(ctx) {
    const { e, dy, node, read } = ctx;
    const [x = ''] = node.inputs;
    const [y = ''] = node.outputs;
    const rank = e.shapeOf(x).length;
    const axis = read.int('axis') ?? -1;
    const axes = [axis < 0 ? axis + rank : axis];
    const isManhattan = (read.int('p') ?? 2) === 1;
    return [
      ctx.wanted(0, () => {
        const size = isManhattan ? e.emit('Abs', [x]) : mul(e, x, x);
        const total = reduceSum(e, size, axes, true);
        const norm = isManhattan ? total : e.emit('Sqrt', [total]);
        const along = reduceSum(e, mul(e, dy, y), axes, true);
        return div(e, sub(e, dy, mul(e, isManhattan ? e.emit('Sign', [x]) : y, along)), norm);
      }),
    ];
  },
};

/** Every group of elements is a row that is normalized as LayerNormalization does, without scale and bias. */
export const meanVarianceNormalization: GradientRule = {
  id: 'MeanVarianceNormalization',
  gradients(ctx) {
    const { e, dy, node, read } = ctx;
    const [x = ''] = node.inputs;
    const shape = e.shapeOf(x);
    const axes = (read.ints('axes') ?? [0, 2, 3]).map((a) => (a < 0 ? a + shape.length : a));
    const dims = shape.map((_, d) => d);
    const order = [...dims.filter((d) => !axes.includes(d)), ...dims.filter((d) => axes.includes(d))];
    const turned = order.map((d) => shape[d] as number);
    const size = axes.reduce((n, d) => n * (shape[d] as number), 1);
    const rows = (id: TensorId) =>
      reshape(e, transpose(e, id, order), [turned.reduce((n, d) => n * d, 1) / size, size]);
    return [
      ctx.wanted(0, () => {
        const unit = ones(e, [size]);
        const [, mean = '', inverse = ''] = e.emitAll('LayerNormalization', [rows(x), unit], 3, {
          epsilon: real(1e-9),
        });
        const inside = [rows(dy), rows(x), unit, mean, inverse];
        const [dx = ''] = e.trainAll('LayerNormalizationGradient', inside, 3, { axis: int(-1) });
        return transpose(e, reshape(e, dx, turned), inverseOrder(order));
      }),
    ];
  },
};
