import { describe, expect, test } from 'vitest';
import type { Model } from '../ir/index.ts';
import { graphBuilder } from '../test-kit/graph-builder.ts';
import { branching, errorOf, ids, pooling, residual, run } from '../test-kit/small-models.ts';
import { activations, applyEdits, type Edit, replacementsFor } from './index.ts';

/** What the activations compute at −2, −0.5, 0.25 and 7, from their definitions. */
const AT = [-2, -0.5, 0.25, 7];
const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const unit = (x: number): number => Math.min(1, Math.max(0, x));
const DEFINITIONS: Readonly<Record<string, (x: number) => number>> = {
  Relu: (x) => Math.max(0, x),
  LeakyRelu: (x) => (x < 0 ? 0.01 * x : x),
  Clip: (x) => Math.min(6, Math.max(0, x)),
  Sigmoid: logistic,
  HardSigmoid: (x) => unit(0.2 * x + 0.5),
  Tanh: Math.tanh,
  HardSwish: (x) => x * unit(x / 6 + 0.5),
  SiLU: (x) => x * logistic(x),
  Elu: (x) => (x < 0 ? Math.expm1(x) : x),
  Celu: (x) => (x < 0 ? Math.expm1(x) : x),
  Selu: (x) => 1.0507009873554805 * (x < 0 ? 1.6732632423543772 * Math.expm1(x) : x),
  // Normal distribution at −2, −0.5, 0.25, 7, from tables.
  Gelu: (x) => x * ({ [-2]: 0.02275013, [-0.5]: 0.30853754, 0.25: 0.59870633, 7: 1 }[x] as number),
  Mish: (x) => x * Math.tanh(Math.log1p(Math.exp(x))),
  Softplus: (x) => Math.log1p(Math.exp(x)),
  Softsign: (x) => x / (1 + Math.abs(x)),
  ThresholdedRelu: (x) => (x > 1 ? x : 0),
  Identity: (x) => x,
};

function doubling(opset: number): Model {
  const b = graphBuilder(opset);
  b.input('x', [1, 4]);
  b.node('Add', ['x', 'x'], { id: 'double', outputs: ['d'] });
  b.node('Relu', ['d'], { id: 'act', outputs: ['y'] });
  b.describe('d', [1, 4]);
  b.describe('y', [1, 4]);
  b.output('y');
  return b.done();
}

