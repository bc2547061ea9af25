import { describe, expect, test } from 'vitest';
import { UserError } from '../base/index.ts';
import { createPlainBackend } from '../compute/index.ts';
import { type Model, numbersOf, type Shape, type Tensor, tensorOf, verifyGraph } from '../ir/index.ts';
import { graphBuilder } from '../test-kit/graph-builder.ts';
import { residualNetwork } from '../test-kit/training-networks.ts';
import { answerOf, classAxis, logitsModel } from './head.ts';
import { trainingOps } from './operators/list.ts';
import { type StepChoices, type StepGraph, stepGraph } from './step-graph.ts';
import { withWeights } from './weights.ts';

/** What a step is made of, network by network: heads, losses, what is frozen, what is tied, what cannot be trained. */

const choices: StepChoices = {
  loss: { id: 'cross-entropy', smoothing: 0 },
  optimizer: { id: 'sgd', momentum: 0, nesterov: false },
  weightDecay: 0.5,
  batchNormalization: 'batch',
  frozen: [],
};
const mse: StepChoices = { ...choices, loss: { id: 'mse' } };

const opsOf = ({ model }: StepGraph): string[] => model.graph.nodes.map((node) => node.op);

/** One dense layer and what follows it; all shapes known. */
function dense(follow: (b: ReturnType<typeof graphBuilder>, y: string) => string, opset = 17): Model {
  const b = graphBuilder(opset);
  const x = b.input('x', [2, 3]);
  const w = b.constant(
    'w',
    [4, 3],
    Array.from({ length: 12 }, (_, i) => Math.sin(i)),
  );
  const y = b.describe(
    b.node('Gemm', [x, w, b.constant('b', [4], [0, 0.1, 0.2, 0.3])], { id: 'dense', attributes: { transB: 1 } }),
    [2, 4],
  );
  b.output(follow(b, y));
  return b.done();
}

async function stepOnce(step: StepGraph, feeds: Readonly<Record<string, Tensor>>, rate = 0.1) {
  const runner = await createPlainBackend(trainingOps).prepareSteps(step.model, step.state);
  runner.writeState(step.initialState);
  const all = new Map([...Object.entries(feeds), [step.inputs.rates, tensorOf('float32', [3], [rate, 1, 1])] as const]);
  return { results: await runner.step(all), state: await runner.readState() };
}
const filled = (shape: Shape, of: (i: number) => number = (i) => Math.cos(i)): Tensor =>
  tensorOf(
    'float32',
    shape,
    Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) => of(i)),
  );

describe('heads', () => {
  const softmax = dense((b, y) => b.describe(b.node('Softmax', [y], { id: 'softmax' }), [2, 4]));

  test('a final Softmax is left out of the step', () => {
    expect(opsOf(stepGraph(softmax, choices))).not.toContain('Softmax');
    expect(logitsModel(softmax).graph.outputs).toEqual(['dense_out']);
  });

  test('with a squared error it stays, and its gradient is taken', () => {
    expect(opsOf(stepGraph(softmax, mse))).toContain('SoftmaxGradient');
  });

  test('a Softmax behind a change of shape is found', () => {
    const model = dense((b, y) => {
      const p = b.describe(b.node('LogSoftmax', [y]), [2, 4]);
      return b.describe(b.node('Reshape', [p, b.constant('shape', [3], [2, 4, 1], 'int64')]), [2, 4, 1]);
    });
    expect(answerOf(model, choices.loss).tensor).toBe('dense_out');
  });

  test('classes in the last dimension are moved for the loss, and back', () => {
    const b = graphBuilder(17);
    const x = b.input('x', [2, 2, 5]);
    const y = b.describe(
      b.node('MatMul', [x, b.constant('w', [5, 3], filled([5, 3]).data as Float32Array)], { id: 'product' }),
      [2, 2, 3],
    );
    b.output(b.describe(b.node('Softmax', [y], { id: 'softmax', attributes: { axis: -1 } }), [2, 2, 3]));
    const model = b.done();
    expect(classAxis(model)).toBe(2);
    const step = stepGraph(model, choices);
    expect(step.model.graph.tensors.get(step.inputs.labels)?.shape).toEqual([2, 2]);
    expect(opsOf(step).filter((op) => op === 'Transpose').length).toBe(2);
  });

  test('an output of class values per sample in a map of size 1 has one label per sample', () => {
    const b = graphBuilder(17);
    const x = b.input('x', [2, 1, 2, 2]);
    b.output(
      b.describe(
        b.node('Conv', [x, b.constant('w', [3, 1, 2, 2], filled([3, 1, 2, 2]).data as Float32Array)], { id: 'conv' }),
        [2, 3, 1, 1],
      ),
    );
    const step = stepGraph(b.done(), choices);
    expect(step.model.graph.tensors.get(step.inputs.labels)?.shape).toEqual([2]);
  });

  test('another output than the first is trained on when asked for; layers of the first stay out', () => {
    const b = graphBuilder(17);
    const x = b.input('x', [2, 3]);
    for (const name of ['one', 'two']) {
      const w = b.constant(`w_${name}`, [3, 4], filled([3, 4]).data as Float32Array);
      b.output(b.describe(b.node('MatMul', [x, w], { id: name, outputs: [`y_${name}`] }), [2, 4]));
    }
    const model = b.done();
    expect(stepGraph(model, choices, { output: 'y_two' }).parameters.map(({ id }) => id)).toEqual(['w_two']);
    expect(stepGraph(model, choices).parameters.map(({ id }) => id)).toEqual(['w_one']);
    expect(() => stepGraph(model, choices, { output: 'y_three' })).toThrow(
      expect.objectContaining({ code: 'train/unknown-output' }),
    );
  });
});

