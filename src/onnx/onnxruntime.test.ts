/** An independent reader of what is written: onnxruntime computes the same from our file as from the original. */
import { createRequire } from 'node:module';
import type * as Ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { hasSharedData, NO_SHARED_DATA, sharedData } from '../test-kit/shared-data.ts';
import { readOnnx, writeOnnx } from './index.ts';

async function outputs(ort: typeof Ort, bytes: Uint8Array, shape: readonly number[]): Promise<number[][]> {
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'] });
  const size = shape.reduce((n, d) => n * d, 1);
  const input = new ort.Tensor(
    'float32',
    Float32Array.from({ length: size }, (_, i) => ((i * 37) % 101) / 101),
    shape,
  );
  const results = await session.run({ [session.inputNames[0] as string]: input });
  return session.outputNames.map((name) => [...(results[name]!.data as Float32Array)]);
}

test.skipIf(!hasSharedData).each([
  ['mnist_cnn', [1, 1, 28, 28]],
  ['resnet8_cifar10_int8_qdq', [1, 32, 32, 3]],
  ['tinyvit_demo', [1, 3, 32, 32]],
])(
  `%s %j: the same outputs, bit for bit${hasSharedData ? '' : ` (skipped: ${NO_SHARED_DATA})`}`,
  async (name, shape) => {
    // The CommonJS build is the one that runs in Node.
    const ort = createRequire(import.meta.url)('onnxruntime-web') as typeof Ort;
    ort.env.logLevel = 'error';
    ort.env.wasm.numThreads = 1;
    const original = sharedData(`onnx-models/${name}.onnx`);
    const written = writeOnnx(readOnnx([{ name, bytes: original }]).model);
    const wanted = await outputs(ort, original, shape);
    expect(wanted[0]!.some((v) => v !== 0)).toBe(true);
    expect(await outputs(ort, written, shape)).toEqual(wanted);
  },
  60_000,
);
