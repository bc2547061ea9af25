import { describe, expect, test } from 'vitest';
import type { Attribute, Model, Node } from '../../ir/index.ts';
import { type GraphBuilder, graphBuilder } from '../../test-kit/graph-builder.ts';
import { int64, known, operator, tensor } from '../../test-kit/run-operator.ts';
import { type BoundOp, bindNode, ops, type Value } from '../index.ts';

/** Inference of operators that hold graphs, with a plain inference of those graphs. */

function inferBody({ graph }: Model, inputs: readonly Value[]): readonly Value[] {
  const values = new Map<string, Value>();
  graph.inputs.forEach((id, i) => {
    values.set(id, inputs[i] ?? {});
  });
  for (const node of graph.nodes) {
    const found = bindNode(node, graph.opsets)?.infer(
      node.inputs.map((id) => values.get(id) ?? {}),
      node.outputs.length,
    );
    node.outputs.forEach((id, i) => {
      values.set(id, found?.[i] ?? {});
    });
  }
  return graph.outputs.map((id) => values.get(id) ?? {});
}

function body(build: (b: GraphBuilder) => void): Attribute {
  const b = graphBuilder();
  build(b);
  return { kind: 'graph', value: b.unverified() };
}

const bound = (op: string, attributes: Readonly<Record<string, Attribute>>): BoundOp => {
  const node: Node = {
    id: 'n',
    op,
    domain: '',
    inputs: [],
    outputs: [],
    attributes: new Map(Object.entries(attributes)),
  };
  const found = bindNode(node, new Map([['', 17]]));
  if (!found) throw new Error(`${op} is not known`);
  return found;
};
const shapes = (op: BoundOp, inputs: readonly Value[], outputs: number) =>
  op.inferBodies?.(inputs, outputs, { inferBody }).map((v) => v.shape);

describe('If', () => {
  const branch = (...sizes: readonly number[]) =>
    body((b) => {
      b.output(b.node('Constant', [], { outputs: ['y'], attributes: { value: { tensor: tensor(sizes, []) } } }));
    });

  test('what both branches agree on; all where the condition is constant', () => {
    const op = bound('If', { then_branch: branch(2, 0), else_branch: branch(3, 0) });
    expect(shapes(op, [{ type: 'bool', shape: [] }], 1)).toEqual([['?n_0_0', 0]]);
    expect(shapes(op, [known(tensor([], [0], 'bool'))], 1)).toEqual([[3, 0]]);
    const ranks = bound('If', { then_branch: branch(0), else_branch: branch(3, 0) });
    expect(shapes(ranks, [{}], 1)).toEqual([undefined]);
  });
});

describe('Loop', () => {
  const loop = (step: (b: GraphBuilder) => void) =>
    bound('Loop', {
      body: body((b) => {
        b.input('i', [], 'int64');
        b.input('go', [], 'bool');
        b.input('before', []);
        step(b);
        b.output('go', 'after', 'before');
      }),
    });
  const carried: Value = { type: 'float32', shape: [2, 'n'] };

  test('a steady value keeps its shape, scanned ones get the trip count in front', () => {
    const op = loop((b) => b.node('Relu', ['before'], { outputs: ['after'] }));
    expect(shapes(op, [known(int64(5)), {}, carried], 2)).toEqual([
      [2, 'n'],
      ['?n_1_0', 2, 'n'],
    ]);
    expect(op.bodyRuns?.([known(int64(5)), {}, carried])).toBe(5);
    expect(op.bodyRuns?.([{}, {}, carried])).toBeUndefined();
  });

  test('a value that grows has an open size', () => {
    const op = loop((b) => b.node('Concat', ['before', 'before'], { outputs: ['after'], attributes: { axis: 0 } }));
    expect(shapes(op, [known(int64(5)), {}, carried], 2)).toEqual([
      ['?n_0_0', 'n'],
      ['?n_1_0', '?n_1_1', 'n'],
    ]);
  });
});

test('Scan: the scanned axis goes, and comes back where it is told to', () => {
  const op = bound('Scan', {
    num_scan_inputs: { kind: 'int', value: 1 },
    scan_input_axes: { kind: 'ints', value: [1] },
    scan_output_axes: { kind: 'ints', value: [-1] },
    body: body((b) => {
      b.input('before', []);
      b.input('slice', []);
      b.node('Add', ['before', 'slice'], { outputs: ['after'] });
      b.output('after', 'slice');
    }),
  });
  const inputs: readonly Value[] = [{ shape: [3] }, { shape: [3, 'steps'] }];
  expect(shapes(op, inputs, 2)).toEqual([[3], [3, 'steps']]);
  expect(op.bodyRuns?.([{ shape: [3] }, { shape: [3, 7] }])).toBe(7);
});

describe('sequences know what their elements have in common', () => {
  test('construct, insert, take out, join', () => {
    const [list = {}] = operator('SequenceConstruct').infer(
      [
        { type: 'float32', shape: [2, 3] },
        { type: 'float32', shape: [4, 3] },
      ],
      1,
    );
    expect(list).toEqual({ element: { type: 'float32', shape: ['?', 3] } });
    expect(operator('SequenceAt').infer([list, {}], 1)[0]).toEqual({ type: 'float32', shape: ['?', 3] });
    expect(operator('ConcatFromSequence', { axis: 0 }).infer([list], 1)[0]?.shape).toEqual(['?', 3]);
    expect(operator('ConcatFromSequence', { axis: 0, new_axis: 1 }).infer([list], 1)[0]?.shape).toEqual(['?', '?', 3]);
  });

  test('pieces of a tensor', () => {
    const x: Value = { type: 'float32', shape: [6, 3] };
    expect(operator('SplitToSequence').infer([x], 1)[0]?.element?.shape).toEqual([1, 3]);
    expect(operator('SplitToSequence', { keepdims: 0 }).infer([x], 1)[0]?.element?.shape).toEqual([3]);
    expect(operator('SplitToSequence').infer([x, {}], 1)[0]?.element?.shape).toEqual(['?', 3]);
  });

  test('by themselves they refuse to run', () => {
    expect(() => operator('SequenceLength').run([tensor([1], [1])], 1)).toThrow('only inside a graph');
    expect(
      ops
        .get('Optional')
        .bind(new Map(), 17)
        .run([tensor([1], [1])], 1)[0]?.shape,
    ).toEqual([1]);
  });
});

test('open sizes are named after the node and its output', () => {
  const op = bound('Unique', {});
  expect(op.infer([{ type: 'float32', shape: [6] }], 4).map((v) => v.shape)).toEqual([
    ['?n_0_0'],
    ['?n_1_0'],
    [6],
    ['?n_3_0'],
  ]);
});
