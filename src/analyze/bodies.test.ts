import { describe, expect, test } from 'vitest';
import { type Attribute, type FunctionDef, type Model, type Node, verifyGraph } from '../ir/index.ts';
import { testContext } from '../test-kit/context.ts';
import { graphBuilder } from '../test-kit/graph-builder.ts';
import { inferShapes } from './infer-shapes.ts';
import { layerCosts, shapedBodies, totals } from './layer-costs.ts';
import { memoryTimeline } from './memory-timeline.ts';

const shapeOf = (model: Model, id: string) => model.graph.tensors.get(id)?.shape;
const nodeOf = (model: Model, id: string): Node => {
  const found = model.graph.nodes.find((n) => n.id === id);
  if (!found) throw new Error(`no node ${id}`);
  return found;
};

/** The model with graphs put into a node's attributes. */
function withBodies(model: Model, id: string, bodies: Readonly<Record<string, Model>>): Model {
  const nodes = model.graph.nodes.map((node) => {
    if (node.id !== id) return node;
    const added = Object.entries(bodies).map(([name, value]): [string, Attribute] => [name, { kind: 'graph', value }]);
    return { ...node, attributes: new Map([...node.attributes, ...added]) };
  });
  return { ...model, graph: { ...model.graph, nodes } };
}

/** A body: nodes that may read names of the graph around it, so it is not verified alone. */
function body(
  inputs: readonly string[],
  nodes: readonly Node[],
  outputs: readonly string[],
  constants = new Map<string, number[]>(),
): Model {
  const b = graphBuilder();
  for (const id of inputs) b.input(id, []);
  for (const [id, shape] of constants)
    b.constant(id, shape, new Float32Array(shape.reduce((n, d) => n * d, 1)).fill(1));
  const { graph, weights } = b.done();
  const tensors = new Map([...graph.tensors].map(([id, info]) => [id, info.weight === undefined ? { id } : info]));
  for (const node of nodes) for (const id of node.outputs) tensors.set(id, { id });
  return { graph: { ...graph, nodes, outputs, tensors }, weights };
}

const node = (
  op: string,
  inputs: string[],
  outputs: string[],
  attributes: Readonly<Record<string, Attribute>> = {},
  domain = '',
): Node => ({
  id: `${op}_${outputs[0]}`,
  op,
  domain,
  inputs,
  outputs,
  attributes: new Map(Object.entries(attributes)),
});

/** y = if c then x · w (w inside) else relu(x). */
function branching(condition?: number): Model {
  const b = graphBuilder();
  b.input('x', [2, 3]);
  if (condition === undefined) b.input('c', [], 'bool');
  else b.constant('c', [], [condition], 'bool');
  b.output(b.node('If', ['c'], { id: 'if', outputs: ['y'] }));
  return withBodies(b.done(), 'if', {
    then_branch: body([], [node('MatMul', ['x', 'w'], ['p'])], ['p'], new Map([['w', [3, 5]]])),
    else_branch: body([], [node('Relu', ['x'], ['r'])], ['r']),
  });
}

describe('If', () => {
  test('a constant condition chooses shape and cost; otherwise what is common, and the dearer branch', () => {
    const yes = inferShapes(branching(1), testContext());
    expect(shapeOf(yes, 'y')).toEqual([2, 5]);
    expect(totals(yes)).toMatchObject({ macs: 2 * 3 * 5, params: 15 });
    const no = inferShapes(branching(0), testContext());
    expect(shapeOf(no, 'y')).toEqual([2, 3]);
    expect(totals(no).macs).toBe(0);
    const open = inferShapes(branching(), testContext());
    expect(shapeOf(open, 'y')).toEqual([2, '?if_0_1']);
    expect(totals(open)).toMatchObject({ macs: 30, params: 15 });
  });

  test('its branches stand alone: shaped, with what they read from outside as inputs, and costs', () => {
    const model = inferShapes(branching(), testContext());
    const [yes, no] = shapedBodies(model, nodeOf(model, 'if'));
    for (const one of [yes, no]) verifyGraph(one?.model as Model);
    expect(yes).toMatchObject({ name: 'then_branch', captured: ['x'], runs: 1, costs: [{ macs: 30 }] });
    expect(yes?.model.graph.inputs).toEqual(['x']);
    expect(shapeOf(yes?.model as Model, 'p')).toEqual([2, 5]);
    expect(no?.costs).toMatchObject([{ op: 'Relu', ops: 6 }]);
    const chosen = inferShapes(branching(1), testContext());
    expect(shapedBodies(chosen, nodeOf(chosen, 'if')).map((b) => b.runs)).toEqual([1, 0]);
  });

  test('a branch that cannot work with these shapes is reported, not thrown, while the condition is open', () => {
    const b = graphBuilder();
    b.input('x', [2, 3]);
    b.input('c', [], 'bool');
    b.output(b.node('If', ['c'], { id: 'if', outputs: ['y'] }));
    const model = withBodies(b.done(), 'if', {
      then_branch: body([], [node('Squeeze', ['x', 'axes'], ['s'])], ['s'], new Map([['axes', [1]]])),
      else_branch: body([], [node('Relu', ['x'], ['r'])], ['r']),
    });
    const ctx = testContext();
    expect(shapeOf(inferShapes(model, ctx), 'y')).toBeUndefined();
    expect(ctx.diagnostics).toMatchObject([{ code: 'analyze/impossible-branch', node: 'if' }]);
  });

  test('a value only a branch reads stays alive until the If has run', () => {
    const b = graphBuilder();
    b.input('c', [], 'bool');
    const early = b.node('Relu', [b.input('x', [2, 3])], { outputs: ['early'] });
    const later = b.node('Exp', [b.node('Neg', [early])]);
    b.output(b.node('If', ['c'], { id: 'if', outputs: ['y'] }), later);
    const branch = body([], [node('Relu', ['early'], ['r'])], ['r']);
    const model = inferShapes(withBodies(b.done(), 'if', { then_branch: branch, else_branch: branch }), testContext());
    expect(memoryTimeline(model)?.buffers.find((u) => u.tensor === 'early' || u.tensor === 'x')?.lastTick).toBe(3);
  });
});

