import { describe, expect, test } from 'vitest';
import { createPlainBackend } from '../compute/index.ts';
import { type Model, tensorOf, verifyGraph } from '../ir/index.ts';
import { graphBuilder } from '../test-kit/graph-builder.ts';
import { branching, errorOf, ids, pooling, residual, run } from '../test-kit/small-models.ts';
import { applyEdits, type Edit } from './index.ts';

describe('removing layers', () => {
  test('who read the output reads the input of the same shape', async () => {
    const edited = applyEdits(residual(), [{ kind: 'remove', nodes: ['mul'] }]);
    expect(ids(edited)).toEqual(['relu', 'add']);
    expect(await run(edited, [-1, 2])).toEqual({ y: [0, 4] });
    expect(edited.weights.size).toBe(0);
  });

  test('an output of the model keeps its name', async () => {
    const edited = applyEdits(residual(), [{ kind: 'remove', nodes: ['add'] }]);
    expect(edited.graph.outputs).toEqual(['y']);
    expect(await run(edited, [-1, 2])).toEqual({ y: [0, 6] });
  });

  test('the chosen input takes its place, and what served the others goes', async () => {
    const edited = applyEdits(residual(), [{ kind: 'remove', nodes: ['add'], input: 1 }]);
    expect(ids(edited)).toEqual(['relu']);
    expect(await run(edited, [-1, 2])).toEqual({ y: [0, 2] });
  });

  test('all layers at once leave an Identity, which cannot be removed', async () => {
    const edited = applyEdits(residual(), [{ kind: 'remove', nodes: ['relu', 'mul', 'add'] }]);
    expect(edited.graph.nodes.map((n) => [n.id, n.op])).toEqual([['add', 'Identity']]);
    expect(await run(edited, [-1, 2])).toEqual({ y: [-1, 2] });
    const error = errorOf(() => applyEdits(edited, [{ kind: 'remove', nodes: ['add'] }]));
    expect(error.code).toBe('edit/nothing-left');
  });

  test('values that bodies read by name are replaced there', async () => {
    const edited = applyEdits(branching(), [{ kind: 'remove', nodes: ['relu'] }]);
    expect(await run(edited, [-1, 2], 1)).toEqual({ y: [-4, 8], z: [-4, 8] });
    expect(await run(edited, [-1, 2], 0)).toEqual({ y: [-4, 8], z: [1, 4] });
  });

  test('a value that a body alone reads is not taken for unused', async () => {
    const edited = applyEdits(branching(), [
      { kind: 'remove', nodes: ['add'], input: 1 },
      { kind: 'remove-output', value: 'y' },
    ]);
    expect(ids(edited)).toEqual(['relu', 'mul', 'choose']);
    expect(await run(edited, [-1, 2], 1)).toEqual({ z: [0, 8] });
  });

  test('where no input fits, the message says who loses what', () => {
    const b = graphBuilder();
    b.input('x', [1, 2]);
    b.constant('w', [2, 3], [1, 2, 3, 4, 5, 6]);
    b.node('MatMul', ['x', 'w'], { id: 'dense', outputs: ['h'] });
    b.node('Relu', ['h'], { id: 'relu', outputs: ['y'] });
    b.describe('h', [1, 3]);
    b.output('y');
    const error = errorOf(() => applyEdits(b.done(), [{ kind: 'remove', nodes: ['dense'] }]));
    expect(error.code).toBe('edit/cannot-remove');
    expect(error.message).toBe(
      "Layer 'dense' cannot be removed: 'relu' would lose 'h' [1, 3], and no input has the same known shape ('x' [1, 2]).",
    );
    expect(error.facts).toMatchObject({ node: 'dense', readers: ['relu'], edit: 0, what: 'Remove dense' });
  });

  test('layers whose readers go too need no one in their place', () => {
    const b = graphBuilder();
    b.input('x', [1, 2]);
    b.constant('w', [2, 3], [1, 2, 3, 4, 5, 6]);
    b.node('Relu', ['x'], { id: 'relu', outputs: ['r'] });
    b.node('MatMul', ['r', 'w'], { id: 'dense', outputs: ['h'] });
    b.constant('v', [3, 2], [1, 2, 3, 4, 5, 6]);
    b.node('MatMul', ['h', 'v'], { id: 'back', outputs: ['y'] });
    b.describe('r', [1, 2]);
    b.describe('y', [1, 2]);
    b.output('y');
    const edited = applyEdits(b.done(), [{ kind: 'remove', nodes: ['dense', 'back'] }]);
    expect(ids(verifyGraph(edited))).toEqual(['relu']);
    expect(edited.graph.nodes[0]?.outputs).toEqual(['y']);
  });

  test('another shape in its place makes what is declared behind stale', () => {
    const b = graphBuilder();
    b.input('x', [1, 2]);
    b.constant('w', [2, 3], [1, 2, 3, 4, 5, 6]);
    b.node('MatMul', ['x', 'w'], { id: 'dense', outputs: ['h'] });
    b.node('Relu', ['h'], { id: 'relu', outputs: ['r'] });
    b.node('Relu', ['r'], { id: 'again', outputs: ['y'] });
    for (const id of ['h', 'r', 'y']) b.describe(id, [1, 3]);
    b.output('y');
    const { graph } = applyEdits(b.done(), [{ kind: 'remove', nodes: ['dense'], input: 0 }]);
    expect([...graph.tensors.values()]).toEqual([
      { id: 'x', type: 'float32', shape: [1, 2] },
      { id: 'r' },
      { id: 'y' },
    ]);
  });
});