describe('losses', () => {
  const model = dense((_b, y) => y);

  test('a squared error takes targets of the output and counts nothing', async () => {
    const step = stepGraph(model, mse);
    expect(step.outputs.correct).toBeUndefined();
    const x = filled([2, 3]);
    const { results } = await stepOnce(step, { x, [step.inputs.labels]: filled([2, 4], () => 0) });
    expect((numbersOf(results.get(step.outputs.loss) as Tensor)[0] as number) > 0).toBe(true);
  });

  test('distillation from itself, of nothing but the teacher, changes nothing', async () => {
    const step = stepGraph(model, {
      ...choices,
      weightDecay: 0,
      loss: { id: 'distillation', temperature: 2, share: 1 },
    });
    const x = filled([2, 3]);
    const runner = await createPlainBackend().prepare(logitsModel(model));
    const teacher = (await runner.run(new Map([['x', x]]))).get('dense_out') as Tensor;
    const labels = tensorOf('float32', [2], [0, 1]);
    const { results, state } = await stepOnce(step, {
      x,
      [step.inputs.labels]: labels,
      [step.inputs.teacher as string]: teacher,
    });
    expect(numbersOf(results.get(step.outputs.loss) as Tensor)[0]).toBeCloseTo(0, 6);
    const before = numbersOf(step.initialState.get('w') as Tensor);
    numbersOf(state.get('w') as Tensor).forEach((w, i) => {
      expect(w).toBeCloseTo(before[i] as number, 6);
    });
  });
});

