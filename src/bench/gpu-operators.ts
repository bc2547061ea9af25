import { int, ints, type OperatorCase, of, real, reals, text } from './gpu-cases.ts';

const train = (name: string): string => `paretoscope.train::${name}`;
const window = (kernel: number, stride: number, pad: number, dilation = 1) => ({
  kernel_shape: ints(kernel, kernel),
  strides: ints(stride, stride),
  pads: ints(pad, pad, pad, pad),
  dilations: ints(dilation, dilation),
});

const products: readonly OperatorCase[] = [
  { op: 'Gemm', note: 'with bias', inputs: [of(7, 33), of(33, 19), of(19)] },
  {
    op: 'Gemm',
    note: 'both transposed, α and β',
    inputs: [of(33, 70), of(65, 33), of(70, 1)],
    attributes: { transA: int(1), transB: int(1), alpha: real(0.5), beta: real(2) },
  },
  { op: 'MatMul', note: 'batches', inputs: [of(2, 3, 5, 17), of(2, 3, 17, 40)] },
  { op: 'MatMul', note: 'stacked rows', inputs: [of(4, 9, 12), of(12, 5)] },
  { op: 'MatMul', note: 'vector with matrix', inputs: [of(12), of(12, 7)] },
  { op: 'MatMul', note: 'matrix with vector', inputs: [of(3, 12), of(12)] },
  { op: 'MatMul', note: 'one with many', inputs: [of(6, 12), of(3, 12, 5)] },
];

const convolutions: readonly OperatorCase[] = [
  { op: 'Conv', note: '3 × 3', inputs: [of(2, 3, 9, 11), of(20, 3, 3, 3), of(20)], attributes: window(3, 1, 1) },
  { op: 'Conv', note: 'stride 2, dilated', inputs: [of(2, 5, 15, 13), of(8, 5, 3, 3)], attributes: window(3, 2, 2, 2) },
  {
    op: 'Conv',
    note: 'groups, uneven pads',
    inputs: [of(2, 8, 7, 7), of(8, 4, 2, 3)],
    attributes: { group: int(2), pads: ints(0, 1, 1, 2) },
  },
  {
    op: 'Conv',
    note: 'depthwise',
    inputs: [of(2, 6, 8, 8), of(6, 1, 3, 3), of(6)],
    attributes: { ...window(3, 2, 1), group: int(6) },
  },
  {
    op: 'Conv',
    note: 'one axis',
    inputs: [of(3, 4, 30), of(6, 4, 5)],
    attributes: { strides: ints(2), pads: ints(2, 2) },
  },
  { op: 'Conv', note: 'pointwise, wide', inputs: [of(1, 40, 12, 12), of(70, 40, 1, 1)] },
  {
    op: 'ConvTranspose',
    note: 'stride 2',
    inputs: [of(2, 5, 6, 7), of(5, 8, 3, 3), of(8)],
    attributes: { strides: ints(2, 2), pads: ints(1, 1, 1, 1), output_padding: ints(1, 1) },
  },
  {
    op: 'ConvTranspose',
    note: 'groups, dilated',
    inputs: [of(2, 8, 5, 6), of(8, 5, 3, 2)],
    attributes: { group: int(2), dilations: ints(2, 1), strides: ints(1, 3) },
  },
  {
    op: 'ConvTranspose',
    note: 'depthwise, one axis',
    inputs: [of(2, 6, 9), of(6, 1, 4)],
    attributes: { group: int(6), strides: ints(2), pads: ints(1, 1) },
  },
  {
    op: train('ConvInputGradient'),
    note: 'stride 2',
    inputs: [of(2, 20, 5, 6), of(20, 6, 3, 3)],
    attributes: { ...window(3, 2, 1), input_shape: ints(2, 6, 9, 11) },
  },
  {
    op: train('ConvInputGradient'),
    note: 'depthwise',
    inputs: [of(2, 6, 4, 4), of(6, 1, 3, 3)],
    attributes: { ...window(3, 2, 1), group: int(6), input_shape: ints(2, 6, 8, 8) },
  },
  {
    op: train('ConvInputGradient'),
    note: 'groups, dilated',
    inputs: [of(2, 8, 7, 7), of(8, 4, 3, 3)],
    attributes: { ...window(3, 1, 2, 2), group: int(2), input_shape: ints(2, 8, 7, 7) },
  },
  {
    op: train('ConvWeightGradient'),
    note: 'stride 2, cut into parts',
    inputs: [of(4, 6, 19, 21), of(4, 20, 10, 11)],
    attributes: window(3, 2, 1),
  },
  {
    op: train('ConvWeightGradient'),
    note: 'depthwise',
    inputs: [of(3, 6, 8, 8), of(3, 6, 8, 8)],
    attributes: { ...window(3, 1, 1), group: int(6) },
  },
  {
    op: train('ConvWeightGradient'),
    note: 'groups',
    inputs: [of(2, 8, 7, 7), of(2, 12, 7, 7)],
    attributes: { ...window(3, 1, 1), group: int(2) },
  },
  {
    op: train('ConvWeightGradient'),
    note: 'one axis',
    inputs: [of(3, 4, 30), of(3, 6, 15)],
    attributes: { kernel_shape: ints(5), strides: ints(2), pads: ints(2, 2), dilations: ints(1) },
  },
];

