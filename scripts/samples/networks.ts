import type { Model, TensorId } from '../../src/ir/index.ts';
import type { TrainingRecipe } from '../../src/train/index.ts';
import type { Layers } from './layers.ts';

/** A network of the sample gallery: what it is, what it learns, and how. */
export interface SampleNetwork {
  readonly id: string;
  readonly title: string;
  readonly task: string;
  /** Generator of its data. */
  readonly data: string;
  readonly trained: number;
  readonly recipe: Partial<TrainingRecipe> & Pick<TrainingRecipe, 'epochs' | 'learningRate'>;
  /** Untrained, for inputs from 0 to 1. */
  build(layers: Layers): Model;
  /** First layers: their weights are divided by 255 when written, so that the network takes bytes. */
  readonly first: readonly string[];
  /** Last layers of a network that gives back its input: multiplied by 255. */
  readonly last?: readonly string[];
}

/** LeNet as in methods C.8. */
function lenet(l: Layers): Model {
  const valid = { pads: [0, 0, 0, 0] };
  const pool = { kernel_shape: [2, 2], strides: [2, 2] };
  let x = l.b.input('input', [1, 1, 28, 28]);
  x = l.node('MaxPool', 'pool1', [l.relu('relu1', l.conv('conv1', x, [1, 6], [5, 5], valid))], pool);
  x = l.node('MaxPool', 'pool2', [l.relu('relu2', l.conv('conv2', x, [6, 16], [5, 5], valid))], pool);
  x = l.relu('relu3', l.dense('dense1', l.flatten(x), [256, 120]));
  x = l.relu('relu4', l.dense('dense2', x, [120, 84]));
  return l.done(l.node('Softmax', 'softmax', [l.dense('dense3', x, [84, 10], true)], { axis: -1 }));
}

/** ResNet-8 of MLPerf Tiny: a stem and three residual blocks, the later two at half the size with a 1×1 projection. */
function resnet8(l: Layers): Model {
  let x = l.block('stem', l.b.input('input', [1, 3, 32, 32]), [3, 16], [3, 3]);
  let from = 16;
  for (const [i, to] of [16, 32, 64].entries()) {
    const stride = i === 0 ? 1 : 2;
    const name = `block${i + 1}`;
    const inner = l.block(`${name}.conv1`, x, [from, to], [3, 3], { stride });
    const main = l.norm(`${name}.norm2`, l.conv(`${name}.conv2`, inner, [to, to], [3, 3], { bias: false }), to);
    const side = i === 0 ? x : l.conv(`${name}.project`, x, [from, to], [1, 1], { stride });
    x = l.relu(`${name}.relu2`, l.node('Add', `${name}.add`, [main, side]));
    from = to;
  }
  return l.done(l.dense('classifier', l.averaged(x), [64, 12], true));
}

/** Depthwise, then pointwise. */
function separable(
  l: Layers,
  name: string,
  x: TensorId,
  [from, to]: readonly [number, number],
  kernel: readonly number[],
  stride = 1,
): TensorId {
  const deep = l.block(`${name}.depthwise`, x, [from, from], kernel, { stride, group: from });
  return l.block(
    `${name}.pointwise`,
    deep,
    [from, to],
    kernel.map(() => 1),
  );
}

/** Like MobileNet-v1 at a quarter of its width: depthwise and pointwise convolutions by turns. */
function mobilenet(l: Layers): Model {
  let x = l.block('stem', l.b.input('input', [1, 3, 32, 32]), [3, 8], [3, 3]);
  const blocks = [
    [8, 16, 2],
    [16, 24, 1],
    [24, 32, 2],
    [32, 48, 1],
    [48, 64, 2],
    [64, 64, 1],
  ] as const;
  for (const [i, [from, to, stride]] of blocks.entries())
    x = separable(l, `block${i + 1}`, x, [from, to], [3, 3], stride);
  return l.done(l.dense('classifier', l.averaged(x), [64, 12], true));
}

