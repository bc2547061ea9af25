import { Registry } from '../base/index.ts';
import type { Builder } from './builder.ts';
import { emptyRange } from './errors.ts';

/** An activation by its id in `activations`, with parameters that differ from the defaults: { id: 'Clip', parameters: { max: 4 } }. */
export interface ActivationChoice {
  readonly id: string;
  readonly parameters?: Readonly<Record<string, number>>;
}

type Parameters = Readonly<Record<string, number>>;

/** One function of every element, as ONNX nodes. To add one: an entry in `activations`. */
export interface Activation {
  readonly id: string;
  /** As a menu shows it. */
  readonly title: string;
  /** Oldest opset that it can be written in. */
  readonly since: number;
  /** Defaults of its parameters, in the order a form shows them. */
  readonly parameters: Parameters;
  /** Writes `y` = f(`x`). */
  build(builder: Builder, x: string, y: string, parameters: Parameters): void;
}

/** An activation that is one ONNX operator, its parameters being float attributes. */
const operator = (op: string, parameters: Parameters = {}, since = 6, title = op): Activation => ({
  id: op,
  title,
  since,
  parameters,
  build: (builder, x, y, values) => builder.node(op, [x], y, values),
});

/** ONNX has it as one operator since `since`; before, it is spelled out by `build`. */
const spelledOut = (op: string, since: number, earliest: number, build: Activation['build']): Activation => ({
  id: op,
  title: op,
  since: earliest,
  parameters: {},
  build(builder, x, y, values) {
    if (builder.opset >= since) builder.node(op, [x], y);
    else build(builder, x, y, values);
  },
});

/** min and max are attributes before opset 11, inputs since. */
const clip: Activation = {
  id: 'Clip',
  title: 'Clip (ReLU6)',
  since: 6,
  parameters: { min: 0, max: 6 },
  build(builder, x, y, { min = 0, max = 6 }) {
    if (!(min < max)) throw emptyRange('Clip', min, max);
    if (builder.opset < 11) builder.node('Clip', [x], y, { min, max });
    else builder.node('Clip', [x, builder.constant('min', min), builder.constant('max', max)], y);
  },
};

const silu: Activation = {
  id: 'SiLU',
  title: 'SiLU (Swish)',
  since: 7,
  parameters: {},
  build(builder, x, y) {
    const gate = builder.value('Sigmoid');
    builder.node('Sigmoid', [x], gate);
    builder.node('Mul', [x, gate], y);
  },
};

/** x · clip(x / 6 + 1/2, 0, 1): the ONNX specification's own expansion. */
const hardSwish = spelledOut('HardSwish', 14, 7, (builder, x, y) => {
  const gate = builder.value('HardSigmoid');
  builder.node('HardSigmoid', [x], gate, { alpha: 1 / 6, beta: 0.5 });
  builder.node('Mul', [x, gate], y);
});

/** x · (1 + erf(x / √2)) / 2, as exporters write it. */
const gelu = spelledOut('Gelu', 20, 9, (builder, x, y) => {
  const [scaled, error, shifted, doubled] = ['Div', 'Erf', 'Add', 'Mul'].map((hint) => builder.value(hint));
  builder.node('Div', [x, builder.constant('sqrt2', Math.SQRT2)], scaled as string);
  builder.node('Erf', [scaled as string], error as string);
  builder.node('Add', [error as string, builder.constant('one', 1)], shifted as string);
  builder.node('Mul', [x, shifted as string], doubled as string);
  builder.node('Mul', [doubled as string, builder.constant('half', 0.5)], y);
});

/** x · tanh(softplus(x)). */
const mish = spelledOut('Mish', 18, 7, (builder, x, y) => {
  const [soft, gate] = [builder.value('Softplus'), builder.value('Tanh')];
  builder.node('Softplus', [x], soft);
  builder.node('Tanh', [soft], gate);
  builder.node('Mul', [x, gate], y);
});

export const activations = new Registry<Activation>('activation', [
  operator('Relu', {}, 6, 'ReLU'),
  operator('LeakyRelu', { alpha: 0.01 }, 6, 'Leaky ReLU'),
  clip,
  operator('Sigmoid'),
  operator('HardSigmoid', { alpha: 0.2, beta: 0.5 }),
  operator('Tanh'),
  hardSwish,
  silu,
  operator('Elu', { alpha: 1 }),
  operator('Celu', { alpha: 1 }, 12),
  operator('Selu'),
  gelu,
  mish,
  operator('Softplus'),
  operator('Softsign'),
  operator('ThresholdedRelu', { alpha: 1 }, 10),
  operator('Identity', {}, 1),
]);
