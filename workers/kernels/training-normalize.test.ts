import { beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import type { Tensor } from '../../src/ir/index.ts';
import type { WasmFloatBackend } from '../backends/index.ts';
import {
  between,
  even,
  expectAgreement,
  expectAgreements,
  referenceOf,
  type TrainingCase,
  trainingBackend,
} from './training-case.ts';

let wasm: WasmFloatBackend;
beforeAll(async () => {
  wasm = await trainingBackend();
});

const map = (random: Random): number[] => {
  const spatial = Array.from({ length: random.below(3) }, () => between(random, 1, 9));
  return [between(random, 2, 4), between(random, 1, 6), ...spatial];
};

const training = (random: Random, offset = 0): TrainingCase => {
  const shape = map(random);
  const channels = [shape[1] as number];
  const inputs = [
    even(random, shape, offset - 1, offset + 1),
    even(random, channels, 0.5, 2),
    even(random, channels),
    even(random, channels),
    even(random, channels, 0.1, 2),
  ];
  const attributes = { epsilon: { float: 1e-3 }, momentum: { float: 0.9 } };
  return { op: 'BatchNormalizationTraining', inputs, attributes, outputs: 5 };
};

const gradient = (random: Random): TrainingCase => {
  const shape = map(random);
  const channels = [shape[1] as number];
  const [x, dy] = [even(random, shape), even(random, shape)];
  const inputs = [dy, x, even(random, channels), even(random, channels), even(random, channels, 0.5, 2)];
  return { op: 'BatchNormalizationGradient', inputs, outputs: 3 };
};

const layerGradient = (random: Random): TrainingCase => {
  const shape = Array.from({ length: between(random, 1, 4) }, () => between(random, 1, 7));
  const axis = random.below(shape.length);
  const scale = even(random, shape.slice(axis));
  const rows = shape.map((size, i) => (i < axis ? size : 1));
  const inputs = [even(random, shape), even(random, shape), scale, even(random, rows), even(random, rows, 0.5, 2)];
  const attributes = { axis: random.below(2) ? axis : axis - shape.length };
  return { op: 'LayerNormalizationGradient', inputs, attributes, outputs: 3 };
};

describe('normalizations agree with the reference', () => {
  test('batch normalization as it trains', () => expectAgreements(() => wasm, training));
  test('its gradient', () => expectAgreements(() => wasm, gradient));
  test('gradient of layer normalization', () => expectAgreements(() => wasm, layerGradient));
});

test('a mean a thousand times the deviation costs the variance no digits', async () => {
  await expectAgreement(wasm, training(new Random(3), 1000), 1e-4);
});

test('a Relu behind the normalization is done as it writes', async () => {
  const { model, feeds, expected } = referenceOf(training(new Random(4)));
  const y = model.graph.tensors.get('y0');
  const relu = { id: 'relu', op: 'Relu', domain: '', inputs: ['y0'], outputs: ['r'], attributes: new Map() };
  const graph = {
    ...model.graph,
    tensors: new Map([...model.graph.tensors, ['r', { ...y, id: 'r' }] as const]),
    nodes: [...model.graph.nodes, relu],
    outputs: ['r', 'y1', 'y2', 'y3', 'y4'],
  };
  const runner = await wasm.prepare({ ...model, graph } as typeof model);
  const found = await runner.run(feeds);
  const wanted = (expected.get('y0') as Tensor).data as Float32Array;
  const got = (found.get('r') as Tensor).data as Float32Array;
  expect(wanted.some((v) => v < 0)).toBe(true);
  for (const [i, v] of wanted.entries()) expect(got[i]).toBeCloseTo(Math.max(0, v), 5);
  runner.dispose();
});
