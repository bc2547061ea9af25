import { isFloat, numbersOf, type TensorId } from '../../ir/index.ts';
import { div, equality, expand, sub as minus, mul, add as plus, scaled, sumTo } from '../compose.ts';
import type { NamedAttributes } from '../emitter.ts';
import { int, real, text } from '../emitter.ts';
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

/** x^p: of x for any p, of p for positive x. */
export const power: GradientRule = {
  id: 'Pow',
  gradients(ctx) {
    const { e, dy, node } = ctx;
    const [x = '', p = ''] = node.inputs;
    const [y = ''] = node.outputs;
    const exponent = e.constantOf(p);
    const isSquare = exponent !== undefined && numbersOf(exponent).every((value) => value === 2);
    const less = () => e.emit('Pow', [x, minus(e, floating(ctx, p), e.number(1))]);
    return [
      operand(ctx, 0, () => (isSquare ? scaled(e, mul(e, dy, x), 2) : mul(e, mul(e, dy, floating(ctx, p)), less()))),
      operand(ctx, 1, () => mul(e, mul(e, dy, y), e.emit('Log', [x]))),
    ];
  },
};

/** An operand as float32: exponents may be whole numbers. */
const floating = ({ e }: RuleContext, id: TensorId): TensorId =>
  e.typeOf(id) === 'float32' ? id : e.emit('Cast', [id], { to: int(1) });

const summing = (id: string, factor: (operands: number) => number): GradientRule => ({
  id,
  gradients: (ctx) => {
    const { e, dy, node } = ctx;
    return node.inputs.map((_, i) => operand(ctx, i, () => scaled(e, dy, factor(node.inputs.length))));
  },
});

export const sum = summing('Sum', () => 1);
export const mean = summing('Mean', (operands) => 1 / operands);

/** The first operand that is the largest (or smallest) takes all of it. */
const extreme = (id: string): GradientRule => ({
  id,
  gradients(ctx) {
    const { e, dy, node } = ctx;
    const [y = ''] = node.outputs;
    // What is left for operand i: 1 where none before it was it.
    let left: TensorId | undefined;
    const gradients: (TensorId | undefined)[] = [];
    const last = node.inputs.findLastIndex((_, i) => ctx.wants(i));
    node.inputs.slice(0, last + 1).forEach((x, i) => {
      const isIt = equality(e, x, y);
      const own = left === undefined ? isIt : mul(e, isIt, left);
      gradients[i] = operand(ctx, i, () => mul(e, dy, own));
      left = left === undefined ? minus(e, e.number(1), own) : minus(e, left, own);
    });
    return gradients;
  },
});

export const max = extreme('Max');
export const min = extreme('Min');

export const pRelu: GradientRule = {
  id: 'PRelu',
  gradients(ctx) {
    const { e, dy, node } = ctx;
    const [x = '', slope = ''] = node.inputs;
    const broadcast = e.shapeOf(dy);
    // What passes below 0: the gradient of a clamp from above.
    const below = e.train('ElementGradient', [dy, expand(e, x, broadcast), ''], {
      function: text('Clip'),
      max: real(0),
    });
    return [
      operand(ctx, 0, () => plus(e, dy, mul(e, below, minus(e, slope, e.number(1))))),
      operand(ctx, 1, () => mul(e, below, x)),
    ];
  },
};

/** Each branch gets what was taken from it. */
export const where: GradientRule = {
  id: 'Where',
  gradients(ctx) {
    const { e, dy, node } = ctx;
    const [condition = ''] = node.inputs;
    return [
      undefined,
      operand(ctx, 1, () => e.emit('Where', [condition, dy, e.number(0)])),
      operand(ctx, 2, () => e.emit('Where', [condition, e.number(0), dy])),
    ];
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
