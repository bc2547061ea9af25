import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Attribute,
  type FunctionDef,
  functionKey,
  type Model,
  type Node,
  numbersOf,
  type Tensor,
  tensorOf,
} from '../ir/index.ts';
import { type GraphBuilder, graphBuilder } from '../test-kit/graph-builder.ts';
import { int64, tensor } from '../test-kit/run-operator.ts';
import { createPlainBackend } from './plain-backend.ts';

/** The model with these attributes added to the node `id`: graphs, which the builder does not write. */
function withAttributes(model: Model, id: string, attributes: Readonly<Record<string, Attribute>>): Model {
  const add = (node: Node): Node =>
    node.id === id ? { ...node, attributes: new Map([...node.attributes, ...Object.entries(attributes)]) } : node;
  return { ...model, graph: { ...model.graph, nodes: model.graph.nodes.map(add) } };
}

/** A graph inside a node. It may read names of the graph around it, so it is not verified by itself. */
function body(build: (b: GraphBuilder) => void, opset = 17): Attribute {
  const b = graphBuilder(opset);
  build(b);
  return { kind: 'graph', value: b.unverified() };
}

async function run(model: Model, feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, number[]>> {
  const runner = await createPlainBackend().prepare(model);
  const results = await runner.run(new Map(Object.entries(feeds)));
  return Object.fromEntries([...results].map(([id, t]) => [id, Array.from(numbersOf(t))]));
}

const flag = (on: boolean) => tensorOf('bool', [], [on ? 1 : 0]);

describe('If', () => {
  const model = () => {
    const b = graphBuilder();
    const condition = b.input('condition', [], 'bool');
    const x = b.input('x', [2]);
    const doubled = b.node('Add', [x, x], { outputs: ['doubled'] });
    b.node('Relu', [doubled], { outputs: ['unrelated'] });
    b.output(b.node('If', [condition], { id: 'choice', outputs: ['y'] }));
    return withAttributes(b.done(), 'choice', {
      // Both read 'doubled' from outside; nothing else reads it that late.
      then_branch: body((inner) => inner.output(inner.node('Neg', ['doubled'], { outputs: ['a'] }))),
      else_branch: body((inner) => inner.output('doubled')),
    });
  };

  test('runs the branch its condition chooses, with the values around it', async () => {
    expect(await run(model(), { condition: flag(true), x: tensor([2], [1, 2]) })).toEqual({ y: [-2, -4] });
    expect(await run(model(), { condition: flag(false), x: tensor([2], [1, 2]) })).toEqual({ y: [2, 4] });
  });

  test('an operator that a branch does not know is refused when the model is prepared, with its name', async () => {
    const broken = withAttributes(model(), 'choice', {
      then_branch: body((inner) => inner.output(inner.node('Fancy', ['x'], { id: 'deep', outputs: ['a'] }))),
    });
    await expect(createPlainBackend().prepare(broken)).rejects.toMatchObject({
      code: 'compute/unsupported-operator',
      facts: { node: 'deep' },
    });
  });
});

/** total += x, and total is also scanned, as often as `trips` says or until total passes `limit`. */
function summingLoop(): Model {
  const b = graphBuilder();
  const [trips, go] = [b.input('trips', [1], 'int64'), b.input('go', [], 'bool')];
  const start = b.constant('start', [1], [0]);
  b.input('x', [1]);
  b.constant('limit', [1], [10]);
  b.output(b.node('Loop', [trips, go, start], { id: 'loop', outputs: ['total', 'totals'] }), 'totals');
  return withAttributes(b.done(), 'loop', {
    body: body((inner) => {
      inner.input('i', [], 'int64');
      inner.input('going', [], 'bool');
      inner.input('before', [1]);
      inner.node('Add', ['before', 'x'], { outputs: ['after'] });
      inner.node('Less', ['after', 'limit'], { outputs: ['below'] });
      inner.node('Squeeze', ['below'], { outputs: ['more'] });
      inner.output('more', 'after', 'after');
    }),
  });
}

describe('Loop', () => {
  const x = tensor([1], [3]);

  test('carries values on and stacks what it scans', async () => {
    const results = await run(summingLoop(), { trips: int64(3), go: flag(true), x });
    expect(results).toEqual({ total: [9], totals: [3, 6, 9] });
  });

  test('stops when the condition fails, and does not start where it fails at once', async () => {
    expect(await run(summingLoop(), { trips: int64(99), go: flag(true), x })).toEqual({
      total: [12],
      totals: [3, 6, 9, 12],
    });
    expect(await run(summingLoop(), { trips: int64(9), go: flag(false), x })).toEqual({ total: [0], totals: [] });
  });

  test('sums as often as it is told to', async () => {
    const trips = fc.integer({ min: 0, max: 12 });
    await fc.assert(
      fc.asyncProperty(trips, async (n) => {
        const step = tensor([1], [0.5]);
        const { total, totals } = await run(summingLoop(), { trips: int64(n), go: flag(true), x: step });
        expect(total).toEqual([n / 2]);
        expect(totals).toEqual(Array.from({ length: n }, (_, i) => (i + 1) / 2));
      }),
      { numRuns: 20 },
    );
  });
});

/** Running sums of rows: the example of the ONNX specification. */
const sumBody = (opset: number) =>
  body((inner) => {
    inner.input('before', [2]);
    inner.input('row', [2]);
    inner.node('Add', ['before', 'row'], { outputs: ['after'] });
    inner.node('Identity', ['after'], { outputs: ['scanned'] });
    inner.output('after', 'scanned');
  }, opset);

function scanModel(attributes: Readonly<Record<string, number | readonly number[]>>): Model {
  const b = graphBuilder(11);
  const start = b.constant('start', [2], [0, 0]);
  const x = b.input('x', [3, 2]);
  const node = { id: 'scan', outputs: ['last', 'all'], attributes: { num_scan_inputs: 1, ...attributes } };
  b.output(b.node('Scan', [start, x], node), 'all');
  return withAttributes(b.done(), 'scan', { body: sumBody(11) });
}

describe('Scan', () => {
  const x = tensor([3, 2], [1, 2, 3, 4, 5, 6]);

  test('forwards and backwards', async () => {
    expect(await run(scanModel({}), { x })).toEqual({ last: [9, 12], all: [1, 2, 4, 6, 9, 12] });
    const backwards = scanModel({ scan_input_directions: [1], scan_output_directions: [1] });
    expect(await run(backwards, { x })).toEqual({ last: [9, 12], all: [9, 12, 8, 10, 5, 6] });
  });

  test('output along another axis', async () => {
    expect((await run(scanModel({ scan_output_axes: [1] }), { x }))['all']).toEqual([1, 4, 9, 2, 6, 12]);
  });

  test('the form of opset 8: batches of sequences that may be shorter', async () => {
    const b = graphBuilder(8);
    const lengths = b.constant('lengths', [2], [3, 1], 'int64');
    const start = b.constant('start', [2, 2], [0, 0, 10, 10]);
    const sequences = b.input('x', [2, 3, 2]);
    const node = { id: 'scan', outputs: ['last', 'all'], attributes: { num_scan_inputs: 1 } };
    b.output(b.node('Scan', [lengths, start, sequences], node), 'all');
    const model = withAttributes(b.done(), 'scan', { body: sumBody(8) });
    const twice = tensor([2, 3, 2], [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6]);
    expect(await run(model, { x: twice })).toEqual({
      last: [9, 12, 11, 12],
      all: [1, 2, 4, 6, 9, 12, 11, 12, 0, 0, 0, 0],
    });
  });
});

describe('sequences', () => {
  test('are built, changed, read and joined', async () => {
    const b = graphBuilder();
    const [x, y] = [b.input('x', [2]), b.input('y', [2])];
    b.node('SequenceConstruct', [x, y, x], { outputs: ['list'] });
    b.node('SequenceErase', ['list', b.constant('at', [], [-1], 'int64')], { outputs: ['two'] });
    b.node('SequenceInsert', ['two', x, b.constant('front', [], [-2], 'int64')], { outputs: ['three'] });
    b.node('ConcatFromSequence', ['three'], { outputs: ['joined'], attributes: { axis: 0, new_axis: 1 } });
    b.node('SequenceLength', ['three'], { outputs: ['length'] });
    b.node('SequenceAt', ['three', b.constant('last', [], [-1], 'int64')], { outputs: ['element'] });
    b.output('joined', 'length', 'element');
    expect(await run(b.done(), { x: tensor([2], [1, 2]), y: tensor([2], [3, 4]) })).toEqual({
      joined: [1, 2, 1, 2, 3, 4],
      length: [3],
      element: [3, 4],
    });
  });

  test('pieces of a tensor, by size and singly', async () => {
    const b = graphBuilder();
    const x = b.input('x', [5]);
    b.node('SplitToSequence', [x, b.constant('two', [], [2], 'int64')], { outputs: ['pairs'] });
    b.node('SequenceAt', ['pairs', b.constant('end', [], [2], 'int64')], { outputs: ['rest'] });
    b.node('SplitToSequence', [x], { outputs: ['singles'], attributes: { keepdims: 0 } });
    b.node('ConcatFromSequence', ['singles'], { outputs: ['again'], attributes: { axis: 0, new_axis: 1 } });
    b.output('rest', 'again');
    const results = await run(b.done(), { x: tensor([5], [1, 2, 3, 4, 5]) });
    expect(results).toEqual({ rest: [5], again: [1, 2, 3, 4, 5] });
  });

  test('SequenceMap runs its body for every element', async () => {
    const b = graphBuilder();
    const x = b.input('x', [4]);
    b.node('SplitToSequence', [x], { outputs: ['list'] });
    b.node('SequenceMap', ['list', x], { id: 'map', outputs: ['mapped'] });
    b.node('ConcatFromSequence', ['mapped'], { outputs: ['y'], attributes: { axis: 0 } });
    b.output('y');
    const model = withAttributes(b.done(), 'map', {
      body: body((inner) => {
        inner.input('element', [1]);
        inner.input('all', [4]);
        inner.node('ReduceMax', ['all'], { outputs: ['most'], attributes: { keepdims: 0 } });
        inner.output(inner.node('Div', ['element', 'most'], { outputs: ['share'] }));
      }),
    });
    expect(await run(model, { x: tensor([4], [1, 2, 3, 4]) })).toEqual({ y: [0.25, 0.5, 0.75, 1] });
  });

  test('an optional value knows whether it is there', async () => {
    const b = graphBuilder(18);
    const x = b.input('x', [1]);
    b.node('Optional', [x], { outputs: ['some'] });
    b.node('OptionalHasElement', ['some'], { outputs: ['has'] });
    b.node('OptionalHasElement', [''], { outputs: ['hasNot'] });
    b.node('OptionalGetElement', ['some'], { outputs: ['value'] });
    b.output('has', 'hasNot', 'value');
    expect(await run(b.done(), { x: tensor([1], [7]) })).toEqual({ has: [1], hasNot: [0], value: [7] });
  });

  test('a sequence is no output of a run, and no operand of arithmetic', async () => {
    const b = graphBuilder();
    const x = b.input('x', [1]);
    b.output(b.node('SequenceConstruct', [x], { outputs: ['list'] }));
    await expect(run(b.done(), { x: tensor([1], [1]) })).rejects.toMatchObject({ code: 'compute/not-a-tensor' });
    const mixed = graphBuilder();
    mixed.node('SequenceConstruct', [mixed.input('x', [1])], { outputs: ['list'] });
    mixed.output(mixed.node('Relu', ['list'], { id: 'relu', outputs: ['y'] }));
    await expect(run(mixed.done(), { x: tensor([1], [1]) })).rejects.toMatchObject({
      code: 'ops/not-a-tensor',
      facts: { node: 'relu' },
    });
  });
});

/** A function of the model's own. */
function localFunction(
  name: string,
  build: (b: GraphBuilder) => void,
  attributes: readonly string[] = [],
): FunctionDef {
  const b = graphBuilder(17, { mine: 1 });
  build(b);
  const model = b.unverified();
  const { inputs, outputs } = model.graph;
  return { domain: 'mine', name, inputs, outputs, attributes, defaults: new Map(), body: model };
}

/** The table, shared by the graph and all bodies of functions. */
function withFunctions(model: Model, ...functions: readonly FunctionDef[]): Model {
  const table = new Map<string, FunctionDef>();
  const sharing = (m: Model): Model => ({ ...m, graph: { ...m.graph, functions: table } });
  for (const f of functions) table.set(functionKey({ domain: f.domain, op: f.name }), { ...f, body: sharing(f.body) });
  return sharing(model);
}

describe('local functions', () => {
  const caller = () => {
    const b = graphBuilder(17, { mine: 1 });
    const x = b.input('x', [2]);
    b.output(
      b.node('Outer', [x], { domain: 'mine', id: 'call', outputs: ['y'], attributes: { slope: { float: 0.5 } } }),
    );
    return b.done();
  };
  const leaky = localFunction(
    'Leaky',
    (b) => {
      b.input('x', [2]);
      b.output(b.node('LeakyRelu', ['x'], { id: 'leaky', outputs: ['z'] }));
    },
    ['alpha'],
  );
  const inner: FunctionDef = {
    ...leaky,
    body: withAttributes(leaky.body, 'leaky', { alpha: { kind: 'reference', value: 'alpha', type: 1 } }),
  };
  const outerNamed = localFunction(
    'Outer',
    (b) => {
      b.input('x', [2]);
      b.node('Leaky', ['x'], { domain: 'mine', id: 'nested', outputs: ['once'] });
      b.output(b.node('Add', ['once', 'x'], { outputs: ['sum'] }));
    },
    ['slope'],
  );
  const outer: FunctionDef = {
    ...outerNamed,
    body: withAttributes(outerNamed.body, 'nested', { alpha: { kind: 'reference', value: 'slope', type: 1 } }),
  };

  test('run nested, with the attributes handed down', async () => {
    const model = withFunctions(caller(), outer, inner);
    expect(await run(model, { x: tensor([2], [-2, 4]) })).toEqual({ y: [-3, 8] });
  });

  test('one that calls itself is refused', async () => {
    const circular = localFunction('Outer', (b) => {
      b.input('x', [2]);
      b.output(b.node('Outer', ['x'], { domain: 'mine', id: 'again', outputs: ['z'] }));
    });
    await expect(createPlainBackend().prepare(withFunctions(caller(), circular))).rejects.toMatchObject({
      code: 'compute/recursive-function',
      facts: { node: 'again' },
    });
  });
});
