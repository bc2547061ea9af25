import { numbersOf } from '../../ir/index.ts';
import { quantLimits } from '../../ops/index.ts';
import { add, div } from '../compose.ts';
import { real, text } from '../emitter.ts';
import type { GradientRule, RuleContext } from './rule.ts';

/** Quantizers: step functions, whose gradient is taken as if they were not, inside their range (Bengio, Léonard, Courville 2013). */

/** The step learns too (methods A.8). */
export const fakeQuantize: GradientRule = {
  id: 'paretoscope.train::FakeQuantize',
  gradients({ e, dy, node }) {
    const [v = '', step = ''] = node.inputs;
    return e.trainAll('FakeQuantizeGradient', [v, step, dy], 2, Object.fromEntries(node.attributes));
  },
};

/** dY where the bounds are not passed, 0 elsewhere. */
const inside = ({ e, dy }: RuleContext, value: string, low: number, high: number) =>
  e.train('ElementGradient', [dy, value, ''], { function: text('Clip'), min: real(low), max: real(high) });

/** QONNX quantizers of given scale, zero point and width, which stay as they are. */
const quant = (id: string): GradientRule => ({
  id,
  gradients(ctx) {
    const { e, node, read } = ctx;
    const [x = '', scale = '', zero = '', width = ''] = node.inputs;
    const bits = e.constantOf(width) ?? ctx.refuse('its width is computed');
    const isSigned = (read.int('signed') ?? 1) !== 0;
    const [low, high] = quantLimits(numbersOf(bits)[0] as number, isSigned, read.flag('narrow'));
    if (ctx.wants(1) || ctx.wants(2)) ctx.refuse('its scale depends on parameters');
    return [ctx.wanted(0, () => inside(ctx, add(e, div(e, x, scale), zero), low, high))];
  },
});

/** Signs: straight through between −1 and 1. */
const bipolar = (id: string): GradientRule => ({
  id,
  gradients: (ctx) => [ctx.wanted(0, () => inside(ctx, ctx.node.inputs[0] ?? '', -1, 1))],
});

const DOMAINS = ['', 'onnx.brevitas::', 'qonnx.custom_op.general::'];

export const quantizers: readonly GradientRule[] = [
  fakeQuantize,
  ...DOMAINS.map((domain) => quant(`${domain}Quant`)),
  ...DOMAINS.map((domain) => bipolar(`${domain}BipolarQuant`)),
];
