import { describe, expect, test } from 'vitest';
import { type Attribute, type Dim, elementCount, type Model, verifyGraph } from '../../ir/index.ts';
import { testContext } from '../../test-kit/context.ts';
import { type GraphBuilder, graphBuilder } from '../../test-kit/graph-builder.ts';
import { expectSameOutputs } from '../../test-kit/same-outputs.ts';
import { inferShapes } from '../infer-shapes.ts';
import { simplify } from '../simplify.ts';
import { passes } from './list.ts';

const fill = (shape: readonly number[], low = -1, high = 1) =>
  Float64Array.from(
    { length: elementCount(shape) },
    (_, i) => low + ((Math.imul(i + 1, 2654435761) >>> 0) / 2 ** 32) * (high - low),
  );
const ops = (model: Model) => model.graph.nodes.map((n) => n.op);

/** The model after these passes, checked: legal, and with the outputs it had. */
async function simplified(model: Model, ...ids: readonly string[]) {
  const shaped = inferShapes(model, testContext());
  const result = simplify(shaped, testContext(), ids.length > 0 ? { passes: ids } : {});
  verifyGraph(result.model);
  await expectSameOutputs(shaped, result.model);
  return { ...result, ops: ops(result.model) };
}

const built = (build: (b: GraphBuilder) => void, opset = 17): Model => {
  const b = graphBuilder(opset);
  build(b);
  return b.done();
};

const ints = (b: GraphBuilder, id: string, values: readonly number[]) =>
  b.constant(id, [values.length], values, 'int64');

describe('identities', () => {
  test.each([
    ['x + 0', (b: GraphBuilder, x: string) => b.node('Add', [b.constant('z', [3], [0, 0, 0]), x])],
    ['x − 0', (b: GraphBuilder, x: string) => b.node('Sub', [x, b.constant('z', [], [0])])],
    ['x · 1', (b: GraphBuilder, x: string) => b.node('Mul', [x, b.constant('o', [1], [1])])],
    ['Cast to the same type', (b: GraphBuilder, x: string) => b.node('Cast', [x], { attributes: { to: 1 } })],
    ['Reshape to the same shape', (b: GraphBuilder, x: string) => b.node('Reshape', [x, ints(b, 's', [2, -1])])],
    ['Transpose in order', (b: GraphBuilder, x: string) => b.node('Transpose', [x], { attributes: { perm: [0, 1] } })],
    ['Pad by nothing', (b: GraphBuilder, x: string) => b.node('Pad', [x, ints(b, 'p', [0, 0, 0, 0])])],
    [
      'Slice of everything',
      (b: GraphBuilder, x: string) => b.node('Slice', [x, ints(b, 'f', [0]), ints(b, 't', [99]), ints(b, 'a', [1])]),
    ],
    ['Expand to the same shape', (b: GraphBuilder, x: string) => b.node('Expand', [x, ints(b, 'e', [1, 3])])],
    ['Concat of one', (b: GraphBuilder, x: string) => b.node('Concat', [x], { attributes: { axis: 1 } })],
  ])('%s goes', async (_, node) => {
    const model = built((b) => b.output(b.node('Exp', [node(b, b.input('x', [2, 3]))], { outputs: ['y'] })));
    expect((await simplified(model)).ops).toEqual(['Exp']);
  });

  test.each([
    ['a sum that widens', (b: GraphBuilder, x: string) => b.node('Add', [x, b.constant('z', [4, 1, 1], [0, 0, 0, 0])])],
    ['0 − x', (b: GraphBuilder, x: string) => b.node('Sub', [b.constant('z', [], [0]), x])],
    [
      'a Slice backwards',
      (b: GraphBuilder, x: string) =>
        b.node('Slice', [x, ints(b, 'f', [-1]), ints(b, 't', [-99]), ints(b, 'a', [1]), ints(b, 'st', [-1])]),
    ],
    [
      'a Transpose of a square',
      (b: GraphBuilder, x: string) =>
        b.node('Transpose', [b.node('Slice', [x, ints(b, 'f', [0]), ints(b, 't', [2]), ints(b, 'a', [1])])]),
    ],
  ])('%s stays', async (_, node) => {
    const model = built((b) => b.output(b.node('Exp', [node(b, b.input('x', [2, 3]))], { outputs: ['y'] })));
    expect((await simplified(model)).ops.length).toBe(model.graph.nodes.length);
  });

  test('outputs keep their names, each once; inputs and constants that are outputs keep a node', async () => {
    const model = built((b) => {
      const x = b.input('x', [2]);
      const relu = b.node('Relu', [x]);
      const same = b.node('Identity', [b.node('Identity', [relu])]);
      b.output(b.node('Identity', [same], { outputs: ['one'] }), b.node('Identity', [same], { outputs: ['two'] }));
      b.output(b.node('Identity', [x], { outputs: ['copy'] }), b.node('Exp', [relu], { outputs: ['exp'] }));
    });
    const { model: small, ops } = await simplified(model);
    expect(ops.toSorted()).toEqual(['Exp', 'Identity', 'Identity', 'Relu']);
    expect(small.graph.outputs).toEqual(['one', 'two', 'copy', 'exp']);
  });
});

