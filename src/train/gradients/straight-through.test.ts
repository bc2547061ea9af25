import { describe, expect, test } from 'vitest';
import { createPlainBackend } from '../../compute/index.ts';
import { type Model, numbersOf, type Tensor, tensorOf } from '../../ir/index.ts';
import { graphBuilder } from '../../test-kit/graph-builder.ts';
import { trainingOps } from '../operators/list.ts';
import { TRAINING_DOMAIN } from '../operators/operator.ts';
import { type StepChoices, stepGraph } from '../step-graph.ts';
import { gradientRules } from './list.ts';
import { quantizers } from './straight-through.ts';

const choices: StepChoices = {
  loss: { id: 'mse' },
  optimizer: { id: 'sgd', momentum: 0, nesterov: false },
  weightDecay: 0,
  batchNormalization: 'frozen',
  frozen: [],
};

/** x · quantizer(w), two samples of two features; weights by which every gradient can be told by hand. */
const weights = [0.3, -5, 0.9, 0.1];
function network(op: string, domain: string, quantizer: (b: ReturnType<typeof graphBuilder>) => string[]): Model {
  const b = graphBuilder(17, { [domain]: 1 });
  const x = b.input('x', [2, 2]);
  b.constant('w', [2, 2], weights);
  const q = b.node(op, ['w', ...quantizer(b)], {
    domain,
    id: 'quantizer',
    attributes: domain === TRAINING_DOMAIN ? { bits: 3, signed: 1 } : {},
  });
  b.describe(q, [2, 2]);
  b.output(b.describe(b.node('MatMul', [x, q], { id: 'product' }), [2, 2]));
  return b.done();
}

/** Gradients of w and of what else is trained, with x the unit matrix and dY as the loss gives it. */
async function gradientsOf(model: Model): Promise<Map<string, number[]>> {
  const step = stepGraph(model, choices);
  const runner = await createPlainBackend(trainingOps).prepare(step.model);
  const feeds = new Map<string, Tensor>([
    ['x', tensorOf('float32', [2, 2], [1, 0, 0, 1])],
    // Squared error over 4 elements: dY = (y − target) / 2.
    [step.inputs.labels, tensorOf('float32', [2, 2], [0, 0, 0, 0])],
    [step.inputs.rates, tensorOf('float32', [3], [0.1, 1, 1])],
    ...step.initialState,
  ]);
  const results = await runner.run(feeds, { taps: [...step.gradients.values()] });
  return new Map(
    [...step.gradients].map(([id, gradient]) => [id, Array.from(numbersOf(results.get(gradient) as Tensor))]),
  );
}

describe('a weight is trained through its quantizer', () => {
  test('Quant: codes inside the range pass the gradient, those beyond do not', async () => {
    const model = network('Quant', 'onnx.brevitas', (b) => [
      b.constant('scale', [], [0.25]),
      b.constant('zero', [], [0]),
      b.constant('bits', [], [3]),
    ]);
    // Codes: round(0.3 / 0.25) = 1, −20 → −4, 3.6 → 3 (beyond), 0.
    const gradients = await gradientsOf(model);
    expect([...gradients.keys()]).toEqual(['w']);
    expect(gradients.get('w')).toEqual([0.125, 0, 0, 0]);
  });

  test('BipolarQuant: signs pass it between −1 and 1', async () => {
    const model = network('BipolarQuant', 'qonnx.custom_op.general', (b) => [b.constant('scale', [], [0.5])]);
    expect((await gradientsOf(model)).get('w')).toEqual([0.25, 0, 0.25, 0.25]);
  });

  test('FakeQuantize: the step is trained too', async () => {
    const model = network('FakeQuantize', TRAINING_DOMAIN, (b) => [b.constant('step', [], [0.25])]);
    const gradients = await gradientsOf(model);
    expect(gradients.get('w')).toEqual([0.125, 0, 0, 0]);
    // dY · slope: 0.125·(1 − 1.2), −0.5·(−4), 0.375·3, 0·(0 − 0.4).
    expect(gradients.get('step')?.[0]).toBeCloseTo(0.125 * -0.2 + 2 + 1.125, 5);
  });
});

test("an operator and a rule of one's own train like any other", async () => {
  // A fault injector: gives its input, but stuck at 1 in the first column; no gradient for what is stuck.
  const id = 'test.faults::StuckAtOne';
  const stuck = trainingOps.with({
    id,
    sinceOpset: 1,
    bind: () => ({
      infer: ([x]) => [x ?? {}],
      cost: () => ({ kind: 'elementwise' }),
      run([x]) {
        const values = numbersOf(x as Tensor);
        return [
          tensorOf(
            'float32',
            [2, 2],
            Array.from(values, (v, i) => (i % 2 === 0 ? 1 : v)),
          ),
        ];
      },
    }),
  });
  const rules = gradientRules.with({
    id,
    gradients: ({ e, dy }) => [e.emit('Mul', [dy, e.constant('mask', tensorOf('float32', [2], [0, 1]))])],
  });
  const b = graphBuilder(17, { 'test.faults': 1 });
  const product = b.describe(
    b.node('MatMul', [b.input('x', [2, 2]), b.constant('w', [2, 2], weights)], { id: 'product' }),
    [2, 2],
  );
  b.output(b.describe(b.node('StuckAtOne', [product], { domain: 'test.faults', id: 'faults' }), [2, 2]));
  const step = stepGraph(b.done(), choices, { operators: stuck, gradients: rules });
  const runner = await createPlainBackend(stuck).prepareSteps(step.model, step.state);
  runner.writeState(step.initialState);
  await runner.step(
    new Map([
      ['x', tensorOf('float32', [2, 2], [1, 0, 0, 1])],
      [step.inputs.labels, tensorOf('float32', [2, 2], [0, 0, 0, 0])],
      [step.inputs.rates, tensorOf('float32', [3], [0.2, 1, 1])],
    ]),
  );
  const trained = numbersOf((await runner.readState()).get('w') as Tensor);
  [0.3, -5 + 0.5, 0.9, 0.1 - 0.01].forEach((w, i) => {
    expect(trained[i]).toBeCloseTo(w, 6);
  });
});

test('every quantizer has a rule', () => {
  for (const { id } of quantizers) expect(gradientRules.tryGet(id)).toBeDefined();
});