/** A Loop of `trips` rounds over a carried value of shape [1, 3]; each round multiplies it by w [3, 3] and gives it out. */
function looping(trips: number | 'open', grows = false): Model {
  const b = graphBuilder();
  const start = b.input('x', [1, 3]);
  if (trips === 'open') b.input('m', [], 'int64');
  else b.constant('m', [], [trips], 'int64');
  b.node('Loop', ['m', '', start], { id: 'loop', outputs: ['last', 'all'] });
  b.output('last', 'all');
  const step = grows
    ? node('Concat', ['h', 'h'], ['next'], { axis: { kind: 'int', value: 0 } })
    : node('MatMul', ['h', 'w'], ['next']);
  const inner = body(
    ['i', 'go', 'h'],
    [step, node('Identity', ['go'], ['on'])],
    ['on', 'next', 'next'],
    new Map([['w', [3, 3]]]),
  );
  const undeclared = new Map(
    [...inner.graph.tensors].map(([id, info]) => [id, info.weight === undefined ? { id } : info]),
  );
  return withBodies(b.done(), 'loop', { body: { ...inner, graph: { ...inner.graph, tensors: undeclared } } });
}

describe('Loop and Scan', () => {
  test('a constant trip count multiplies the cost of the body and is the length of what it gives out', () => {
    const model = inferShapes(looping(7), testContext());
    expect(shapeOf(model, 'last')).toEqual([1, 3]);
    expect(shapeOf(model, 'all')).toEqual([7, 1, 3]);
    expect(totals(model)).toMatchObject({ macs: 7 * 9, params: 9 });
    expect(shapedBodies(model, nodeOf(model, 'loop'))).toMatchObject([{ name: 'body', runs: 7, captured: [] }]);
  });

  test('an open trip count leaves the cost and the length unknown', () => {
    const model = inferShapes(looping('open'), testContext());
    expect(shapeOf(model, 'last')).toEqual([1, 3]);
    expect(shapeOf(model, 'all')?.slice(1)).toEqual([1, 3]);
    expect(typeof shapeOf(model, 'all')?.[0]).toBe('string');
    expect(totals(model)).not.toHaveProperty('macs');
    expect(totals(model).params).toBe(9);
  });

  test('a carried size that grows is open', () => {
    const model = inferShapes(looping(3, true), testContext());
    expect(shapeOf(model, 'last')?.map((d) => typeof d)).toEqual(['string', 'number']);
  });

  test('a Scan costs its body once for every slice', () => {
    const b = graphBuilder();
    const inputs = [b.input('h0', [1, 4]), b.input('xs', [6, 1, 4])];
    b.node('Scan', inputs, { id: 'scan', outputs: ['h', 'ys'], attributes: { num_scan_inputs: 1 } });
    b.output('h', 'ys');
    const nodes = [node('MatMul', ['x', 'w'], ['p']), node('Add', ['p', 's'], ['t'])];
    const inner = body(['s', 'x'], nodes, ['t', 't'], new Map([['w', [4, 4]]]));
    const undeclared = new Map(
      [...inner.graph.tensors].map(([id, info]) => [id, info.weight === undefined ? { id } : info]),
    );
    const whole = withBodies(b.done(), 'scan', { body: { ...inner, graph: { ...inner.graph, tensors: undeclared } } });
    const model = inferShapes(whole, testContext());
    expect(shapeOf(model, 'ys')).toEqual([6, 1, 4]);
    expect(totals(model)).toMatchObject({ macs: 6 * 16, params: 16 });
  });

  test('Loops in Loops that change what they carry end, however deep', { timeout: 30_000 }, () => {
    let inner = looping(3, true);
    for (let depth = 0; depth < 25; depth++) {
      const nested = body(
        ['i', 'go', 'h'],
        [...inner.graph.nodes.map((n) => ({ ...n, inputs: ['', '', 'h'] })), node('Identity', ['go'], ['on'])],
        ['on', 'last', 'all'],
      );
      inner = withBodies(looping(3, true), 'loop', { body: nested });
    }
    const started = performance.now();
    inferShapes(inner, testContext());
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

/** A model that calls local functions. */
function calling(defs: readonly FunctionDef[], call: Node, inputs: readonly string[]): Model {
  const b = graphBuilder(17, { local: 1 });
  b.input('x', [2, 3]);
  b.constant('w', [3, 4], new Float32Array(12));
  const { graph, weights } = b.done();
  const functions = new Map(defs.map((def) => [`${def.domain}::${def.name}`, sharing(def, defs)]));
  const tensors = new Map(graph.tensors);
  for (const id of call.outputs) tensors.set(id, { id });
  return { graph: { ...graph, inputs, nodes: [call], outputs: call.outputs, tensors, functions }, weights };
}

/** Bodies share the table of the graph around them. */
function sharing(def: FunctionDef, defs: readonly FunctionDef[]): FunctionDef {
  const functions = new Map(defs.map((d) => [`${d.domain}::${d.name}`, d]));
  return { ...def, body: { ...def.body, graph: { ...def.body.graph, functions } } };
}

const define = (name: string, inputs: string[], nodes: Node[], output: string): FunctionDef => ({
  domain: 'local',
  name,
  inputs,
  outputs: [output],
  attributes: ['alpha'],
  defaults: new Map(),
  body: body(inputs, nodes, [output]),
});

describe('local functions', () => {
  test('a call has the shapes and the cost of its body, weights given to it count, absent inputs are absent', () => {
    const leaky = node('LeakyRelu', ['p'], ['l'], { alpha: { kind: 'reference', value: 'alpha', type: 1 } });
    const dense = define(
      'Dense',
      ['a', 'm', 'low'],
      [node('MatMul', ['a', 'm'], ['p']), leaky, node('Clip', ['l', 'low'], ['c'])],
      'c',
    );
    const call = node('Dense', ['x', 'w'], ['y'], { alpha: { kind: 'float', value: 0.1 } }, 'local');
    const model = inferShapes(calling([dense], call, ['x']), testContext());
    expect(shapeOf(model, 'y')).toEqual([2, 4]);
    expect(layerCosts(model)).toMatchObject([{ op: 'Dense', macs: 24, params: 12, weightElements: 12 }]);
    const [inside] = shapedBodies(model, call);
    verifyGraph(inside?.model as Model);
    expect(inside).toMatchObject({ name: 'function', runs: 1 });
    expect(inside?.model.graph.inputs).toEqual(['a']);
  });

  test('a function that calls itself is not known; one that calls another is', () => {
    const self = define('Self', ['a'], [node('Self', ['a'], ['s'], {}, 'local')], 's');
    const model = inferShapes(calling([self], node('Self', ['x'], ['y'], {}, 'local'), ['x']), testContext());
    expect(totals(model)).not.toHaveProperty('macs');
    const inner = define('Inner', ['a'], [node('Relu', ['a'], ['r'])], 'r');
    const outer = define('Outer', ['a'], [node('Inner', ['a'], ['o'], {}, 'local')], 'o');
    const nested = inferShapes(calling([inner, outer], node('Outer', ['x'], ['y'], {}, 'local'), ['x']), testContext());
    expect(shapeOf(nested, 'y')).toEqual([2, 3]);
    expect(layerCosts(nested)).toMatchObject([{ ops: 6 }]);
  });

  test('functions that call each other twice, forty deep, are refused, not written out', () => {
    const defs = Array.from({ length: 40 }, (_, i) => {
      const next = `F${i + 1}`;
      const nodes =
        i === 39
          ? [node('Relu', ['a'], ['r'])]
          : [node(next, ['a'], ['q'], {}, 'local'), node(next, ['q'], ['r'], {}, 'local')];
      return define(`F${i}`, ['a'], nodes, 'r');
    });
    const table = new Map(defs.map((d) => [`local::${d.name}`, d]));
    for (const d of defs) Object.assign(d.body.graph, { functions: table });
    const model = calling(defs, node('F0', ['x'], ['y'], {}, 'local'), ['x']);
    const started = performance.now();
    const shaped = inferShapes({ ...model, graph: { ...model.graph, functions: table } }, testContext());
    expect(totals(shaped)).not.toHaveProperty('macs');
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
