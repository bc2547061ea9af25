import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { inferShapes, layerCosts, totals } from './analyze/index.ts';
import { memorySource } from './base/index.ts';
import { type Imported, importModel } from './importers/index.ts';
import type { Model } from './ir/index.ts';
import { testContext } from './test-kit/context.ts';
import { hasSharedData, NO_SHARED_DATA, sharedData, sharedJson, sharedPath } from './test-kit/shared-data.ts';

/** What importers and analysis say together: shapes, costs and counts that are known beforehand. */

const open = (name: string, bytes: Uint8Array): Promise<Imported> =>
  importModel([{ name, source: memorySource(bytes) }]);
const shapesOf = (model: Model): Model => inferShapes(model, testContext());

type Count = readonly [name: string, ops: number, inputs: number, outputs: number, weights: number];
interface Described {
  readonly type: string;
  readonly kernel_shape?: readonly number[];
  readonly output_shape?: readonly (number | string)[];
}

/** Multiplying layers whose operations ANNETTE counts otherwise, or whose file contradicts itself. */
function countedOtherwise(network: string, { type, kernel_shape: kernel = [], output_shape: shape = [] }: Described) {
  // Per output place instead of per input place (methods F.1); a depthwise filter written with one channel.
  if (type === 'ConvTranspose' || (type === 'DepthwiseConv' && kernel[2] === 1)) return true;
  // Between SpaceToBatchND and BatchToSpaceND the batch is 4, and ANNETTE leaves batches out.
  if (Number(shape[0] ?? 1) > 1) return true;
  // Sizes left open ('height', 'width'; steps of a sequence), or a Resize whose input and output stand the wrong way round.
  return ['cf_inceptionv1_mod', 'tc-resnet_block', 'yolov5simplified_old'].includes(network);
}

describe.skipIf(!hasSharedData)(`ANNETTE's network descriptions (else: ${NO_SHARED_DATA})`, () => {
  const names = hasSharedData
    ? readdirSync(sharedPath('annette/graphs')).flatMap((f) => (f.endsWith('.json') ? [f.slice(0, -5)] : []))
    : [];
  const counts = hasSharedData
    ? sharedJson<Readonly<Record<string, { readonly counts: readonly Count[] }>>>('annette/annette_layers.json')
    : {};

  test.for(names)('%s: every layer once, MACs as ANNETTE counts them', async (name) => {
    const path = `annette/graphs/${name}.json`;
    const { layers } = sharedJson<{ readonly layers: Readonly<Record<string, Described>> }>(path);
    const imported = await open(`${name}.json`, sharedData(path));
    const { graph } = imported.model;
    expect(imported).toMatchObject({ format: 'annette', weightless: true });
    expect([...graph.inputs, ...graph.nodes.map((n) => n.id)].sort()).toEqual(Object.keys(layers).sort());

    const costs = new Map(layerCosts(shapesOf(imported.model)).map((c) => [c.node, c]));
    let compared = 0;
    for (const [layer, ops] of counts[name]?.counts ?? []) {
      const described = layers[layer] as Described;
      const multiplies = /^(Depthwise)?Conv|^FullyConnected$/.test(described.type);
      if (!multiplies || graph.inputs.includes(layer) || countedOtherwise(name, described)) continue;
      expect(2 * (costs.get(layer)?.macs ?? Number.NaN), `${layer} (${described.type})`).toBe(ops);
      compared++;
    }
    // Of one network ANNETTE itself finds only the input.
    const listed = counts[name]?.counts.length ?? 0;
    if (listed > 1 && !countedOtherwise(name, { type: '' })) expect(compared).toBeGreaterThan(5);
  });

  test.each([
    ['mobilenet_v1', 568_740_352 + 1024],
    ['squeezenet1.0-9', undefined],
  ] as const)('%s: the whole network', async (name, macs) => {
    const { model } = await open(`${name}.json`, sharedData(`annette/graphs/${name}.json`));
    const found = totals(shapesOf(model)).macs;
    if (macs === undefined) expect(found).toBeGreaterThan(3e8);
    // 1001 classes instead of 1000.
    else expect(found).toBe(macs);
  });
});

/** Methods C.8. */
const LENET = `
model = Sequential()
model.add(Conv2D(6, (5, 5), activation='relu', input_shape=(28, 28, 1)))
model.add(MaxPooling2D())
model.add(Conv2D(16, kernel_size=5, activation='relu'))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Flatten())
model.add(Dense(120, activation='relu'))
model.add(Dense(84, activation='relu'))
model.add(Dense(10, activation='softmax'))
`;

/** Methods A.16. */
const EXAMPLE = `
from tensorflow.keras import layers  # the example of N2D2's documentation
classes = 10
model = keras.Sequential([
    keras.Input(shape=(28, 28, 1)),
    layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
    layers.MaxPooling2D(pool_size=(2, 2)),
    layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
    layers.MaxPooling2D(pool_size=(2, 2)),
    layers.Flatten(),
    layers.Dense(classes, activation="softmax"),
])
model.compile(loss="categorical_crossentropy", optimizer="SGD", metrics=["accuracy"])
`;

describe('layer lists', () => {
  const text = (source: string) => new TextEncoder().encode(source);
  const shapes = (model: Model, ops: readonly string[]) => {
    const { nodes, tensors } = shapesOf(model).graph;
    return nodes.filter((n) => ops.includes(n.op)).map((n) => tensors.get(n.outputs[0] ?? '')?.shape?.slice(1));
  };
  const LAYERS = ['Conv', 'MaxPool', 'Flatten', 'Gemm'];

  test("methods A.16: shapes and 34 826 parameters of N2D2's example", async () => {
    const { model, weightless, format } = await open('example.py', text(EXAMPLE));
    expect({ weightless, format }).toEqual({ weightless: true, format: 'keras-layers' });
    // Channels first.
    expect(shapes(model, LAYERS)).toEqual([[32, 26, 26], [32, 13, 13], [64, 11, 11], [64, 5, 5], [1600], [10]]);
    expect(totals(shapesOf(model)).params).toBe(34_826);
  });

  test('methods C.8: table, 44 426 parameters and 281 640 MACs of LeNet', async () => {
    const { model } = await open('lenet.txt', text(LENET));
    expect(shapes(model, LAYERS)).toEqual([[6, 24, 24], [6, 12, 12], [16, 8, 8], [16, 4, 4], [256], [120], [84], [10]]);
    const costs = layerCosts(shapesOf(model)).filter((c) => (c.macs ?? 0) > 0);
    expect(costs.map((c) => c.macs)).toEqual([86_400, 153_600, 30_720, 10_080, 840]);
    expect(costs.map((c) => c.params)).toEqual([156, 2416, 30_840, 10_164, 850]);
    expect(totals(shapesOf(model))).toMatchObject({ macs: 281_640, params: 44_426 });
    expect(model.graph.nodes.filter((n) => n.op === 'Relu')).toHaveLength(4);
  });
});
