/** Spoiled files beyond the reader: shapes, preparation and costs of whatever could be read. */
import { expect, test } from 'vitest';
import { writeOnnx } from '../onnx/index.ts';
import { fuzz } from '../test-kit/fuzz.ts';
import { compactSeeds, readAndAnalyze } from '../test-kit/fuzz-run.ts';
import { graphBuilder } from '../test-kit/graph-builder.ts';

test('5000 spoiled files: costs of what can be read, or a UserError', () => {
  const result = fuzz(compactSeeds(), readAndAnalyze, { seed: 3, count: 5000 });
  expect(result.failures).toEqual([]);
  expect(result.read).toBeGreaterThan(500);
}, 60_000);

/** What failed once. */
test('a kernel_shape that is not that of the weights', () => {
  const b = graphBuilder();
  const x = b.constant('x', [1, 1, 3, 130], new Array(390).fill(1));
  const w = b.constant('w', [1, 1, 3, 3], new Array(9).fill(1));
  b.output(b.node('Conv', [x, w], { attributes: { kernel_shape: [128, 3] } }));
  expect(() => readAndAnalyze(writeOnnx(b.done()))).toThrow(/Conv_0.*kernel_shape \[128, 3\]/);
});

test('ConstantOfShape of negative sizes', () => {
  const b = graphBuilder();
  b.output(b.node('ConstantOfShape', [b.constant('shape', [2], [3, -7], 'int64')]));
  expect(() => readAndAnalyze(writeOnnx(b.done()))).toThrow(/ConstantOfShape_0.*\[3, -7\]/);
});