describe('constants', () => {
  test('random values are not computed ahead, what would store much more is not either, and quantized weights stay', async () => {
    const model = built((b) => {
      const x = b.input('x', [100, 100]);
      b.output(b.node('Add', [x, b.node('ConstantOfShape', [ints(b, 's', [100, 100])])], { outputs: ['y'] }));
      const q = b.constant('q', [100, 1], fill([100, 1], -9, 9), 'int8');
      b.output(b.node('Mul', [x, b.node('DequantizeLinear', [q, b.constant('sc', [], [0.5])])], { outputs: ['z'] }));
    });
    expect((await simplified(model)).ops).toEqual(['ConstantOfShape', 'Add', 'DequantizeLinear', 'Mul']);
    const random = built((b) => {
      const noise = b.node('RandomNormal', [], { attributes: { shape: [2] } });
      b.output(b.node('Add', [b.input('x', [2]), noise]));
    });
    expect(simplify(random, testContext()).model.graph.nodes).toHaveLength(2);
  });

  test('equal constants and equal nodes are kept once', async () => {
    const model = built((b) => {
      const x = b.input('x', [2, 2]);
      const w = ['w', 'v'].map((id) => b.constant(id, [2, 2], [1, 2, 3, 4]));
      b.constant('other', [2, 2], [1, 2, 3, 5]);
      const [p, q, r] = [...w, 'other'].map((id) => b.node('MatMul', [x, id], { id: `by_${id}` }));
      b.output(b.node('Sum', [p as string, q as string, r as string], { outputs: ['y'] }));
    });
    const { model: small, steps } = await simplified(model, 'merge-constants', 'merge-nodes');
    expect(ops(small)).toEqual(['MatMul', 'MatMul', 'Sum']);
    expect([...small.weights.keys()]).toEqual(['w', 'other']);
    expect(steps.at(-1)?.changes).toMatchObject([{ node: 'by_v', what: 'removed', into: 'by_w' }]);
  });
});

describe('shape arithmetic', () => {
  test('a target with one open size becomes constant: 0 where it is the same axis, −1 elsewhere', async () => {
    const model = built((b) => {
      const x = b.input('x', ['n_rows', 4, 'width', 2]);
      const size = (i: number) => b.node('Gather', [b.node('Shape', [x]), b.constant(`i${i}`, [1], [i], 'int64')]);
      const target = b.node('Concat', [size(0), ints(b, 'open', [-1]), size(1)], { attributes: { axis: 0 } });
      b.output(b.node('Reshape', [x, target], { outputs: ['y'] }));
    });
    const { model: small } = simplify(model, testContext());
    expect(ops(small)).toEqual(['Reshape']);
    const [, target] = small.graph.nodes[0]?.inputs ?? [];
    expect(Array.from(small.weights.get(target as string)?.bytes ?? []).filter((_, i) => i % 8 === 0)).toEqual([
      0, 255, 4,
    ]);
    expect(small.graph.tensors.get('y')?.shape).toEqual(['n_rows', '2*width', 4]);
  });

  test('Reshapes behind each other become one, whatever they are called', async () => {
    const model = built((b) => {
      const flat = b.node('Flatten', [b.input('x', [2, 3, 4])]);
      const wide = b.node('Unsqueeze', [flat, ints(b, 'a', [0])]);
      b.output(b.node('Exp', [b.node('Reshape', [wide, ints(b, 's', [4, 6])])], { outputs: ['y'] }));
    });
    expect((await simplified(model)).ops).toEqual(['Reshape', 'Exp']);
  });
});

