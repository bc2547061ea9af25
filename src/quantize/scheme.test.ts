import { expect, test } from 'vitest';
import { CancelledError } from '../base/index.ts';
import { createPlainBackend } from '../compute/index.ts';
import type { Model, SampleSet, Shape, TensorQuant } from '../ir/index.ts';
import { testContext } from '../test-kit/context.ts';
import { type GraphBuilder, graphBuilder } from '../test-kit/graph-builder.ts';
import { calibrate } from './calibrate.ts';
import { fakeQuantize } from './fake-quantize.ts';
import { roundSums } from './integer-sums.ts';
import { quantizableLayers } from './plan.ts';
import { makeScheme, type SchemeOptions } from './scheme.ts';
import { layerQuality } from './signal.ts';
import { weightQuant } from './weights.ts';

const ramp = (count: number, from: number, step: number): number[] =>
  Array.from({ length: count }, (_, i) => from + i * step);

/** x → conv a → Relu → MaxPool ┐
 *  x → conv b ────── MaxPool ──┴ Concat → conv c → Softmax */
function twoBranches(): Model {
  const b = graphBuilder();
  const x = b.input('x', [1, 1, 4, 4]);
  const conv = (id: string, from: string, channels: number, inputs: number, values: readonly number[]) =>
    b.describe(
      b.node('Conv', [from, b.constant(`${id}_w`, [channels, inputs, 1, 1], values)], { id, outputs: [`${id}_out`] }),
      [1, channels, id === 'c' ? 2 : 4, id === 'c' ? 2 : 4],
    );
  const pool = (id: string, from: string) =>
    b.describe(
      b.node('MaxPool', [from], { id, outputs: [id], attributes: { kernel_shape: [2, 2], strides: [2, 2] } }),
      [1, 2, 2, 2],
    );
  const relu = b.describe(
    b.node('Relu', [conv('a', x, 2, 1, [0.5, -0.25])], { id: 'relu', outputs: ['relu'] }),
    [1, 2, 4, 4],
  );
  const left = pool('left', relu);
  const right = pool('right', conv('b', x, 2, 1, [2, -1]));
  const joined = b.describe(
    b.node('Concat', [left, right], { id: 'join', outputs: ['join'], attributes: { axis: 1 } }),
    [1, 4, 2, 2],
  );
  const last = conv('c', joined, 3, 4, ramp(12, -0.3, 0.05));
  b.output(b.node('Softmax', [last], { id: 'softmax', outputs: ['y'] }));
  return b.done();
}

const samplesOf = (values: readonly number[], shape: Shape = [1, 1, 4, 4]): SampleSet => ({
  name: 'ramp',
  count: values.length / shape.reduce((n, d) => n * d, 1),
  inputs: [{ tensor: 'x', shape, data: Float32Array.from(values) }],
  origin: 'given',
  sha256: 'ab',
});

async function schemeOf(model: Model, values: readonly number[], options: SchemeOptions = {}) {
  const record = await calibrate(model, samplesOf(values), createPlainBackend(), testContext());
  return makeScheme(model, record, { method: 'min-max', ...options });
}

const positive = ramp(16, 0, 0.1);
const signed = ramp(16, -0.75, 0.1);

test('values that share codes share one quantization; fused values and the Softmax have none', async () => {
  const { tensors, thresholds } = await schemeOf(twoBranches(), signed);
  const groups = ['relu', 'left', 'right', 'b_out', 'join'].map((id) => tensors.get(id));
  for (const quant of groups) expect(quant).toBe(groups[0]);
  expect(tensors.has('a_out')).toBe(false);
  expect(tensors.has('y')).toBe(false);
  // The branch without ReLU makes the group signed; measured behind the pools: max |right| = 2 · 0.75.
  expect(groups[0]).toMatchObject({ bits: 8, signed: true, narrow: true, zeroPoint: [0] });
  expect(groups[0]?.scale[0]).toBeCloseTo(1.5 / 127, 6);
  expect(thresholds.get('join')).toMatchObject({ clippedShare: 0, method: 'min-max' });
});