/** Functions of one element; those of positive numbers are fed such. */
const POSITIVE = new Set(['Log', 'Sqrt', 'Reciprocal']);
const FUNCTIONS = [
  ...['Relu', 'LeakyRelu', 'Sigmoid', 'Tanh', 'Elu', 'HardSigmoid', 'HardSwish', 'Gelu', 'Softplus', 'Exp', 'Log'],
  ...['Sqrt', 'Reciprocal', 'Abs', 'Neg', 'Erf', 'Softsign', 'Mish', 'Selu', 'Celu', 'ThresholdedRelu', 'Sin', 'Cos'],
];
const functions: readonly OperatorCase[] = [
  ...[...FUNCTIONS, 'Sign', 'Floor', 'Ceil', 'Round'].map(
    (op): OperatorCase => ({
      op,
      note: 'values',
      inputs: [{ shape: [3, 211], ...(POSITIVE.has(op) ? { fill: 'positive' } : {}) }],
    }),
  ),
  ...FUNCTIONS.map(
    (name): OperatorCase => ({
      op: train('ElementGradient'),
      note: `of ${name}`,
      inputs: [of(3, 211), { shape: [3, 211], fill: 'positive' }, { shape: [3, 211], fill: 'positive' }],
      attributes: { function: text(name) },
    }),
  ),
  {
    op: train('ElementGradient'),
    note: 'of Clip',
    inputs: [of(3, 211), of(3, 211), undefined],
    attributes: { function: text('Clip'), min: real(-0.5), max: real(1) },
  },
];

const elements: readonly OperatorCase[] = [
  ...['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'PRelu', 'Greater', 'LessOrEqual', 'Equal'].flatMap(
    (op): OperatorCase[] => [
      {
        op,
        note: 'same shape',
        inputs: [
          { shape: [3, 300], fill: 'steps' },
          { shape: [3, 300], fill: 'positive' },
        ],
      },
      { op, note: 'along channels', inputs: [of(2, 5, 3, 4), { shape: [5, 1, 1], fill: 'positive' }] },
    ],
  ),
  { op: 'Add', note: 'both broadcast', inputs: [of(4, 1, 6), of(3, 4, 5, 1)] },
  { op: 'Mul', note: 'by a constant', inputs: [of(4, 6), { shape: [], fill: [0.25], constant: 'float32' }] },
  { op: 'Pow', note: 'positive base', inputs: [{ shape: [40], fill: 'positive' }, of(40)] },
  {
    op: 'Pow',
    note: 'negative base, whole exponents',
    inputs: [
      { shape: [5], fill: [-2, -2, -1.5, 0, -3] },
      { shape: [5], fill: [3, 2, -1, 2, 0] },
    ],
  },
  { op: 'Pow', note: 'square', inputs: [of(40), { shape: [], fill: [2], constant: 'float32' }] },
  { op: 'Where', note: 'broadcast', inputs: [{ shape: [4, 1, 6], fill: 'truth' }, of(5, 6), of(4, 5, 1)] },
];