describe('transposes', () => {
  const nhwc = { perm: [0, 2, 3, 1] };
  const nchw = { perm: [0, 3, 1, 2] };

  test('cancel through layers that do not care for the order of axes', async () => {
    const model = built((b) => {
      const x = b.node('Transpose', [b.input('x', [1, 3, 4, 5])], { attributes: nhwc });
      const y = b.node('Transpose', [b.input('z', [1, 3, 4, 5])], { attributes: nhwc });
      const sum = b.node('Add', [b.node('Relu', [x]), b.node('Mul', [y, b.constant('k', [3], [1, 2, 3])])]);
      const both = b.node('Concat', [sum, x], { attributes: { axis: 3 } });
      const padded = b.node('Pad', [both, ints(b, 'p', [0, 1, 0, 0, 0, 0, 2, 1])]);
      const part = b.node('Slice', [padded, ints(b, 'f', [1]), ints(b, 't', [99]), ints(b, 'a', [-1])]);
      const mean = b.node('ReduceMean', [part], { attributes: { axes: [1], keepdims: 1 } });
      b.output(b.node('Transpose', [b.node('Softmax', [mean])], { attributes: nchw, outputs: ['y'] }));
    });
    const { ops } = await simplified(model);
    expect(ops).not.toContain('Transpose');
    expect(ops).toHaveLength(8);
  });

  test('two operands need one Transpose behind, not two before', async () => {
    const model = built((b) => {
      const t = (id: string) => b.node('Transpose', [b.input(id, [2, 3, 4])], { attributes: { perm: [2, 0, 1] } });
      b.output(b.node('Flatten', [b.node('Sub', [t('x'), t('z')])], { outputs: ['y'] }));
    });
    expect((await simplified(model)).ops).toEqual(['Sub', 'Transpose', 'Flatten']);
  });

  test('stay where they are when nothing is gained', async () => {
    const model = built((b) => {
      const x = b.node('Transpose', [b.input('x', [1, 3, 4, 5])], { attributes: nhwc });
      b.output(
        b.node('Flatten', [b.node('Relu', [x])], { outputs: ['y'] }),
        b.node('MaxPool', [x], { attributes: { kernel_shape: [2, 2] } }),
      );
    });
    const { steps } = await simplified(model);
    expect(steps).toEqual([]);
  });

  test('two behind each other become one', async () => {
    const model = built((b) => {
      const once = b.node('Transpose', [b.input('x', [2, 3, 4])], { attributes: { perm: [1, 2, 0] } });
      b.output(b.node('Exp', [b.node('Transpose', [once], { attributes: { perm: [1, 2, 0] } })], { outputs: ['y'] }));
    });
    const { model: small } = await simplified(model, 'merge-transposes');
    expect(small.graph.nodes[0]?.attributes.get('perm')).toEqual({ kind: 'ints', value: [2, 0, 1] });
  });
});