test('inputs are unsigned when no value is negative', async () => {
  const scheme = await schemeOf(twoBranches(), positive);
  expect(scheme.tensors.get('x')).toMatchObject({ signed: false, narrow: false });
  expect(scheme.tensors.get('x')?.scale[0]).toBeCloseTo(1.5 / 255, 6);
  expect((await schemeOf(twoBranches(), signed)).tensors.get('x')?.signed).toBe(true);
});

test('affine activations span [min, max] with zero as a code', async () => {
  const { tensors } = await schemeOf(twoBranches(), signed, { activations: 'affine' });
  const { scale, zeroPoint, signed: isSigned } = tensors.get('x') as TensorQuant;
  expect(isSigned).toBe(false);
  expect(scale[0]).toBeCloseTo(1.5 / 255, 6);
  expect(zeroPoint[0]).toBe(128);
});

test('widths: shared values take the widest, inputs 8 or 16, outputs at least 8', async () => {
  const model = twoBranches();
  const bits = [
    { node: 'a', weights: 3, activations: 2 },
    { node: 'b', weights: 4, activations: 5 },
    { node: 'c', weights: 2, activations: 3 },
  ];
  const { tensors } = await schemeOf(model, signed, { bits });
  expect(tensors.get('join')?.bits).toBe(5);
  expect(tensors.get('c_out')?.bits).toBe(8);
  expect(tensors.get('x')?.bits).toBe(8);
  expect([...'abc'].map((id) => tensors.get(`${id}_w`)?.bits)).toEqual([3, 4, 2]);
  const wide = await schemeOf(model, positive, { bits: [{ node: 'a', weights: 8, activations: 16 }] });
  // 16-bit activations are signed and symmetric always.
  expect(wide.tensors.get('x')).toMatchObject({ bits: 16, signed: true, zeroPoint: [0] });
  expect(wide.tensors.get('relu')).toMatchObject({ bits: 16, signed: true });
  await expect(schemeOf(model, signed, { bits: [{ node: 'a', weights: 9, activations: 8 }] })).rejects.toThrow(
    /9 bits/,
  );
  await expect(schemeOf(model, signed, { method: 'guess' })).rejects.toThrow(/no observer 'guess'/);
});

test('weights: one scale per output channel, floored at a hundredth of the largest weight', () => {
  const b = graphBuilder();
  b.input('x', [1, 4]);
  b.constant('w', [2, 3], [0.5, -1, 0.002, 0.25, 0.75, -0.001]);
  b.output(b.node('MatMul', ['x', 'w']));
  const model = b.done();
  const perChannel = weightQuant(model, 'w', 1, 8, 'per-channel');
  expect(perChannel.scale.map((s) => s * 127)).toEqual([0.5, 1, 0.01].map((v) => expect.closeTo(v, 6)));
  expect(perChannel.axis).toBe(1);
  expect(weightQuant(model, 'w', 1, 8, 'per-tensor').scale.map((s) => s * 127)).toEqual([expect.closeTo(1, 6)]);
  expect(weightQuant(model, 'w', 1, 8, 'per-channel')).toBe(perChannel);
});

test('the twin rounds weights and activations to their grids, and nothing else', async () => {
  const model = twoBranches();
  const scheme = await schemeOf(model, signed, { bits: [{ node: 'a', weights: 2, activations: 8 }] });
  const twin = fakeQuantize(model, scheme);
  const runner = await createPlainBackend().prepare(twin.model);
  const feeds = new Map([['x', { type: 'float32' as const, shape: [1, 1, 4, 4], data: Float32Array.from(signed) }]]);
  const values = await runner.run(feeds, { taps: ['relu', 'a_out'], transform: twin.transform });
  const step = scheme.tensors.get('relu')?.scale[0] as number;
  for (const v of values.get('relu')!.data as Float32Array) expect(v / step).toBeCloseTo(Math.round(v / step), 3);
  expect(fakeQuantize(model, scheme).model.weights.get('a_w')).toBe(twin.model.weights.get('a_w'));
});

