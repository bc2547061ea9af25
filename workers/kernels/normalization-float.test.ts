import { beforeAll, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import type { Tensor } from '../../src/ir/index.ts';
import type { WasmFloatBackend } from '../backends/index.ts';
import { agreesOnKernels, chain, compare, normal, onSeeds, type Step, wasmForTests } from './float-chain.ts';

let wasm: WasmFloatBackend;
beforeAll(async () => {
  wasm = await wasmForTests();
});

const between = (random: Random, low: number, high: number) => low + random.below(high - low + 1);
const map = (random: Random): number[] => [
  between(random, 1, 3),
  between(random, 1, 9),
  ...Array.from({ length: random.below(3) }, () => between(random, 1, 7)),
];
const positive = (t: Tensor): Tensor => ({ ...t, data: (t.data as Float32Array).map((v) => v * v + 0.1) });
/** Makes constants values of the run. */
const computed = (constants: readonly Tensor[]): Step[] =>
  constants.map((t) => ({
    op: 'Neg',
    inputs: [],
    constants: [{ ...t, data: (t.data as Float32Array).map((v) => -v) }],
  }));

test('BatchNormalization with constant and with computed parameters', () =>
  onSeeds(async (random) => {
    const shape = map(random);
    const parameter = () => normal(random, [shape[1] as number]);
    const constants = [parameter(), parameter(), parameter(), positive(parameter())];
    const attributes = { epsilon: { float: 0.01 } };
    const input = normal(random, shape);
    await agreesOnKernels(wasm, input, [{ op: 'BatchNormalization', constants, attributes }, { op: 'Relu' }]);
    const step: Step = { op: 'BatchNormalization', inputs: ['x', 'v0', 'v1', 'v2', 'v3'], attributes };
    await agreesOnKernels(wasm, input, [...computed(constants), step, { op: 'Relu' }]);
  }));

test('LayerNormalization with its statistics, RMSNormalization', () =>
  onSeeds(async (random) => {
    const shape = Array.from({ length: between(random, 1, 4) }, () => between(random, 1, 9));
    const axis = random.below(shape.length);
    const inner = shape.slice(axis);
    // One element alone has no variance: what is left is noise times 1 / √epsilon.
    const attributes = { axis: random.below(2) ? axis : axis - shape.length, epsilon: { float: 0.01 } };
    const [scale, bias] = [normal(random, inner), normal(random, inner)];
    const input = normal(random, shape);
    const constants = random.below(2) ? [scale, bias] : [scale];
    await agreesOnKernels(wasm, input, [
      { op: 'LayerNormalization', constants, attributes, outputs: between(random, 1, 3) },
    ]);
    const runTime: Step = { op: 'LayerNormalization', inputs: ['x', 'v0', 'v1'], attributes };
    await agreesOnKernels(wasm, input, [...computed([scale, bias]), runTime, { op: 'Relu' }]);
    await agreesOnKernels(
      wasm,
      input,
      [{ op: 'RMSNormalization', constants: [scale], attributes }, { op: 'Relu' }],
      23,
    );
  }));

test('InstanceNormalization and GroupNormalization', () =>
  onSeeds(async (random) => {
    const [groups, perGroup] = [between(random, 1, 4), between(random, 1, 4)];
    const shape = [between(random, 1, 3), groups * perGroup, between(random, 1, 6), between(random, 2, 6)];
    const channels = shape[1] as number;
    const input = normal(random, shape);
    const attributes = { epsilon: { float: 0.01 } };
    const perChannel = [normal(random, [channels]), normal(random, [channels])];
    await agreesOnKernels(wasm, input, [
      { op: 'InstanceNormalization', constants: perChannel, attributes },
      { op: 'Relu' },
    ]);
    const group = (constants: readonly Tensor[]): Step => ({
      op: 'GroupNormalization',
      constants,
      attributes: { ...attributes, num_groups: groups },
    });
    await agreesOnKernels(wasm, input, [group(perChannel)], 21);
    await agreesOnKernels(wasm, input, [group([normal(random, [groups]), normal(random, [groups])])], 18);
  }));

test('LpNormalization along any axis, lines of zeros too', () =>
  onSeeds(async (random) => {
    const shape = map(random);
    const attributes = { axis: random.below(shape.length), p: 1 + random.below(2) };
    const input = normal(random, shape);
    await agreesOnKernels(wasm, input, [{ op: 'Neg' }, { op: 'LpNormalization', attributes }, { op: 'Relu' }]);
    const zeros: Tensor = { ...input, data: (input.data as Float32Array).map(() => 0) };
    await agreesOnKernels(wasm, zeros, [{ op: 'LpNormalization', attributes }]);
  }, 30));

test('MeanVarianceNormalization', () =>
  onSeeds(async (random) => {
    const input = normal(random, [2 + random.below(3), 1 + random.below(4), 2 + random.below(4), 2 + random.below(4)]);
    await agreesOnKernels(wasm, input, [{ op: 'MeanVarianceNormalization' }, { op: 'Relu' }]);
    const attributes = { axes: [2, 3] };
    await agreesOnKernels(wasm, input, [{ op: 'MeanVarianceNormalization', attributes }]);
  }, 30));

test('LRN', () =>
  onSeeds(async (random) => {
    const attributes = {
      size: between(random, 1, 6),
      alpha: { float: 0.4 },
      beta: { float: 0.6 },
      bias: { float: 1.5 },
    };
    await agreesOnKernels(wasm, normal(random, map(random)), [{ op: 'LRN', attributes }, { op: 'Relu' }]);
  }));

test('a mean far from 0 costs no more than its own rounding', async () => {
  const random = new Random(2);
  const input = normal(random, [4, 3000]);
  const far: Tensor = { ...input, data: (input.data as Float32Array).map((v) => v + 100) };
  const ones: Tensor = { type: 'float32', shape: [3000], data: new Float32Array(3000).fill(1) };
  await compare(wasm, await chain(far, [{ op: 'LayerNormalization', constants: [ones] }]), far);
});

test('a BatchNormalization that trains runs on the reference', async () => {
  const random = new Random(2);
  const input = normal(random, [4, 3, 2]);
  const constants = [0, 1, 2, 3].map(() => positive(normal(random, [3])));
  const model = await chain(input, [
    { op: 'BatchNormalization', constants, attributes: { training_mode: 1 }, outputs: 3 },
  ]);
  expect((await wasm.prepare(model)).plainNodes.length).toBe(1);
});