describe('folding into weights', () => {
  const norm = (b: GraphBuilder, x: string, channels: number) =>
    b.node(
      'BatchNormalization',
      [x, ...['g', 'b', 'm', 'v'].map((id) => b.constant(id, [channels], fill([channels], 0.3, 2)))],
      { id: 'norm' },
    );

  test.each([
    ['without padding', [0, 0, 0, 0], 1, ['Conv', 'Exp']],
    ['with padding', [1, 1, 1, 1], 1, ['BatchNormalization', 'Conv', 'Exp']],
    ['in groups', [0, 0, 0, 0], 2, ['Conv', 'Exp']],
  ])('a normalization before a Conv %s', async (_, pads, group, expected) => {
    const model = built((b) => {
      const w = b.constant('w', [6, 4 / group, 3, 3], fill([6, 4 / group, 3, 3]));
      const conv = b.node('Conv', [norm(b, b.input('x', [1, 4, 6, 6]), 4), w], { attributes: { pads, group } });
      b.output(b.node('Exp', [conv], { outputs: ['y'] }));
    });
    expect((await simplified(model)).ops).toEqual(expected);
  });

  test.each([0, 1])('a normalization before a Gemm, transB %i', async (transB) => {
    const model = built((b) => {
      const w = b.constant('w', transB === 1 ? [5, 4] : [4, 5], fill([20]));
      const x = norm(b, b.input('x', [2, 4]), 4);
      b.output(b.node('Gemm', [x, w, b.constant('c', [5], fill([5]))], { attributes: { transB }, outputs: ['y'] }));
    });
    expect((await simplified(model)).ops).toEqual(['Gemm']);
  });

  test.each([
    ['Conv', [4, 2, 3, 3], 1],
    ['Conv', [4, 1, 3, 3], 2],
    ['ConvTranspose', [2, 4, 2, 2], 1],
    ['ConvTranspose', [2, 2, 2, 2], 2],
  ] as const)('factors and terms behind %s %j in %i groups', async (op, shape, group) => {
    const model = built((b) => {
      const conv = b.node(op, [b.input('x', [1, 2, 5, 5]), b.constant('w', shape, fill(shape))], {
        attributes: { group },
      });
      const scaled = b.node('Div', [
        b.node('Mul', [b.constant('k', [4, 1, 1], [2, 3, 4, 5]), conv]),
        b.constant('d', [], [3]),
      ]);
      const shifted = b.node('Sub', [
        b.constant('s', [1, 4, 1, 1], [1, 2, 3, 4]),
        b.node('Add', [scaled, b.constant('t', [1], [7])]),
      ]);
      b.output(norm(b, shifted, 4));
    });
    expect((await simplified(model)).ops).toEqual([op]);
  });

  test('an average takes the padding before it when it has none of its own', async () => {
    const model = built((b) => {
      const padded = b.node('Pad', [b.input('x', [1, 2, 4, 4]), ints(b, 'p', [1, 1, 1, 0]), '', ints(b, 'a', [2, 3])]);
      b.output(
        b.node('AveragePool', [padded], { attributes: { kernel_shape: [2, 2], strides: [1, 1] }, outputs: ['y'] }),
      );
    }, 18);
    expect((await simplified(model)).ops).toEqual(['AveragePool']);
  });
});

describe('graphs inside nodes', () => {
  const bodies = (model: Model, id: string, given: Readonly<Record<string, Model>>): Model => ({
    ...model,
    graph: {
      ...model.graph,
      nodes: model.graph.nodes.map((node) =>
        node.id === id
          ? {
              ...node,
              attributes: new Map(
                Object.entries(given).map(([name, value]): [string, Attribute] => [name, { kind: 'graph', value }]),
              ),
            }
          : node,
      ),
    },
  });

  /** A branch that reads `outer` of the graph around it: 2·outer + a value of the same name as one outside. */
  const branch = (factor: number): Model => {
    const inner = built((b) => {
      b.input('outer', [2] as Dim[]);
      const same = b.node('Identity', ['outer'], { id: 'same', outputs: ['same'] });
      const k = b.node('Neg', [b.constant('k', [1], [-factor])], { id: 'neg', outputs: ['shared'] });
      b.node('Exp', [same], { id: 'dead' });
      b.output(b.node('Mul', [same, k], { id: 'product', outputs: ['product'] }));
    });
    const tensors = new Map([...inner.graph.tensors].filter(([id]) => id !== 'outer'));
    return { ...inner, graph: { ...inner.graph, inputs: [], tensors } };
  };

  const around = (condition?: number): Model => {
    const model = built((b) => {
      const x = b.input('x', [2]);
      if (condition === undefined) b.input('c', [], 'bool');
      else b.constant('c', [], [condition], 'bool');
      b.node('Identity', [x], { id: 'pass', outputs: ['outer'] });
      b.node('Abs', ['outer'], { id: 'abs', outputs: ['shared'] });
      const chosen = b.node('If', ['c'], { id: 'if', outputs: ['chosen'] });
      b.output(b.node('Add', [chosen, 'shared'], { outputs: ['y'] }));
    });
    return bodies(model, 'if', { then_branch: branch(2), else_branch: branch(3) });
  };

  test('an If with a constant condition becomes its branch, names kept apart', async () => {
    for (const condition of [0, 1]) {
      const { ops, model } = await simplified(around(condition));
      expect(ops).toEqual(['Abs', 'Mul', 'Add']);
      expect(model.graph.nodes.map((n) => n.id)).toContain('if/product');
    }
  });

  test('an open If keeps its branches, simplified inside, reading what is left outside', async () => {
    const { ops: outside, model, steps } = await simplified(around());
    expect(outside).toEqual(['Abs', 'If', 'Add']);
    const inside = model.graph.nodes[1]?.attributes.get('then_branch');
    expect(inside?.kind === 'graph' && ops(inside.value)).toEqual(['Mul']);
    expect(
      steps.flatMap((s) => s.changes).filter((c) => c.node === 'if' && c.what === 'changed').length,
    ).toBeGreaterThan(0);
  });

  test('calls of local functions are written out, calls in calls too, attributes filled in', async () => {
    const define = (name: string, op: string, domain = '') => {
      const body = built((b) => {
        const half = b.node(op, [b.input('a', [2] as Dim[])], { id: 'first', domain });
        b.output(b.node('LeakyRelu', [half], { id: 'leaky', outputs: ['r'] }));
      });
      const nodes = body.graph.nodes.map((node) =>
        node.id === 'leaky'
          ? { ...node, attributes: new Map([['alpha', { kind: 'reference' as const, value: 'slope', type: 1 }]]) }
          : node,
      );
      return {
        domain: 'local',
        name,
        inputs: ['a'],
        outputs: ['r'],
        attributes: ['slope'],
        defaults: new Map([['slope', { kind: 'float' as const, value: 0.25 }]]),
        body: { ...body, graph: { ...body.graph, nodes } },
      };
    };
    const inner = define('Inner', 'Sin');
    const outer = define('Outer', 'Inner', 'local');
    const table = new Map([
      ['local::Inner', inner],
      ['local::Outer', outer],
    ]);
    for (const def of [inner, outer])
      Object.assign(def.body.graph, {
        functions: table,
        opsets: new Map([
          ['', 17],
          ['local', 1],
        ]),
      });
    const b = graphBuilder(17, { local: 1 });
    b.output(
      b.node('Outer', [b.input('x', [2])], {
        id: 'call',
        domain: 'local',
        outputs: ['y'],
        attributes: { slope: { float: 0.5 } },
      }),
    );
    const model = b.done();
    const { model: small, ops } = await simplified({ ...model, graph: { ...model.graph, functions: table } });
    expect(ops).toEqual(['Sin', 'LeakyRelu', 'LeakyRelu']);
    expect(small.graph.nodes.map((n) => n.attributes.get('alpha')?.value ?? 0)).toEqual([0, 0.25, 0.5]);
    expect(small.graph.functions).toBeUndefined();
  });
});

