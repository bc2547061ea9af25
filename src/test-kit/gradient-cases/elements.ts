import { type GradientCase, given, inRange, ints, x } from './case.ts';

const binary: readonly GradientCase[] = ['Add', 'Sub', 'Mul', 'Div'].flatMap((op): GradientCase[] => [
  { op, name: 'equal shapes', inputs: [x(2, 3), inRange(0.5, 2, 2, 3)] },
  { op, name: 'broadcast', inputs: [x(3, 1, 2), inRange(0.5, 2, 4, 1)], opset: 12 },
  { op, name: 'scalar', inputs: [x(2, 2), inRange(0.5, 2)] },
]);

const several: readonly GradientCase[] = [
  { op: 'Pow', name: 'square', inputs: [x(2, 3), given('float32', [], [2])] },
  { op: 'Pow', name: 'whole exponent', inputs: [inRange(0.5, 2, 2, 3), given('int64', [1], [3])] },
  { op: 'Pow', name: 'both', inputs: [inRange(0.5, 2, 2, 3), x(3)] },
  { op: 'Sum', inputs: [x(2, 3), x(3), x(2, 1)] },
  { op: 'Mean', inputs: [x(2, 3), x(3), x(2, 1)] },
  { op: 'Max', inputs: [x(2, 3), x(3), x(2, 1)] },
  { op: 'Max', name: 'two', inputs: [x(2, 3), x(2, 3)], opset: 8 },
  { op: 'Min', inputs: [x(2, 3), x(3), x(2, 1)] },
  { op: 'PRelu', inputs: [x(2, 3, 4), x(3, 1)] },
  { op: 'Where', inputs: [given('bool', [2, 3], [1, 0, 0, 1, 1, 0]), x(2, 3), x(3)] },
];

const unary: readonly GradientCase[] = [
  ...[
    'Relu',
    'Sigmoid',
    'Tanh',
    'Exp',
    'Abs',
    'Neg',
    'Sin',
    'Cos',
    'Sinh',
    'Cosh',
    'Asinh',
    'Atan',
    'Erf',
    'Softplus',
  ].map((op): GradientCase => ({ op, inputs: [x(3, 7)] })),
  ...[
    'Softsign',
    'HardSwish',
    'Mish',
    'LeakyRelu',
    'ThresholdedRelu',
    'Elu',
    'Celu',
    'Selu',
    'HardSigmoid',
    'Shrink',
    'Swish',
  ].map((op): GradientCase => ({ op, inputs: [inRange(-5, 5, 3, 7)] })),
  ...['Gelu', 'com.microsoft::Gelu'].map((op): GradientCase => ({ op, inputs: [x(3, 7)] })),
  { op: 'Gelu', name: 'tanh', inputs: [x(3, 7)], attributes: { approximate: 'tanh' }, opset: 20 },
  ...['Sqrt', 'Log', 'Reciprocal'].map((op): GradientCase => ({ op, inputs: [inRange(0.3, 3, 3, 4)] })),
  ...['Asin', 'Acos', 'Atanh', 'Tan'].map((op): GradientCase => ({ op, inputs: [inRange(-0.8, 0.8, 3, 4)] })),
  { op: 'Acosh', inputs: [inRange(1.2, 3, 3, 4)] },
  { op: 'LeakyRelu', name: 'alpha', inputs: [x(9)], attributes: { alpha: 0.3 } },
  { op: 'ThresholdedRelu', name: 'alpha', inputs: [x(9)], attributes: { alpha: 0.3 } },
  { op: 'Elu', name: 'alpha', inputs: [x(9)], attributes: { alpha: 0.3 } },
  { op: 'Celu', name: 'alpha', inputs: [x(9)], attributes: { alpha: 0.3 } },
  { op: 'Selu', name: 'alpha, gamma', inputs: [x(9)], attributes: { alpha: 0.3, gamma: 1.5 } },
  { op: 'HardSigmoid', name: 'alpha, beta', inputs: [x(9)], attributes: { alpha: 0.4, beta: 0.25 } },
  { op: 'Swish', name: 'alpha', inputs: [x(9)], attributes: { alpha: 1.7 } },
  { op: 'Shrink', name: 'lambd, bias', inputs: [x(9)], attributes: { lambd: 0.7, bias: 0.3 } },
  { op: 'Clip', inputs: [x(3, 7), given('float32', [], [-1]), given('float32', [], [1.5])] },
  { op: 'Clip', name: 'below only', inputs: [x(9), undefined, given('float32', [], [0.5])] },
  { op: 'Clip', name: 'attributes', inputs: [x(9)], attributes: { min: { float: 0 }, max: { float: 1 } }, opset: 10 },
  { op: 'Cast', inputs: [x(4)], attributes: { to: 1 }, step: 0.25 },
];

