import { beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import { createPlainBackend } from '../../src/compute/index.ts';
import type { Attribute, Model, Tensor } from '../../src/ir/index.ts';
import type { WasmFloatBackend } from '../backends/index.ts';
import {
  agreesOnKernels,
  chain,
  compare,
  expectClose,
  normal,
  onSeeds,
  type Step,
  wasmForTests,
  wholes,
} from './float-chain.ts';

let wasm: WasmFloatBackend;
beforeAll(async () => {
  wasm = await wasmForTests();
});

const GATES = { RNN: 1, GRU: 3, LSTM: 4 } as const;
type Cell = keyof typeof GATES;
const between = (random: Random, low: number, high: number) => low + random.below(high - low + 1);

/** A layer with random sizes, direction and optional inputs: its input, its constants in order, its attributes. */
function layer(random: Random, cell: Cell) {
  const [steps, batch, inputs, hidden] = [
    between(random, 1, 6),
    between(random, 1, 5),
    between(random, 1, 9),
    between(random, 1, 11),
  ];
  const direction = random.pick(['forward', 'reverse', 'bidirectional']);
  const d = direction === 'bidirectional' ? 2 : 1;
  const layout = random.below(2);
  const rows = GATES[cell] * hidden;
  const state = layout ? [batch, d, hidden] : [d, batch, hidden];
  const maybe = (shape: readonly number[]) => (random.below(2) ? normal(random, shape) : undefined);
  const constants: (Tensor | undefined)[] = [normal(random, [d, rows, inputs]), normal(random, [d, rows, hidden])];
  constants.push(maybe([d, 2 * rows]), undefined, maybe(state));
  if (cell === 'LSTM') constants.push(maybe(state), maybe([d, 3 * hidden]));
  const attributes: Step['attributes'] = {
    hidden_size: hidden,
    direction,
    layout,
    ...(random.below(3) === 0 ? { clip: { float: 0.7 } } : {}),
    ...(cell === 'GRU' ? { linear_before_reset: random.below(2) } : {}),
    ...(cell === 'LSTM' ? { input_forget: random.below(2) } : {}),
  };
  const input = normal(random, layout ? [batch, steps, inputs] : [steps, batch, inputs]);
  return { input, constants, attributes, outputs: between(random, 1, cell === 'LSTM' ? 3 : 2) };
}

describe.each(['RNN', 'GRU', 'LSTM'] as const)('%s', (cell) => {
  test('with constant weights', () =>
    onSeeds(async (random) => {
      const { input, ...step } = layer(random, cell);
      await agreesOnKernels(wasm, input, [{ op: cell, ...step }]);
    }, 100));

  test('with weights that are computed', () =>
    onSeeds(async (random) => {
      const { input, constants, attributes } = layer(random, cell);
      const [w, r] = constants as [Tensor, Tensor];
      const weights = [w, r].map((t): Step => ({ op: 'Neg', inputs: [], constants: [t] }));
      const bias = {
        op: 'Neg',
        inputs: [],
        constants: [normal(random, [w.shape[0] as number, 2 * (w.shape[1] as number)])],
      };
      await agreesOnKernels(wasm, input, [
        ...weights,
        bias,
        { op: cell, inputs: ['x', 'v0', 'v1', 'v2'], attributes },
        { op: 'Neg' },
      ]);
    }, 60));

  test('a sample gives the same bits alone and among others', async () => {
    const random = new Random(3);
    const [steps, batch, inputs, hidden] = [5, 6, 7, 9];
    const constants = [
      normal(random, [1, GATES[cell] * hidden, inputs]),
      normal(random, [1, GATES[cell] * hidden, hidden]),
    ];
    const run = async (input: Tensor) => {
      const runner = await wasm.prepare(
        await chain(input, [{ op: cell, constants, attributes: { hidden_size: hidden, layout: 1 } }]),
      );
      return (await runner.run(new Map([['x', input]]))).get('v0')?.data as Float32Array;
    };
    const all = normal(random, [batch, steps, inputs]);
    const together = await run(all);
    for (let b = 0; b < batch; b++) {
      const data = (all.data as Float32Array).slice(b * steps * inputs, (b + 1) * steps * inputs);
      const alone = await run({ type: 'float32', shape: [1, steps, inputs], data });
      expect(alone).toEqual(together.slice(b * steps * hidden, (b + 1) * steps * hidden));
    }
  });
});

/** The model with lists of names and numbers as further attributes of its first node. */
function withAttributes(model: Model, more: Readonly<Record<string, Attribute>>): Model {
  const [node, ...rest] = model.graph.nodes;
  const first = { ...node!, attributes: new Map([...node!.attributes, ...Object.entries(more)]) };
  return { ...model, graph: { ...model.graph, nodes: [first, ...rest] } };
}

test('other activations, with their parameters', async () => {
  const random = new Random(11);
  const input = normal(random, [4, 3, 5]);
  const constants = [normal(random, [1, 24, 5]), normal(random, [1, 24, 6])];
  const model = withAttributes(await chain(input, [{ op: 'LSTM', constants, attributes: { hidden_size: 6 } }]), {
    activations: { kind: 'strings', value: ['HardSigmoid', 'LeakyRelu', 'Softsign'] },
    activation_alpha: { kind: 'floats', value: [0.25, 0.1] },
    activation_beta: { kind: 'floats', value: [0.4] },
  });
  const runner = await wasm.prepare(model);
  expect(runner.plainNodes).toEqual([]);
  const feeds = new Map([['x', input]]);
  const expected = await (await createPlainBackend().prepare(model)).run(feeds);
  expectClose((await runner.run(feeds)).get('v0') as Tensor, expected.get('v0') as Tensor);
});

test('sequences of different lengths run on the reference, of one length on the kernel', async () => {
  const random = new Random(5);
  const input = normal(random, [4, 2, 3]);
  const layerWith = async (...lengths: number[]) => {
    const constants = [
      normal(random, [1, 6, 3]),
      normal(random, [1, 6, 2]),
      undefined,
      { ...wholes(...lengths), type: 'int32' as const, data: Int32Array.from(lengths) },
    ];
    return chain(input, [{ op: 'GRU', constants, attributes: { hidden_size: 2 } }]);
  };
  expect((await wasm.prepare(await layerWith(4, 3))).plainNodes.length).toBe(1);
  const whole = await layerWith(4, 4);
  expect((await wasm.prepare(whole)).plainNodes).toEqual([]);
  await compare(wasm, whole, input);
});
