import { beforeAll, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import type { Tensor } from '../../src/ir/index.ts';
import type { WasmFloatBackend } from '../backends/index.ts';
import { agreesOnKernels, chain, normal, onSeeds, type Step, wasmForTests, wholes } from './float-chain.ts';

/** Operators that only move elements: results are equal bit by bit, and every shape is one of its own. */

let wasm: WasmFloatBackend;
beforeAll(async () => {
  wasm = await wasmForTests();
});

const between = (random: Random, low: number, high: number) => low + random.below(high - low + 1);
const shapeOf = (random: Random, rank: number): number[] => Array.from({ length: rank }, () => between(random, 1, 9));
/** In front of what is tested, so that its input is a value of its own and no input of the graph. */
const first: Step = { op: 'Neg' };

test('Transpose in every order', () =>
  onSeeds(async (random) => {
    const shape = shapeOf(random, between(random, 1, 5));
    const perm = random.shuffle(shape.map((_, i) => i));
    await agreesOnKernels(wasm, normal(random, shape), [first, { op: 'Transpose', attributes: { perm } }]);
  }, 150));

test('Transpose of what is large enough for blocks', async () => {
  for (const [rows, columns] of [
    [67, 130],
    [4, 4],
    [1, 9],
    [128, 32],
  ] as const) {
    const input = normal(new Random(rows), [3, rows, columns]);
    await agreesOnKernels(wasm, input, [first, { op: 'Transpose', attributes: { perm: [0, 2, 1] } }]);
  }
});

test('a Transpose that moves nothing takes no place of its own', async () => {
  const input = normal(new Random(1), [2, 8, 1, 1]);
  const steps: Step[] = [first, { op: 'Transpose', attributes: { perm: [0, 2, 3, 1] } }, { op: 'Neg' }];
  await agreesOnKernels(wasm, input, steps);
  const state = new Map<string, string>();
  const small = await wasm.prepareSteps(await chain(input, [first, { op: 'Neg' }]), state);
  const same = await wasm.prepareSteps(await chain(input, steps), state);
  // Field blocks of the third node are all that may be added.
  expect((same.plannedBytes ?? 0) - (small.plannedBytes ?? 0)).toBeLessThanOrEqual(0);
});

test('Slice with any bounds and steps', () =>
  onSeeds(async (random) => {
    const shape = shapeOf(random, between(random, 1, 4));
    const axes = random.shuffle(shape.map((_, i) => i)).slice(0, between(random, 1, shape.length));
    const cuts = axes.map((axis) => {
      const size = shape[axis] as number;
      const start = random.below(size);
      const end = between(random, start + 1, size + 3);
      const step = between(random, 1, 3);
      if (random.below(3) > 0) return { start: random.below(2) ? start : start - size, end, step };
      return { start: end - 1, end: start === 0 ? -100 : start - 1, step: -step };
    });
    const constants = [cuts.map((c) => c.start), cuts.map((c) => c.end), axes, cuts.map((c) => c.step)].map((list) =>
      wholes(...list),
    );
    await agreesOnKernels(wasm, normal(random, shape), [first, { op: 'Slice', constants }]);
  }, 150));

test('Concat of run-time values and constants', () =>
  onSeeds(async (random) => {
    const shape = shapeOf(random, between(random, 1, 4));
    const axis = random.below(shape.length);
    const other = normal(
      random,
      shape.map((d, i) => (i === axis ? between(random, 1, 5) : d)),
    );
    const join: Step = {
      op: 'Concat',
      inputs: ['v0', 'x', 'v0'],
      constants: [other],
      attributes: { axis: random.below(2) ? axis : axis - shape.length },
    };
    await agreesOnKernels(wasm, normal(random, shape), [first, join]);
  }));

test('Split into equal and other parts', () =>
  onSeeds(async (random) => {
    const sizes = Array.from({ length: between(random, 1, 4) }, () => between(random, 1, 5));
    const shape = shapeOf(random, between(random, 1, 4));
    const axis = random.below(shape.length);
    shape[axis] = sizes.reduce((n, s) => n + s, 0);
    const parts: Step = { op: 'Split', constants: [wholes(...sizes)], attributes: { axis }, outputs: sizes.length };
    await agreesOnKernels(wasm, normal(random, shape), [first, parts]);
  }));

test('Gather with constant indices', () =>
  onSeeds(async (random) => {
    const shape = shapeOf(random, between(random, 1, 4));
    const axis = random.below(shape.length);
    const size = shape[axis] as number;
    const count = between(random, 1, 6);
    const indices = Array.from({ length: count }, () => random.below(2 * size) - size);
    const constant: Tensor =
      random.below(3) === 0
        ? { ...wholes(indices[0] as number), shape: [] }
        : { ...wholes(...indices), shape: random.below(2) ? [count] : [1, count] };
    await agreesOnKernels(wasm, normal(random, shape), [
      first,
      { op: 'Gather', constants: [constant], attributes: { axis } },
    ]);
  }));

test('Expand and Tile', () =>
  onSeeds(async (random) => {
    const output = shapeOf(random, between(random, 1, 4));
    const shape = output.map((d) => (random.below(2) ? 1 : d)).slice(random.below(2) ? random.below(output.length) : 0);
    const input = normal(random, shape);
    await agreesOnKernels(wasm, input, [first, { op: 'Expand', constants: [wholes(...output)] }, { op: 'Neg' }]);
    const times = shape.map(() => between(random, 1, 3));
    await agreesOnKernels(wasm, input, [first, { op: 'Tile', constants: [wholes(...times)] }, { op: 'Neg' }]);
  }));

test('DepthToSpace and SpaceToDepth', () =>
  onSeeds(async (random) => {
    const block = between(random, 1, 3);
    const [n, c, h, w] = shapeOf(random, 4) as [number, number, number, number];
    const mode = random.pick(['DCR', 'CRD']);
    await agreesOnKernels(wasm, normal(random, [n, c * block ** 2, h, w]), [
      first,
      { op: 'DepthToSpace', attributes: { blocksize: block, mode } },
    ]);
    await agreesOnKernels(wasm, normal(random, [n, c, h * block, w * block]), [
      first,
      { op: 'SpaceToDepth', attributes: { blocksize: block } },
    ]);
  }, 30));

test.each(['constant', 'reflect', 'edge', 'wrap'])('Pad, %s', (mode) =>
  onSeeds(async (random) => {
    const shape = Array.from({ length: between(random, 1, 4) }, () => between(random, 3, 7));
    const pads = [...shape, ...shape].map(() => random.pick([0, 0, 1, 2, -1]));
    const fill: Tensor = { type: 'float32', shape: [], data: Float32Array.of(random.normal()) };
    const constants = mode === 'constant' ? [wholes(...pads), fill] : [wholes(...pads)];
    await agreesOnKernels(
      wasm,
      normal(random, shape),
      [first, { op: 'Pad', constants, attributes: { mode } }, { op: 'Neg' }],
      19,
    );
  }),
);

test('Pad along some axes', async () => {
  const input = normal(new Random(3), [2, 3, 4]);
  const constants = [wholes(1, 2, 3, 0), undefined, wholes(-1, 0)];
  await agreesOnKernels(wasm, input, [{ op: 'Pad', constants }], 18);
});

test('CumSum from either end', () =>
  onSeeds(async (random) => {
    const shape = shapeOf(random, between(random, 1, 4));
    const axis: Tensor = { ...wholes(random.below(shape.length)), shape: [] };
    const attributes = { exclusive: random.below(2), reverse: random.below(2) };
    await agreesOnKernels(wasm, normal(random, shape), [{ op: 'CumSum', constants: [axis], attributes }]);
  }, 30));

test('a Reshape of a value that others read, too, is a copy and runs on the kernels, and so do more after it', async () => {
  const input = normal(new Random(1), [2, 8]);
  const reshape = (from: string, ...shape: number[]): Step => ({
    op: 'Reshape',
    inputs: [from],
    constants: [wholes(...shape)],
  });
  const steps = [
    first,
    reshape('v0', 4, 4),
    reshape('v1', 2, 2, 4),
    { op: 'Neg' },
    reshape('v3', 2, 8),
    { op: 'Add', inputs: ['v0', 'v4'] },
  ];
  await agreesOnKernels(wasm, input, steps);
});
