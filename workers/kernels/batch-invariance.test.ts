import { beforeAll, describe, expect, test } from 'vitest';
import { openSymbols, prepare, rebatch, setShapes } from '../../src/analyze/index.ts';
import { Random } from '../../src/base/index.ts';
import { elementCount, type Model, type Tensor } from '../../src/ir/index.ts';
import { readOnnx } from '../../src/onnx/index.ts';
import { testContext } from '../../src/test-kit/context.ts';
import { networkBytes } from '../../src/test-kit/network-references.ts';
import { hasSharedData, NO_SHARED_DATA } from '../../src/test-kit/shared-data.ts';
import type { WasmFloatBackend } from '../backends/index.ts';
import { normal, wasmForTests } from './float-chain.ts';

/** Samples are shared out among workers in slices: what one gives must be the same bits in any slice. */

let wasm: WasmFloatBackend;
beforeAll(async () => {
  wasm = await wasmForTests();
});

const NETWORKS = [
  'mnist_cnn',
  'resnet8_cifar10_fp32',
  'dscnn_kws_small_fp32',
  'mobilenetv1_vww_fp32',
  'cct_2_32_32_128',
  'light_squeezenet',
  'light_shufflenet',
  'yunet_n_320',
];
const BATCH = 3;

async function outputsOf(model: Model, input: Tensor): Promise<readonly Float32Array[]> {
  const runner = await wasm.prepare(model);
  const results = await runner.run(new Map([[model.graph.inputs[0] as string, input]]));
  runner.dispose();
  return model.graph.outputs.map((id) => results.get(id)?.data as Float32Array);
}

describe.skipIf(!hasSharedData)(`a sample gives the same bits in any batch (skipped when ${NO_SHARED_DATA})`, () => {
  test.each(NETWORKS)('%s', async (name) => {
    const context = testContext();
    const { model: imported } = readOnnx([{ name: `${name}.onnx`, bytes: networkBytes(`${name}.onnx`) }]);
    const shaped = setShapes(imported, { symbols: new Map(openSymbols(imported).map((symbol) => [symbol, 1])) });
    const { model: one } = prepare(shaped, context);
    const many = rebatch(one, BATCH, context);
    const shape = many.graph.tensors.get(many.graph.inputs[0] as string)?.shape as readonly number[];
    const all = normal(new Random(8), shape);
    const together = await outputsOf(many, all);
    const size = elementCount(shape) / BATCH;
    for (let n = 0; n < BATCH; n++) {
      const data = (all.data as Float32Array).slice(n * size, (n + 1) * size);
      const alone = await outputsOf(one, { type: 'float32', shape: [1, ...shape.slice(1)], data });
      alone.forEach((output, i) => {
        expect(output).toEqual(together[i]?.slice(n * output.length, (n + 1) * output.length));
      });
    }
  });
});