describe('extracting', () => {
  test('between values: the boundary keeps its types and shapes, the rest goes', async () => {
    const edited = applyEdits(branching(), [{ kind: 'extract', inputs: ['r'], outputs: ['m'] }]);
    expect(ids(edited)).toEqual(['mul']);
    expect(edited.graph.inputs).toEqual(['r']);
    expect([...edited.graph.tensors.keys()].sort()).toEqual(['m', 'r', 'three']);
    expect(await run(edited, [5, 6])).toEqual({ m: [15, 18] });
  });

  test('inputs of the model that are still needed stay', () => {
    const edited = applyEdits(branching(), [{ kind: 'extract', inputs: ['m'], outputs: ['z'] }]);
    expect(edited.graph.inputs).toEqual(['m', 'x', 'c']);
    expect(ids(edited)).toEqual(['relu', 'choose']);
  });

  test('by layers: constants come along, also computed ones', async () => {
    const b = graphBuilder();
    b.input('x', [1, 2]);
    b.constant('w', [1], [2]);
    b.node('Neg', ['w'], { id: 'negative', outputs: ['n'] });
    b.node('Relu', ['x'], { id: 'relu', outputs: ['r'] });
    b.node('Mul', ['r', 'n'], { id: 'mul', outputs: ['m'] });
    b.node('Add', ['m', 'r'], { id: 'add', outputs: ['y'] });
    for (const id of ['r', 'm', 'y']) b.describe(id, [1, 2]);
    b.output('y');
    const edited = applyEdits(b.done(), [{ kind: 'extract-nodes', nodes: ['mul'] }]);
    expect(ids(edited)).toEqual(['negative', 'mul']);
    expect(edited.graph.inputs).toEqual(['r']);
    expect(await run(edited, [1, 2])).toEqual({ m: [-2, -4] });
  });

  test('an input that a layer of the part writes beside what is needed', async () => {
    const b = graphBuilder();
    b.input('x', [1, 4]);
    b.node('Split', ['x'], { id: 'split', outputs: ['l', 'r'], attributes: { axis: 1 } });
    b.node('Add', ['l', 'r'], { id: 'add', outputs: ['y'] });
    for (const id of ['l', 'r', 'y']) b.describe(id, [1, 2]);
    b.output('y');
    const edited = verifyGraph(applyEdits(b.done(), [{ kind: 'extract', inputs: ['r'], outputs: ['y'] }]));
    expect(edited.graph.inputs).toEqual(['r', 'x']);
    expect(edited.graph.nodes[0]?.outputs).toEqual(['l', 'r/unused']);
    const feeds = new Map([
      ['x', tensorOf('float32', [1, 4], [1, 2, 3, 4])],
      ['r', tensorOf('float32', [1, 2], [10, 20])],
    ]);
    const outputs = await (await createPlainBackend().prepare(edited)).run(feeds);
    expect(outputs.get('y')?.data).toEqual(Float32Array.of(11, 22));
  });

  test('a selection with a body takes what the body reads as inputs', () => {
    const edited = applyEdits(branching(), [{ kind: 'extract-nodes', nodes: ['choose'] }]);
    expect(verifyGraph(edited).graph.inputs).toEqual(['c', 'm', 'r']);
    expect(edited.graph.outputs).toEqual(['z']);
  });

  test('types and shapes that the file does not declare are asked for', () => {
    const model = residual();
    const tensors = new Map(model.graph.tensors).set('r', { id: 'r' });
    const raw: Model = { ...model, graph: { ...model.graph, tensors } };
    const edit: Edit = { kind: 'extract', inputs: ['r'], outputs: ['m'] };
    expect(errorOf(() => applyEdits(raw, [edit])).code).toBe('edit/unknown-type');
    const edited = applyEdits(raw, [edit], () => new Map([['r', { type: 'float32', shape: [1, 2] }]]));
    expect(edited.graph.tensors.get('r')).toEqual({ id: 'r', type: 'float32', shape: [1, 2] });
  });

  test.for<readonly [string, Edit, string]>([
    ['an input that does not lead there', { kind: 'extract', inputs: ['y'], outputs: ['m'] }, 'edit/not-between'],
    ['a constant as input', { kind: 'extract', inputs: ['three'], outputs: ['m'] }, 'edit/constant'],
    ['an input as output', { kind: 'extract', inputs: [], outputs: ['x'] }, 'edit/not-computed'],
    ['one value as both', { kind: 'extract', inputs: ['m'], outputs: ['m'] }, 'edit/not-computed'],
    ['a value that is not there', { kind: 'extract', inputs: [], outputs: ['Y '] }, 'edit/no-value'],
    ['a layer that is not there', { kind: 'extract-nodes', nodes: ['mul', 'gone'] }, 'edit/no-node'],
  ])('refuses %s', ([, edit, code]) => {
    expect(errorOf(() => applyEdits(residual(), [edit])).code).toBe(code);
  });

  test('a name that differs in spelling is suggested', () => {
    const error = errorOf(() => applyEdits(residual(), [{ kind: 'add-output', value: 'M' }]));
    expect(error.hint).toBe("Did you mean 'm'?");
  });
});

