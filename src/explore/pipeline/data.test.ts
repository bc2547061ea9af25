import { expect, test } from 'vitest';
import { writeNpz } from '../../datasets/index.ts';
import { type SampleSet, type Tensor, tensorOf } from '../../ir/index.ts';
import { writeOnnx } from '../../onnx/index.ts';
import { testContext } from '../../test-kit/context.ts';
import { graphBuilder } from '../../test-kit/graph-builder.ts';
import { bindData } from './data.ts';
import { noShapes, openModel } from './open.ts';

const PARTS = ['training', 'calibration of training', 'validation'] as const;

async function networkOn(shape: readonly number[]) {
  const b = graphBuilder();
  const size = shape.reduce((n, d) => n * d, 1);
  b.input('x', [1, ...shape]);
  b.constant('w', [size, 3], new Float32Array(size * 3).fill(0.5));
  b.output(b.node('MatMul', [b.node('Flatten', ['x']), 'w']));
  return openModel([{ name: 'small.onnx', bytes: writeOnnx(b.done()) }], noShapes, testContext());
}

const samplesOf = ({ count, inputs }: SampleSet): string[] => {
  const { data } = inputs[0]!;
  const size = data.length / count;
  return Array.from({ length: count }, (_, i) => data.subarray(i * size, (i + 1) * size).join());
};

test.each(['tones', undefined])(
  'generated parts of %s come from seeds of their own, which their recipe names',
  async (generator) => {
    const opened = await networkOn([1, 32, 12]);
    const request = { files: [], seed: 1, count: 30, ...(generator && { generator }) };
    const parts = PARTS.map((part) => bindData(opened, { ...request, part }));
    expect(new Set(parts.flatMap(({ samples }) => samplesOf(samples))).size).toBe(90);
    for (const { samples, reference } of parts) {
      const again = bindData(opened, { files: [], ...reference.recipe! });
      expect(again.samples.sha256).toBe(samples.sha256);
    }
  },
);

test('parts of files share no sample, and a class that none is of is named', async () => {
  const arrays = new Map<string, Tensor>([
    [
      'x',
      tensorOf(
        'float32',
        [40, 2],
        Array.from({ length: 80 }, (_, i) => i),
      ),
    ],
    [
      'y',
      tensorOf(
        'int32',
        [40],
        Array.from({ length: 40 }, (_, i) => i % 2),
      ),
    ],
  ]);
  const files = [{ name: 'set.npz', bytes: writeNpz(arrays) }];
  const opened = await networkOn([2]);
  const parts = PARTS.map((part) => bindData(opened, { files, seed: 1, count: 0, part }));
  expect(parts.map(({ samples }) => samples.count)).toEqual([24, 6, 10]);
  expect(new Set(parts.flatMap(({ samples }) => samplesOf(samples))).size).toBe(40);
  expect(parts.map(({ diagnostics }) => diagnostics.map((d) => d.code))).toEqual(
    PARTS.map(() => ['datasets/class-absent']),
  );
});
