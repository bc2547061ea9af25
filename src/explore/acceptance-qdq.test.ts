import * as ort from 'onnxruntime-web/wasm';
import { describe, expect, test } from 'vitest';
import { createPlainBackend } from '../compute/index.ts';
import { pickSamples, writeNpz } from '../datasets/index.ts';
import { createPlainProgramBackend } from '../emulate/index.ts';
import { exporters } from '../exporters/index.ts';
import { type SampleSet, sampleOf, tensorOf } from '../ir/index.ts';
import { testContext } from '../test-kit/context.ts';
import { hasSharedData, NO_SHARED_DATA, sharedData } from '../test-kit/shared-data.ts';
import { bindData } from './pipeline/data.ts';
import { runProgram } from './pipeline/evaluate.ts';
import { noShapes, openModel } from './pipeline/open.ts';
import { programOf } from './pipeline/pipeline.ts';
import { runFake } from './pipeline/report.ts';
import { labelsOf, largest, sameShare } from './pipeline/score.ts';
import { startSession } from './pipeline/session.ts';
import { uniformChoices } from './space.ts';

/** Quantized networks as QDQ files in onnxruntime-web, against our integers, on labelled samples. */

/** With ALL_NETWORKS set, all networks on all samples (five minutes); else some of both. */
const EVERY = process.env['ALL_NETWORKS'] !== undefined;
const file = (name: string) => ({ name, bytes: sharedData(`eval-sets/${name}`) });

async function keywords(shape: readonly number[]) {
  const packed = new Response(sharedData('eval-sets/kws_mfcc_i8_667x49x10.bin.gz').slice());
  const stream = packed.body?.pipeThrough(new DecompressionStream('gzip'));
  const codes = new Int8Array(await new Response(stream).arrayBuffer());
  const x = tensorOf(
    'float32',
    [667, ...shape],
    Array.from(codes, (c) => c * 0.33674246072769165),
  );
  const y = tensorOf('uint8', [667], Array.from(sharedData('eval-sets/kws_labels_u8_667.bin')));
  return [
    {
      name: 'kws.npz',
      bytes: writeNpz(
        new Map([
          ['x', x],
          ['y', y],
        ]),
      ),
    },
  ];
}

const CASES = [
  {
    model: 'mnist_cnn.onnx',
    some: 0,
    data: async () => [file('mnist_images_u8_8000x28x28.bin.gz'), file('mnist_labels_u8_8000.bin')],
  },
  {
    model: 'resnet8_cifar10_fp32.onnx',
    some: 12,
    data: async () => [file('cifar10_images_u8_350x32x32x3.bin.gz'), file('cifar10_labels_u8_350.bin')],
  },
  { model: 'dscnn_kws_small_fp32.onnx', some: 60, data: () => keywords([49, 10, 1]) },
  { model: 'dscnn_kws_int8_qdq.onnx', some: 0, data: () => keywords([490]) },
] as const;

const some = (set: SampleSet, count: number): SampleSet =>
  EVERY || set.count <= count
    ? set
    : pickSamples(
        set,
        Array.from({ length: count }, (_, i) => Math.floor((i * set.count) / count)),
      );

/** First output of every sample. */
async function runInOnnxruntime(model: Uint8Array, samples: SampleSet): Promise<(readonly Float32Array[])[]> {
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  const session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'] });
  try {
    const outputs: (readonly Float32Array[])[] = [];
    for (let i = 0; i < samples.count; i++) {
      const feeds = samples.inputs.map(
        (input) => [input.tensor, new ort.Tensor('float32', sampleOf(input, i).slice(), input.shape.slice())] as const,
      );
      const results = await session.run(Object.fromEntries(feeds));
      outputs.push([Object.values(results)[0]?.data as Float32Array]);
    }
    return outputs;
  } finally {
    await session.release();
  }
}

describe.skipIf(!hasSharedData)(`8 bits per channel (skipped where ${NO_SHARED_DATA})`, () => {
  test.each(CASES.filter((c) => EVERY || c.some > 0))(
    '$model: integers equal their twin, the QDQ file gives their labels',
    async ({ model: name, some: count, data }) => {
      const ctx = testContext();
      const opened = await openModel([{ name, bytes: sharedData(`onnx-models/${name}`) }], noShapes, ctx);
      const files = await data();
      const request = { files, seed: 1, count: 0 };
      const calibration = some(bindData(opened, { ...request, part: 'calibration' }).samples, count);
      const samples = some(bindData(opened, { ...request, part: 'evaluation' }).samples, count);
      const backends = { float: createPlainBackend(), program: createPlainProgramBackend() };
      const session = await startSession(opened, { samples, calibration }, backends, ctx);
      const target = { platform: '', runtime: '', clockHertz: 0 };
      const uniform = uniformChoices(target, opened.layers.length, 8, 8);
      const choices = { ...uniform, quantize: { ...uniform.quantize, weights: 'per-channel' as const } };
      const { scheme, program } = programOf(opened, session.record, choices, ctx);
      const integer = runProgram(session, program, ctx);
      const fake = await runFake(session, scheme, session.float.tensors, ctx);

      const equal = integer.filter((sample, i) => sample.every((values, o) => isEqual(values, fake[i]?.[o])));
      expect(equal.length / samples.count, 'samples whose every output equals the twin').toBeGreaterThan(0.98);
      const labels = labelsOf(integer);
      expect(sameShare(labels, labelsOf(fake))).toBeGreaterThanOrEqual(0.999);

      const { reference, prepared } = opened;
      const exported = (await exporters.get('qdq').load())({
        model: reference,
        prepared,
        scheme,
        program,
        vectors: [],
        choices,
        seed: 1,
        toolVersion: 'test',
        options: {},
      });
      const theirOutputs = await runInOnnxruntime(exported.files.get('model.onnx') as Uint8Array, samples);
      const others = labelsOf(theirOutputs);
      const truth = samples.labels ?? [];
      const [own, theirs] = [sameShare(labels, truth), sameShare(others, truth)];
      const float = sameShare(session.float.labels, truth);
      if (EVERY)
        console.log(
          `${name}: ${samples.count} samples, float ${float}, integer ${own}, twin equal on ${equal.length}, QDQ ${theirs}, same labels ${sameShare(labels, others)}`,
        );
      // onnxruntime rescales in float32: a logit one code off may tie two classes, but never pass ours.
      const passed = theirOutputs.filter(([values = []], k) => {
        const ours = values[labels[k] as number] as number;
        return !(ours >= (values[largest(values)] as number));
      });
      expect(passed.length, 'samples where another class exceeds our label').toBe(0);
      const tied = labels.filter((label, k) => label !== others[k]).length;
      expect(tied).toBeLessThanOrEqual(1);
      expect(Math.abs(own - theirs)).toBeLessThanOrEqual(EVERY ? 0.005 : 0.05);
      if (EVERY) expect(float - own).toBeLessThanOrEqual(name === 'mnist_cnn.onnx' ? 0.002 : 0.01);
    },
    EVERY ? 400_000 : 200_000,
  );
});

const isEqual = (a: ArrayLike<number>, b: ArrayLike<number> | undefined): boolean =>
  a.length === b?.length && Array.from(a).every((v, i) => Math.abs(v - (b[i] as number)) <= 1e-5 * Math.abs(v));