test('the twin rounds sums from the whole multiple of a unit that float32 blurs', () => {
  const sum = {
    units: [0.25, 0.5],
    inner: 2,
    output: { bits: 8, signed: false, narrow: false, scale: [1], zeroPoint: [3] },
  };
  // Two channels of two elements: 2 and 6 units of 0.25, then 5 and -1 units of 0.5; halves go up; codes start at -3.
  const blurred = {
    type: 'float32' as const,
    shape: [1, 2, 2],
    data: Float32Array.of(0.4999, 1.4999, 2.4999, -0.5001),
  };
  expect([...(roundSums(blurred, sum).data as Float32Array)]).toEqual([1, 2, 3, 0]);
  const low = { ...blurred, data: Float32Array.of(-40, 300, 0, 0) };
  expect([...(roundSums(low, sum).data as Float32Array)]).toEqual([-3, 252, 0, 0]);
});

test('quality per layer: fewer bits, more noise', async () => {
  const model = twoBranches();
  const at = async (weights: number) =>
    layerQuality(model, await schemeOf(model, signed, { bits: [{ node: 'c', weights, activations: 8 }] }));
  const [low, high] = [(await at(2)).at(-1)!, (await at(8)).at(-1)!];
  expect(low.weightSqnr!).toBeLessThan(high.weightSqnr! - 20);
  expect(low.weightsLost).toBeGreaterThan(high.weightsLost);
  expect(high).toMatchObject({ node: 'c', output: 'c_out', clippedShare: 0 });
});

test('a calibration record survives structured clone and gives the same scheme', async () => {
  const model = twoBranches();
  const record = await calibrate(model, samplesOf(signed), createPlainBackend(), testContext());
  const scheme = makeScheme(model, record);
  expect(makeScheme(model, structuredClone(record))).toEqual(scheme);
  expect(structuredClone(scheme)).toEqual(scheme);
});

test('calibration reports progress, stops when told, and refuses what cannot be calibrated', async () => {
  const model = twoBranches();
  const seen: (readonly [number, number])[] = [];
  const ctx = { ...testContext(), progress: (done: number, total: number) => void seen.push([done, total]) };
  await calibrate(model, samplesOf([...signed, ...positive]), createPlainBackend(), ctx);
  expect(seen).toEqual([
    [1, 4],
    [2, 4],
    [3, 4],
    [4, 4],
  ]);
  const stop = new AbortController();
  stop.abort();
  const run = (samples: SampleSet, context = testContext()) => calibrate(model, samples, createPlainBackend(), context);
  await expect(run(samplesOf(signed), testContext(1, stop.signal))).rejects.toThrow(CancelledError);
  await expect(run(samplesOf([]))).rejects.toThrow(/at least one sample/);
  await expect(run(samplesOf(signed.map(() => Number.NaN)))).rejects.toThrow(/'x' \(layer 'input'\)/);
  await expect(run({ ...samplesOf(signed), inputs: [] })).rejects.toThrow(/no values for input 'x'/);
});

test.for<readonly [string, (b: GraphBuilder, x: string) => string, RegExp]>([
  ['an operator without integer form', (b, x) => b.node('Log', [x], { id: 'ln' }), /'ln' \(Log\).*no integer form/],
  ['an unknown operator', (b, x) => b.node('Magic', [x], { id: 'm' }), /'m' \(Magic\).*not known/],
  ['a product of activations', (b, x) => b.node('MatMul', [x, x], { id: 'mm' }), /'mm'.*at run time/],
  ['a Softmax in the middle', (b, x) => b.node('Relu', [b.node('Softmax', [x], { id: 'soft' })]), /'soft'.*last layer/],
  ['no weights', (b, x) => b.node('Relu', [x]), /no layer with weights/],
])('refuses %s, naming the layer', ([, build, message]) => {
  const b = graphBuilder();
  b.output(build(b, b.input('x', [4, 4])));
  expect(() => quantizableLayers(b.done())).toThrow(message);
});