const axes = (...value: number[]) => ({ shape: [value.length], fill: value, constant: 'int64' }) as const;
const reductions: readonly OperatorCase[] = [
  { op: 'ReduceSum', note: 'all but channels', inputs: [of(4, 6, 9, 9), axes(0, 2, 3)] },
  { op: 'ReduceSum', note: 'everything', inputs: [of(4, 6, 9, 9)] },
  { op: 'ReduceMean', note: 'last two', inputs: [of(2, 3, 9, 9)], attributes: { axes: ints(-1, -2) } },
  { op: 'ReduceMax', note: 'middle', inputs: [of(4, 6, 9)], attributes: { axes: ints(1), keepdims: int(0) } },
  { op: 'ReduceMin', note: 'long', inputs: [of(3, 700)], attributes: { axes: ints(1) } },
  { op: 'ReduceProd', note: 'short', inputs: [of(3, 7)], attributes: { axes: ints(1) } },
  { op: 'ReduceL2', note: 'rows', inputs: [of(3, 700)], attributes: { axes: ints(1) } },
];

const layouts: readonly OperatorCase[] = [
  { op: 'Transpose', note: 'four axes', inputs: [of(2, 3, 4, 5)], attributes: { perm: ints(2, 0, 3, 1) } },
  { op: 'Slice', note: 'steps, backwards', inputs: [of(5, 9, 7), axes(1, 8), axes(4, -9), axes(0, 1), axes(2, -3)] },
  { op: 'Concat', note: 'middle', inputs: [of(2, 3, 4), of(2, 1, 4), of(2, 5, 4)], attributes: { axis: int(1) } },
  { op: 'Split', note: 'uneven', inputs: [of(2, 7, 3), axes(2, 4, 1)], attributes: { axis: int(1) }, outputs: 3 },
  { op: 'Expand', note: 'two axes', inputs: [of(3, 1), axes(2, 3, 4)] },
  { op: 'Pad', note: 'all around', inputs: [of(2, 3, 4), axes(0, 1, 2, 1, 0, 3)] },
  { op: 'DepthToSpace', note: 'blocks of 2', inputs: [of(2, 8, 3, 4)], attributes: { blocksize: int(2) } },
  { op: 'Gather', note: 'rows', inputs: [of(4, 6, 3), axes(5, 0, -1, 2)], attributes: { axis: int(1) } },
  {
    op: train('GatherGradient'),
    note: 'repeated rows',
    inputs: [axes(5, 0, -1, 2, 0), of(2, 5, 3)],
    attributes: { axis: int(1), input_shape: ints(2, 6, 3) },
  },
  {
    op: 'Resize',
    note: 'nearest',
    inputs: [of(2, 3, 4, 5), undefined, { shape: [4], fill: [1, 1, 2, 2.4], constant: 'float32' }],
  },
  {
    op: 'Resize',
    note: 'linear, larger and smaller',
    inputs: [of(2, 3, 8, 5), undefined, undefined, axes(2, 3, 5, 9)],
    attributes: { mode: text('linear') },
  },
  {
    op: train('ResizeGradient'),
    note: 'linear',
    inputs: [of(2, 3, 5, 10)],
    attributes: { mode: text('linear'), input_shape: ints(2, 3, 8, 5), scales: reals(1, 1, 0.625, 2) },
  },
  {
    op: train('ResizeGradient'),
    note: 'nearest',
    inputs: [of(2, 3, 8, 10)],
    attributes: { mode: text('nearest'), input_shape: ints(2, 3, 4, 5), scales: reals(1, 1, 2, 2) },
  },
  { op: 'Sum', note: 'of four', inputs: [of(3, 4), of(4), of(3, 1), of(3, 4)] },
];