describe('attributes', () => {
  test('a change that keeps shapes keeps what is declared', () => {
    const edited = applyEdits(pooling(), [
      { kind: 'set-attribute', node: 'act', name: 'alpha', attribute: { kind: 'float', value: 0.2 } },
    ]);
    expect(edited.graph.nodes[1]?.attributes.get('alpha')).toEqual({ kind: 'float', value: 0.2 });
    expect(edited.graph.tensors.get('y')).toEqual({ id: 'y', type: 'float32', shape: ['batch', 1, 2, 2] });
  });

  test('a change that changes shapes makes them stale from there on', () => {
    const edited = applyEdits(pooling(), [
      { kind: 'set-attribute', node: 'pool', name: 'strides', attribute: { kind: 'ints', value: [1, 1] } },
    ]);
    expect([edited.graph.tensors.get('p'), edited.graph.tensors.get('y')]).toEqual([{ id: 'p' }, { id: 'y' }]);
  });

  test('can be added and deleted', () => {
    const edited = applyEdits(pooling(), [
      { kind: 'set-attribute', node: 'pool', name: 'ceil_mode', attribute: { kind: 'int', value: 1 } },
      { kind: 'delete-attribute', node: 'pool', name: 'strides' },
    ]);
    expect([...(edited.graph.nodes[0]?.attributes.keys() ?? [])]).toEqual(['kernel_shape', 'dilations', 'ceil_mode']);
  });

  test.for<readonly [string, Edit, string, RegExp]>([
    [
      'a name the operator does not know',
      { kind: 'set-attribute', node: 'pool', name: 'stride', attribute: { kind: 'ints', value: [1, 1] } },
      'edit/unknown-attribute',
      /'pool': MaxPool knows no attribute 'stride'/,
    ],
    [
      'another kind of value',
      { kind: 'set-attribute', node: 'pool', name: 'strides', attribute: { kind: 'float', value: 1 } },
      'edit/illegal-attribute',
      /Layer 'pool' \(MaxPool\).*'strides'/,
    ],
    [
      'an illegal value',
      { kind: 'set-attribute', node: 'pool', name: 'auto_pad', attribute: { kind: 'string', value: 'WIDE' } },
      'edit/illegal-attribute',
      /WIDE/,
    ],
    [
      'windows that cannot move',
      { kind: 'set-attribute', node: 'pool', name: 'strides', attribute: { kind: 'ints', value: [0, 1] } },
      'edit/illegal-attribute',
      /'strides' has values below 1/,
    ],
    [
      'another number of axes',
      { kind: 'set-attribute', node: 'pool', name: 'strides', attribute: { kind: 'ints', value: [1] } },
      'edit/illegal-attribute',
      /a window of 2 axes needs 2/,
    ],
    [
      'windows larger than the input',
      { kind: 'set-attribute', node: 'pool', name: 'dilations', attribute: { kind: 'ints', value: [9, 9] } },
      'edit/illegal-attribute',
      /would be \[batch, 1, 0, 0\], which holds nothing/,
    ],
    [
      'deleting what must be there',
      { kind: 'delete-attribute', node: 'pool', name: 'kernel_shape' },
      'edit/illegal-attribute',
      /kernel_shape/,
    ],
    ['deleting what is not there', { kind: 'delete-attribute', node: 'act', name: 'beta' }, 'edit/no-attribute', /act/],
  ])('refuses %s', ([, edit, code, message]) => {
    const error = errorOf(() => applyEdits(pooling(), [edit]));
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
  });
});