describe('what is trained', () => {
  test('weights decay, biases and normalizations do not', () => {
    const { parameters } = stepGraph(residualNetwork(2), choices);
    const decaying = parameters.filter(({ decays }) => decays).map(({ id }) => id);
    expect(decaying).toEqual(['stem.weight', 'conv1.weight', 'conv2.weight', 'down.weight', 'classifier.weight']);
    expect(parameters.map(({ id }) => id)).toContain('bn1.scale');
  });

  test('weight decay pulls towards 0 where the loss does not', async () => {
    const model = dense((_b, y) => y);
    const step = stepGraph(model, { ...mse, loss: { id: 'mse' } });
    const x = filled([2, 3], () => 0);
    const labels = tensorOf('float32', [2, 4], [0, 0.1, 0.2, 0.3, 0, 0.1, 0.2, 0.3]);
    const { state } = await stepOnce(step, { x, [step.inputs.labels]: labels });
    const before = numbersOf(step.initialState.get('w') as Tensor);
    numbersOf(state.get('w') as Tensor).forEach((w, i) => {
      expect(w).toBeCloseTo(0.95 * (before[i] as number), 5);
    });
    expect(state.get('b')?.data).toEqual(step.initialState.get('b')?.data);
  });

  test('frozen layers stay, and nothing before the first trained layer has a gradient', () => {
    const step = stepGraph(residualNetwork(2), { ...choices, frozen: ['stem', 'bn0', 'conv1', 'bn1', 'conv2', 'bn2'] });
    expect(step.parameters.map(({ layer }) => layer)).toEqual(['down', 'down', 'classifier', 'classifier']);
    expect(step.statistics).toEqual([]);
    const working = new Set(
      step.model.graph.nodes.filter((n) => /Gradient$/.test(n.op)).map((n) => step.layers.get(n.id)),
    );
    expect([...working].filter((layer) => layer !== '').sort()).toEqual(['down', 'pool', 'relu3']);
  });

  test('frozen statistics: batch normalization is as in the file, its scale is trained', () => {
    const step = stepGraph(residualNetwork(2), { ...choices, batchNormalization: 'frozen' });
    expect(step.statistics).toEqual([]);
    expect(opsOf(step)).toContain('BatchNormalization');
    expect(opsOf(step)).not.toContain('BatchNormalizationTraining');
    expect(step.parameters.map(({ id }) => id)).toContain('bn0.scale');
  });

  test('a weight used twice is one parameter, its gradients added; frozen for one layer, it stays for both', async () => {
    const b = graphBuilder(17);
    const x = b.input('x', [2, 3]);
    const w = b.constant('w', [3, 3], filled([3, 3]).data as Float32Array);
    const first = b.describe(b.node('MatMul', [x, w], { id: 'first' }), [2, 3]);
    b.output(b.describe(b.node('MatMul', [first, w], { id: 'second' }), [2, 3]));
    const plain = b.done();
    // The same, with the second use under a name of its own.
    const tensors = new Map(plain.graph.tensors).set('alias', {
      id: 'alias',
      type: 'float32',
      shape: [3, 3],
      weight: 'w',
    });
    const nodes = plain.graph.nodes.map((n) =>
      n.id === 'second' ? { ...n, inputs: [n.inputs[0] as string, 'alias'] } : n,
    );
    const tied = verifyGraph({ ...plain, graph: { ...plain.graph, tensors, nodes } });
    const feeds = { x: filled([2, 3]), labels: filled([2, 3], () => 1) };
    const states = await Promise.all(
      [plain, tied].map(async (model) => {
        const step = stepGraph(model, mse);
        expect(step.parameters.map(({ id }) => id)).toEqual(['w']);
        return (await stepOnce(step, { x: feeds.x, [step.inputs.labels]: feeds.labels })).state.get('w')?.data;
      }),
    );
    expect(states[0]).toEqual(states[1]);
    expect(() => stepGraph(tied, { ...mse, frozen: ['second'] })).toThrow(
      expect.objectContaining({ code: 'train/nothing-to-train' }),
    );
  });

  test('a bias added to a product, a slope of PRelu and a table of embeddings are parameters', () => {
    const b = graphBuilder(17);
    const words = b.input('words', [2, 2], 'int64');
    const rows = b.describe(
      b.node('Gather', [b.constant('table', [5, 3], filled([5, 3]).data as Float32Array), words], { id: 'embed' }),
      [2, 2, 3],
    );
    const product = b.describe(
      b.node('MatMul', [rows, b.constant('w', [3, 4], filled([3, 4]).data as Float32Array)], { id: 'product' }),
      [2, 2, 4],
    );
    const sum = b.describe(b.node('Add', [b.constant('bias', [4], [0, 1, 2, 3]), product], { id: 'add' }), [2, 2, 4]);
    b.output(
      b.describe(b.node('PRelu', [sum, b.constant('slope', [4], [0.1, 0.2, 0.3, 0.4])], { id: 'prelu' }), [2, 2, 4]),
    );
    const { parameters } = stepGraph(b.done(), mse);
    expect(parameters).toEqual([
      { id: 'table', layer: 'embed', shape: [5, 3], decays: false },
      { id: 'w', layer: 'product', shape: [3, 4], decays: true },
      { id: 'bias', layer: 'add', shape: [4], decays: false },
      { id: 'slope', layer: 'prelu', shape: [4], decays: false },
    ]);
  });

  test('a weight that reaches its layer through a change of shape is trained as it is stored', () => {
    const b = graphBuilder(17);
    const x = b.input('x', [2, 3]);
    const w = b.describe(
      b.node('Transpose', [b.constant('w', [4, 3], filled([4, 3]).data as Float32Array)], { id: 'turn' }),
      [3, 4],
    );
    b.output(b.describe(b.node('MatMul', [x, w], { id: 'product' }), [2, 4]));
    expect(stepGraph(b.done(), mse).parameters).toEqual([{ id: 'w', layer: 'product', shape: [4, 3], decays: true }]);
  });
});