const positive = (...shape: number[]) => ({ shape, fill: 'positive' }) as const;
const ones = (...shape: number[]) => ({ shape, fill: new Array<number>(shape.reduce((n, d) => n * d, 1)).fill(1) });
const normalizations: readonly OperatorCase[] = [
  { op: 'BatchNormalization', note: 'stored statistics', inputs: [of(3, 5, 6, 7), of(5), of(5), of(5), positive(5)] },
  {
    op: train('BatchNormalizationTraining'),
    note: 'small maps',
    inputs: [of(3, 5, 6, 7), of(5), of(5), of(5), positive(5)],
    attributes: { momentum: real(0.7) },
    outputs: 5,
  },
  {
    op: train('BatchNormalizationTraining'),
    note: 'several parts',
    inputs: [of(8, 3, 40, 41), of(3), of(3), of(3), positive(3)],
    outputs: 5,
  },
  {
    op: train('BatchNormalizationGradient'),
    note: 'small maps',
    inputs: [of(3, 5, 6, 7), of(3, 5, 6, 7), of(5), of(5), positive(5)],
    outputs: 3,
  },
  {
    op: train('BatchNormalizationGradient'),
    note: 'several parts',
    inputs: [of(8, 3, 40, 41), of(8, 3, 40, 41), of(3), of(3), positive(3)],
    outputs: 3,
  },
  { op: 'LayerNormalization', note: 'rows', inputs: [of(3, 7, 300), of(300), of(300)], outputs: 3 },
  {
    op: train('LayerNormalizationGradient'),
    note: 'rows',
    inputs: [of(3, 7, 300), of(3, 7, 300), of(300), of(3, 7, 1), positive(3, 7, 1)],
    outputs: 3,
  },
];

const pools: readonly OperatorCase[] = [
  { op: 'MaxPool', note: '3 × 3, overlapping', inputs: [of(2, 3, 9, 8)], attributes: window(3, 2, 1) },
  { op: 'AveragePool', note: 'padding not counted', inputs: [of(2, 3, 9, 8)], attributes: window(3, 2, 1) },
  {
    op: 'AveragePool',
    note: 'padding counted',
    inputs: [of(2, 3, 9, 8)],
    attributes: { ...window(3, 2, 1), count_include_pad: int(1) },
  },
  { op: 'MaxPool', note: 'one axis', inputs: [of(2, 3, 30)], attributes: { kernel_shape: ints(4), strides: ints(3) } },
  { op: 'GlobalAveragePool', note: 'maps', inputs: [of(2, 5, 9, 8)] },
  { op: 'GlobalMaxPool', note: 'maps', inputs: [of(2, 5, 9, 8)] },
  {
    op: train('MaxPoolGradient'),
    note: 'equal maxima',
    inputs: [ones(2, 3, 9, 8), ones(2, 3, 5, 4), of(2, 3, 5, 4)],
    attributes: window(3, 2, 1),
  },
  {
    op: train('MaxPoolGradient'),
    note: 'equal maxima, dilated',
    inputs: [ones(1, 2, 9, 9), ones(1, 2, 5, 5), of(1, 2, 5, 5)],
    attributes: window(3, 1, 0, 2),
  },
  {
    op: train('AveragePoolGradient'),
    note: 'overlapping',
    inputs: [of(2, 3, 5, 4)],
    attributes: { ...window(3, 2, 1), input_shape: ints(2, 3, 9, 8) },
  },
  {
    op: train('AveragePoolGradient'),
    note: 'whole maps',
    inputs: [of(2, 3, 1, 1)],
    attributes: { kernel_shape: ints(9, 8), input_shape: ints(2, 3, 9, 8) },
  },
];

