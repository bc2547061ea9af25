import { describe, expect, test } from 'vitest';
import { createPlainBackend } from '../compute/index.ts';
import {
  elementCount,
  isKnown,
  type Model,
  numbersOf,
  type Shape,
  type Tensor,
  type TensorId,
  tensorOf,
  verifyGraph,
  weightOf,
} from '../ir/index.ts';
import { readOnnx } from '../onnx/index.ts';
import { EXACT, firstDifference } from '../test-kit/all-close.ts';
import { testContext } from '../test-kit/context.ts';
import { graphBuilder } from '../test-kit/graph-builder.ts';
import { leNet, mobileNet } from '../test-kit/reference-networks.ts';
import { hasSharedData, NO_SHARED_DATA, sharedData, sharedJson } from '../test-kit/shared-data.ts';
import { executionCosts, executionLayers } from './execution-layers.ts';
import { inferShapes } from './infer-shapes.ts';
import { layerCosts, totals } from './layer-costs.ts';
import { memoryTimeline } from './memory-timeline.ts';
import { bindNode } from './operator-of.ts';
import { prepare } from './passes/prepare.ts';
import { setShapes } from './set-shapes.ts';
import { planStorage } from './storage.ts';

const shaped = (model: Model): Model => verifyGraph(inferShapes(model, testContext()));

describe('LeNet of methods C.8', () => {
  const model = shaped(leNet());
  test('281,640 MACs and 44,426 parameters', () => {
    expect(totals(model)).toMatchObject({
      macs: 281_640,
      params: 44_426,
      initializerValues: 44_426,
      weightBytes: 4 * 44_426,
    });
  });
  test('4,320 bytes at 8 bits, at the first pool: its input and its output (methods E.1)', () => {
    const memory = memoryTimeline(model, 1);
    expect(memory).toMatchObject({ arenaBytes: 4320, lowerBoundBytes: 4320 });
    expect(memory?.ticks[memory.peakTick]).toMatchObject({ node: 'MaxPool_2', liveBytes: 3456 + 864 });
    expect(memory?.ticks[0]).toMatchObject({ node: 'conv1', liveBytes: 784 + 3456 });
  });
  test('five layers with their activations, two pools, a view and the Softmax execute', () => {
    const layers = executionLayers(model);
    expect(layers.map((l) => l.node)).toEqual([
      'conv1',
      'MaxPool_2',
      'conv2',
      'MaxPool_5',
      'Flatten_6',
      'dense1',
      'dense2',
      'dense3',
      'Softmax_12',
    ]);
    expect(layers[0]?.fused).toEqual(['Relu_1']);
    const costs = executionCosts(model);
    expect(costs.filter((c) => c.op === 'Relu').map((c) => [c.kind, c.ops])).toEqual(Array(4).fill(['free', 0]));
    expect(costs.reduce((n, c) => n + c.macs, 0)).toBe(281_640);
  });
});

test('MobileNet-v1: 568,740,352 MACs, 4,209,088 weights, largest pair of maps 1,204,224 elements (methods A.15)', () => {
  const model = shaped(mobileNet());
  const sums = totals(model);
  expect(sums).toMatchObject({ macs: 568_740_352, params: 4_209_088, peakActivationBytes: 4 * 1_204_224 });
  expect(memoryTimeline(model, 1)).toMatchObject({ lowerBoundBytes: 1_204_224, arenaBytes: 1_204_224 });
});

test('a residual stays live across its block', () => {
  const b = graphBuilder();
  const x = b.node('Relu', [b.input('x', [1, 100])]);
  const y = b.node('Softmax', [b.node('Softmax', [x])]);
  b.output(b.node('Softmax', [b.node('Add', [x, y])]));
  expect(memoryTimeline(shaped(b.done()), 1)?.ticks.map((t) => t.liveBytes)).toEqual([100, 200, 300, 200, 200]);
});

test('an output is kept to the end, a view shares memory, nothing is written over while it is needed', () => {
  const b = graphBuilder();
  const x = b.input('x', [1, 8]);
  const early = b.node('Softmax', [x], { outputs: ['early'] });
  const view = b.node('Reshape', [early, b.constant('to', [2], [2, 4], 'int64')]);
  const late = b.node('Relu', [view], { outputs: ['late'] });
  b.output(early, late);
  const memory = memoryTimeline(shaped(b.done()), 1);
  // Relu may not write into the memory of `early`, though its own operand, the view, dies there.
  expect(memory?.buffers.map((u) => [u.tensor, u.firstTick, u.lastTick])).toEqual([
    ['x', -1, 0],
    ['early', 0, 3],
    ['late', 2, 3],
  ]);
});

test('an unknown shape gives no plan, not a wrong one', () => {
  const b = graphBuilder();
  b.output(b.node('Relu', [b.input('x', [1, 'length'])]));
  const model = shaped(b.done());
  expect(memoryTimeline(model)).toBeUndefined();
  expect(totals(model)).not.toHaveProperty('peakActivationBytes');
  expect(totals(model)).not.toHaveProperty('macs');
});

