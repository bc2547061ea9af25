import { describe, expect, test } from 'vitest';
import { UserError } from '../base/index.ts';
import { createPlainBackend } from '../compute/index.ts';
import { type Attribute, type Model, numbersOf, type TensorId, tensorOf, verifyGraph } from '../ir/index.ts';
import { graphBuilder } from '../test-kit/graph-builder.ts';
import { activations, applyEdits, checkEdit, describeEdit, type Edit, editKinds, replacementsFor } from './index.ts';

/** x [1, 2] → Relu r → Mul by 3 m → Add with r: y [1, 2]; m also goes into an If, whose branches read r and m by name. */
function residual(): Model {
  const b = graphBuilder();
  b.input('x', [1, 2]);
  b.constant('three', [], [3]);
  b.node('Relu', ['x'], { id: 'relu', outputs: ['r'] });
  b.node('Mul', ['r', 'three'], { id: 'mul', outputs: ['m'] });
  b.node('Add', ['m', 'r'], { id: 'add', outputs: ['y'] });
  for (const id of ['r', 'm', 'y']) b.describe(id, [1, 2]);
  b.output('y');
  return b.done();
}

/** A body without inputs: `op` of values of the graph around it. */
function branch(op: string, reads: readonly TensorId[], output: TensorId): Attribute {
  const graph: Model['graph'] = {
    version: 1,
    name: output,
    opsets: new Map([['', 17]]),
    inputs: [],
    outputs: [output],
    tensors: new Map([[output, { id: output, type: 'float32', shape: [1, 2] }]]),
    nodes: [{ id: op, op, domain: '', inputs: reads, outputs: [output], attributes: new Map() }],
  };
  return { kind: 'graph', value: { graph, weights: new Map() } };
}

/** As `residual`, with an If behind it: z = c ? m + r : r · r. */
function branching(): Model {
  const model = residual();
  const { graph } = model;
  const attributes = new Map([
    ['then_branch', branch('Add', ['m', 'r'], 't')],
    ['else_branch', branch('Mul', ['r', 'r'], 'e')],
  ]);
  const choose = { id: 'choose', op: 'If', domain: '', inputs: ['c'], outputs: ['z'], attributes };
  const tensors = new Map(graph.tensors)
    .set('c', { id: 'c', type: 'bool', shape: [] })
    .set('z', { id: 'z', type: 'float32', shape: [1, 2] });
  return verifyGraph({
    ...model,
    graph: { ...graph, tensors, inputs: ['x', 'c'], outputs: ['y', 'z'], nodes: [...graph.nodes, choose] },
  });
}

async function run(model: Model, x: readonly number[], condition = 1): Promise<Record<string, number[]>> {
  verifyGraph(model);
  const feeds = new Map(
    model.graph.inputs.map((id) => [
      id,
      id === 'c' ? tensorOf('bool', [], [condition]) : tensorOf('float32', [1, x.length], x),
    ]),
  );
  const outputs = await (await createPlainBackend().prepare(model)).run(feeds);
  return Object.fromEntries([...outputs].map(([id, tensor]) => [id, Array.from(numbersOf(tensor))]));
}

const ids = (model: Model): string[] => model.graph.nodes.map((node) => node.id);

function errorOf(act: () => unknown): UserError {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof UserError) return thrown;
    throw thrown;
  }
  throw new Error('Nothing was thrown.');
}

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

function pooling(opset = 17): Model {
  const b = graphBuilder(opset);
  b.input('x', ['batch', 1, 4, 4]);
  b.input('mask', ['batch', 3]);
  b.node('MaxPool', ['x'], {
    id: 'pool',
    outputs: ['p'],
    attributes: { kernel_shape: [2, 2], strides: [2, 2], dilations: [1, 1] },
  });
  b.node('LeakyRelu', ['p'], { id: 'act', outputs: ['y'], attributes: { alpha: 0.1 } });
  b.describe('p', ['batch', 1, 2, 2]);
  b.describe('y', ['batch', 1, 2, 2]);
  b.output('y');
  return b.done();
}

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

