import { numbersOf, type TensorId } from '../../ir/index.ts';
import { div, equality, expand, mul, reduceSum, reshape, scaled, sub } from '../compose.ts';
import type { GradientRule, RuleContext } from './rule.ts';

/** A reduction as its gradient sees it: everything with the reduced dimensions kept as 1. */
interface Reduction {
  readonly ctx: RuleContext;
  readonly x: TensorId;
  readonly y: TensorId;
  readonly dy: TensorId;
  readonly axes: readonly number[];
  /** Elements that are reduced to one. */
  readonly count: number;
}

/** Since which opset the axes are an input. */
const axesInputSince = (op: string): number => (op === 'ReduceSum' ? 13 : 18);

function axesOf(ctx: RuleContext, rank: number): readonly number[] {
  const { e, node, read } = ctx;
  const asInput = e.opset >= axesInputSince(node.op);
  const given = asInput ? (node.inputs[1] ?? '') : '';
  const constant = e.constantOf(given);
  if (given !== '' && !constant) ctx.refuse('its axes are computed');
  const stated = asInput ? constant && Array.from(numbersOf(constant)) : read.ints('axes');
  if (stated && stated.length > 0) return stated.map((a) => (a < 0 ? a + rank : a));
  return read.flag('noop_with_empty_axes') ? [] : Array.from({ length: rank }, (_, i) => i);
}

const reduction = (id: string, gradient: (r: Reduction) => TensorId): GradientRule => ({
  id,
  gradients(ctx) {
    const { e, node } = ctx;
    const [x = ''] = node.inputs;
    const shape = e.shapeOf(x);
    return [
      ctx.wanted(0, () => {
        const axes = axesOf(ctx, shape.length);
        const kept = shape.map((d, i) => (axes.includes(i) ? 1 : d));
        const [y, dy] = [node.outputs[0] as TensorId, ctx.dy].map((v) => reshape(e, v, kept)) as [TensorId, TensorId];
        const count = axes.reduce((n, a) => n * (shape[a] as number), 1);
        return expand(e, gradient({ ctx, x, y, dy, axes, count }), shape);
      }),
    ];
  },
});

/** The largest or smallest elements share it equally. */
const extreme = ({ ctx: { e }, x, y, dy, axes }: Reduction): TensorId => {
  const isIt = equality(e, x, y);
  return mul(e, isIt, div(e, dy, reduceSum(e, isIt, axes, true)));
};

export const reductions: readonly GradientRule[] = [
  reduction('ReduceSum', ({ dy }) => dy),
  reduction('ReduceMean', ({ ctx, dy, count }) => scaled(ctx.e, dy, 1 / count)),
  reduction('ReduceMax', extreme),
  reduction('ReduceMin', extreme),
  reduction('ReduceL1', ({ ctx: { e }, x, dy }) => mul(e, dy, e.emit('Sign', [x]))),
  reduction('ReduceL2', ({ ctx: { e }, x, y, dy }) => mul(e, x, div(e, dy, y))),
  reduction('ReduceSumSquare', ({ ctx: { e }, x, dy }) => mul(e, x, scaled(e, dy, 2))),
  reduction('ReduceLogSum', ({ ctx: { e }, y, dy }) => div(e, dy, e.emit('Exp', [y]))),
  reduction('ReduceLogSumExp', ({ ctx: { e }, x, y, dy }) => mul(e, dy, e.emit('Exp', [sub(e, x, y)]))),
];
