import { beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import type { Tensor } from '../../src/ir/index.ts';
import type { WasmFloatBackend } from '../backends/index.ts';
import { between, even, expectAgreements, referenceOf, type TrainingCase, trainingBackend } from './training-case.ts';

let wasm: WasmFloatBackend;
beforeAll(async () => {
  wasm = await trainingBackend();
});

const vector = (...data: number[]): Tensor => ({
  type: 'float32',
  shape: [data.length],
  data: Float32Array.from(data),
});
const scalar = (x: number): Tensor => ({ type: 'float32', shape: [], data: Float32Array.of(x) });

const attributesOf: Readonly<Record<string, (random: Random) => NonNullable<TrainingCase['attributes']>>> = {
  SgdUpdate: (random) => ({
    momentum: { float: random.pick([0, 0.9]) },
    nesterov: random.below(2),
    weight_decay: { float: random.pick([0, 0.01]) },
  }),
  AdamUpdate: (random) => ({
    beta1: { float: 0.9 },
    beta2: { float: 0.99 },
    epsilon: { float: 1e-4 },
    weight_decay: { float: random.pick([0, 0.01]) },
    decoupled: random.below(2),
  }),
  RmsPropUpdate: (random) => ({
    decay: { float: 0.9 },
    momentum: { float: random.pick([0, 0.9]) },
    epsilon: { float: 1e-3 },
    weight_decay: { float: random.pick([0, 0.01]) },
  }),
};

const update =
  (op: string, scale: number) =>
  (random: Random): TrainingCase => {
    const shape = [between(random, 1, 9), between(random, 1, 9)];
    const states = op === 'SgdUpdate' ? 1 : 2;
    const positive = Array.from({ length: states }, () => even(random, shape, 0, 1));
    const inputs = [even(random, shape), even(random, shape), ...positive, vector(0.1, 1.5, 2), scalar(scale)];
    return { op, inputs, attributes: attributesOf[op]?.(random) ?? {}, outputs: states + 1 };
  };

describe.each(Object.keys(attributesOf))('%s', (op) => {
  test('agrees with the reference', () => expectAgreements(() => wasm, update(op, 0.7)));

  test('changes nothing where the scale is not a number', () =>
    expectAgreements(() => wasm, update(op, Number.NaN), { runs: 10, tolerance: 0 }));

  test('writes new values over the old ones where they are state', async () => {
    const { model, feeds, expected } = referenceOf(update(op, 0.7)(new Random(1)));
    const held = model.graph.inputs.filter((_, i) => i !== 1 && i < model.graph.inputs.length - 2);
    const state = new Map(held.map((id, i) => [id, `y${i}`]));
    const runner = await wasm.prepareSteps(model, state);
    runner.writeState(new Map(held.map((id) => [id, feeds.get(id) as Tensor])));
    await runner.step(new Map([...feeds].filter(([id]) => !state.has(id))));
    const after = await runner.readState();
    for (const [id, output] of state) {
      const [got, wanted] = [after.get(id)?.data, expected.get(output)?.data];
      expect(wanted).toHaveLength(got?.length ?? 0);
      for (const [i, v] of (wanted ?? []).entries()) expect(got?.[i]).toBeCloseTo(v as number, 5);
    }
    runner.dispose();
  });
});

test.each([
  ['SgdUpdate', 1],
  ['AdamUpdate', 2],
  ['RmsPropUpdate', 2],
] as const)('%s lets moments fade to 0, not to numbers that processors are slow at', async (op, states) => {
  const faint = vector(1e-36, -1e-36, 1e-20, 1, 0);
  const inputs = [vector(1, 1, 1, 1, 1), vector(0, 0, 0, 0, 0), ...new Array<Tensor>(states).fill(faint)];
  const attributes = { momentum: { float: 0.9 }, decay: { float: 0.9 } };
  const example = { op, inputs: [...inputs, vector(0.1, 1, 1), scalar(1)], attributes, outputs: states + 1 };
  const { model, feeds } = referenceOf(example);
  const runner = await wasm.prepare(model);
  const found = await runner.run(feeds);
  const moment = found.get('y1')?.data as Float32Array;
  expect(Array.from(moment.subarray(0, 2), (v) => v + 0)).toEqual([0, 0]);
  expect(moment[2]).toBeCloseTo(0.9e-20, 25);
  expect(moment[3]).toBeCloseTo(0.9, 5);
  runner.dispose();
});

const norm = (random: Random): TrainingCase => ({
  op: 'GradientNorm',
  inputs: Array.from({ length: between(random, 1, 5) }, () => even(random, [between(random, 1, 30)])),
});

const clip = (random: Random): TrainingCase => ({
  op: 'ClipScale',
  inputs: [scalar(random.pick([0, 0.5, 3, 1e30, Number.POSITIVE_INFINITY, Number.NaN]))],
  attributes: { maximum: { float: random.pick([0, 1, 2]) } },
});

describe('norm and clipping agree with the reference', () => {
  test('GradientNorm', () => expectAgreements(() => wasm, norm));
  test('ClipScale', () => expectAgreements(() => wasm, clip));
});

/** Logits of [N, C, …] and labels of [N, …]. */
const classes =
  (op: 'CrossEntropyLoss' | 'DistillationLoss') =>
  (random: Random): TrainingCase => {
    const inner = random.below(2) ? [] : [between(random, 1, 5), between(random, 1, 3)];
    const [batch, count] = [between(random, 1, 5), between(random, 2, 12)];
    const shape = [batch, count, ...inner];
    const rows = even(random, [batch, ...inner]);
    const labels = { ...rows, data: (rows.data as Float32Array).map(() => random.below(count)) };
    const logits = even(random, shape, -6, 6);
    if (op === 'CrossEntropyLoss') {
      const attributes = { smoothing: { float: random.pick([0, 0.1]) } };
      return { op, inputs: [logits, labels], attributes, outputs: 3 };
    }
    const attributes = { temperature: { float: random.pick([1, 4]) }, share: { float: random.pick([0, 0.5, 1]) } };
    return { op, inputs: [logits, labels, even(random, shape, -6, 6)], attributes, outputs: 3 };
  };

const squares = (random: Random): TrainingCase => {
  const shape = [between(random, 1, 5), between(random, 1, 9)];
  return { op: 'MeanSquaredErrorLoss', inputs: [even(random, shape), even(random, shape)], outputs: 2 };
};

describe('losses agree with the reference', () => {
  test.each(['CrossEntropyLoss', 'DistillationLoss'] as const)('%s', (op) => expectAgreements(() => wasm, classes(op)));
  test('MeanSquaredErrorLoss', () => expectAgreements(() => wasm, squares));
});

test.each([-1, 3, 1.5, Number.NaN])('a label that is no class (%d) makes the loss not a number', async (label) => {
  const logits = even(new Random(2), [2, 3]);
  const good = { op: 'CrossEntropyLoss', inputs: [logits, vector(0, 1)], outputs: 3 };
  const { model, feeds } = referenceOf(good);
  const runner = await wasm.prepare(model);
  const found = await runner.run(new Map([...feeds, ['x1', vector(0, label)]]));
  expect(found.get('y0')?.data[0]).toBeNaN();
  expect(found.get('y1')?.data.slice(3)).toEqual(new Float32Array(3).fill(Number.NaN));
  runner.dispose();
});
