import { describe, expect, test } from 'vitest';
import { createPlainBackend } from '../../compute/index.ts';
import {
  elementCount,
  isKnown,
  type Model,
  numbersOf,
  type Tensor,
  type TensorId,
  tensorOf,
  verifyGraph,
} from '../../ir/index.ts';
import { readOnnx } from '../../onnx/index.ts';
import { firstDifference } from '../../test-kit/all-close.ts';
import { testContext } from '../../test-kit/context.ts';
import { graphBuilder } from '../../test-kit/graph-builder.ts';
import { hasSharedData, NO_SHARED_DATA, sharedData } from '../../test-kit/shared-data.ts';
import { inferShapes } from '../infer-shapes.ts';
import { layerCosts, totals } from '../layer-costs.ts';
import { prepare } from './prepare.ts';

/** Numbers in [low, high] that depend on the index alone. */
const fill = (count: number, low = -1, high = 1): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => low + ((Math.imul(i + 1, 2654435761) >>> 0) / 2 ** 32) * (high - low));

const ops = (model: Model): string[] => model.graph.nodes.map((n) => n.op);

async function outputsOf(model: Model, high = 1): Promise<ReadonlyMap<TensorId, Tensor>> {
  const feeds = new Map<TensorId, Tensor>();
  for (const id of model.graph.inputs) {
    const info = model.graph.tensors.get(id);
    if (!info || !isKnown(info.shape)) throw new Error(`input '${id}' has no shape`);
    const low = high === 1 ? -1 : 0;
    feeds.set(id, tensorOf(info.type ?? 'float32', info.shape, fill(elementCount(info.shape), low, high)));
  }
  return (await createPlainBackend().prepare(model)).run(feeds);
}

/** max |after − before| ≤ 1e-4 · max |before|, per output (methods A.1). */
async function expectEqualOutputs(before: Model, after: Model, high = 1): Promise<void> {
  const expected = await outputsOf(before, high);
  const actual = await outputsOf(after, high);
  expect([...actual.keys()]).toEqual([...expected.keys()]);
  for (const [id, tensor] of expected) {
    const numbers = numbersOf(tensor);
    let largest = 0;
    for (const v of numbers) largest = Math.max(largest, Math.abs(v));
    const got = actual.get(id) as Tensor;
    expect(got.shape).toEqual(tensor.shape);
    expect(firstDifference(numbersOf(got), numbers, { relative: 0, absolute: 1e-4 * largest })).toBeUndefined();
  }
}

async function prepared(model: Model) {
  const before = inferShapes(model, testContext());
  const result = prepare(model, testContext());
  verifyGraph(result.model);
  await expectEqualOutputs(before, result.model);
  return result;
}

test('a normalization behind Conv is folded, with the bias between them', async () => {
  const b = graphBuilder();
  const x = b.input('x', [1, 3, 6, 6]);
  const conv = b.node('Conv', [x, b.constant('w', [4, 3, 3, 3], fill(108))], { id: 'conv' });
  const added = b.node('Add', [conv, b.constant('c', [4, 1, 1], fill(4))], { id: 'add' });
  const gamma = b.constant('g', [4], fill(4, 0.5, 2));
  const norm = [
    added,
    gamma,
    b.constant('b', [4], fill(4)),
    b.constant('m', [4], fill(4)),
    b.constant('v', [4], fill(4, 0.1, 2)),
  ];
  b.output(b.node('Relu', [b.node('BatchNormalization', norm, { id: 'bn' })]));
  const { model, removed } = await prepared(b.done());
  expect(ops(model)).toEqual(['Conv', 'Relu']);
  expect(removed.map(({ node, pass }) => [node, pass])).toEqual([
    ['add', 'fuse-bias'],
    ['bn', 'fold-batch-norm'],
  ]);
});

test.each([
  ['ConvTranspose', [3, 4, 2, 2], {}],
  ['Conv', [4, 1, 3, 3], { group: 3 }],
] as const)('a normalization behind %s %j', async (op, shape, attributes) => {
  const b = graphBuilder();
  const group = 'group' in attributes ? 3 : 1;
  const channels = group === 3 ? 6 : 4;
  const weight = group === 3 ? [6, 1, 3, 3] : shape;
  const x = b.input('x', [1, 3, 5, 5]);
  const y = b.node(
    op,
    [x, b.constant('w', weight, fill(elementCount(weight))), b.constant('b0', [channels], fill(channels))],
    { attributes },
  );
  const parts = ['g', 'b', 'm', 'v'].map((id, i) => b.constant(id, [channels], fill(channels, i === 3 ? 0.2 : -1, 1)));
  b.output(b.node('BatchNormalization', [y, ...parts]));
  expect(ops((await prepared(b.done())).model)).toEqual([op]);
});

test('a normalization whose Conv has a second reader stays', async () => {
  const b = graphBuilder();
  const conv = b.node('Conv', [b.input('x', [1, 2, 4, 4]), b.constant('w', [2, 2, 1, 1], fill(4))]);
  const parts = ['g', 'b', 'm', 'v'].map((id) => b.constant(id, [2], [1, 2]));
  b.output(b.node('BatchNormalization', [conv, ...parts]), conv);
  expect(ops((await prepared(b.done())).model)).toEqual(['Conv', 'BatchNormalization']);
});

