import { beforeAll, expect, test } from 'vitest';
import type { Random } from '../../src/base/index.ts';
import { createPlainBackend } from '../../src/compute/index.ts';
import type { Shape, Tensor } from '../../src/ir/index.ts';
import type { WasmFloatBackend } from '../backends/index.ts';
import { chain, compare, expectClose, normal, onSeeds, type Step, wasmForTests, wholes } from './float-chain.ts';

/** Graphs in which values are read many times, long after they were made: places in memory must not be given away too early. */

let wasm: WasmFloatBackend;
beforeAll(async () => {
  wasm = await wasmForTests();
});

interface Known {
  readonly id: string;
  readonly shape: Shape;
}

/** A node on some values, and the shapes of what it gives. */
interface Choice {
  readonly step: Step;
  readonly shapes: readonly Shape[];
}

type Maker = (random: Random, x: Known, others: readonly Known[]) => Choice | undefined;

const one = (step: Step, shape: Shape): Choice => ({ step, shapes: [shape] });

const makers: readonly Maker[] = [
  (random, { id, shape }) =>
    one({ op: random.pick(['Relu', 'Sigmoid', 'Tanh', 'Neg', 'Softsign', 'Identity']), inputs: [id] }, shape),
  (random, { id, shape }, others) => {
    const same = others.filter((o) => o.shape.join() === shape.join());
    return one({ op: random.pick(['Add', 'Sub', 'Max', 'Sum']), inputs: [id, random.pick(same).id] }, shape);
  },
  (random, { id, shape }) =>
    one({ op: 'Mul', inputs: [id], constants: [normal(random, [shape.at(-1) as number])] }, shape),
  (random, { id, shape }) => {
    const perm = random.shuffle(shape.map((_, d) => d));
    return one(
      { op: 'Transpose', inputs: [id], attributes: { perm } },
      perm.map((d) => shape[d] as number),
    );
  },
  (_random, { id, shape }) => {
    const flat = [shape[0] as number, shape.slice(1).reduce((n, d) => n * d, 1)];
    return one({ op: 'Reshape', inputs: [id], constants: [wholes(...flat)] }, flat);
  },
  (random, { id, shape }) => {
    const axis = random.below(shape.length);
    return one(
      { op: random.pick(['ReduceMean', 'ReduceMax']), inputs: [id], attributes: { axes: [axis], keepdims: 1 } },
      shape.map((d, i) => (i === axis ? 1 : d)),
    );
  },
  (random, { id, shape }) =>
    one(
      { op: random.pick(['Softmax', 'LogSoftmax']), inputs: [id], attributes: { axis: random.below(shape.length) } },
      shape,
    ),
  (random, { id, shape }) => {
    const axis = random.below(shape.length);
    const size = shape[axis] as number;
    if (size < 2) return undefined;
    const first = 1 + random.below(size - 1);
    const part = (length: number) => shape.map((d, i) => (i === axis ? length : d));
    return {
      step: { op: 'Split', inputs: [id], constants: [wholes(first, size - first)], attributes: { axis }, outputs: 2 },
      shapes: [part(first), part(size - first)],
    };
  },
  (random, { id, shape }) => {
    const axis = random.below(shape.length);
    const size = shape[axis] as number;
    if (size > 12) return undefined;
    return one(
      { op: 'Concat', inputs: [id, id], attributes: { axis } },
      shape.map((d, i) => (i === axis ? 2 * size : d)),
    );
  },
  (random, { id, shape }) => {
    const pads = [...shape.map(() => 0), ...shape.map(() => random.below(2))];
    return one(
      { op: 'Pad', inputs: [id], constants: [wholes(...pads)] },
      shape.map((d, i) => d + (pads[i + shape.length] as number)),
    );
  },
  (random, { id, shape }) => {
    if (shape.length !== 2) return undefined;
    const columns = 1 + random.below(9);
    return one({ op: 'Gemm', inputs: [id], constants: [normal(random, [shape[1] as number, columns])] }, [
      shape[0] as number,
      columns,
    ]);
  },
];

/** A random graph from x: each node on any value so far, the last ones more often. */
function graph(random: Random): {
  readonly input: Tensor;
  readonly steps: readonly Step[];
  readonly values: readonly Known[];
} {
  const shape = Array.from({ length: 2 + random.below(3) }, () => 1 + random.below(5));
  const values: Known[] = [{ id: 'x', shape }];
  const steps: Step[] = [];
  const length = 3 + random.below(14);
  while (steps.length < length) {
    const recent = values.slice(-3);
    const x = random.below(3) === 0 ? random.pick(values) : random.pick(recent);
    const choice = random.pick(makers)(random, x, values);
    if (!choice) continue;
    const index = steps.length;
    steps.push(choice.step);
    choice.shapes.forEach((s, i) => {
      values.push({ id: i === 0 ? `v${index}` : `v${index}_${i}`, shape: s });
    });
  }
  return { input: normal(random, shape), steps, values };
}

test('random graphs agree with the reference, whatever is looked at', () =>
  onSeeds(async (random) => {
    const { input, steps, values } = graph(random);
    const model = await chain(input, steps);
    for (const { id, shape } of values) expect(model.graph.tensors.get(id)?.shape, id).toEqual(shape);
    await compare(wasm, model, input);
    await compare(
      wasm,
      model,
      input,
      random
        .shuffle(values)
        .slice(0, 4)
        .map(({ id }) => id),
    );
    await compare(
      wasm,
      model,
      input,
      values.map(({ id }) => id),
    );
  }, 150));

test('random graphs run as steps: with a state that is replaced', () =>
  onSeeds(async (random) => {
    const { input, steps, values } = graph(random);
    const same = values.filter(({ id, shape }) => id !== 'x' && shape.join() === input.shape.join());
    const [next] = random.shuffle(same);
    if (!next) return;
    const made = await chain(input, steps);
    const model = { ...made, graph: { ...made.graph, outputs: [...new Set([...made.graph.outputs, next.id])] } };
    const runner = await wasm.prepareSteps(model, new Map([['x', next.id]]));
    runner.writeState(new Map([['x', input]]));
    const plain = await createPlainBackend().prepare(model);
    let state = input;
    for (let step = 0; step < 3; step++) {
      const found = await runner.step(new Map());
      const expected = await plain.run(new Map([['x', state]]));
      state = expected.get(next.id) as Tensor;
      for (const [id, tensor] of found) expectClose(tensor, expected.get(id) as Tensor);
      expectClose((await runner.readState()).get('x') as Tensor, state);
    }
    runner.dispose();
  }, 150));
