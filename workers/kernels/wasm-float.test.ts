import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { openSymbols, prepare, setShapes } from '../../src/analyze/index.ts';
import { Random } from '../../src/base/index.ts';
import { createPlainBackend } from '../../src/compute/index.ts';
import type { Node, Tensor, TensorInfo } from '../../src/ir/index.ts';
import { readOnnx, writeOnnx } from '../../src/onnx/index.ts';
import { testContext } from '../../src/test-kit/context.ts';
import { hasSharedData, sharedData } from '../../src/test-kit/shared-data.ts';
import { bindTrainingNode } from '../../src/train/index.ts';
import { createOrtBackend, createWasmFloatBackend, type WasmFloatBackend } from '../backends/index.ts';
import { chain, compare, expectClose, kernelsForTests, normal, type Step, wasmForTests } from './float-chain.ts';

let wasm: WasmFloatBackend;
beforeAll(async () => {
  wasm = await wasmForTests();
});

const cases: Readonly<Record<string, (random: Random) => { input: Tensor; steps: readonly Step[] }>> = {
  Conv: (random) => {
    const between = (low: number, high: number) => low + random.below(high - low + 1);
    const depthwise = random.below(3) === 0;
    const groups = depthwise ? between(2, 6) : random.pick([1, 1, 2]);
    const channels = depthwise ? groups : groups * between(1, 5);
    const outChannels = depthwise ? groups : groups * between(1, 9);
    const kernel = [between(1, 3), between(1, 3)];
    const input = normal(random, [between(1, 2), channels, between(5, 12), between(5, 12)]);
    const w = normal(random, [outChannels, channels / groups, ...kernel]);
    const bias = random.below(2) ? [normal(random, [outChannels])] : [];
    const attributes = {
      group: groups,
      strides: [between(1, 2), between(1, 3)],
      dilations: [between(1, 2), between(1, 2)],
      ...(random.below(3) === 0 && kernel[0] === 3
        ? { auto_pad: random.pick(['SAME_UPPER', 'SAME_LOWER', 'VALID']), dilations: [1, 1] }
        : { pads: [between(0, 2), between(0, 2), between(0, 2), between(0, 2)] }),
    };
    return { input, steps: [{ op: 'Conv', constants: [w, ...bias], attributes }, { op: 'Relu' }] };
  },
  Gemm: (random) => {
    const [m, k, n] = [1 + random.below(9), 1 + random.below(40), 1 + random.below(40)];
    const transB = random.below(2);
    const b = normal(random, transB ? [n, k] : [k, n]);
    const steps: Step[] = [{ op: 'Gemm', constants: [b, normal(random, [n])], attributes: { transB } }];
    return { input: normal(random, [m, k]), steps };
  },
  MatMul: (random) => {
    const [m, n] = [1 + random.below(20), 1 + random.below(20)];
    const input = normal(random, [m, m]);
    const constant: Step = { op: 'MatMul', constants: [normal(random, [m, n])] };
    return { input, steps: [{ op: 'MatMul', inputs: ['x', 'x'] }, constant] };
  },
  pooling: (random) => {
    const op = random.pick(['MaxPool', 'AveragePool']);
    const window = [1 + random.below(3), 1 + random.below(3)] as const;
    const pads = [0, 1, 2, 3].map((i) => random.below(window[i % 2] as number));
    const attributes: Step['attributes'] = {
      kernel_shape: window,
      strides: [1 + random.below(2), 1 + random.below(2)],
      pads,
      ...(op === 'AveragePool' ? { count_include_pad: random.below(2) } : {}),
    };
    const input = normal(random, [1 + random.below(2), 1 + random.below(4), 4 + random.below(5), 4 + random.below(5)]);
    return { input, steps: [{ op, attributes }, { op: random.pick(['GlobalAveragePool', 'GlobalMaxPool']) }] };
  },
  'element-wise': (random) => {
    const channels = 1 + random.below(5);
    const input = normal(random, [1, channels, 3, 1 + random.below(6)]);
    const positive = normal(random, [channels]);
    const variance = { ...positive, data: (positive.data as Float32Array).map((v) => v * v + 0.1) };
    const constants = [normal(random, [channels]), normal(random, [channels]), normal(random, [channels]), variance];
    const clip = [-0.5, 0.75].map((v): Tensor => ({ type: 'float32', shape: [], data: Float32Array.of(v) }));
    return {
      input,
      steps: [
        { op: 'BatchNormalization', constants },
        { op: 'Add', inputs: ['v0', 'x'] },
        { op: 'Mul', inputs: ['v1', 'v0'] },
        { op: 'Clip', constants: clip },
      ],
    };
  },
};