describe('input shapes', () => {
  test('a size for a name goes to every input that uses the name', () => {
    const { graph } = applyEdits(pooling(), [{ kind: 'set-input-shape', input: 'x', shape: [2, 1, 8, 8] }]);
    expect(graph.inputs.map((id) => graph.tensors.get(id)?.shape)).toEqual([
      [2, 1, 8, 8],
      [2, 3],
    ]);
    expect(graph.tensors.get('p')).toEqual({ id: 'p', type: 'float32' });
  });

  test('a dimension gets a name', () => {
    const { graph } = applyEdits(pooling(), [{ kind: 'set-input-shape', input: 'x', shape: ['n', 1, 'h', 4] }]);
    expect(graph.tensors.get('x')?.shape).toEqual(['n', 1, 'h', 4]);
    expect(graph.tensors.get('mask')?.shape).toEqual(['batch', 3]);
  });

  test('only inputs have a shape to set', () => {
    const error = errorOf(() => applyEdits(pooling(), [{ kind: 'set-input-shape', input: 'p', shape: [1] }]));
    expect([error.code, error.hint]).toEqual(['edit/not-an-input', "Its inputs are 'x', 'mask'."]);
  });

  test('declared shapes inside bodies go too', () => {
    const { graph } = applyEdits(branching(), [{ kind: 'set-input-shape', input: 'x', shape: [1, 3] }]);
    const then = graph.nodes.at(-1)?.attributes.get('then_branch');
    expect(then?.kind === 'graph' && then.value.graph.tensors.get('t')).toEqual({ id: 't', type: 'float32' });
  });
});

describe('names', () => {
  test('a value is renamed everywhere, bodies included; results stay', async () => {
    const before = branching();
    const edited = applyEdits(before, [
      { kind: 'rename-value', value: 'x', name: 'image' },
      { kind: 'rename-value', value: 'r', name: 'rectified' },
      { kind: 'rename-value', value: 'three', name: 'factor' },
      { kind: 'rename-value', value: 'z', name: 'result' },
      { kind: 'rename-node', node: 'choose', name: 'pick' },
    ]);
    expect([...edited.weights.values()].map((w) => w.id)).toEqual(['factor']);
    const old = await run(before, [-1, 2]);
    expect(await run(edited, [-1, 2])).toEqual({ y: old.y, result: old.z });
    expect(ids(edited).at(-1)).toBe('pick');
  });

  test.for<readonly [string, Edit, string]>([
    ['an input', { kind: 'rename-value', value: 'r', name: 'x' }, "The name 'x' is taken: an input has it."],
    [
      'a constant',
      { kind: 'rename-value', value: 'r', name: 'three' },
      "The name 'three' is taken: a constant has it.",
    ],
    [
      'a result',
      { kind: 'rename-value', value: 'r', name: 'm' },
      "The name 'm' is taken: an output of layer 'mul' has it.",
    ],
    [
      'a value in a body',
      { kind: 'rename-value', value: 'r', name: 'e' },
      "The name 'e' is taken: a value inside layer 'choose' has it.",
    ],
    ['a layer', { kind: 'rename-node', node: 'add', name: 'mul' }, "The name 'mul' is taken: a Mul layer has it."],
  ])('of %s are taken', ([, edit, message]) => {
    expect(errorOf(() => applyEdits(branching(), [edit])).message).toBe(message);
  });
});

describe('outputs', () => {
  test('are added last and removed with what served them alone', async () => {
    const tapped = applyEdits(residual(), [{ kind: 'add-output', value: 'r' }]);
    expect(await run(tapped, [-1, 2])).toEqual({ y: [0, 8], r: [0, 2] });
    const cut = applyEdits(tapped, [{ kind: 'remove-output', value: 'y' }]);
    expect([ids(cut), cut.weights.size]).toEqual([['relu'], 0]);
  });

  test.for<readonly [Edit, string]>([
    [{ kind: 'add-output', value: 'y' }, 'edit/already-output'],
    [{ kind: 'add-output', value: 'x' }, 'edit/not-computed'],
    [{ kind: 'remove-output', value: 'r' }, 'edit/not-an-output'],
    [{ kind: 'remove-output', value: 'y' }, 'edit/last-output'],
  ])('refuses %j', ([edit, code]) => {
    expect(errorOf(() => applyEdits(residual(), [edit])).code).toBe(code);
  });
});
