import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { inferShapes, prepare, setShapes } from '../analyze/index.ts';
import { createPlainBackend } from '../compute/index.ts';
import { createPlainProgramBackend, decodeOutput, encodeSample } from '../emulate/index.ts';
import { type Model, numbersOf, type Program, programFaults, type SampleSet, type Shape } from '../ir/index.ts';
import { lowerToProgram } from '../lower/index.ts';
import { readOnnx } from '../onnx/index.ts';
import {
  addSignal,
  type CalibrationRecord,
  calibrate,
  decibels,
  fakeQuantize,
  feedsOf,
  makeScheme,
  noError,
  quantizableLayers,
  statisticsOf,
} from '../quantize/index.ts';
import { testContext } from '../test-kit/context.ts';
import { hasSharedData, NO_SHARED_DATA, sharedData, sharedJson } from '../test-kit/shared-data.ts';

/** Real networks, from file to integers: the integer network against its float twin and the float network. */

type Facts = Readonly<Record<string, { readonly bound_inputs: Readonly<Record<string, Shape>> }>>;
const facts = hasSharedData ? sharedJson<Facts>('onnx-models/facts.json') : {};

function prepared(file: string): Model {
  const ctx = testContext();
  const { model } = readOnnx([{ name: file, bytes: sharedData(`onnx-models/${file}`) }]);
  const inputs = new Map(Object.entries(facts[file]?.bound_inputs ?? {}));
  return prepare(inferShapes(setShapes(model, { inputs }), ctx), ctx).model;
}

/** `count` samples for the one input of a model, element i of sample n given by `value`. */
function samplesFor(
  model: Model,
  count: number,
  value: (sample: number, index: number) => number,
  labels?: Uint8Array,
): SampleSet {
  const [tensor = ''] = model.graph.inputs;
  const shape = (model.graph.tensors.get(tensor)?.shape ?? []) as Shape;
  const size = shape.reduce((n, d) => n * d, 1);
  const data = new Float32Array(count * size);
  for (let n = 0; n < count; n++) for (let i = 0; i < size; i++) data[n * size + i] = value(n, i);
  return {
    name: 'test',
    count,
    inputs: [{ tensor, shape, data }],
    ...(labels ? { labels: Int32Array.from(labels.subarray(0, count)) } : {}),
    origin: 'given',
    sha256: '',
  };
}

const hash = (i: number): number => (Math.imul(i + 1, 2654435761) >>> 0) / 4294967296;
const unpacked = (path: string): Uint8Array => gunzipSync(sharedData(`eval-sets/${path}`));

interface Case {
  readonly file: string;
  readonly calibration: number;
  readonly count: number;
  readonly samples: (model: Model, count: number) => SampleSet;
}

const mnist = (model: Model, count: number) => {
  const pixels = unpacked('mnist_images_u8_8000x28x28.bin.gz');
  return samplesFor(model, count, (n, i) => pixels[n * 784 + i]!, sharedData('eval-sets/mnist_labels_u8_8000.bin'));
};
const cifar = (model: Model, count: number) => {
  const pixels = unpacked('cifar10_images_u8_350x32x32x3.bin.gz');
  const at = (n: number, i: number) => pixels[n * 3072 + (i % 1024) * 3 + Math.floor(i / 1024)]!;
  return samplesFor(model, count, at, sharedData('eval-sets/cifar10_labels_u8_350.bin'));
};
const keywords = (model: Model, count: number) => {
  const codes = new Int8Array(unpacked('kws_mfcc_i8_667x49x10.bin.gz'));
  const labels = sharedData('eval-sets/kws_labels_u8_667.bin');
  return samplesFor(model, count, (n, i) => codes[n * 490 + i]! * 0.33674246072769165, labels);
};
const smooth = (scale: number, low: number) => (model: Model, count: number) =>
  samplesFor(
    model,
    count,
    (n, i) => low + scale * (0.5 + 0.35 * Math.sin((i * (n + 3)) / 97 + n) + 0.15 * hash(i + 7919 * n)),
  );

/** Gives a spectrum back: which of its 640 values is largest is no label. */
const RECONSTRUCTION = 'autoencoder_ad_int8_qdq.onnx';

const CASES: readonly Case[] = [
  { file: 'mnist_cnn.onnx', calibration: 16, count: 60, samples: mnist },
  { file: 'resnet8_cifar10_fp32.onnx', calibration: 6, count: 12, samples: cifar },
  { file: 'dscnn_kws_small_fp32.onnx', calibration: 12, count: 30, samples: keywords },
  { file: 'mobilenetv1_vww_fp32.onnx', calibration: 3, count: 4, samples: smooth(1, 0) },
  { file: RECONSTRUCTION, calibration: 8, count: 20, samples: smooth(20, -10) },
];

