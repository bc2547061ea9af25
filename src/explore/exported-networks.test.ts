import { describe, expect, test } from 'vitest';
import { createPlainBackend } from '../compute/index.ts';
import { generateSamples, pickSamples } from '../datasets/index.ts';
import { createPlainProgramBackend, decodeOutput, makeTestVectors } from '../emulate/index.ts';
import { exporters } from '../exporters/index.ts';
import { sampleOf } from '../ir/index.ts';
import { lowerToProgram } from '../lower/index.ts';
import { calibrate, makeScheme } from '../quantize/index.ts';
import { buildAndRun, hasGcc, NO_GCC } from '../test-kit/c-package.ts';
import { testContext } from '../test-kit/context.ts';
import { runInOnnxruntime } from '../test-kit/onnxruntime.ts';
import { hasSharedData, NO_SHARED_DATA, sharedData } from '../test-kit/shared-data.ts';
import { inputPorts } from './pipeline/data.ts';
import { noShapes, openModel } from './pipeline/open.ts';

const VECTORS = 2;

/** Real networks from file to packages, on generated samples; few of them, because the plain backends are slow. */
describe.skipIf(!hasSharedData)(`exported networks (${NO_SHARED_DATA})`, () => {
  test.skipIf(!hasGcc).each([
    ['mnist_cnn.onnx', 8],
    ['mnist_cnn.onnx', 3],
    ['resnet8_cifar10_fp32.onnx', 4],
    ['dscnn_kws_small_fp32.onnx', 8],
    ['mobilenetv1_vww_fp32.onnx', 8],
    ['autoencoder_ad_int8_qdq.onnx', 8],
  ])(
    `%s with %i-bit weights: C equals the emulator, QDQ in onnxruntime has its largest output (${NO_GCC} where skipped)`,
    async (name, weights) => {
      const ctx = testContext();
      const opened = await openModel([{ name, bytes: sharedData(`onnx-models/${name}`) }], noShapes, ctx);
      const samples = generateSamples(inputPorts(opened), VECTORS, 1);
      const record = await calibrate(opened.prepared, samples, createPlainBackend(), ctx);
      const bits = opened.layers.map((node) => ({ node, weights, activations: 8 }));
      const scheme = makeScheme(opened.prepared, record, { bits });
      const program = lowerToProgram(opened.prepared, scheme, ctx);
      const vectors = makeTestVectors(program, createPlainProgramBackend(), pickSamples(samples, [0, 1]));
      const { reference: model, prepared } = opened;
      const request = {
        model,
        prepared,
        scheme,
        program,
        vectors,
        choices: {},
        seed: 1,
        toolVersion: 'test',
        options: {},
      };
      expect(buildAndRun((await exporters.get('c').load())(request).files).output).toBe(
        `self-test: ${VECTORS} vectors, 0 mismatches\n`,
      );
      const file = (await exporters.get('qdq').load())(request).files.get('model.onnx') as Uint8Array;
      const [input] = samples.inputs;
      const [port] = program.outputs;
      if (!input || !port) throw new Error('the network has no input or output');
      const feed = { type: 'float32', shape: input.shape, data: sampleOf(input, 0).slice() } as const;
      const answers = await runInOnnxruntime(file, { [input.tensor]: feed });
      const got = Object.values(answers)[0] as Float32Array;
      const own = decodeOutput(program, port, (vectors[0] as (typeof vectors)[number]).outputs[0] as Int8Array);
      expect(labelOf(got)).toBe(labelOf(own));
    },
    60_000,
  );
});

const labelOf = (values: ArrayLike<number>): number => Array.from(values).indexOf(Math.max(...Array.from(values)));
