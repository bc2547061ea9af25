import { expect, test } from 'vitest';
import { writeOnnx } from '../../onnx/index.ts';
import { testContext } from '../../test-kit/context.ts';
import { graphBuilder } from '../../test-kit/graph-builder.ts';
import { hasSharedData, NO_SHARED_DATA, sharedData } from '../../test-kit/shared-data.ts';
import { noShapes, openModel } from './open.ts';
import { defaultTarget, estimatePlatforms, runtimeOf } from './verdict.ts';

const reason = hasSharedData ? '' : ` (skipped: ${NO_SHARED_DATA})`;

const open = (name: string) => openModel([{ name, bytes: sharedData(`onnx-models/${name}`) }], noShapes, testContext());

test.skipIf(!hasSharedData)(`a network opens with tables for every place of the page${reason}`, async () => {
  const opened = await open('mnist_cnn.onnx');
  const { view } = opened;
  expect(opened.layers.length).toBeGreaterThan(1);
  expect(view.quantizable).toEqual(opened.layers);
  expect(view.nodes.map((n) => n.id)).toEqual(opened.asRead.graph.nodes.map((n) => n.id));
  for (const layer of opened.layers) expect(view.nodes.some((n) => n.id === layer)).toBe(true);
  expect(view.totals.macs).toBe(view.costs.reduce((n, c) => n + c.macs, 0));
  expect(opened.costs.reduce((n, c) => n + c.macs, 0)).toBe(view.totals.macs);
  const relus = view.nodes.filter((n) => n.op === 'Relu').map((n) => n.id);
  const fused = view.nodes.flatMap((n) => n.fused);
  expect(fused).toEqual(expect.arrayContaining(relus));
  expect(new Set(fused).size).toBe(fused.length);
  // Every run-time value that a node reads is an edge, and inputs come from nowhere.
  const edges = view.edges.filter((e) => e.from === undefined);
  expect(new Set(edges.map((e) => e.tensor))).toEqual(new Set(view.inputs.map((i) => i.id)));
  expect(view.edges.filter((e) => e.to === undefined).map((e) => e.tensor)).toEqual(view.outputs.map((o) => o.id));
  expect(view.memory!.arenaBytes).toBeGreaterThanOrEqual(view.memory!.lowerBoundBytes);
  expect(structuredClone(view)).toEqual(view);
});

test.skipIf(!hasSharedData)(`every platform gives a verdict, in words where it is not yes${reason}`, async () => {
  const estimates = estimatePlatforms(await open('mnist_cnn.onnx'), { platforms: 'all', method: 'auto', bits: 8 });
  expect(estimates.length).toBeGreaterThanOrEqual(10);
  for (const estimate of estimates) {
    expect(estimate.latency!.value, estimate.platform).toBeGreaterThan(0);
    expect(estimate.energy!.value).toBeGreaterThan(0);
    expect(estimate.peakRam!.value).toBeGreaterThan(0);
    if (estimate.fits !== 'yes') expect(estimate.reasons.length).toBeGreaterThan(0);
    for (const layer of estimate.layers) expect(layer.energy?.value).toBeGreaterThanOrEqual(0);
  }
});

test('a name that a change gives to a size of an input gets its size like those of the file', async () => {
  const b = graphBuilder();
  b.input('x', [1, 2, 8, 8]);
  b.constant('w', [3, 2, 3, 3], new Float32Array(54).fill(0.5));
  b.output(b.node('Conv', ['x', 'w'], { id: 'conv' }));
  const files = [{ name: 'conv.onnx', bytes: writeOnnx(b.done()) }];
  const edit = { kind: 'set-input-shape', input: 'x', shape: [1, 2, 'h', 8] } as const;
  const changes = [{ kind: 'edit', edit }] as const;
  const named = await openModel(files, noShapes, testContext(), { changes });
  expect(named.view.symbols).toEqual([{ name: 'h' }]);
  expect(named.view.totals.macs).toBeUndefined();
  const sized = await openModel(files, { symbols: { h: 16 }, inputs: {} }, testContext(), { changes });
  expect(sized.view.symbols).toEqual([{ name: 'h', size: 16 }]);
  expect(sized.view.totals.macs).toBe(3 * 14 * 6 * 18);
});

test.skipIf(!hasSharedData)(`layers are told for the target that is asked for, totals for all${reason}`, async () => {
  const opened = await open('mnist_cnn.onnx');
  const request = { platforms: ['stm32l4r5', 'ncs2'], method: 'auto', bits: 8 };
  const all = estimatePlatforms(opened, request);
  const target = defaultTarget('stm32l4r5');
  const one = estimatePlatforms(opened, { ...request, layersOf: target });
  const told = one.filter((e) => e.layers.length > 0).map(({ platform, runtime }) => ({ platform, runtime }));
  expect(told).toEqual([{ platform: target.platform, runtime: target.runtime }]);
  expect(one.map((e) => e.latency)).toEqual(all.map((e) => e.latency));
  expect(estimatePlatforms(opened, { ...request, layersOf: 'none' }).every((e) => e.layers.length === 0)).toBe(true);
});

test('targets name a platform and a runtime, or say what there is', () => {
  const target = defaultTarget('stm32l4r5');
  expect(runtimeOf(target).platform.id).toBe('stm32l4r5');
  expect(() => runtimeOf({ ...target, runtime: 'none' })).toThrow(/no runtime 'none'/);
  expect(() => defaultTarget('pdp-11')).toThrow(/no platform/);
});

test.skipIf(!hasSharedData)(`a size is that of a dimension where the network has one so called${reason}`, async () => {
  const files = [{ name: 'yunet.onnx', bytes: sharedData('onnx-models/yunet_n_dynamic.onnx') }];
  const settings = { symbols: { height: 160, width: 192 }, inputs: { height: [160], width: [192] } };
  const { view } = await openModel(files, settings, testContext());
  expect(view.inputs[0]?.shape).toEqual([1, 3, 160, 192]);
  expect(view.totals.macs).toBeGreaterThan(0);
});

test.skipIf(!hasSharedData)(`a first dimension that cannot be 1 is no batch, and stays open${reason}`, async () => {
  const files = [{ name: 'head.onnx', bytes: sharedData('onnx-broken/attention_head.onnx') }];
  const { view, diagnostics } = await openModel(files, noShapes, testContext());
  expect(view.inputs[0]?.shape?.[0]).toBe('sequence_len');
  expect(diagnostics.map((d) => d.code)).toContain('explore/no-batch');
});