describe('steps', () => {
  test('say what went where, with figures before and after', async () => {
    const model = built((b) => {
      const conv = b.node('Conv', [b.input('x', [1, 2, 4, 4]), b.constant('w', [3, 2, 1, 1], fill([6]))], {
        id: 'conv',
      });
      const parts = ['g', 'b', 'm', 'v'].map((id) => b.constant(id, [3], [1, 2, 3]));
      b.node('Exp', [conv], { id: 'dead' });
      b.output(b.node('Relu', [b.node('BatchNormalization', [conv, ...parts], { id: 'norm' })], { outputs: ['y'] }));
    });
    const { steps } = await simplified(model);
    expect(steps.map((s) => s.id)).toEqual(['remove-dead', 'fold-batch-norm']);
    expect(steps[0]?.changes).toEqual([
      { pass: 'remove-dead', node: 'dead', op: 'Exp', what: 'removed', reason: 'nobody reads its result' },
    ]);
    expect(steps[1]).toMatchObject({
      title: 'BatchNormalization folded',
      before: { nodes: 3, storedBytes: 4 * (6 + 12) },
      after: { nodes: 2, storedBytes: 4 * (6 + 3) },
      changes: [
        { node: 'conv', what: 'changed' },
        { node: 'norm', what: 'removed', into: 'conv' },
      ],
    });
  });

  test('passes can be chosen and left out; one that does not exist is refused', () => {
    const model = built((b) => b.output(b.node('Exp', [b.node('Identity', [b.input('x', [2])])], { outputs: ['y'] })));
    expect(simplify(model, testContext(), { passes: ['remove-dead'] }).steps).toEqual([]);
    expect(simplify(model, testContext(), { exclude: ['remove-identities'] }).steps).toEqual([]);
    expect(() => simplify(model, testContext(), { passes: ['nonsense'] })).toThrow(
      expect.objectContaining({ code: 'base/unknown-pass' }),
    );
    for (const { title, does, removes, changes } of passes) expect([title, does, removes, changes]).not.toContain('');
  });
});