/** Like the DS-CNN of keyword spotting, along time. */
function dscnn(l: Layers): Model {
  let x = l.block('stem', l.b.input('input', [1, 1, 128]), [1, 24], [9], { stride: 2 });
  x = separable(l, 'block1', x, [24, 32], [5]);
  x = separable(l, 'block2', x, [32, 32], [5], 2);
  x = separable(l, 'block3', x, [32, 48], [5], 2);
  return l.done(l.dense('classifier', l.averaged(x), [48, 5], true));
}

/** Voice or no voice: five convolutions and two products (methods B.3). */
function vad(l: Layers): Model {
  let x = l.b.input('input', [1, 1, 32, 32]);
  let from = 1;
  for (const [i, to] of [8, 16, 16, 32, 32].entries()) {
    x = l.relu(`relu${i + 1}`, l.conv(`conv${i + 1}`, x, [from, to], [3, 3], { stride: i % 2 === 0 ? 2 : 1 }));
    from = to;
  }
  x = l.relu('relu6', l.dense('dense1', l.flatten(x), [512, 32]));
  return l.done(l.dense('dense2', x, [32, 2], true));
}

/** Biases of an LSTM's gates, in the order of ONNX (input, output, forget, cell), that let it remember at first (Gers 2000). */
const remembering = (cells: number): Float32Array =>
  Float32Array.from({ length: 8 * cells }, (_, i) => (i >= 2 * cells && i < 3 * cells ? 1 : 0));

/** Sixteen steps of eight samples each through an LSTM of 32 cells. */
function lstm(l: Layers): Model {
  const cells = 32;
  const width = 8;
  const x = l.b.input('input', [1, 1, 128]);
  const steps = l.node('Reshape', 'steps', [x, l.b.constant('steps.shape', [3], [0, 16, width], 'int64')]);
  const sequence = l.node('Transpose', 'sequence', [steps], { perm: [1, 0, 2] });
  const weights = [
    l.weights('lstm.input', [1, 4 * cells, width], width, 1),
    l.weights('lstm.recurrent', [1, 4 * cells, cells], cells, 1),
    l.b.constant('lstm.bias', [1, 8 * cells], remembering(cells)),
  ];
  l.b.node('LSTM', [sequence, ...weights], {
    id: 'lstm',
    attributes: { hidden_size: cells },
    outputs: ['lstm.all', 'lstm.last'],
  });
  const last = l.node('Squeeze', 'squeeze', ['lstm.last', l.b.constant('squeeze.axes', [1], [0], 'int64')]);
  return l.done(l.dense('classifier', last, [cells, 5], true));
}

/** 128 samples of a beat through a waist of twelve numbers and back. */
function autoencoder(l: Layers): Model {
  const x = l.flatten(l.b.input('input', [1, 1, 128]));
  const waist = l.dense('encode2', l.relu('relu1', l.dense('encode1', x, [128, 64])), [64, 12], true);
  const back = l.dense('decode2', l.relu('relu2', l.dense('decode1', waist, [12, 64])), [64, 128], true);
  return l.done(l.node('Reshape', 'series', [back, l.b.constant('series.shape', [3], [0, 1, 128], 'int64')]));
}

/** A small residual network for grey pictures. */
function figures(l: Layers): Model {
  let x = l.relu('stem.relu', l.conv('stem', l.b.input('input', [1, 1, 20, 20]), [1, 8], [3, 3]));
  let from = 8;
  for (const [i, to] of [10, 16].entries()) {
    const side = l.relu(`down${i + 1}.relu`, l.conv(`down${i + 1}`, x, [from, to], [3, 3], { stride: 2 }));
    const inner = l.relu(`block${i + 1}a.relu`, l.conv(`block${i + 1}a`, side, [to, to], [3, 3]));
    const main = l.conv(`block${i + 1}b`, inner, [to, to], [3, 3]);
    x = l.relu(`block${i + 1}b.relu`, l.node('Add', `block${i + 1}b.add`, [main, side]));
    from = to;
  }
  return l.done(l.dense('classifier', l.averaged(x), [16, 8], true));
}

