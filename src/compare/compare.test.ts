import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../base/index.ts';
import { type Attribute, capturedBy, type LayerCost, type Model, type Node } from '../ir/index.ts';
import { readOnnx } from '../onnx/index.ts';
import { graphBuilder } from '../test-kit/graph-builder.ts';
import { randomModel } from '../test-kit/random-model.ts';
import { hasSharedData, NO_SHARED_DATA, sharedData } from '../test-kit/shared-data.ts';
import { type Comparison, compareModels, type LayerPair } from './index.ts';

const compare = (a: Model, b: Model): Comparison => compareModels({ model: a }, { model: b });

type Layer = readonly [id: string, op: string, seed?: number | undefined];

/** A chain of layers: 'Conv' has 3 × 3 weights from its seed, other operators have none. */
function chain(layers: readonly Layer[]): Model {
  const b = graphBuilder();
  let x = b.input('x', [1, 4, 8, 8]);
  for (const [id, op, seed = 1] of layers) {
    const random = new Random(seed);
    const weights = Array.from({ length: 4 * 4 * 9 }, () => random.normal());
    const inputs = op === 'Conv' ? [x, b.constant(`${id}.w`, [4, 4, 3, 3], weights)] : [x];
    x = b.node(op, inputs, { id, attributes: op === 'Conv' ? { pads: [1, 1, 1, 1] } : {} });
    b.describe(x, [1, 4, 8, 8]);
  }
  b.output(x);
  return b.done();
}

const LAYERS: readonly Layer[] = [
  ['stem', 'Conv', 1],
  ['stem/act', 'Relu'],
  ['block/conv1', 'Conv', 2],
  ['block/act1', 'Relu'],
  ['block/conv2', 'Conv', 3],
  ['block/act2', 'Relu'],
  ['head', 'Conv', 4],
  ['head/act', 'Sigmoid'],
];

/** The layers under names that an exporter counts up. */
const numbered = (layers: readonly Layer[]): Layer[] =>
  layers.map(([, op, seed], i): Layer => [`${op}_${i}`, op, seed]);

const changedIn = ({ pairs }: Comparison): Record<string, LayerPair['changes']> =>
  Object.fromEntries(pairs.filter((p) => p.changes.length > 0).map((p) => [p.b, p.changes]));

const without = <T>(list: readonly T[], index: number): T[] => list.filter((_, i) => i !== index);
const withAt = <T>(list: readonly T[], index: number, item: T): T[] => [
  ...list.slice(0, index),
  item,
  ...list.slice(index),
];

