import { describe, expect, test } from 'vitest';
import { readOnnx } from '../onnx/index.ts';
import { testContext } from '../test-kit/context.ts';
import { graphBuilder } from '../test-kit/graph-builder.ts';
import { hasSharedData, NO_SHARED_DATA, sharedData } from '../test-kit/shared-data.ts';
import { executionGraph } from './execution-graph.ts';
import { inferShapes } from './infer-shapes.ts';
import { layerCosts } from './layer-costs.ts';
import { simplify } from './simplify.ts';

/** A residual block: conv1 – norm – relu – conv2, added to x, relu; then pool, Flatten, dense with its bias in an Add. */
function residual() {
  const b = graphBuilder();
  const x = b.input('x', [1, 4, 8, 8]);
  const weight = (id: string) => b.constant(id, [4, 4, 3, 3], new Float32Array(144));
  const attributes = { pads: [1, 1, 1, 1] };
  const conv1 = b.node('Conv', [x, weight('w1')], { id: 'conv1', attributes });
  const parts = ['g', 'b', 'm', 'v'].map((id) => b.constant(id, [4], [1, 1, 1, 1]));
  const relu1 = b.node('Relu', [b.node('BatchNormalization', [conv1, ...parts], { id: 'norm' })], { id: 'relu1' });
  const conv2 = b.node('Conv', [relu1, weight('w2')], { id: 'conv2', attributes });
  const relu2 = b.node('Relu', [b.node('Add', [conv2, x], { id: 'sum' })], { id: 'relu2' });
  const pooled = b.node('GlobalAveragePool', [relu2], { id: 'pool' });
  const flat = b.node('Flatten', [pooled], { id: 'flat' });
  const dense = b.node('MatMul', [flat, b.constant('d', [4, 2], new Float32Array(8))], { id: 'dense' });
  b.output(b.node('Add', [dense, b.constant('bias', [2], [1, 2])], { id: 'bias_add', outputs: ['y'] }));
  return inferShapes(b.done(), testContext());
}

test('a residual block is four layers; what costs nothing vanishes, and the connections stay', () => {
  const { layers, edges } = executionGraph(residual());
  expect(layers).toEqual([
    { layer: 'conv1', nodes: ['conv1', 'norm', 'relu1'], kind: 'conv', title: 'Conv + BatchNormalization + Relu' },
    { layer: 'conv2', nodes: ['conv2', 'sum', 'relu2'], kind: 'conv', title: 'Conv + Add + Relu' },
    { layer: 'pool', nodes: ['pool'], kind: 'pool', title: 'GlobalAveragePool' },
    { layer: 'dense', nodes: ['dense', 'bias_add'], kind: 'dense', title: 'MatMul + Add' },
  ]);
  expect(edges.map(({ from, to }) => [from, to])).toEqual([
    [-1, 0],
    [0, 1],
    [-1, 1],
    [1, 2],
    [2, 3],
    [3, -1],
  ]);
});

test('a value with two readers is not merged into; nor is a sum behind an activation', () => {
  const b = graphBuilder();
  const x = b.input('x', [1, 2, 4, 4]);
  const weight = (id: string) => b.constant(id, [2, 2, 1, 1], [1, 2, 3, 4]);
  const conv = b.node('Conv', [x, weight('w')], { id: 'conv' });
  const relu = b.node('Relu', [conv], { id: 'relu' });
  const other = b.node('Relu', [b.node('Conv', [x, weight('u')], { id: 'other' })], { id: 'relu2' });
  b.output(conv, b.node('Add', [relu, other], { id: 'sum' }));
  const { layers } = executionGraph(inferShapes(b.done(), testContext()));
  expect(layers.map((l) => l.nodes)).toEqual([['conv'], ['relu'], ['other', 'relu2'], ['sum']]);
});

test('a Pad runs with the layer behind it, which gives the name', () => {
  const b = graphBuilder();
  const padded = b.node('Pad', [b.input('x', [1, 1, 4, 4]), b.constant('p', [8], [0, 0, 1, 1, 0, 0, 1, 1], 'int64')], {
    id: 'pad',
  });
  b.output(
    b.node('Relu', [b.node('Conv', [padded, b.constant('w', [1, 1, 3, 3], new Float32Array(9))], { id: 'conv' })], {
      id: 'relu',
    }),
  );
  const { layers } = executionGraph(inferShapes(b.done(), testContext()));
  expect(layers).toMatchObject([{ layer: 'conv', nodes: ['pad', 'conv', 'relu'], title: 'Pad + Conv + Relu' }]);
});

describe.skipIf(!hasSharedData)(`shared networks (else: ${NO_SHARED_DATA})`, () => {
  test.each([
    ['light_resnet50.onnx', ['AveragePool', 'Conv', 'Gemm', 'MaxPool', 'Softmax']],
    ['mobilenetv1_vww_fp32.onnx', ['AveragePool', 'Conv', 'Gemm', 'Softmax']],
  ])('%s leaves no layer but the usual, and all the work is in some layer', (file, kinds) => {
    const { model } = readOnnx([{ name: file, bytes: sharedData(`onnx-models/${file}`) }]);
    const shaped = simplify(model, testContext()).model;
    const { layers } = executionGraph(shaped);
    const op = new Map(shaped.graph.nodes.map((node) => [node.id, node.op]));
    for (const { layer } of layers) expect(kinds).toContain(op.get(layer));
    const nodes = layers.flatMap((layer) => layer.nodes);
    expect(new Set(nodes).size).toBe(nodes.length);
    const working = layerCosts(shaped).filter((cost) => cost.kind !== 'free');
    expect(nodes.toSorted()).toEqual(working.map((cost) => cost.node).toSorted());
  });
});