const argMax = (values: ArrayLike<number>): number => {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
};

/** Integer and fake-quantized results of one sample, before a Softmax that the integer network leaves out. */
async function outputsOf(program: Program, model: Model, twin: ReturnType<typeof fakeQuantize>, samples: SampleSet) {
  const runner = createPlainProgramBackend().load(program);
  const floats = await createPlainBackend().prepare(twin.model);
  const exact = await createPlainBackend().prepare(model);
  const port = program.outputs[0]!;
  const dropped = model.graph.nodes.find((n) => n.outputs[0] === port.tensor && n.op === 'Softmax');
  const tensor = dropped?.inputs[0] ?? port.tensor;
  const results = [];
  for (let i = 0; i < samples.count; i++) {
    const feeds = feedsOf(model.graph.inputs, samples, i);
    const options = { taps: [tensor], transform: twin.transform };
    const fake = numbersOf((await floats.run(feeds, options)).get(tensor)!);
    const float = numbersOf((await exact.run(feeds, { taps: [tensor] })).get(tensor)!);
    const integer = decodeOutput(program, port, runner.run(encodeSample(program, samples, i))[0]!);
    results.push({ integer, fake, float });
  }
  return { results, scale: program.buffers[port.buffer]!.scale };
}

describe.skipIf(!hasSharedData)(`integer networks (else: ${NO_SHARED_DATA})`, () => {
  describe.each(CASES)('$file', ({ file, calibration, count, samples }) => {
    let model: Model;
    let record: CalibrationRecord;
    beforeAll(async () => {
      model = prepared(file);
      record = await calibrate(model, samples(model, calibration), createPlainBackend(), testContext());
    }, 60_000);

    test('at 8 bits the integers follow the float twin, and the twin the float network', async () => {
      const scheme = makeScheme(model, record);
      const program = lowerToProgram(model, scheme, testContext());
      expect(programFaults(program)).toEqual([]);
      const { results, scale } = await outputsOf(program, model, fakeQuantize(model, scheme), samples(model, count));
      let [same, near, values, error] = [0, 0, 0, noError];
      for (const { integer, fake, float } of results) {
        if (argMax(integer) === argMax(fake)) same++;
        for (let i = 0; i < fake.length; i++) if (Math.abs(integer[i]! - fake[i]!) <= 1.001 * scale) near++;
        values += fake.length;
        error = addSignal(error, float, integer);
      }
      if (file !== RECONSTRUCTION) expect(same / results.length).toBeGreaterThanOrEqual(0.999);
      expect(near / values).toBeGreaterThan(0.995);
      expect(decibels(error)!).toBeGreaterThan(15);
    }, 60_000);

    test('every rescaling, width and activation kind gives a legal program', () => {
      const layers = quantizableLayers(model);
      for (const rescale of ['fixed32', 'fixed16', 'single-shift', 'double-shift'] as const)
        for (const bits of [2, 4, 8, 16])
          for (const activations of ['symmetric', 'affine'] as const) {
            const options = {
              method: 'min-max',
              rescale,
              activations,
              bits: layers.map((node) => ({ node, weights: bits, activations: bits })),
            };
            const program = lowerToProgram(model, makeScheme(model, record, options), testContext());
            expect(programFaults(program), `${rescale} ${bits} ${activations}`).toEqual([]);
          }
    }, 60_000);
  });

  test.for([
    'yunet_n_dynamic.onnx',
    'ultraface_rfb320_simplified.onnx',
    'proxyless_landmark.onnx',
    'mbnet_ic_fp32_batchdim.onnx',
    'light_squeezenet.onnx',
    'light_shufflenet.onnx',
  ])('%s becomes a legal program', (file) => {
    const model = prepared(file);
    const statistics = statisticsOf([-1, 0.25, 0.5, 1]);
    const tensors = new Map([...model.graph.tensors.keys()].map((id) => [id, statistics]));
    const scheme = makeScheme(model, { version: 1, samples: 1, sha256: '', tensors });
    const program = lowerToProgram(model, scheme, testContext());
    expect(programFaults(program)).toEqual([]);
    expect(program.calls.filter((c) => c.kernel === 'transpose').length).toBe(file.includes('shufflenet') ? 16 : 0);
  });

  test.for([
    ['light_alexnet.onnx', /'n2' \(LRN\)/],
    ['dtln_part1_lstm.onnx', /LSTM/],
    ['cct_2_32_32_128.onnx', /LayerNormalization/],
  ] as const)('%s is refused, naming the layer', ([file, layer]) => {
    expect(() => quantizableLayers(prepared(file))).toThrow(layer);
  });
});
