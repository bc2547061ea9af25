import * as ort from 'onnxruntime-web/wasm';
import type { Tensor } from '../ir/index.ts';

/** Runs a file in onnxruntime-web on one thread: the independent opinion on what an .onnx means. Float inputs and outputs. */
export async function runInOnnxruntime(
  file: Uint8Array,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<Record<string, Float32Array>> {
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  const session = await ort.InferenceSession.create(file, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
  });
  try {
    const inputs = Object.entries(feeds).map(
      ([name, t]) => [name, new ort.Tensor('float32', t.data as Float32Array, t.shape.slice())] as const,
    );
    const results = await session.run(Object.fromEntries(inputs));
    return Object.fromEntries(Object.entries(results).map(([name, t]) => [name, t.data as Float32Array]));
  } finally {
    await session.release();
  }
}