describe.each(Object.keys(cases))('%s', (name) => {
  test('agrees with the reference on random shapes, fused or tapped', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async (seed) => {
        const { input, steps } = cases[name]!(new Random(seed));
        const model = await chain(input, steps);
        const { plainNodes } = await wasm.prepare(model);
        expect(plainNodes).toEqual([]);
        await compare(wasm, model, input);
        await compare(wasm, model, input, ['v0', 'x']);
      }),
      { numRuns: 60, seed: 5 },
    );
  });
});

test('a transform sees every value once and what it returns is used, as in the plain backend', async () => {
  const random = new Random(6);
  const input = normal(random, [1, 3, 8, 8]);
  const conv = { op: 'Conv', constants: [normal(random, [4, 3, 3, 3])] };
  const model = await chain(input, [
    conv,
    { op: 'Relu' },
    { op: 'LpPool', attributes: { kernel_shape: [2, 2] } },
    { op: 'GlobalAveragePool' },
  ]);
  const options = (seen: string[]) => ({
    transform: (id: string, tensor: Tensor): Tensor => {
      seen.push(id);
      return { ...tensor, data: (tensor.data as Float32Array).map((v) => Math.round(v * 8) / 8 + 0.01) };
    },
  });
  const [mine, theirs]: [string[], string[]] = [[], []];
  const feeds = new Map([['x', input]]);
  const runner = await wasm.prepare(model);
  const found = await runner.run(feeds, options(mine));
  const expected = await (await createPlainBackend().prepare(model)).run(feeds, options(theirs));
  expect(mine).toEqual(theirs);
  expectClose(found.get('v3') as Tensor, expected.get('v3') as Tensor);
  expect(runner.plainNodes.map((node) => node.op)).toEqual(['LpPool']);
});

test('a feed of another shape, a missing feed, an unknown tap: user errors', async () => {
  const input = normal(new Random(7), [1, 2, 4, 4]);
  const runner = await wasm.prepare(await chain(input, [{ op: 'Relu' }]));
  const other = normal(new Random(7), [1, 2, 4, 5]);
  await expect(runner.run(new Map([['x', other]]))).rejects.toMatchObject({ code: 'workers/wrong-shape' });
  await expect(runner.run(new Map())).rejects.toMatchObject({ code: 'workers/missing-input' });
  await expect(runner.run(new Map([['x', input]]), { taps: ['no'] })).rejects.toMatchObject({
    code: 'workers/unknown-tensor',
  });
});

describe.skipIf(!hasSharedData)('networks of the shared data', () => {
  test.each(['resnet8_cifar10_fp32', 'mnist_cnn', 'dscnn_kws_small_fp32', 'mobilenetv1_vww_fp32'])(
    '%s: wasm, plain and onnxruntime agree, inside too',
    async (name) => {
      const bytes = sharedData(`onnx-models/${name}.onnx`);
      const imported = readOnnx([{ name: `${name}.onnx`, bytes }]);
      const shaped = setShapes(imported.model, {
        symbols: new Map(openSymbols(imported.model).map((name) => [name, 1])),
      });
      const { model } = prepare(shaped, testContext());
      const id = model.graph.inputs[0] as string;
      const shape = model.graph.tensors.get(id)?.shape as readonly number[];
      const feeds = new Map([[id, normal(new Random(8), shape)]]);
      const taps = model.graph.nodes.slice(0, 3).map((node) => node.outputs[0] as string);
      const expected = await (await createPlainBackend().prepare(model)).run(feeds, { taps });
      for (const backend of [wasm, createOrtBackend(writeOnnx)]) {
        const runner = await backend.prepare(model);
        const found = await runner.run(feeds, { taps });
        expect([...found.keys()].sort(), backend.id).toEqual([...expected.keys()].sort());
        for (const [key, tensor] of expected) expectClose(found.get(key) as Tensor, tensor);
        runner.dispose();
      }
    },
  );
});

