import { expect, test } from 'vitest';
import { createPlainBackend } from '../compute/index.ts';
import { elementCount, type Model, type Tensor } from '../ir/index.ts';
import { readOnnx } from '../onnx/index.ts';
import { testContext } from '../test-kit/context.ts';
import { graphBuilder } from '../test-kit/graph-builder.ts';
import { hasSharedData, NO_SHARED_DATA, sharedData } from '../test-kit/shared-data.ts';
import { inferShapes, openSymbols, rebatch, setShapes } from './index.ts';

const reason = hasSharedData ? '' : ` (skipped: ${NO_SHARED_DATA})`;
const quiet = { warn() {} };

const shapeOf = ({ graph }: Model, id: string): readonly number[] => graph.tensors.get(id)?.shape as readonly number[];

const wave = (shape: readonly number[], phase: number): Tensor => ({
  type: 'float32',
  shape,
  data: Float32Array.from({ length: elementCount(shape) }, (_, i) => ((i * 37 + phase * 101) % 97) / 97 - 0.5),
});

/** Three samples at once give what each gives alone. */
async function expectSameAlone(model: Model): Promise<void> {
  const input = model.graph.inputs[0] as string;
  const output = model.graph.outputs[0] as string;
  const batched = rebatch(model, 3, quiet);
  const samples = [0, 1, 2].map((phase) => wave(shapeOf(model, input), phase));
  const joined = Float32Array.from(samples.flatMap((s) => Array.from(s.data as Float32Array)));
  const backend = createPlainBackend();
  const together = await backend.prepare(batched);
  const found = await together.run(
    new Map([[input, { type: 'float32', shape: shapeOf(batched, input), data: joined }]]),
  );
  const alone = await backend.prepare(model);
  const size = elementCount(shapeOf(model, output));
  for (const [i, sample] of samples.entries()) {
    const expected = (await alone.run(new Map([[input, sample]]))).get(output)?.data as Float32Array;
    const all = found.get(output)?.data as Float32Array;
    expect(Array.from(all.subarray(i * size, (i + 1) * size))).toEqual(Array.from(expected));
  }
}

test.skipIf(!hasSharedData).each(['resnet8_cifar10_fp32', 'mnist_cnn', 'dscnn_kws_small_fp32', 'cct_2_32_32_128'])(
  `%s takes several samples at once and gives the same${reason}`,
  async (name) => {
    const { model } = readOnnx([{ name, bytes: sharedData(`onnx-models/${name}.onnx`) }]);
    const symbols = new Map(openSymbols(model).map((symbol) => [symbol, 1] as const));
    await expectSameAlone(inferShapes(setShapes(model, { symbols }), testContext()));
  },
  60_000,
);

test('a target shape written out for one sample follows', async () => {
  const b = graphBuilder();
  b.input('x', [1, 2, 6]);
  b.constant('shape', [2], [1, 12], 'int64');
  b.output(b.node('Reshape', ['x', 'shape'], {}));
  await expectSameAlone(inferShapes(b.done(), quiet));
});

test('a network that takes samples together is refused by the layer that does', () => {
  const b = graphBuilder();
  b.input('x', [1, 4]);
  b.constant('shape', [2], [4, -1], 'int64');
  b.output(b.node('Reshape', ['x', 'shape'], { id: 'turned' }));
  expect(() => rebatch(inferShapes(b.done(), quiet), 8, quiet)).toThrow(/'turned' \(Reshape\)/);
});