describe('edits as JSON', () => {
  const EXAMPLES: readonly (readonly [Edit, string])[] = [
    [{ kind: 'extract', outputs: ['y'], inputs: ['r'] }, 'Extract from r to y'],
    [{ kind: 'extract-nodes', nodes: ['a', 'b', 'c', 'd'] }, 'Extract 4 layers (a …)'],
    [{ kind: 'remove', nodes: ['conv1'], input: 1 }, 'Remove conv1, input 1 takes its place'],
    [
      { kind: 'set-attribute', node: 'conv1', name: 'strides', attribute: { kind: 'ints', value: [2, 2] } },
      'Set strides of conv1 to [2, 2]',
    ],
    [{ kind: 'delete-attribute', node: 'conv1', name: 'strides' }, 'Delete strides of conv1'],
    [{ kind: 'set-input-shape', input: 'x', shape: ['batch', 3] }, 'Set x to [batch, 3]'],
    [{ kind: 'rename-node', node: 'a', name: 'b' }, 'Rename a to b'],
    [{ kind: 'rename-value', value: 'a', name: 'b' }, 'Rename a to b'],
    [
      { kind: 'insert-activation', value: 'x', activation: { id: 'Clip', parameters: { max: 4 } } },
      'Insert Clip(min 0, max 4) behind x',
    ],
    [{ kind: 'replace-activation', node: 'a', activation: { id: 'Tanh' } }, 'Replace a by Tanh'],
    [{ kind: 'replace-operator', node: 'a', op: 'Sub' }, 'Make a a Sub'],
    [{ kind: 'add-output', value: 'r' }, 'Make r an output'],
    [{ kind: 'remove-output', value: 'r' }, 'Remove the output r'],
  ];

  test('every kind survives JSON and says what it does', () => {
    for (const [edit, words] of EXAMPLES) {
      expect(checkEdit(JSON.parse(JSON.stringify(edit)))).toEqual(edit);
      expect(describeEdit(edit)).toBe(words);
    }
    expect(new Set(EXAMPLES.map(([edit]) => edit.kind))).toEqual(new Set(editKinds.ids()));
  });

  test.for<readonly [unknown, string]>([
    [null, 'edit/illegal'],
    [[], 'edit/illegal'],
    [{}, 'edit/illegal'],
    [{ kind: 'explode' }, 'base/unknown-edit'],
    [{ kind: '__proto__' }, 'base/unknown-edit'],
    [{ kind: 'remove', nodes: [] }, 'edit/illegal'],
    [{ kind: 'remove', nodes: ['a', 'a'] }, 'edit/illegal'],
    [{ kind: 'remove', nodes: ['a'], input: -1 }, 'edit/illegal'],
    [{ kind: 'remove', nodes: ['a'], more: 1 }, 'edit/illegal'],
    [{ kind: 'set-input-shape', input: 'x', shape: [0] }, 'edit/illegal'],
    [{ kind: 'set-input-shape', input: 'x', shape: [1.5] }, 'edit/illegal'],
    [{ kind: 'set-attribute', node: 'a', name: 'b', attribute: { kind: 'tensor', value: 1 } }, 'edit/illegal'],
    [{ kind: 'set-attribute', node: 'a', name: 'b', attribute: { kind: 'int', value: 1, x: 2 } }, 'edit/illegal'],
    [{ kind: 'rename-node', node: 'a', name: '\ud800' }, 'edit/illegal'],
    [{ kind: 'insert-activation', value: 'a', activation: { id: 'Bang' } }, 'edit/illegal'],
    [{ kind: 'insert-activation', value: 'a', activation: { id: 'Clip', parameters: { min: '0' } } }, 'edit/illegal'],
  ])('refuses %j', ([value, code]) => {
    expect(errorOf(() => checkEdit(value)).code).toBe(code);
  });
});