test('a network with control flow runs as a whole on the plain backend', async () => {
  const model = await chain(normal(new Random(1), [2, 3]), [{ op: 'Relu' }]);
  const [node] = model.graph.nodes;
  const body = {
    kind: 'graph' as const,
    value: { ...model, graph: { ...model.graph, inputs: [], nodes: model.graph.nodes } },
  };
  const choice: Node = {
    ...(node as Node),
    op: 'If',
    inputs: ['c'],
    attributes: new Map([
      ['then_branch', body],
      ['else_branch', body],
    ]),
  };
  const tensors = new Map<string, TensorInfo>([...model.graph.tensors, ['c', { id: 'c', type: 'bool', shape: [] }]]);
  const runner = await wasm.prepare({
    ...model,
    graph: { ...model.graph, inputs: ['x', 'c'], tensors, nodes: [choice] },
  });
  const x: Tensor = { type: 'float32', shape: [2], data: Float32Array.of(-1, 2) };
  const c: Tensor = { type: 'bool', shape: [], data: Uint8Array.of(1) };
  const results = await runner.run(
    new Map([
      ['x', x],
      ['c', c],
    ]),
  );
  expect(results.get('v0')?.data).toEqual(Float32Array.of(0, 2));
  expect(runner.plainNodes).toEqual([choice]);
  runner.dispose();
});

test('onnxruntime runs what has no kernel, where it may; each node says what ran it', async () => {
  const random = new Random(13);
  const input = normal(random, [1, 3, 6, 6]);
  const axis: Tensor = { type: 'int64', shape: [], data: BigInt64Array.of(1n) };
  const model = await chain(input, [
    { op: 'Conv', constants: [normal(random, [4, 3, 3, 3])] },
    { op: 'Sinh' },
    { op: 'Hardmax', attributes: { axis: 1 } },
    { op: 'CumSum', constants: [axis] },
    { op: 'Relu' },
  ]);
  const mixed = createWasmFloatBackend(await kernelsForTests(), bindTrainingNode, createOrtBackend(writeOnnx));
  const runner = await mixed.prepare(model);
  const alone = await wasm.prepare(model);
  const foreign = [...runner.engines].filter(([, engine]) => engine === 'ort').map(([node]) => node);
  expect(foreign).toEqual(alone.plainNodes.map((node) => node.id));
  expect(foreign.length).toBeGreaterThan(0);
  expect(runner.plainNodes).toEqual([]);
  const feeds = new Map([['x', input]]);
  const taps = ['v0', 'v1', 'v2', 'v3'];
  const found = await runner.run(feeds, { taps });
  for (const [id, tensor] of await alone.run(feeds, { taps })) expectClose(found.get(id) as Tensor, tensor);
  runner.dispose();
  alone.dispose();
});

test('an input that is only given another shape costs nothing', async () => {
  const random = new Random(14);
  const input = normal(random, [1, 12]);
  const shape: Tensor = { type: 'int64', shape: [4], data: BigInt64Array.of(1n, 3n, 2n, 2n) };
  const model = await chain(input, [{ op: 'Reshape', constants: [shape] }, { op: 'GlobalAveragePool' }]);
  expect((await wasm.prepare(model)).plainNodes).toEqual([]);
  await compare(wasm, model, input, ['v0', 'x']);
});
