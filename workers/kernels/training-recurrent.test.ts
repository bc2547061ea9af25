import { beforeAll, describe, test } from 'vitest';
import type { Random } from '../../src/base/index.ts';
import type { WasmFloatBackend } from '../backends/index.ts';
import { between, even, expectAgreements, type TrainingCase, trainingBackend } from './training-case.ts';

let wasm: WasmFloatBackend;
beforeAll(async () => {
  wasm = await trainingBackend();
});

const GATES = { RNNGradient: 1, GRUGradient: 3, LSTMGradient: 4 } as const;

const recurrent =
  (op: keyof typeof GATES) =>
  (random: Random): TrainingCase => {
    const [steps, batch, width, hidden] = [1, 1, 1, 1].map((low) => between(random, low, 6)) as [
      number,
      number,
      number,
      number,
    ];
    const direction = random.pick(['forward', 'reverse', 'bidirectional']);
    const directions = direction === 'bidirectional' ? 2 : 1;
    const layout = random.below(2);
    const rows = GATES[op] * hidden;
    const states = layout ? [batch, directions, hidden] : [directions, batch, hidden];
    const maybe = (shape: readonly number[]) => (random.below(4) ? even(random, shape) : undefined);
    const isLstm = op === 'LSTMGradient';
    const inputs = [
      even(random, layout ? [batch, steps, width] : [steps, batch, width]),
      even(random, [directions, rows, width]),
      even(random, [directions, rows, hidden]),
      maybe([directions, 2 * rows]),
      maybe(states),
      ...(isLstm ? [maybe(states)] : []),
      undefined,
      maybe(layout ? [batch, steps, directions, hidden] : [steps, directions, batch, hidden]),
      maybe(states),
      ...(isLstm ? [maybe(states)] : []),
    ];
    const attributes = {
      direction,
      layout,
      hidden_size: hidden,
      ...(op === 'GRUGradient' ? { linear_before_reset: random.below(2) } : {}),
    };
    return { op, inputs, attributes, outputs: isLstm ? 6 : 5 };
  };

describe('gradients of recurrent layers agree with the reference', () => {
  test.each(['RNNGradient', 'GRUGradient', 'LSTMGradient'] as const)('%s', (op) =>
    expectAgreements(() => wasm, recurrent(op), { runs: 100 }),
  );
});