/** A small DS-CNN for spectrograms, without batch normalization. */
function tones(l: Layers): Model {
  let x = l.relu('stem.relu', l.conv('stem', l.b.input('input', [1, 1, 32, 12]), [1, 16], [5, 3], { stride: 2 }));
  for (const [i, [from, to, stride]] of (
    [
      [16, 24, 1],
      [24, 24, 1],
      [24, 32, 2],
    ] as const
  ).entries()) {
    const name = `depthwise${i + 1}`;
    x = l.relu(`${name}.relu`, l.conv(name, x, [from, from], [3, 3], { stride, group: from }));
    x = l.relu(`pointwise${i + 1}.relu`, l.conv(`pointwise${i + 1}`, x, [from, to], [1, 1]));
  }
  return l.done(l.dense('classifier', l.averaged(x), [32, 6], true));
}

const shift = (pixels: number): TrainingRecipe['augmentation'] => ({ shift: pixels, flip: false, noise: 0, cutOut: 0 });

/** In the order of the start page. */
export const networks: readonly SampleNetwork[] = [
  {
    id: 'figures',
    title: 'Figures residual CNN',
    task: 'Eight figures, 20×20 grey pictures, top-1',
    data: 'figures',
    trained: 6000,
    recipe: { epochs: 12, learningRate: 0.004 },
    build: figures,
    first: ['stem.weight'],
  },
  {
    id: 'tones',
    title: 'Tones DS-CNN',
    task: 'Six kinds of tone, 32×12 spectrograms, top-1',
    data: 'tones',
    trained: 6000,
    recipe: { epochs: 8, learningRate: 0.004 },
    build: tones,
    first: ['stem.weight'],
  },
  {
    id: 'resnet8',
    title: 'Shapes ResNet-8',
    task: 'Twelve shapes, 32×32 colour pictures, top-1',
    data: 'shapes',
    trained: 2400,
    recipe: { epochs: 10, learningRate: 0.003 },
    build: resnet8,
    first: ['stem.weight'],
  },
  {
    id: 'mobilenet',
    title: 'Shapes MobileNet',
    task: 'Twelve shapes, 32×32 colour pictures, top-1',
    data: 'shapes',
    trained: 6000,
    recipe: { epochs: 9, learningRate: 0.006, augmentation: shift(1) },
    build: mobilenet,
    first: ['stem.weight'],
  },
  {
    id: 'lenet',
    title: 'Glyphs LeNet',
    task: 'Ten digits, 28×28 grey pictures, top-1',
    data: 'glyphs',
    trained: 2000,
    recipe: { epochs: 10, learningRate: 0.002 },
    build: lenet,
    first: ['conv1.weight'],
  },
  {
    id: 'dscnn',
    title: 'Beats DS-CNN',
    task: 'Five kinds of heart beat, 128 samples, top-1',
    data: 'beats',
    trained: 6000,
    recipe: { epochs: 12, learningRate: 0.004 },
    build: dscnn,
    first: ['stem.weight'],
  },
  {
    id: 'lstm',
    title: 'Beats LSTM',
    task: 'Five kinds of heart beat, 16 steps of 8 samples, top-1',
    data: 'beats',
    trained: 6000,
    recipe: { epochs: 20, learningRate: 0.004, clipNorm: 1 },
    build: lstm,
    first: ['lstm.input'],
  },
  {
    id: 'vad',
    title: 'Voice VAD',
    task: 'Voice or none, 32×32 log-mel patches, top-1',
    data: 'voice',
    trained: 2000,
    recipe: { epochs: 10, learningRate: 0.002 },
    build: vad,
    first: ['conv1.weight'],
  },
  {
    id: 'autoencoder',
    title: 'Beats auto-encoder',
    task: 'Heart beats through twelve numbers and back, 128 samples',
    data: 'beats',
    trained: 6000,
    recipe: { epochs: 40, learningRate: 0.003, loss: { id: 'mse' } },
    build: autoencoder,
    first: ['encode1.weight'],
    last: ['decode2.weight', 'decode2.bias'],
  },
];
