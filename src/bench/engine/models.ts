import { inferShapes, prepare } from '../../analyze/index.ts';
import { Random } from '../../base/index.ts';
import type { FloatBackend } from '../../compute/index.ts';
import type { Model, Program, SampleSet, StageContext } from '../../ir/index.ts';
import { lowerToProgram } from '../../lower/index.ts';
import { calibrate, makeScheme } from '../../quantize/index.ts';
import { GraphDraft } from '../graph-draft.ts';

/** A context that nobody listens to. */
export const silentContext = (): StageContext => ({
  signal: new AbortController().signal,
  random: new Random(1),
  progress() {},
  warn() {},
});

const context = silentContext();

/** ResNet-8 for CIFAR-10 (MLPerf Tiny): 12.5 million MACs, random weights. */
export const resnet8 = (): Model => prepare(resnet8Draft(1, 'bias'), context).model;

/** The same with batch normalization behind each convolution, for `batch` samples: what is trained. */
export const trainableResnet8 = (batch: number): Model => inferShapes(resnet8Draft(batch, 'normalized'), context);

function resnet8Draft(batch: number, kind: 'bias' | 'normalized'): Model {
  const draft = new GraphDraft(1);
  const ones = (name: string, size: number, value: number): string =>
    draft.constant(name, { type: 'float32', shape: [size], data: new Float32Array(size).fill(value) });
  const conv = (x: string, from: number, to: number, size: number, stride: number): string => {
    const name = `w${draft.nodes.length}`;
    const w = draft.weight(name, [to, from, size, size], Math.sqrt(2 / (from * size * size)));
    const total = stride === 1 ? size - 1 : Math.max(0, size - stride);
    const before = total >> 1;
    const pads = [before, before, total - before, total - before];
    const bias = kind === 'bias' ? [draft.weight(`${name}_bias`, [to], 0.1)] : [];
    const y = draft.node('Conv', [x, w, ...bias], { kernel_shape: [size, size], strides: [stride, stride], pads });
    if (kind === 'bias') return y;
    const constants = [1, 0, 0, 1].map((value, i) => ones(`${name}_bn${i}`, to, value));
    return draft.node('BatchNormalization', [y, ...constants]);
  };
  const input = draft.input('input', 'float32', [batch, 3, 32, 32]);
  let x = draft.node('Relu', [conv(input, 3, 16, 3, 1)]);
  let from = 16;
  for (const to of [16, 32, 64]) {
    const stride = to === 16 ? 1 : 2;
    const a = draft.node('Relu', [conv(x, from, to, 3, stride)]);
    const b = conv(a, to, to, 3, 1);
    const shortcut = to === 16 ? x : conv(x, from, to, 1, stride);
    x = draft.node('Relu', [draft.node('Add', [shortcut, b])]);
    from = to;
  }
  const pooled = draft.node('Flatten', [draft.node('GlobalAveragePool', [x])]);
  const classes = draft.node('Gemm', [pooled, draft.weight('classes', [64, 10], 0.2), draft.weight('bias', [10], 0.1)]);
  return draft.model('resnet8', [input], classes);
}

/** One convolution, 3×3, stride 1, same size. */
export function convModel(of: { batch: number; channels: number; side: number; groups: number }): Model {
  const draft = new GraphDraft(6);
  const { batch, channels, side, groups } = of;
  const x = draft.input('x', 'float32', [batch, channels, side, side]);
  const w = draft.weight('w', [channels, channels / groups, 3, 3], 0.1);
  const y = draft.node('Conv', [x, w, draft.weight('b', [channels], 0.1)], { pads: [1, 1, 1, 1], group: groups });
  return prepare(draft.model('conv', [x], y), context).model;
}

/** The same as an integer program: 8 bits, per channel, thresholds from a few random samples. */
export async function resnet8Int8(backend: FloatBackend): Promise<Program> {
  const model = resnet8();
  const random = new Random(2);
  const data = Float32Array.from({ length: 4 * 3072 }, () => random.normal());
  const samples: SampleSet = {
    name: 'normal noise',
    count: 4,
    inputs: [{ tensor: 'input', shape: [1, 3, 32, 32], data }],
    origin: 'generated',
    sha256: '',
  };
  const calibration = await calibrate(model, samples, backend, context);
  return lowerToProgram(model, makeScheme(model, calibration), context);
}

/** y = a · b, both [size, size], b constant. */
export function matMulModel(size: number): Model {
  const draft = new GraphDraft(3);
  const a = draft.input('a', 'float32', [size, size]);
  draft.node('MatMul', [a, draft.weight('b', [size, size], 1)]);
  return prepare(draft.model('matmul', [a], 'MatMul_0'), context).model;
}

/** The same for codes: uint8 · int8 → int32. */
export function matMulIntegerModel(size: number): Model {
  const draft = new GraphDraft(4);
  const a = draft.input('a', 'uint8', [size, size]);
  const data = Int8Array.from({ length: size * size }, () => draft.random.below(255) - 127);
  draft.node('MatMulInteger', [a, draft.constant('b', { type: 'int8', shape: [size, size], data })]);
  draft.tensors.set('MatMulInteger_0', { id: 'MatMulInteger_0', type: 'int32', shape: [size, size] });
  return draft.model('matmul-integer', [a], 'MatMulInteger_0');
}

/** The same as a program of one dense call: uint8 · int8 → int8 codes, rescaled per channel. */
export function denseProgram(size: number): Program {
  const random = new Random(5);
  const bytes = size * size;
  const weights = Int8Array.from({ length: bytes }, () => random.below(255) - 127);
  const constant = (
    id: number,
    label: string,
    role: 'weights' | 'bias' | 'multiplier' | 'shift',
    data: Int8Array | Int32Array | Uint8Array,
  ) => {
    const type = data instanceof Int32Array ? 'int32' : data instanceof Uint8Array ? 'uint8' : 'int8';
    const shape = role === 'weights' ? [size, size] : [size];
    return { id, label, role, type, bits: type === 'int32' ? 32 : 8, shape, data } as const;
  };
  const buffer = { shape: [size, size], scale: 1, bits: 8, bytes, lastTick: 1 } as const;
  return {
    version: 1,
    name: 'dense',
    arenaBytes: 2 * bytes,
    buffers: [
      { ...buffer, id: 0, tensor: 'a', type: 'uint8', zeroPoint: 128, offset: 0, firstTick: -1 },
      { ...buffer, id: 1, tensor: 'y', type: 'int8', zeroPoint: 0, offset: bytes, firstTick: 0 },
    ],
    constants: [
      constant(0, 'weights', 'weights', weights),
      constant(1, 'bias', 'bias', new Int32Array(size)),
      constant(2, 'multipliers', 'multiplier', new Int32Array(size).fill(1518500250)),
      constant(3, 'shifts', 'shift', new Uint8Array(size).fill(41)),
    ],
    calls: [
      {
        kernel: 'dense',
        nodes: ['dense'],
        inputs: [0],
        output: 1,
        weights: 0,
        bias: 1,
        rows: size,
        accumulator: 'int32',
        rescale: { multiplier: 2, shift: 3, rounding: true },
        clamp: { low: -128, high: 127 },
      },
    ],
    inputs: [{ tensor: 'a', buffer: 0, graphShape: [1, size, size], axes: [1, 2] }],
    outputs: [{ tensor: 'y', buffer: 1, graphShape: [1, size, size], axes: [1, 2] }],
  };
}