test('a product with a constant matrix becomes Gemm and takes the addition; one of three axes does not', async () => {
  const b = graphBuilder();
  const w = b.constant('w', [4, 5], fill(20));
  const flat = b.node('Reshape', [b.input('x', [1, 2, 2]), b.constant('to', [2], [1, 4], 'int64')]);
  b.output(b.node('Add', [b.node('MatMul', [flat, w]), b.constant('bias', [1, 5], fill(5))]));
  b.output(b.node('MatMul', [b.input('y', [1, 3, 4]), w]));
  expect(ops((await prepared(b.done())).model)).toEqual(['Reshape', 'Gemm', 'MatMul']);
});

test('padding moves into the layer behind where its value is neutral there', async () => {
  const build = (op: string, value: number) => {
    const b = graphBuilder();
    const inputs = [
      b.input('x', [1, 2, 4, 4]),
      b.constant('p', [8], [0, 0, 1, 0, 0, 0, 0, 2], 'int64'),
      b.constant('v', [], [value]),
    ];
    const padded = b.node('Pad', inputs);
    const attributes = { kernel_shape: [2, 2], strides: [1, 1] };
    b.output(b.node(op, op === 'Conv' ? [padded, b.constant('w', [1, 2, 2, 2], fill(8))] : [padded], { attributes }));
    return b.done();
  };
  expect(ops((await prepared(build('Conv', 0))).model)).toEqual(['Conv']);
  expect(ops((await prepared(build('Conv', 1))).model)).toEqual(['Pad', 'Conv']);
  expect(ops((await prepared(build('MaxPool', 0))).model)).toEqual(['Pad', 'MaxPool']);
});

test('a Transpose that moves only axes of size 1 becomes a Reshape; others stay', async () => {
  const b = graphBuilder();
  b.input('x', [1, 6, 1, 1]);
  b.input('y', [1, 2, 3, 1]);
  b.output(b.node('Transpose', ['x'], { attributes: { perm: [0, 2, 3, 1] } }));
  b.output(b.node('Transpose', ['y'], { attributes: { perm: [0, 3, 2, 1] } }));
  b.output(b.node('Transpose', ['x']));
  const { model } = await prepared(b.done());
  expect(ops(model)).toEqual(['Reshape', 'Transpose', 'Reshape']);
});

test('Identity, Dropout and unread layers go; an output keeps its name', async () => {
  const b = graphBuilder();
  const x = b.input('x', [1, 4]);
  const relu = b.node('Relu', [b.node('Identity', [x])]);
  b.node('Exp', [relu], { id: 'unread' });
  b.output(b.node('Dropout', [b.node('Identity', [relu])], { outputs: ['out'] }));
  b.output(b.node('Identity', [x], { outputs: ['copy'] }));
  const { model, removed } = await prepared(b.done());
  expect(ops(model)).toEqual(['Relu', 'Identity']);
  expect(model.graph.outputs).toEqual(['out', 'copy']);
  expect(removed.map((r) => r.node)).toContain('unread');
});

describe.skipIf(!hasSharedData)(`shared networks (else: ${NO_SHARED_DATA})`, () => {
  const read = (file: string) => readOnnx([{ name: file, bytes: sharedData(`onnx-models/${file}`) }]).model;

  test.each([
    'mnist_cnn.onnx',
    'resnet8_cifar10_fp32.onnx',
    'dscnn_kws_small_fp32.onnx',
    'mbnet_ic_fp32_batchdim.onnx',
    'ultraface_rfb320_raw.onnx',
  ])('%s gives the same outputs after preparation', async (file) => {
    const { model } = await prepared(read(file));
    for (const op of ['BatchNormalization', 'Constant', 'Identity', 'Dropout', 'Shape'])
      expect(ops(model)).not.toContain(op);
    expect(totals(model).macs).toBe(totals(inferShapes(read(file), testContext())).macs);
  });

  test('mnist_cnn becomes six layers with weights in place', () => {
    const { model } = prepare(read('mnist_cnn.onnx'), testContext());
    expect(ops(model)).toEqual(['Conv', 'Relu', 'MaxPool', 'Conv', 'Relu', 'MaxPool', 'Reshape', 'Gemm']);
  });

  test('a QONNX network loses its Quant layers, and keeps its work', () => {
    const ctx = testContext();
    const { model } = prepare(read('espcn_qonnx_quant.onnx'), ctx);
    expect(ops(model)).not.toContain('Quant');
    expect(totals(model).macs).toBe(totals(prepare(read('espcn_fp32.onnx'), testContext()).model).macs);
    expect(ctx.diagnostics).toMatchObject([{ code: 'analyze/quantization-undone' }]);
  });

  test('a Dropout whose mask nobody reads goes', () => {
    expect(ops(prepare(read('light_squeezenet.onnx'), testContext()).model)).not.toContain('Dropout');
  });

  test('a QDQ network becomes the float network it was made of, up to quantization error', async () => {
    const quantized = inferShapes(read('resnet8_cifar10_int8_qdq.onnx'), testContext());
    const { model } = prepare(quantized, testContext());
    expect(ops(model).filter((op) => op.endsWith('Linear'))).toEqual([]);
    expect(ops(model).filter((op) => op === 'Relu')).toHaveLength(7);
    expect(layerCosts(model).reduce((n, c) => n + c.macs, 0)).toBe(12501632);
    const expected = numbersOf([...(await outputsOf(quantized, 255)).values()][0] as Tensor);
    const actual = numbersOf([...(await outputsOf(model, 255)).values()][0] as Tensor);
    expect(firstDifference(actual, expected, { relative: 0, absolute: 0.1 })).toBeUndefined();
  });
});
