import { type DataType, type Shape, type Tensor, tensorOf } from '../../ir/index.ts';

/** What the finite-difference test runs of each rule: shapes, attributes, opsets. */

/** Float input: random numbers out of `range` (default −2 … 2); differentiated unless `fixed`. */
interface FloatInput {
  readonly shape: Shape;
  readonly range?: readonly [low: number, high: number];
  readonly fixed?: boolean;
}

/** An input with these elements: indices, axes, sizes. */
interface GivenInput {
  readonly tensor: Tensor;
  readonly isConstant: boolean;
}

type AttributeValue =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] };

export interface GradientCase {
  readonly op: string;
  readonly name?: string;
  readonly inputs: readonly (FloatInput | GivenInput | undefined)[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly outputs?: number;
  /** Outputs that the loss reads; default all of floats. */
  readonly used?: readonly number[];
  readonly opset?: number;
  readonly tolerance?: number;
  readonly step?: number;
}

const x = (...shape: number[]): FloatInput => ({ shape });
const inRange = (low: number, high: number, ...shape: number[]): FloatInput => ({ shape, range: [low, high] });
const fixed = (low: number, high: number, ...shape: number[]): FloatInput => ({
  shape,
  range: [low, high],
  fixed: true,
});
const ints = (...values: number[]): GivenInput => ({
  tensor: tensorOf('int64', [values.length], values),
  isConstant: true,
});
const given = (type: DataType, shape: Shape, values: readonly number[], isConstant = true): GivenInput => ({
  tensor: tensorOf(type, shape, values),
  isConstant,
});

const convolutions: readonly GradientCase[] = [
  {
    op: 'Conv',
    name: '3×3 with bias',
    inputs: [x(2, 2, 5, 4), x(3, 2, 3, 3), x(3)],
    attributes: { pads: [1, 1, 1, 1] },
  },
  {
    op: 'Conv',
    name: 'strided, uneven pads',
    inputs: [x(1, 2, 7, 6), x(2, 2, 3, 2)],
    attributes: { strides: [2, 3], pads: [1, 0, 2, 1] },
  },
  {
    op: 'Conv',
    name: 'dilated',
    inputs: [x(1, 1, 7, 7), x(2, 1, 3, 3)],
    attributes: { dilations: [2, 3], pads: [2, 3, 2, 3] },
  },
  { op: 'Conv', name: 'groups', inputs: [x(2, 4, 3, 3), x(6, 2, 2, 2), x(6)], attributes: { group: 2 } },
  {
    op: 'Conv',
    name: 'depthwise',
    inputs: [x(2, 3, 5, 5), x(3, 1, 3, 3), x(3)],
    attributes: { group: 3, strides: [2, 2], pads: [1, 1, 1, 1] },
  },
  {
    op: 'Conv',
    name: 'SAME_UPPER',
    inputs: [x(1, 2, 6, 5), x(2, 2, 4, 3)],
    attributes: { auto_pad: 'SAME_UPPER', strides: [2, 2] },
  },
  {
    op: 'Conv',
    name: 'one-dimensional',
    inputs: [x(2, 3, 9), x(2, 3, 4), x(2)],
    attributes: { strides: [2], pads: [2, 1] },
  },
  { op: 'Conv', name: 'pointwise', inputs: [x(2, 3, 3, 2), x(4, 3, 1, 1)] },
  {
    op: 'Conv',
    name: 'stride beyond the kernel',
    inputs: [x(1, 1, 8, 8), x(1, 1, 1, 1)],
    attributes: { strides: [3, 3] },
    opset: 7,
  },
];

const products: readonly GradientCase[] = [
  { op: 'Gemm', inputs: [x(3, 4), x(4, 2), x(2)] },
  { op: 'Gemm', name: 'transB', inputs: [x(3, 4), x(2, 4), x(3, 1)], attributes: { transB: 1, alpha: 0.5, beta: 2.5 } },
  { op: 'Gemm', name: 'transA', inputs: [x(4, 3), x(4, 2), x(1)], attributes: { transA: 1, alpha: 2.5 }, opset: 11 },
  { op: 'Gemm', name: 'both', inputs: [x(4, 3), x(2, 4)], attributes: { transA: 1, transB: 1 } },
  { op: 'MatMul', name: 'matrices', inputs: [x(3, 4), x(4, 2)] },
  { op: 'MatMul', name: 'many rows', inputs: [x(2, 3, 4), x(4, 5)] },
  { op: 'MatMul', name: 'batched', inputs: [x(2, 2, 3, 4), x(2, 2, 4, 2)] },
  { op: 'MatMul', name: 'batched by one matrix each', inputs: [x(3, 4), x(2, 4, 2)] },
  { op: 'MatMul', name: 'broadcast batches', inputs: [x(2, 1, 3, 2), x(3, 2, 2)], opset: 12 },
  { op: 'MatMul', name: 'by a vector', inputs: [x(2, 3, 4), x(4)] },
  { op: 'MatMul', name: 'of a vector', inputs: [x(4), x(2, 4, 3)] },
  { op: 'MatMul', name: 'two vectors', inputs: [x(4), x(4)] },
];

const binary: readonly GradientCase[] = ['Add', 'Sub', 'Mul', 'Div'].flatMap((op): GradientCase[] => [
  { op, name: 'equal shapes', inputs: [x(2, 3), inRange(0.5, 2, 2, 3)] },
  { op, name: 'broadcast', inputs: [x(3, 1, 2), inRange(0.5, 2, 4, 1)], opset: 12 },
  { op, name: 'scalar', inputs: [x(2, 2), inRange(0.5, 2)] },
]);

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

const window = { kernel_shape: [3, 2], strides: [2, 1], pads: [1, 0, 1, 1] };
const pools: readonly GradientCase[] = [
  { op: 'MaxPool', inputs: [x(2, 2, 5, 4)], attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
  { op: 'MaxPool', name: 'overlapping, padded', inputs: [x(1, 2, 6, 5)], attributes: window },
  {
    op: 'MaxPool',
    name: 'dilated, with indices',
    inputs: [x(1, 1, 7, 7)],
    attributes: { kernel_shape: [2, 3], dilations: [2, 2] },
    outputs: 2,
    used: [0],
  },
  {
    op: 'MaxPool',
    name: 'ceil',
    inputs: [x(1, 1, 6, 6)],
    attributes: { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 },
  },
  {
    op: 'MaxPool',
    name: 'one-dimensional',
    inputs: [x(2, 2, 7)],
    attributes: { kernel_shape: [3], auto_pad: 'SAME_LOWER', strides: [2] },
  },
  { op: 'AveragePool', inputs: [x(2, 2, 4, 4)], attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
  { op: 'AveragePool', name: 'padding left out', inputs: [x(1, 2, 6, 5)], attributes: window },
  {
    op: 'AveragePool',
    name: 'padding counted',
    inputs: [x(1, 2, 6, 5)],
    attributes: { ...window, count_include_pad: 1 },
  },
  {
    op: 'AveragePool',
    name: 'ceil',
    inputs: [x(1, 1, 6, 6)],
    attributes: { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1, count_include_pad: 1 },
  },
  { op: 'GlobalAveragePool', inputs: [x(2, 3, 3, 2)] },
  { op: 'GlobalAveragePool', name: 'one-dimensional', inputs: [x(2, 3, 5)] },
  { op: 'GlobalMaxPool', inputs: [x(2, 3, 3, 2)] },
];

const statistics = [x(3), x(3), fixed(-1, 1, 3), fixed(0.5, 2, 3)];
const normalizations: readonly GradientCase[] = [
  { op: 'BatchNormalization', inputs: [x(2, 3, 2, 2), ...statistics] },
  {
    op: 'BatchNormalization',
    name: 'of vectors',
    inputs: [x(4, 3), ...statistics],
    attributes: { epsilon: 0.25 },
    opset: 9,
  },
  // The forward pass rounds to float32: a wider step and tolerance.
  {
    op: 'paretoscope.train::BatchNormalizationTraining',
    inputs: [x(3, 3, 2, 2), ...statistics],
    outputs: 5,
    used: [0],
    tolerance: 2e-3,
    step: 1e-2,
  },
  {
    op: 'paretoscope.train::BatchNormalizationTraining',
    name: 'of vectors',
    inputs: [x(6, 3), ...statistics],
    outputs: 5,
    used: [0],
    tolerance: 2e-3,
    step: 1e-2,
  },
];

const layout: readonly GradientCase[] = [
  { op: 'Reshape', inputs: [x(2, 6), ints(3, -1)] },
  { op: 'Flatten', inputs: [x(2, 3, 2)], attributes: { axis: 1 } },
  { op: 'Squeeze', inputs: [x(2, 1, 3), ints(1)] },
  { op: 'Squeeze', name: 'attribute', inputs: [x(2, 1, 3)], attributes: { axes: [1] }, opset: 11 },
  { op: 'Unsqueeze', inputs: [x(2, 3), ints(0)] },
  { op: 'Identity', inputs: [x(2, 3)] },
  { op: 'Dropout', inputs: [x(2, 3)] },
];

export const gradientCases: readonly GradientCase[] = [
  ...convolutions,
  ...products,
  ...binary,
  ...unary,
  ...pools,
  ...normalizations,
  ...layout,
];