const losses: readonly OperatorCase[] = [
  { op: 'Softmax', note: 'last axis', inputs: [of(5, 300)] },
  { op: 'Softmax', note: 'channels', inputs: [of(2, 7, 3, 4)], attributes: { axis: int(1) } },
  { op: 'LogSoftmax', note: 'last axis', inputs: [of(5, 10)] },
  {
    op: train('SoftmaxGradient'),
    note: 'channels',
    inputs: [of(2, 7, 3), positive(2, 7, 3)],
    attributes: { axis: int(1) },
  },
  { op: train('LogSoftmaxGradient'), note: 'last axis', inputs: [of(5, 10), of(5, 10)] },
  {
    op: train('CrossEntropyLoss'),
    note: 'smoothed',
    inputs: [of(300, 5), { shape: [300], fill: 'labels' }],
    attributes: { smoothing: real(0.1) },
    outputs: 3,
  },
  {
    op: train('CrossEntropyLoss'),
    note: 'positions',
    inputs: [of(3, 5, 4), { shape: [3, 4], fill: 'labels' }],
    outputs: 3,
  },
  {
    op: train('DistillationLoss'),
    note: 'T = 3',
    inputs: [of(30, 5), { shape: [30], fill: 'labels' }, of(30, 5)],
    attributes: { temperature: real(3), share: real(0.7) },
    outputs: 3,
  },
  { op: train('MeanSquaredErrorLoss'), note: 'maps', inputs: [of(3, 5, 4), of(3, 5, 4)], outputs: 2 },
];

const rates = { shape: [3], fill: [0.05, 1.6, 2.1] } as const;
const factor = { shape: [], fill: [0.8] } as const;
const updates: readonly OperatorCase[] = [
  { op: train('GradientNorm'), note: 'three gradients', inputs: [of(5000), of(7), of(40, 30)] },
  { op: train('ClipScale'), note: 'clipped', inputs: [{ shape: [], fill: [5] }], attributes: { maximum: real(2) } },
  { op: train('ClipScale'), note: 'not clipped', inputs: [{ shape: [], fill: [5] }], attributes: { maximum: real(0) } },
  { op: train('ClipScale'), note: 'overflow', inputs: [{ shape: [], fill: [Number.POSITIVE_INFINITY] }] },
  {
    op: train('SgdUpdate'),
    note: 'Nesterov',
    inputs: [of(300), of(300), of(300), rates, factor],
    attributes: { momentum: real(0.9), nesterov: int(1), weight_decay: real(0.01) },
    outputs: 2,
  },
  {
    op: train('SgdUpdate'),
    note: 'a step that is not taken',
    inputs: [of(300), of(300), of(300), rates, { shape: [], fill: [Number.NaN] }],
    outputs: 2,
  },
  {
    op: train('AdamUpdate'),
    note: 'Adam',
    inputs: [of(300), of(300), of(300), positive(300), rates, factor],
    attributes: { weight_decay: real(0.01) },
    outputs: 3,
  },
  {
    op: train('AdamUpdate'),
    note: 'AdamW',
    inputs: [of(300), of(300), of(300), positive(300), rates, factor],
    attributes: { weight_decay: real(0.01), decoupled: int(1) },
    outputs: 3,
  },
  {
    op: train('RmsPropUpdate'),
    note: 'momentum',
    inputs: [of(300), of(300), positive(300), of(300), rates, factor],
    attributes: { momentum: real(0.9) },
    outputs: 3,
  },
  {
    op: train('FakeQuantize'),
    note: '4 bits',
    inputs: [of(300), { shape: [], fill: [0.25] }],
    attributes: { bits: int(4), signed: int(1) },
  },
  {
    op: train('FakeQuantizeGradient'),
    note: '2 bits',
    inputs: [of(300), { shape: [1], fill: [0.5] }, of(300)],
    attributes: { bits: int(2), signed: int(1), gradient_scale: real(0.1) },
    outputs: 2,
  },
];

/** Every operator with WGSL kernels, in shapes that exercise tails, padding and broadcasting. */
export const operatorCases: readonly OperatorCase[] = [
  ...products,
  ...convolutions,
  ...functions,
  ...elements,
  ...reductions,
  ...layouts,
  ...normalizations,
  ...pools,
  ...losses,
  ...updates,
];
