import { fixed, type GradientCase, x } from './case.ts';

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

const transposed: readonly GradientCase[] = [
  { op: 'ConvTranspose', inputs: [x(2, 3, 3, 2), x(3, 2, 3, 3), x(2)] },
  {
    op: 'ConvTranspose',
    name: 'strided, padded, with output padding',
    inputs: [x(1, 2, 3, 4), x(2, 2, 3, 2)],
    attributes: { strides: [2, 3], pads: [1, 0, 1, 1], output_padding: [1, 2] },
  },
  {
    op: 'ConvTranspose',
    name: 'groups, dilated',
    inputs: [x(2, 4, 3, 3), x(4, 1, 2, 2), x(2)],
    attributes: { group: 2, dilations: [2, 1] },
  },
  {
    op: 'ConvTranspose',
    name: 'SAME_UPPER',
    inputs: [x(1, 2, 3, 3), x(2, 1, 3, 3)],
    attributes: { strides: [2, 2], auto_pad: 'SAME_UPPER' },
  },
  {
    op: 'ConvTranspose',
    name: 'output_shape',
    inputs: [x(1, 1, 4, 4), x(1, 2, 3, 3)],
    attributes: { strides: [2, 2], output_shape: [8, 7] },
  },
  {
    op: 'ConvTranspose',
    name: 'one-dimensional',
    inputs: [x(2, 2, 5), x(2, 3, 4), x(3)],
    attributes: { strides: [2], pads: [1, 1] },
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

export const layerCases: readonly GradientCase[] = [
  ...convolutions,
  ...transposed,
  ...products,
  ...pools,
  ...normalizations,
];
