import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { createPlainBackend } from '../../src/compute/index.ts';
import {
  type Attribute,
  elementCount,
  encodeWeight,
  type Model,
  type Node,
  type Tensor,
  type TensorInfo,
} from '../../src/ir/index.ts';
import { bindTrainingNode } from '../../src/train/index.ts';
import { createWasmFloatBackend, loadKernels, type WasmFloatBackend } from '../backends/index.ts';
import { buildKernels } from './build.mjs';

/** Small graphs for tests of float kernels: built from a list of nodes, run on the kernels and on the references. */

export const kernelsForTests = async (): Promise<WebAssembly.Module> =>
  loadKernels(new Uint8Array(readFileSync(await buildKernels())));

export const wasmForTests = async (): Promise<WasmFloatBackend> =>
  createWasmFloatBackend(await kernelsForTests(), bindTrainingNode);

/** Normally distributed float32 elements. */
export const normal = (random: Random, shape: readonly number[]): Tensor => ({
  type: 'float32',
  shape,
  data: Float32Array.from({ length: elementCount(shape) }, () => random.normal()),
});

/** Whole numbers are int attributes; `{ float: 0.5 }` is a float one, `{ floats: [0.5] }` a list of them. */
export type AttributeValue =
  | number
  | readonly number[]
  | string
  | { readonly float: number }
  | { readonly floats: readonly number[] };

/** One node of a chain. */
export interface Step {
  readonly op: string;
  readonly constants?: readonly (Tensor | undefined)[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  /** Activation inputs; default: the value before. */
  readonly inputs?: readonly string[];
  /** Whether the constants come before the other inputs. */
  readonly constantsFirst?: boolean;
  /** How many outputs it has: `v3`, `v3_1`, `v3_2` … Default: one. */
  readonly outputs?: number;
}

export function attributeFrom(value: AttributeValue): Attribute {
  if (typeof value === 'number') return { kind: 'int', value };
  if (typeof value === 'string') return { kind: 'string', value };
  if ('float' in value) return { kind: 'float', value: value.float };
  return 'floats' in value ? { kind: 'floats', value: value.floats } : { kind: 'ints', value };
}

/** A chain of nodes x → v0 → v1 …, with the shapes that the plain run finds. */
export async function chain(input: Tensor, steps: readonly Step[], opset = 17): Promise<Model> {
  const tensors = new Map<string, TensorInfo>([['x', { id: 'x', type: 'float32', shape: input.shape }]]);
  const weights = new Map();
  const nodes = steps.map((step, index): Node => {
    const { op, constants = [], attributes = {} } = step;
    const constantIds = constants.map((tensor, i) => {
      if (!tensor) return '';
      const id = `c${index}_${i}`;
      weights.set(id, encodeWeight(id, tensor));
      tensors.set(id, { id, type: tensor.type, shape: tensor.shape, weight: id });
      return id;
    });
    const outputs = Array.from({ length: step.outputs ?? 1 }, (_, i) => (i === 0 ? `v${index}` : `v${index}_${i}`));
    for (const id of outputs) tensors.set(id, { id, type: 'float32' });
    const inputs = step.inputs ?? [index === 0 ? 'x' : `v${index - 1}`];
    return {
      id: `n${index}`,
      op,
      domain: '',
      inputs: step.constantsFirst ? [...constantIds, ...inputs] : [...inputs, ...constantIds],
      outputs,
      attributes: new Map(Object.entries(attributes).map(([name, value]) => [name, attributeFrom(value)])),
    };
  });
  const graph = {
    version: 1 as const,
    name: 'chain',
    opsets: new Map([['', opset]]),
    inputs: ['x'],
    outputs: nodes.at(-1)?.outputs ?? [],
    tensors,
    nodes,
  };
  const plain = await createPlainBackend().prepare({ graph, weights });
  const all = await plain.run(new Map([['x', input]]), { taps: nodes.flatMap((node) => node.outputs) });
  for (const [id, { shape, type }] of all) tensors.set(id, { id, type, shape });
  return { graph, weights };
}

/** Runs the model on the kernels and on the references, with `x` fed; outputs and taps must agree. */
export async function compare(
  wasm: WasmFloatBackend,
  model: Model,
  input: Tensor,
  taps: readonly string[] = [],
): Promise<void> {
  const runner = await wasm.prepare(model);
  const feeds = new Map([['x', input]]);
  const found = await runner.run(feeds, { taps });
  const expected = await (await createPlainBackend().prepare(model)).run(feeds, { taps });
  expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [id, tensor] of expected) expectClose(found.get(id) as Tensor, tensor);
  runner.dispose();
}

/** A batch and its samples one by one give the same bits. */
export async function expectSlicesEqual(wasm: WasmFloatBackend, input: Tensor, steps: readonly Step[]): Promise<void> {
  const whole = await lastValue(wasm, input, steps);
  const data = input.data as Float32Array;
  const [batch = 1, ...rest] = input.shape;
  const size = data.length / batch;
  for (let i = 0; i < batch; i++) {
    const sample: Tensor = { ...input, shape: [1, ...rest], data: data.slice(i * size, (i + 1) * size) };
    const alone = await lastValue(wasm, sample, steps);
    expect(alone, `sample ${i}`).toEqual(whole.slice(i * alone.length, (i + 1) * alone.length));
  }
}

async function lastValue(wasm: WasmFloatBackend, input: Tensor, steps: readonly Step[]): Promise<Float32Array> {
  const runner = await wasm.prepare(await chain(input, steps));
  const values = await runner.run(new Map([['x', input]]));
  runner.dispose();
  return values.get(`v${steps.length - 1}`)?.data as Float32Array;
}

/** Equal up to 2·10⁻⁵ of the largest expected magnitude (at least 1). */
export function expectClose(found: Tensor, expected: Tensor): void {
  expect(found.shape).toEqual(expected.shape);
  const [a, b] = [found.data as Float32Array, expected.data as Float32Array];
  let largest = 0;
  for (let i = 0; i < b.length; i++) {
    const difference = Math.abs((a[i] as number) - (b[i] as number));
    largest = Math.max(largest, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
  }
  const scale = b.reduce((most, v) => Math.max(most, Math.abs(v)), 1);
  expect(largest).toBeLessThanOrEqual(2e-5 * scale);
}

/** A constant of whole numbers: axes, sizes, indices. */
export const wholes = (...values: readonly number[]): Tensor => ({
  type: 'int64',
  shape: [values.length],
  data: BigInt64Array.from(values, BigInt),
});

/** All nodes must have kernels; they must agree with the references, with values inside seen or not. */
export async function agreesOnKernels(
  wasm: WasmFloatBackend,
  input: Tensor,
  steps: readonly Step[],
  opset = 17,
): Promise<void> {
  const model = await chain(input, steps, opset);
  const runner = await wasm.prepare(model);
  expect(runner.plainNodes.map((node) => node.op)).toEqual([]);
  runner.dispose();
  await compare(wasm, model, input);
  await compare(wasm, model, input, ['v0', 'x']);
}

/** `run` on many seeds. */
export const onSeeds = (run: (random: Random) => Promise<void>, numRuns = 60): Promise<void> =>
  fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => run(new Random(seed))),
    { numRuns, seed: 5 },
  );
