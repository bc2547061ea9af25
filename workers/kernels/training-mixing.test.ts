import { beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import type { Tensor } from '../../src/ir/index.ts';
import type { WasmFloatBackend } from '../backends/index.ts';
import { between, even, expectAgreements, referenceOf, type TrainingCase, trainingBackend } from './training-case.ts';

let wasm: WasmFloatBackend;
beforeAll(async () => {
  wasm = await trainingBackend();
});

const resize = (random: Random): TrainingCase => {
  const shape = [between(random, 1, 2), between(random, 1, 3), between(random, 1, 7), between(random, 2, 7)];
  const scales = [1, 1, random.pick([0.5, 1, 2, 2.5]), random.pick([0.6, 1, 2, 3])].map(Math.fround);
  const out = shape.map((size, d) => Math.max(1, Math.floor(size * (scales[d] as number))));
  // Half of the scales are ratios of sizes, as where a network states sizes.
  const stated = random.below(2) ? scales : shape.map((size, d) => (out[d] as number) / size);
  const isRoomy = shape.every((size, d) => Math.floor(size * (stated[d] as number)) >= 1 || stated !== scales);
  const attributes = {
    input_shape: shape,
    scales: { floats: isRoomy ? stated : shape.map((size, d) => (out[d] as number) / size) },
    mode: random.pick(['nearest', 'linear', 'cubic']),
    coordinate_transformation_mode: random.pick(['half_pixel', 'asymmetric', 'align_corners', 'pytorch_half_pixel']),
    nearest_mode: random.pick(['floor', 'ceil', 'round_prefer_floor']),
  };
  // A tensor that keeps its shape has nothing to mix.
  if (out.every((size, d) => size === shape[d])) return resize(random);
  return { op: 'ResizeGradient', inputs: [even(random, out)], attributes };
};

const gather = (random: Random): TrainingCase => {
  const shape = Array.from({ length: between(random, 1, 3) }, () => between(random, 1, 5));
  const axis = random.below(shape.length);
  const size = shape[axis] as number;
  const count = between(random, 1, 6);
  const data = BigInt64Array.from({ length: count }, () => BigInt(random.below(2 * size) - size));
  const indices: Tensor = { type: 'int64', shape: [count], data };
  const dy = even(random, [...shape.slice(0, axis), count, ...shape.slice(axis + 1)]);
  const attributes = { axis: axis - random.below(2) * shape.length, input_shape: shape };
  return { op: 'GatherGradient', inputs: [indices, dy], constants: [0], attributes };
};

describe('gradients of what is mixed by constant shares agree with the reference', () => {
  test('Resize', () => expectAgreements(() => wasm, resize, { runs: 120 }));
  test('Gather by constants', () => expectAgreements(() => wasm, gather, { runs: 80 }));
});

test('indices of the run are left to the reference', async () => {
  const { model, feeds, expected } = referenceOf({ ...gather(new Random(1)), constants: [] });
  const runner = await wasm.prepare(model);
  expect(runner.plainNodes.map((node) => node.op)).toEqual(['GatherGradient']);
  expect((await runner.run(feeds)).get('y0')).toEqual(expected.get('y0'));
  runner.dispose();
});
