import { expect, test } from 'vitest';
import { testContext } from '../test-kit/context.ts';
import { graphBuilder } from '../test-kit/graph-builder.ts';
import { leNet, mobileNet } from '../test-kit/reference-networks.ts';
import { inferShapes } from './infer-shapes.ts';
import { type LayerStatistics, statistics } from './statistics.ts';

const of = (model: Parameters<typeof inferShapes>[0]) => statistics(inferShapes(model, testContext()));
const sum = (layers: readonly LayerStatistics[] = [], count: (layer: LayerStatistics) => number) =>
  layers.reduce((n, layer) => n + count(layer), 0);

test('LeNet of methods C.8: 281,640 connections, 44,426 synapses', () => {
  const found = of(leNet());
  expect(found).toMatchObject({
    connections: 281_640,
    synapses: 44_426,
    // Each output element of the five layers has a bias of its own besides its weights.
    virtualSynapses: 281_640 + 6 * 24 * 24 + 16 * 8 * 8 + 120 + 84 + 10,
    megaMacsPerInput: 0.28164,
  });
  expect(found?.memory.int8.parameters).toEqual({ bytes: 44_426, kB: 44.426, KiB: 44_426 / 1024 });
  expect(found?.memory.float32.input.bytes).toBe(4 * 784);
  expect(found?.layers.filter((l) => l.op === 'Conv').map((l) => [l.synapses, l.connections, l.nodes])).toEqual([
    [156, 86_400, 3456],
    [2416, 153_600, 1024],
  ]);
});

test('MobileNet-v1: 568,740,352 connections, 4,209,088 synapses (methods A.15)', () => {
  expect(of(mobileNet())).toMatchObject({
    connections: 568_740_352,
    synapses: 4_209_088,
    virtualSynapses: 568_740_352,
  });
});

test('relative columns sum to 100 % within 0.01', () => {
  for (const found of [of(leNet()), of(mobileNet())])
    for (const column of ['synapsesPercent', 'connectionsPercent', 'nodesPercent'] as const)
      expect(Math.abs(sum(found?.layers, (l) => l[column]) - 100)).toBeLessThan(0.01);
});

test('an array that two layers read is counted once, at the first', () => {
  const b = graphBuilder();
  const w = b.constant('w', [2, 2], [1, 2, 3, 4]);
  b.output(b.node('MatMul', [b.node('MatMul', [b.input('x', [1, 2]), w]), w], { outputs: ['y'] }));
  const found = of(b.done());
  expect(found?.synapses).toBe(4);
  expect(found?.layers.map((l) => [l.synapses, l.synapsesPercent])).toEqual([
    [4, 100],
    [0, 0],
  ]);
});

test('what is not known makes the whole unknown', () => {
  const b = graphBuilder();
  b.output(b.node('Relu', [b.input('x', [1, 'width'])], { outputs: ['y'] }));
  expect(of(b.done())).toBeUndefined();
});