describe.skipIf(!hasSharedData)(`running inside the planned arena (else: ${NO_SHARED_DATA})`, () => {
  test.each([
    'resnet8_cifar10_fp32.onnx',
    'mbnet_ic_fp32_batchdim.onnx',
    'dscnn_kws_small_fp32.onnx',
    'yunet_n_320.onnx',
  ])('%s gives the same outputs: nothing is overwritten while it is needed (methods F.2)', async (file) => {
    const read = readOnnx([{ name: file, bytes: sharedData(`onnx-models/${file}`) }]).model;
    const { model } = prepare(read, testContext());
    const feeds = new Map(model.graph.inputs.map((id) => [id, fill(model, id)]));
    const expected = await (await createPlainBackend().prepare(model)).run(feeds);
    const inArena = runInArena(model, feeds);
    for (const [id, tensor] of expected)
      expect(firstDifference(inArena.get(id) as Float32Array, numbersOf(tensor), EXACT)).toBeUndefined();
  });
});

const shapeOf = (model: Model, id: TensorId): Shape => {
  const shape = model.graph.tensors.get(id)?.shape;
  if (!isKnown(shape)) throw new Error(`'${id}' has no shape`);
  return shape;
};
const fill = (model: Model, id: TensorId): Tensor => {
  const shape = shapeOf(model, id);
  return tensorOf(
    'float32',
    shape,
    Float32Array.from({ length: elementCount(shape) }, (_, i) => Math.sin(i)),
  );
};

/** Every value lives in the arena only, where the plan put it; memory that is free holds not-a-number. */
function runInArena(model: Model, feeds: ReadonlyMap<TensorId, Tensor>): ReadonlyMap<TensorId, Float32Array> {
  const { graph, weights } = model;
  const memory = memoryTimeline(model, 4);
  const plan = planStorage(graph, 4);
  const arena = new Float32Array((memory?.arenaBytes ?? 0) / 4).fill(Number.NaN);
  const offsets = new Map(memory?.buffers.map((b) => [b.tensor, b.offset / 4]));
  const home = new Map<TensorId, number>();
  for (const s of plan?.storages ?? []) for (const id of s.tensors) home.set(id, offsets.get(s.tensor) as number);
  const view = (id: TensorId) => {
    const at = home.get(id) as number;
    return arena.subarray(at, at + elementCount(shapeOf(model, id)));
  };
  for (const [id, tensor] of feeds) view(id).set(numbersOf(tensor));
  for (const [tick, node] of graph.nodes.entries()) {
    const inputs = node.inputs.map((id): Tensor | undefined => {
      const weight = graph.tensors.get(id)?.weight;
      if (weight !== undefined) return weightOf(weights, weight);
      return id === '' ? undefined : { type: 'float32', shape: shapeOf(model, id), data: view(id).slice() };
    });
    const results = bindNode(node, graph)?.run(inputs, node.outputs.length) ?? [];
    node.outputs.forEach((id, i) => {
      if (id !== '') view(id).set(numbersOf(results[i] as Tensor));
    });
    for (const b of memory?.buffers ?? [])
      if (b.lastTick === tick) {
        const shared = memory?.buffers.some(
          (c) =>
            c !== b &&
            c.firstTick <= tick &&
            c.lastTick > tick &&
            c.offset < b.offset + b.bytes &&
            b.offset < c.offset + c.bytes,
        );
        expect(shared).toBe(false);
        arena.fill(Number.NaN, b.offset / 4, (b.offset + b.bytes) / 4);
      }
  }
  return new Map(graph.outputs.map((id) => [id, view(id).slice()]));
}

describe.skipIf(!hasSharedData)(`shared networks (else: ${NO_SHARED_DATA})`, () => {
  type Facts = Readonly<Record<string, { readonly bound_inputs: Readonly<Record<string, readonly number[]>> }>>;
  const facts = hasSharedData ? sharedJson<Facts>('onnx-models/facts.json') : {};
  test.for(Object.entries(facts))(
    'the arena of %s is at most 1.15 times the bound, and no two live buffers overlap',
    ([file, { bound_inputs }]) => {
      const { model } = readOnnx([{ name: file, bytes: sharedData(`onnx-models/${file}`) }]);
      const memory = memoryTimeline(shaped(setShapes(model, { inputs: new Map(Object.entries(bound_inputs)) })), 1);
      if (memory === undefined) {
        const unknown = layerCosts(model).length < model.graph.nodes.length;
        expect(unknown).toBe(true);
        return;
      }
      expect(memory.arenaBytes).toBeLessThanOrEqual(1.15 * memory.lowerBoundBytes);
      expect(memory.arenaBytes).toBeGreaterThanOrEqual(memory.lowerBoundBytes);
      expect(Math.max(...memory.ticks.map((t) => t.liveBytes))).toBeLessThanOrEqual(memory.lowerBoundBytes);
      for (const [i, a] of memory.buffers.entries())
        for (const b of memory.buffers.slice(i + 1)) {
          if (a.lastTick < b.firstTick || b.lastTick < a.firstTick || a.bytes === 0 || b.bytes === 0) continue;
          expect(a.offset + a.bytes <= b.offset || b.offset + b.bytes <= a.offset).toBe(true);
        }
    },
  );
});
