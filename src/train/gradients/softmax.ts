import type { TensorId } from '../../ir/index.ts';
import { reshape } from '../compose.ts';
import { int } from '../emitter.ts';
import type { GradientRule } from './rule.ts';

/** Since opset 13 along one axis (default the last); before, everything from the axis on (default 1) is one row. */
const rows = (id: 'Softmax' | 'LogSoftmax'): GradientRule => ({
  id,
  gradients(ctx) {
    const { e, dy, node, read } = ctx;
    const [y = ''] = node.outputs;
    const shape = e.shapeOf(y);
    const isOld = e.opset < 13;
    const stated = read.int('axis') ?? (isOld ? 1 : -1);
    const axis = stated < 0 ? stated + shape.length : stated;
    if (!isOld) return [ctx.wanted(0, () => e.train(`${id}Gradient`, [dy, y], { axis: int(axis) }))];
    const size = (part: readonly number[]) => part.reduce((n, d) => n * d, 1);
    const matrix = [size(shape.slice(0, axis)), size(shape.slice(axis))];
    const flat = (value: TensorId) => reshape(e, value, matrix);
    return [ctx.wanted(0, () => reshape(e, e.train(`${id}Gradient`, [flat(dy), flat(y)], { axis: int(1) }), shape))];
  },
});

export const softmax = rows('Softmax');
export const logSoftmax = rows('LogSoftmax');