describe('one difference', () => {
  test('none: a model with itself', () => {
    const { pairs, added, removed, summary, totals } = compare(chain(LAYERS), chain(LAYERS));
    expect([added, removed]).toEqual([[], []]);
    expect(pairs.map((p) => [p.a === p.b, p.by, p.changes])).toEqual(LAYERS.map(() => [true, 'name', []]));
    expect(summary).toMatchObject({ same: 8, changed: 0, matchedBy: { name: 8 } });
    expect(totals.difference).toEqual({ weightBytes: 0, outputElements: 0 });
  });

  test.for<readonly [string, (layers: readonly Layer[]) => readonly Layer[]]>([
    ['given names', (layers) => layers],
    ['numbered names', numbered],
  ])('a layer inserted, removed or changed anywhere is found: %s', ([, named]) => {
    for (let at = 1; at < LAYERS.length; at++) {
      const [from, to] = [chain(named(LAYERS)), chain(named(withAt(LAYERS, at, ['new', 'Tanh'])))];
      const inserted = compare(from, to);
      expect([inserted.added, inserted.removed]).toEqual([[to.graph.nodes[at]?.id], []]);
      expect(inserted.summary.changes.inputs).toBe(1);
      const removed = compare(to, from);
      expect([removed.added, removed.removed]).toEqual([[], inserted.added]);

      const fewer = chain(named(without(LAYERS, at)));
      const cut = compare(from, fewer);
      expect([cut.added, cut.removed]).toEqual([[], [from.graph.nodes[at]?.id]]);

      const [id, op] = LAYERS[at] as Layer;
      if (op !== 'Conv') continue;
      const trained = compare(from, chain(named(LAYERS.map((l, i): Layer => (i === at ? [id, op, 99] : l)))));
      expect([trained.added, trained.removed, trained.summary.changed]).toEqual([[], [], 1]);
      expect(Object.values(changedIn(trained))[0]).toEqual([
        {
          what: 'weights',
          name: 'input 1',
          before: expect.stringMatching(/^float32 \[4, 4, 3, 3\] #[0-9a-f]{8}$/),
          after: expect.stringMatching(/^float32 \[4, 4, 3, 3\] #[0-9a-f]{8}$/),
        },
      ]);
    }
  });

  test('another operator in the same place', () => {
    for (const named of [(layers: readonly Layer[]) => layers, numbered]) {
      const to = LAYERS.map((layer, i): Layer => (i === 3 ? [layer[0], 'Tanh'] : layer));
      const result = compare(chain(named(LAYERS)), chain(named(to)));
      expect([result.added, result.removed]).toEqual([[], []]);
      expect(
        Object.values(changedIn(result))
          .flat()
          .filter((c) => c.what === 'operator'),
      ).toEqual([{ what: 'operator', before: 'Relu', after: 'Tanh' }]);
    }
  });

  test('an attribute; one that only says the default is none', () => {
    const change = (attributes: readonly (readonly [string, readonly number[]])[]): Model => {
      const model = chain(LAYERS);
      const nodes = model.graph.nodes.map((node): Node => {
        if (node.id !== 'block/conv2') return node;
        const added = attributes.map(([name, value]) => [name, { kind: 'ints', value }] as const);
        return { ...node, attributes: new Map([...node.attributes, ...added]) };
      });
      return { ...model, graph: { ...model.graph, nodes } };
    };
    expect(compare(chain(LAYERS), change([['strides', [1, 1]]])).summary.same).toBe(8);
    const result = compare(
      chain(LAYERS),
      change([
        ['dilations', [2, 2]],
        ['pads', [2, 2, 2, 2]],
      ]),
    );
    expect(changedIn(result)).toEqual({
      'block/conv2': [
        { what: 'attribute', name: 'dilations', after: '[2, 2]' },
        { what: 'attribute', name: 'pads', before: '[1, 1, 1, 1]', after: '[2, 2, 2, 2]' },
      ],
    });
  });

  test('every name: all are found by structure', () => {
    const renamed = LAYERS.map(([, op, seed], i): Layer => [`part${'abcdefgh'[i]}`, op, seed]);
    const result = compare(chain(LAYERS), chain(renamed));
    expect(result.summary).toMatchObject({ added: 0, removed: 0, matchedBy: { structure: 8, name: 0 } });
    expect(result.summary.changes).toEqual({ operator: 0, attribute: 0, shape: 0, weights: 0, inputs: 0, name: 8 });
  });

  test('every weight, and names that are counted: the same places', () => {
    const trained = numbered(LAYERS).map(([id, op, seed = 0]): Layer => [id, op, seed + 50]);
    const result = compare(chain(numbered(LAYERS)), chain(trained));
    expect(result.summary).toMatchObject({ added: 0, removed: 0, changed: 4, changes: { weights: 4 } });
  });

  test('a repeated block inserted under counted names', () => {
    const block: readonly Layer[] = [
      ['', 'Conv', 7],
      ['', 'Relu'],
      ['', 'Conv', 8],
      ['', 'Relu'],
    ];
    const to = [...LAYERS.slice(0, 4), ...block, ...LAYERS.slice(4)];
    const result = compare(chain(numbered(LAYERS)), chain(numbered(to)));
    expect([result.added.length, result.removed.length, result.summary.changes.inputs]).toEqual([4, 0, 1]);
    expect(result.summary.changes.weights).toBe(0);
  });
});

describe('metrics', () => {
  const costs = (model: Model, macs: number): LayerCost[] =>
    model.graph.nodes.map((node) => ({
      node: node.id,
      op: node.op,
      kind: 'conv',
      macs,
      ops: 2 * macs,
      params: 10,
      weightElements: 10,
      biasElements: 0,
      inputElements: 5,
      outputElements: 5,
      geometry: {},
    }));

  test('differences are b minus a, per layer and in total', () => {
    const [a, b] = [chain(LAYERS), chain(without(LAYERS, 3))];
    const result = compareModels({ model: a, costs: costs(a, 100) }, { model: b, costs: costs(b, 70) });
    expect(result.pairs[0]?.metrics).toEqual({
      before: { macs: 100, params: 10, weightBytes: 576, outputElements: 5 },
      after: { macs: 70, params: 10, weightBytes: 576, outputElements: 5 },
      difference: { macs: -30, params: 0, weightBytes: 0, outputElements: 0 },
    });
    expect(result.totals.difference).toEqual({ macs: 490 - 800, params: -10, weightBytes: 0, outputElements: -5 });
  });

  test('what one layer does not know, the total does not', () => {
    const model = chain(LAYERS);
    const result = compareModels({ model, costs: costs(model, 1).slice(1) }, { model, costs: costs(model, 1) });
    expect(result.totals.before.macs).toBeUndefined();
    expect(result.totals.difference.macs).toBeUndefined();
    expect(result.pairs[0]?.metrics.difference.macs).toBeUndefined();
  });

  test('a constant that two layers read counts once in total', () => {
    const b = graphBuilder();
    b.input('x', [1, 4]);
    b.constant(
      'w',
      [4, 4],
      Array.from({ length: 16 }, (_, i) => i),
    );
    b.output(b.node('MatMul', [b.node('MatMul', ['x', 'w']), 'w']));
    const model = b.done();
    const { totals, pairs } = compare(model, model);
    expect(totals.before.weightBytes).toBe(64);
    expect(pairs.map((p) => p.metrics.before.weightBytes)).toEqual([64, 64]);
  });

  test('constants too large to be read are said, not taken for equal', () => {
    const limits = { tensorBytes: 100, modelBytes: 1000 };
    const trained = LAYERS.map(([id, op, seed = 0]): Layer => [id, op, seed + 50]);
    const result = compareModels({ model: chain(LAYERS) }, { model: chain(trained) }, limits);
    expect(result.summary).toMatchObject({ same: 8, notCompared: 4 });
    expect(result.pairs[0]?.notCompared).toEqual(['input 1']);
    const reading = chain(LAYERS);
    expect(compareModels({ model: reading }, { model: reading }, limits).summary.notCompared).toBe(0);
  });
});

/** As the model, with nodes in another legal order, other names, and weights in other objects. */
function disguised(model: Model, random: Random): Model {
  const { graph } = model;
  const name = (id: string): string => (id === '' || graph.inputs.includes(id) ? id : `v${id}`);
  const written = new Set<string>(graph.inputs);
  for (const info of graph.tensors.values()) if (info.weight !== undefined) written.add(info.id);
  const open = random.shuffle(graph.nodes);
  const nodes: Node[] = [];
  const isReady = (node: Node): boolean =>
    [...node.inputs, ...capturedBy(node)].every((id) => id === '' || written.has(id));
  for (let next = open.findIndex(isReady); next !== -1; next = open.findIndex(isReady)) {
    const [node] = open.splice(next, 1) as [Node];
    for (const id of node.outputs) written.add(id);
    nodes.push({
      ...node,
      id: `${node.op}_${nodes.length}`,
      inputs: node.inputs.map(name),
      outputs: node.outputs.map(name),
      attributes: new Map([...node.attributes].map(([key, value]) => [key, disguisedBody(value, name)])),
    });
  }
  const tensors = new Map(
    [...graph.tensors.values()].map((info) => {
      const weight = info.weight === undefined ? {} : { weight: name(info.weight) };
      return [name(info.id), { ...info, id: name(info.id), ...weight }] as const;
    }),
  );
  const weights = new Map(
    [...model.weights.values()].map((w) => [name(w.id), { ...w, id: name(w.id), bytes: w.bytes.slice() }]),
  );
  return { graph: { ...graph, nodes, outputs: graph.outputs.map(name), tensors }, weights };
}

/** A body reading the values around it by their new names, its own values and layers under others. */
function disguisedBody(attribute: Attribute, outer: (id: string) => string): Attribute {
  if (attribute.kind !== 'graph') return attribute;
  const { graph } = attribute.value;
  const own = new Set(graph.nodes.flatMap((node) => node.outputs));
  const name = (id: string): string => (own.has(id) ? `inner ${id}` : outer(id));
  const nodes = graph.nodes.map((node) => ({
    ...node,
    id: `inner ${node.id}`,
    inputs: node.inputs.map(name),
    outputs: node.outputs.map(name),
  }));
  const tensors = new Map([...graph.tensors.values()].map((info) => [name(info.id), { ...info, id: name(info.id) }]));
  const value = { ...attribute.value, graph: { ...graph, nodes, tensors, outputs: graph.outputs.map(name) } };
  return { kind: 'graph', value };
}

describe('properties', () => {
  const cases = fc.record({ seed: fc.nat(), layers: fc.integer({ min: 1, max: 20 }) });

  test('a model under other names and in another order has no difference but names', () => {
    const property = fc.property(cases, ({ seed, layers }) => {
      const random = new Random(seed);
      const model = randomModel(random, layers);
      const { summary, added, removed, pairs } = compare(model, disguised(model, random));
      expect([added, removed]).toEqual([[], []]);
      expect(pairs.flatMap((p) => p.changes).filter((c) => c.what !== 'name')).toEqual([]);
      expect(summary.matchedBy.structure + summary.matchedBy.name + summary.matchedBy.position).toBe(pairs.length);
    });
    fc.assert(property, { numRuns: 200 });
  });

  test('every layer is in exactly one place, and the comparison the other way round mirrors this one', () => {
    const property = fc.property(cases, cases, fc.boolean(), (one, two, isRelated) => {
      const a = randomModel(new Random(one.seed), one.layers);
      // Related models share their first layers: the same random numbers make them.
      const b = randomModel(new Random(isRelated ? one.seed : two.seed), two.layers);
      const forth = compare(a, b);
      const back = compare(b, a);
      expect([...forth.pairs.map((p) => p.a), ...forth.removed].sort()).toEqual(a.graph.nodes.map((n) => n.id).sort());
      expect([...forth.pairs.map((p) => p.b), ...forth.added].sort()).toEqual(b.graph.nodes.map((n) => n.id).sort());
      expect([back.added, back.removed]).toEqual([forth.removed, forth.added]);
      const mirrored = forth.pairs.map((p) => ({
        ...p,
        a: p.b,
        b: p.a,
        changes: p.changes.map(({ what, name, before, after }) => ({
          what,
          ...(name === undefined ? {} : { name }),
          ...(after === undefined ? {} : { before: after }),
          ...(before === undefined ? {} : { after: before }),
        })),
        metrics: undefined,
      }));
      const byB = (x: { b: string }, y: { b: string }): number => (x.b < y.b ? -1 : 1);
      expect(back.pairs.map((p) => ({ ...p, metrics: undefined })).sort(byB)).toEqual(mirrored.sort(byB));
      back.pairs.forEach((p) => {
        const other = forth.pairs.find((q) => q.a === p.b);
        expect((p.metrics.difference.outputElements ?? 0) + (other?.metrics.difference.outputElements ?? 0)).toBe(0);
      });
    });
    fc.assert(property, { numRuns: 200 });
  });

  test('the same every time', () => {
    const [a, b] = [randomModel(new Random(1), 20), randomModel(new Random(2), 20)];
    expect(compare(a, b)).toEqual(compare(a, b));
  });
});

const real = (name: string): Model => readOnnx([{ name, bytes: sharedData(`onnx-models/${name}.onnx`) }]).model;
const opsOf = ({ graph }: Model): Map<string, string> => new Map(graph.nodes.map((n) => [n.id, n.op]));

describe.skipIf(!hasSharedData)(hasSharedData ? 'real networks' : `real networks, skipped: ${NO_SHARED_DATA}`, () => {
  test.each(['tinyvit_demo', 'silero_vad_16k_if_lstm', 'yunet_n_320', 'cct_2_32_32_128', 'resnet8_cifar10_int8_qdq'])(
    '%s with itself has no change',
    (name) => {
      const { summary } = compare(real(name), real(name));
      expect([summary.changed, summary.added, summary.removed]).toEqual([0, 0, 0]);
    },
  );

  /** Weights whose shapes tell which layers belong together. */
  const shapeOfWeights = (model: Model, id: string): string | undefined => {
    const node = model.graph.nodes.find((n) => n.id === id);
    const operand = node?.inputs[1] ?? '';
    const through = model.graph.nodes.find((n) => n.outputs.includes(operand))?.inputs[0] ?? operand;
    return model.graph.tensors.get(through)?.shape?.join();
  };

  test.for<readonly [string, string, number]>([
    ['ultraface_rfb320_raw', 'ultraface_rfb320_simplified', 52],
    ['resnet8_cifar10_fp32', 'resnet8_cifar10_int8_qdq', 9],
  ])('%s and %s: every convolution is paired with its own', ([first, second, convolutions]) => {
    const [a, b] = [real(first), real(second)];
    const result = compare(a, b);
    const [opsA, opsB] = [opsOf(a), opsOf(b)];
    const pairs = result.pairs.filter((p) => opsA.get(p.a) === 'Conv');
    expect(pairs.length).toBe(convolutions);
    for (const pair of pairs) {
      expect(opsB.get(pair.b)).toBe('Conv');
      expect(shapeOfWeights(a, pair.a)).toBe(shapeOfWeights(b, pair.b));
    }
    expect(result.pairs.length).toBeGreaterThan(Math.min(a.graph.nodes.length, b.graph.nodes.length) * 0.6);
  });
});

/** Residual blocks under counted names. */
function deep(layers: number, seedOf: (i: number) => number): Model {
  const b = graphBuilder();
  let x = b.input('x', [1, 2, 4, 4]);
  let early = x;
  for (let i = 0; i < layers; i++) {
    const kind = i % 4;
    const random = new Random(seedOf(i));
    const weights = Array.from({ length: 4 }, () => random.normal());
    if (kind === 0) early = x;
    if (kind === 0 || kind === 2)
      x = b.node('Conv', [x, b.constant(`w${i}`, [2, 2, 1, 1], weights)], { id: `Conv_${i}` });
    else if (kind === 1) x = b.node('Relu', [x], { id: `Relu_${i}` });
    else x = b.node('Add', [x, early], { id: `Add_${i}` });
    b.describe(x, [1, 2, 4, 4]);
  }
  b.output(x);
  return b.done();
}

/** Processor seconds of `act`, the better of two runs: what others run at the same time counts little. */
function processorSeconds(act: () => void): number {
  const runs = [1, 2].map(() => {
    const start = process.cpuUsage();
    act();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e6;
  });
  return Math.min(...runs);
}

describe('speed', () => {
  // 20,000 layers take 0.6 to 0.9 s on a machine to itself; what a test can hold to anywhere is that time grows as size does.
  test.for<readonly [string, (i: number) => number]>([
    ['all weights are the same', (i) => i],
    ['all weights were trained anew', (i) => i + 1],
  ])('eight times the layers take no longer than sixteen times, where %s', ([, seedOf]) => {
    const secondsFor = (layers: number): number => {
      const [a, b] = [deep(layers, (i) => i), deep(layers - 3, seedOf)];
      return processorSeconds(() => {
        expect(compare(a, b).summary.added).toBeLessThan(4);
      });
    };
    const small = secondsFor(2500);
    expect(secondsFor(20000)).toBeLessThan(16 * small + 1);
  });

  test('models that have little in common are aligned in windows', () => {
    const chainOf = (ops: readonly string[]): Model =>
      chain(Array.from({ length: 8000 }, (_, i): Layer => [`${i}`, ops[i % ops.length] as string]));
    const [a, b] = [chainOf(['Relu', 'Tanh', 'Sigmoid']), chainOf(['Neg', 'Tanh', 'Abs', 'Relu', 'Exp'])];
    let pairs = 0;
    // All against all would be 64 million steps and 512 MB.
    const seconds = processorSeconds(() => {
      pairs = compare(a, b).pairs.length;
    });
    expect(pairs).toBeGreaterThan(1000);
    expect(seconds).toBeLessThan(10);
  });
});