test('a weight in a Constant node is trained and written like any other', async () => {
  const b = graphBuilder(17);
  const x = b.input('x', [2, 3]);
  const w = b.describe(
    b.node('Constant', [], { id: 'kept', attributes: { value: { tensor: filled([3, 4]) } } }),
    [3, 4],
  );
  b.output(b.describe(b.node('MatMul', [x, w], { id: 'product' }), [2, 4]));
  const model = b.done();
  const step = stepGraph(model, mse);
  expect(step.parameters.map(({ id, layer }) => [id, layer])).toEqual([['kept_out', 'product']]);
  const { state } = await stepOnce(step, { x: filled([2, 3]), [step.inputs.labels]: filled([2, 4]) });
  const trained = verifyGraph(withWeights(model, new Map([['kept_out', state.get('kept_out') as Tensor]])));
  const run = async (of: Model) =>
    (await (await createPlainBackend().prepare(of)).run(new Map([['x', filled([2, 3])]]))).get('product_out');
  expect((await run(trained))?.data).not.toEqual((await run(model))?.data);
});

describe('what cannot be trained says why', () => {
  const code = (work: () => unknown): UserError => {
    try {
      work();
    } catch (thrown) {
      if (thrown instanceof UserError) return thrown;
      throw thrown;
    }
    throw new Error('nothing was thrown');
  };

  test('an operator without a gradient: layer, operator, remedy', () => {
    const model = dense((b, y) => b.describe(b.node('Round', [y], { id: 'rounding' }), [2, 4]));
    const error = code(() => stepGraph(model, mse));
    expect(error).toMatchObject({ code: 'train/no-gradient', facts: { node: 'rounding', op: 'Round' } });
    expect(error.message).toContain("'rounding'");
    expect(error.hint).toContain('Freeze');
  });

  test('a form without a gradient says what of it', () => {
    const model = dense((b, y) =>
      b.describe(
        b.node('Clip', [y, b.describe(b.node('ReduceMin', [y], { id: 'low', attributes: { keepdims: 0 } }), [])], {
          id: 'clip',
        }),
        [2, 4],
      ),
    );
    expect(code(() => stepGraph(model, mse)).message).toContain('bounds are computed');
  });

  test.each([
    ['a layer that is not there', dense((_b, y) => y), { ...choices, frozen: ['nothing'] }, 'train/unknown-layer'],
    ['everything frozen', dense((_b, y) => y), { ...choices, frozen: ['dense'] }, 'train/nothing-to-train'],
    [
      'no gradient but nothing before it',
      dense((b, y) => b.describe(b.node('Round', [y]), [2, 4])),
      { ...mse, frozen: ['dense'] },
      'train/nothing-to-train',
    ],
    [
      'no classes',
      dense((b, y) => b.describe(b.node('ReduceSum', [y, b.constant('axes', [1], [1], 'int64')]), [2, 1])),
      choices,
      'train/not-class-values',
    ],
  ] as const)('%s', (_name, model, given, expected) => {
    expect(code(() => stepGraph(model, given)).code).toBe(expected);
  });

  test('sizes that are not known', () => {
    const b = graphBuilder(17);
    b.output(
      b.describe(
        b.node('MatMul', [b.input('x', ['batch', 3]), b.constant('w', [3, 4], filled([3, 4]).data as Float32Array)]),
        ['batch', 4],
      ),
    );
    expect(code(() => stepGraph(b.done(), mse)).code).toBe('train/unknown-shape');
  });
});

test('a step whose numbers overflow is not taken', async () => {
  const step = stepGraph(
    dense((_b, y) => y),
    mse,
  );
  const { results, state } = await stepOnce(step, {
    x: filled([2, 3], () => 1e30),
    [step.inputs.labels]: filled([2, 4]),
  });
  expect(Number.isFinite(numbersOf(results.get(step.outputs.norm) as Tensor)[0])).toBe(false);
  for (const [id, value] of step.initialState) expect(state.get(id)?.data).toEqual(value.data);
});

test('gradients beyond the norm are scaled to it, all alike', async () => {
  const norms = await Promise.all(
    [undefined, 0.01].map(async (clipNorm) => {
      const step = stepGraph(
        dense((_b, y) => y),
        { ...mse, weightDecay: 0, ...(clipNorm === undefined ? {} : { clipNorm }) },
      );
      const { state } = await stepOnce(step, { x: filled([2, 3]), [step.inputs.labels]: filled([2, 4], () => 9) }, 1);
      const moved = ['w', 'b'].flatMap((id) => {
        const before = numbersOf(step.initialState.get(id) as Tensor);
        return Array.from(numbersOf(state.get(id) as Tensor), (v, i) => v - (before[i] as number));
      });
      return Math.hypot(...moved);
    }),
  );
  expect(norms[0]).toBeGreaterThan(1);
  expect(norms[1]).toBeCloseTo(0.01, 5);
});
