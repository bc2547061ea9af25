import { isFloat, numbersOf, type TensorId } from '../../ir/index.ts';
import { div, mul, scaled, sumTo } from '../compose.ts';
import type { NamedAttributes } from '../emitter.ts';
import { real, text } from '../emitter.ts';
import { derivatives } from '../operators/element-gradient.ts';
import type { GradientRule, RuleContext } from './rule.ts';

/** The gradient of operand `input`, summed over what the operand was broadcast along. */
const operand = (ctx: RuleContext, input: number, make: () => TensorId): TensorId | undefined =>
  ctx.wanted(input, () => sumTo(ctx.e, make(), ctx.e.shapeOf(ctx.node.inputs[input] as TensorId)));

export const add: GradientRule = {
  id: 'Add',
  gradients: (ctx) => [0, 1].map((i) => operand(ctx, i, () => ctx.dy)),
};

export const sub: GradientRule = {
  id: 'Sub',
  gradients: (ctx) => [
    operand(ctx, 0, () => ctx.dy),
    ctx.wanted(1, () => scaled(ctx.e, sumTo(ctx.e, ctx.dy, ctx.e.shapeOf(ctx.node.inputs[1] as TensorId)), -1)),
  ],
};

export const multiply: GradientRule = {
  id: 'Mul',
  gradients: (ctx) => {
    const [a = '', b = ''] = ctx.node.inputs;
    return [operand(ctx, 0, () => mul(ctx.e, ctx.dy, b)), operand(ctx, 1, () => mul(ctx.e, ctx.dy, a))];
  },
};

export const divide: GradientRule = {
  id: 'Div',
  gradients: (ctx) => {
    const { e, dy } = ctx;
    const [, b = ''] = ctx.node.inputs;
    const [y = ''] = ctx.node.outputs;
    return [operand(ctx, 0, () => div(e, dy, b)), operand(ctx, 1, () => scaled(e, div(e, mul(e, dy, y), b), -1))];
  },
};

/** Unary functions that `derivatives` knows: one operator for all of them. */
const unary = (id: string, name = id): GradientRule => ({
  id,
  gradients: (ctx) => [ctx.wanted(0, () => elementGradient(ctx, name))],
});

export function elementGradient({ e, dy, node }: RuleContext, name: string, more: NamedAttributes = {}): TensorId {
  const { reads, attributes = [] } = derivatives[name] as (typeof derivatives)[string];
  const own = Object.fromEntries(attributes.map((key) => [key, node.attributes.get(key)]));
  const [x = ''] = node.inputs;
  const [y = ''] = node.outputs;
  const inputs = [dy, reads.includes('x') ? x : '', reads.includes('y') ? y : ''];
  return e.train('ElementGradient', inputs, { function: text(name), ...own, ...more });
}

/** Bounds may be attributes or inputs; here they are attributes. */
export const clip: GradientRule = {
  id: 'Clip',
  gradients(ctx) {
    const { e, node, read } = ctx;
    const bound = (input: number, name: string) => {
      if (e.opset < 11) return read.float(name);
      if ((node.inputs[input] ?? '') === '') return undefined;
      const constant = e.constantOf(node.inputs[input]);
      return constant ? numbersOf(constant)[0] : ctx.refuse('its bounds are computed');
    };
    const [low, high] = [bound(1, 'min'), bound(2, 'max')];
    return [
      ctx.wanted(0, () =>
        elementGradient(ctx, 'Clip', {
          min: low === undefined ? undefined : real(low),
          max: high === undefined ? undefined : real(high),
        }),
      ),
    ];
  },
};

/** Between types of floats, which a step holds as float32 all the same. */
export const cast: GradientRule = {
  id: 'Cast',
  gradients(ctx) {
    const type = ctx.e.typeOf(ctx.node.inputs[0] as TensorId);
    if (type === undefined || !isFloat(type)) return [];
    return [ctx.wanted(0, () => ctx.dy)];
  },
};

export const unaries: readonly GradientRule[] = [
  ...Object.keys(derivatives)
    .filter((name) => name !== 'Clip')
    .map((name) => unary(name)),
  unary('com.microsoft::Gelu', 'Gelu'),
];