describe('activations', () => {
  test.for(activations.ids().flatMap((id) => [10, 13, 17, 20].map((opset) => [id, opset] as const)))(
    '%s at opset %i is what its definition says, inserted and in place of another',
    async ([id, opset]) => {
      const activation = { id };
      const inserted: Edit = { kind: 'insert-activation', value: 'x', activation };
      const replaced: Edit = { kind: 'replace-activation', node: 'act', activation };
      if (opset < activations.get(id).since) {
        expect(errorOf(() => applyEdits(doubling(opset), [inserted])).code).toBe('edit/opset-too-old');
        return;
      }
      const f = DEFINITIONS[id] as (x: number) => number;
      const values = await run(
        applyEdits(doubling(opset), [replaced]),
        AT.map((x) => x / 2),
      );
      AT.map(f).forEach((expected, i) => {
        expect(values.y?.[i]).toBeCloseTo(expected, 5);
      });
      const behind = await run(applyEdits(doubling(opset), [inserted]), AT);
      AT.map((x) => Math.max(0, 2 * f(x))).forEach((expected, i) => {
        expect(behind.y?.[i]).toBeCloseTo(expected, 5);
      });
    },
  );

  test('behind an output, the output keeps its name', async () => {
    const edited = applyEdits(residual(), [{ kind: 'insert-activation', value: 'y', activation: { id: 'Tanh' } }]);
    expect(edited.graph.outputs).toEqual(['y']);
    const { y } = await run(edited, [-1, 2]);
    expect(y?.[1]).toBeCloseTo(Math.tanh(8), 6);
  });

  test('behind a value that bodies read', async () => {
    const activation = { id: 'Clip', parameters: { max: 1 } };
    const edited = applyEdits(branching(), [{ kind: 'insert-activation', value: 'm', activation }]);
    expect(await run(edited, [-1, 2])).toEqual({ y: [0, 3], z: [0, 3] });
  });

  test('a gated one is replaced with its gate, unless another layer reads the gate', async () => {
    const silu = applyEdits(doubling(17), [{ kind: 'replace-activation', node: 'act', activation: { id: 'SiLU' } }]);
    expect(silu.graph.nodes.map((n) => n.op)).toEqual(['Add', 'Sigmoid', 'Mul']);
    expect(silu.graph.nodes.at(-1)?.id).toBe('act');
    const relu: Edit = { kind: 'replace-activation', node: 'act', activation: { id: 'Relu' } };
    const back = applyEdits(silu, [relu]);
    expect(back.graph.nodes.map((n) => [n.id, n.op])).toEqual([
      ['double', 'Add'],
      ['act', 'Relu'],
    ]);
    const gate = silu.graph.nodes[1]?.outputs[0] as string;
    const shared = applyEdits(silu, [{ kind: 'add-output', value: gate }]);
    expect(errorOf(() => applyEdits(shared, [relu])).code).toBe('edit/not-an-activation');
  });

  test('constants of the old one go, names of the new one are free', () => {
    const clip: Edit = { kind: 'insert-activation', value: 'x', activation: { id: 'Clip' } };
    const twice = applyEdits(residual(), [clip, clip]);
    expect(new Set(ids(twice)).size).toBe(5);
    expect(twice.weights.size).toBe(5);
    const first = twice.graph.nodes[0]?.id as string;
    const without = applyEdits(twice, [{ kind: 'replace-activation', node: first, activation: { id: 'Relu' } }]);
    expect(without.weights.size).toBe(3);
  });

  test.for<readonly [string, Edit, string]>([
    ['a constant', { kind: 'insert-activation', value: 'three', activation: { id: 'Relu' } }, 'edit/constant'],
    ['integers', { kind: 'insert-activation', value: 'c', activation: { id: 'Relu' } }, 'edit/wrong-type'],
    [
      'a parameter it has not',
      { kind: 'insert-activation', value: 'x', activation: { id: 'Relu', parameters: { slope: 1 } } },
      'edit/bad-parameter',
    ],
    [
      'an empty range',
      { kind: 'insert-activation', value: 'x', activation: { id: 'Clip', parameters: { max: -1 } } },
      'edit/bad-parameter',
    ],
    [
      'a layer that is none',
      { kind: 'replace-activation', node: 'add', activation: { id: 'Relu' } },
      'edit/not-an-activation',
    ],
  ])('refuses %s', ([, edit, code]) => {
    expect(errorOf(() => applyEdits(branching(), [edit])).code).toBe(code);
  });
});

describe('operators', () => {
  test('another of the family takes what it can', () => {
    const average = applyEdits(pooling(), [{ kind: 'replace-operator', node: 'pool', op: 'AveragePool' }]);
    expect(average.graph.nodes[0]).toMatchObject({ id: 'pool', op: 'AveragePool' });
    expect([...(average.graph.nodes[0]?.attributes.keys() ?? [])]).toEqual(['kernel_shape', 'strides']);
    expect(average.graph.tensors.get('y')?.shape).toEqual(['batch', 1, 2, 2]);
    const elu = applyEdits(pooling(), [{ kind: 'replace-operator', node: 'act', op: 'Elu' }]);
    expect(elu.graph.nodes[1]?.attributes.size).toBe(0);
  });

  test('Add becomes Sub', async () => {
    const edited = applyEdits(residual(), [{ kind: 'replace-operator', node: 'add', op: 'Sub' }]);
    expect(await run(edited, [-1, 2])).toEqual({ y: [0, 4] });
  });

  test('is refused where meaning is lost or inputs differ', () => {
    const dilated = applyEdits(pooling(), [
      { kind: 'set-attribute', node: 'pool', name: 'dilations', attribute: { kind: 'ints', value: [2, 2] } },
    ]);
    const error = errorOf(() => applyEdits(dilated, [{ kind: 'replace-operator', node: 'pool', op: 'AveragePool' }]));
    expect([error.code, error.message]).toEqual([
      'edit/lost-meaning',
      "Layer 'pool' (MaxPool) cannot become AveragePool: AveragePool has no dilations at this opset.",
    ]);
    expect(errorOf(() => applyEdits(residual(), [{ kind: 'replace-operator', node: 'add', op: 'Relu' }])).hint).toBe(
      'Possible are Sub, Mul, Div, Pow.',
    );
  });

  test('axes as an input and as an attribute do not mix', () => {
    const reducing = (opset: number): readonly string[] => {
      const b = graphBuilder(opset);
      b.input('x', [1, 2]);
      b.output(b.node('ReduceMean', ['x']));
      const { graph } = b.done();
      return replacementsFor(graph.nodes[0]!, graph);
    };
    expect([11, 13, 18].map((opset) => reducing(opset).includes('ReduceSum'))).toEqual([true, false, true]);
  });
});