const more: readonly GradientCase[] = [
  { op: 'LayerNormalization', inputs: [x(3, 5), x(5), x(5)] },
  {
    op: 'LayerNormalization',
    name: 'two dimensions, all outputs',
    inputs: [x(2, 3, 4), x(3, 4), x(3, 4)],
    attributes: { axis: 1, epsilon: 0.1 },
    outputs: 3,
    used: [0],
  },
  { op: 'LayerNormalization', name: 'scale broadcast', inputs: [x(3, 2, 4), x(4)], attributes: { axis: -2 } },
  { op: 'InstanceNormalization', inputs: [x(2, 3, 2, 3), x(3), x(3)] },
  { op: 'GroupNormalization', inputs: [x(2, 4, 3), x(4), x(4)], attributes: { num_groups: 2 }, opset: 21 },
  {
    op: 'GroupNormalization',
    name: 'parameters by group',
    inputs: [x(2, 4, 3), x(2), x(2)],
    attributes: { num_groups: 2, epsilon: 0.1 },
    opset: 18,
  },
  { op: 'RMSNormalization', inputs: [x(3, 5), x(5)], opset: 23 },
  {
    op: 'RMSNormalization',
    name: 'two dimensions',
    inputs: [x(2, 3, 2), x(3, 2)],
    attributes: { axis: 1, epsilon: 0.1 },
    opset: 23,
  },
  ...(['Softmax', 'LogSoftmax'] as const).flatMap((op): GradientCase[] => [
    { op, inputs: [x(3, 4)] },
    { op, name: 'axis', inputs: [x(2, 3, 2)], attributes: { axis: 1 } },
    { op, name: 'of old opsets', inputs: [x(2, 3, 2)], opset: 11 },
  ]),
  {
    op: 'Einsum',
    name: 'batched product',
    inputs: [x(2, 3, 4), x(2, 4, 2)],
    attributes: { equation: 'bij,bjk->bik' },
  },
  {
    op: 'Einsum',
    name: 'implicit output, index of one operand',
    inputs: [x(2, 3, 2), x(3, 2)],
    attributes: { equation: 'ija, jk' },
  },
  { op: 'Einsum', name: 'three operands', inputs: [x(2, 3), x(3, 2), x(2)], attributes: { equation: 'ij,jk,k->i' } },
  { op: 'Einsum', name: 'summed away', inputs: [x(2, 3)], attributes: { equation: 'ij->' } },
];

const reductions: readonly GradientCase[] = [
  'ReduceSum',
  'ReduceMean',
  'ReduceMax',
  'ReduceMin',
  'ReduceL1',
  'ReduceL2',
  'ReduceSumSquare',
  'ReduceLogSum',
  'ReduceLogSumExp',
].flatMap((op): GradientCase[] => [
  { op, name: 'all', inputs: [inRange(0.2, 3, 2, 3)], opset: 12 },
  { op, name: 'attribute', inputs: [inRange(0.2, 3, 2, 3, 2)], attributes: { axes: [-1, 0], keepdims: 0 }, opset: 12 },
  { op, name: 'input', inputs: [inRange(0.2, 3, 2, 3, 2), ints(1)], opset: 18 },
]);

export const elementCases: readonly GradientCase[] = [...binary, ...several, ...unary, ...more, ...reductions];
