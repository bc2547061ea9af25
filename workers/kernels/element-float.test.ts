import { beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import type { Tensor } from '../../src/ir/index.ts';
import type { WasmFloatBackend } from '../backends/index.ts';
import {
  type AttributeValue,
  agreesOnKernels,
  chain,
  compare,
  normal,
  onSeeds,
  type Step,
  wasmForTests,
  wholes,
} from './float-chain.ts';

/** Functions of one, two and more values, on shapes that leave tails. */

let wasm: WasmFloatBackend;
beforeAll(async () => {
  wasm = await wasmForTests();
});

const float = (value: number): AttributeValue => ({ float: value });
const positive = (t: Tensor): Tensor => ({ ...t, data: (t.data as Float32Array).map((v) => Math.abs(v) + 0.05) });
const scalar = (value: number): Tensor => ({ type: 'float32', shape: [], data: Float32Array.of(value) });
const shapeFrom = (random: Random): number[] => Array.from({ length: random.below(4) }, () => 1 + random.below(7));

const unary: Readonly<Record<string, Step['attributes']>> = {
  ...Object.fromEntries(
    ['Exp', 'Abs', 'Neg', 'Sign', 'Floor', 'Ceil', 'Round', 'Sigmoid', 'Tanh', 'Erf', 'Softplus', 'Softsign'].map(
      (op) => [op, {}],
    ),
  ),
  ...Object.fromEntries(
    ['HardSwish', 'Gelu', 'Mish', 'Swish', 'Relu', 'Sin', 'Cos', 'Atan', 'Asinh'].map((op) => [op, {}]),
  ),
  HardSigmoid: { alpha: float(0.3), beta: float(0.4) },
  LeakyRelu: { alpha: float(0.2) },
  ThresholdedRelu: { alpha: float(0.6) },
  Elu: { alpha: float(0.7) },
  Celu: { alpha: float(2.5) },
  Selu: { alpha: float(1.5), gamma: float(1.2) },
  Shrink: { bias: float(0.2), lambd: float(0.4) },
};

describe('functions of one value', () => {
  test.each(Object.entries(unary))('%s', (op, attributes = {}) =>
    onSeeds(async (random) => agreesOnKernels(wasm, normal(random, shapeFrom(random)), [{ op, attributes }], 24), 12),
  );

  test.each(['Log', 'Sqrt', 'Reciprocal'])('%s of positive values', (op) =>
    onSeeds(async (random) => agreesOnKernels(wasm, positive(normal(random, shapeFrom(random))), [{ op }], 20), 12),
  );

  test('Gelu through tanh, and functions whose result is clamped on the way', () =>
    onSeeds(async (random) => {
      const tanh: Step = { op: 'Gelu', attributes: { approximate: 'tanh' } };
      await agreesOnKernels(
        wasm,
        normal(random, [3, 7]),
        [tanh, { op: 'Clip', constants: [scalar(-0.1), scalar(0.5)] }],
        20,
      );
    }, 12));

  test('a Clip between bounds that are computed', () =>
    onSeeds(async (random) => {
      const bounds: Step[] = [-0.5, 0.3].map((v) => ({ op: 'Neg', inputs: [], constants: [scalar(-v)] }));
      const input = normal(random, shapeFrom(random));
      await agreesOnKernels(wasm, input, [...bounds, { op: 'Clip', inputs: ['x', 'v0', 'v1'] }]);
      await agreesOnKernels(wasm, input, [...bounds, { op: 'Clip', inputs: ['x', '', 'v1'] }]);
    }, 20));
});

/** A shape that broadcasts to `output`: some sizes are 1, some leading dimensions are gone. */
function broadcastable(random: Random, output: readonly number[]): number[] {
  const kept = output.slice(random.below(3) === 0 ? random.below(output.length + 1) : 0);
  return kept.map((size) => (random.below(3) === 0 ? 1 : size));
}

const outputShape = (random: Random): number[] =>
  Array.from({ length: 1 + random.below(4) }, () => 1 + random.below(6));

describe.each(['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'PRelu'])('%s', (op) => {
  const operand = (random: Random, shape: readonly number[]) => {
    const t = normal(random, shape);
    return op === 'Div' ? positive(t) : t;
  };
  test('broadcasts run-time operands and constants', () =>
    onSeeds(async (random) => {
      const output = outputShape(random);
      const b = operand(random, broadcastable(random, output));
      const input = normal(random, output);
      await agreesOnKernels(wasm, input, [{ op, constants: [b] }, { op: 'Relu' }]);
      await agreesOnKernels(wasm, input, [
        { op: 'Abs', inputs: [], constants: [b] },
        { op, inputs: ['x', 'v0'] },
      ]);
      if (op === 'PRelu') return;
      await agreesOnKernels(wasm, op === 'Div' ? positive(input) : input, [
        { op, constants: [b], constantsFirst: true },
      ]);
    }, 40));
});

test('both operands broadcast: the result is larger than either', () =>
  onSeeds(async (random) => {
    const output = outputShape(random);
    const [a, b] = [normal(random, broadcastable(random, output)), normal(random, broadcastable(random, output))];
    const runTime: Step = { op: 'Neg', inputs: [], constants: [b] };
    await agreesOnKernels(wasm, a, [runTime, { op: 'Sub', inputs: ['x', 'v0'] }]);
  }));

test.each(['Sum', 'Mean', 'Max', 'Min'])('%s of one to four operands', (op) =>
  onSeeds(async (random) => {
    const output = outputShape(random);
    const steps = Array.from(
      { length: random.below(3) },
      (): Step => ({
        op: 'Neg',
        inputs: [],
        constants: [normal(random, broadcastable(random, output))],
      }),
    );
    const inputs = ['x', ...steps.map((_, i) => `v${i}`)];
    const constants = random.below(2) ? [normal(random, broadcastable(random, output))] : [];
    await agreesOnKernels(wasm, normal(random, broadcastable(random, output)), [
      ...steps,
      { op, inputs, constants },
      { op: 'Relu' },
    ]);
  }),
);

test('Pow with constant and computed exponents', () =>
  onSeeds(async (random) => {
    const input = positive(normal(random, outputShape(random)));
    for (const exponent of [2, 3, 0.5, -1.5, 4])
      await agreesOnKernels(wasm, input, [{ op: 'Pow', constants: [scalar(exponent)] }]);
    await agreesOnKernels(wasm, input, [{ op: 'Neg' }, { op: 'Pow', inputs: ['x', 'v0'] }]);
    await agreesOnKernels(wasm, normal(random, [5]), [{ op: 'Pow', constants: [scalar(3)] }]);
    await agreesOnKernels(wasm, normal(random, [5]), [{ op: 'Pow', constants: [scalar(5)] }]);
  }, 12));

test('Where with a constant condition', () =>
  onSeeds(async (random) => {
    const output = outputShape(random);
    const shape = broadcastable(random, output);
    const size = shape.reduce((n, d) => n * d, 1);
    const condition: Tensor = { type: 'bool', shape, data: Uint8Array.from({ length: size }, () => random.below(2)) };
    const y = normal(random, broadcastable(random, output));
    const steps: Step[] = [
      { op: 'Neg', inputs: [], constants: [y] },
      { op: 'Where', inputs: ['x', 'v0'], constants: [condition], constantsFirst: true },
    ];
    await agreesOnKernels(wasm, normal(random, broadcastable(random, output)), steps);
  }));

test('Trilu', () =>
  onSeeds(async (random) => {
    const input = normal(random, [1 + random.below(3), 1 + random.below(6), 1 + random.below(6)]);
    const diagonal: Tensor = { ...wholes(random.below(7) - 3), shape: [] };
    const constants = random.below(3) === 0 ? [] : [diagonal];
    await agreesOnKernels(wasm, input, [
      { op: 'Neg' },
      { op: 'Trilu', constants, attributes: { upper: random.below(2) } },
    ]);
  }, 30));

test('a Cast to the same type takes no place', async () => {
  const input = normal(new Random(1), [2, 3]);
  await agreesOnKernels(wasm, input, [{ op: 'Neg' }, { op: 'Cast', attributes: { to: 1 } }, { op: 'Neg' }]);
});

test('NaN stays, whatever clamps or compares it', async () => {
  const input: Tensor = { type: 'float32', shape: [3], data: Float32Array.of(Number.NaN, 1, -1) };
  for (const step of [
    { op: 'Relu' },
    { op: 'Max', constants: [scalar(0)] },
    { op: 'Sign' },
    { op: 'LeakyRelu' },
    { op: 'Elu' },
  ]) {
    const model = await chain(input, [step]);
    const runner = await wasm.prepare(model);
    const found = (await runner.run(new Map([['x', input]]))).get('v0')?.data as Float32Array;
    expect(found[0], step.op).toBeNaN();
    runner.dispose();
  }
});

test('a comparison has no float32 result and runs on the reference', async () => {
  const input = normal(new Random(1), [2, 3]);
  const model = await chain(input, [
    { op: 'Greater', inputs: ['x', 'x'] },
    { op: 'Where', inputs: ['v0', 'x', 'x'] },
  ]);
  const { plainNodes } = await wasm.prepare(model);
  expect(plainNodes.map((node) => node.op)).toEqual(['Greater', 'Where']);
  await compare(wasm, model, input);
});
