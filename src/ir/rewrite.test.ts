import { expect, test } from 'vitest';
import type { Attribute, Model, Node, TensorInfo } from './graph.ts';
import { consumersOf, hasBodies, mapBodies, Rewrite, renameValues } from './rewrite.ts';
import { tensorOf } from './tensor.ts';
import { verifyGraph } from './verify-graph.ts';
import { encodeWeight } from './weights.ts';

const node = (
  id: string,
  op: string,
  inputs: string[],
  outputs: string[],
  bodies: Record<string, Model> = {},
): Node => ({
  id,
  op,
  domain: '',
  inputs,
  outputs,
  attributes: new Map(
    Object.entries(bodies).map(([name, value]): [string, Attribute] => [name, { kind: 'graph', value }]),
  ),
});

function model(nodes: readonly Node[], inputs: string[], outputs: string[], constants: readonly string[] = []): Model {
  const tensors = new Map<string, TensorInfo>();
  const info = (id: string) => tensors.set(id, { id, type: 'float32', shape: [1] });
  inputs.forEach(info);
  for (const n of nodes) n.outputs.forEach(info);
  for (const id of constants) tensors.set(id, { id, type: 'float32', shape: [1], weight: id });
  const stored = (id: string) => encodeWeight(id, tensorOf('float32', [1], [1]));
  const graph = { version: 1 as const, name: 'g', opsets: new Map([['', 17]]), inputs, outputs, tensors, nodes };
  return { graph, weights: new Map(constants.map((id) => [id, stored(id)])) };
}

/** y = if c then (x + w) else (−x), with x renamed by an Identity before; the branches read `copy` and `w` by name. */
function branching(): Model {
  const then = model([node('t', 'Add', ['copy', 'w'], ['sum'])], [], ['sum']);
  const otherwise = model([node('e', 'Neg', ['copy'], ['x_like'])], [], ['x_like']);
  const nodes = [
    node('copy', 'Identity', ['x'], ['copy']),
    node('if', 'If', ['c'], ['y'], { then_branch: then, else_branch: otherwise }),
  ];
  return verifyGraph(model(nodes, ['x', 'c'], ['y'], ['w']));
}

const bodyOf = (from: Model, id: string, name: string): Model => {
  const attribute = from.graph.nodes.find((n) => n.id === id)?.attributes.get(name);
  if (attribute?.kind !== 'graph') throw new Error(`no body ${name}`);
  return attribute.value;
};

test('what a body reads by name has that node as its reader', () => {
  const { graph } = branching();
  expect(
    consumersOf(graph)
      .get('copy')
      ?.map((n) => n.id),
  ).toEqual(['if']);
  expect(graph.nodes.map(hasBodies)).toEqual([false, true]);
});

test('a value is renamed inside the bodies that read it, and constants they read are kept', () => {
  const rewrite = new Rewrite(branching());
  rewrite.redirect('copy', 'x');
  rewrite.replace('copy');
  const done = verifyGraph(rewrite.done());
  expect(bodyOf(done, 'if', 'then_branch').graph.nodes[0]?.inputs).toEqual(['x', 'w']);
  expect(bodyOf(done, 'if', 'else_branch').graph.nodes[0]?.inputs).toEqual(['x']);
  expect([...done.graph.tensors.keys()]).toEqual(['x', 'c', 'y', 'w']);
  expect([...done.weights.keys()]).toEqual(['w']);
});

test("a body's own value makes way for a name that arrives from outside", () => {
  const inner = model([node('a', 'Neg', ['copy'], ['x']), node('b', 'Add', ['x', 'copy'], ['r'])], [], ['r']);
  const nodes = [
    node('copy', 'Identity', ['outer'], ['copy']),
    node('if', 'If', ['c'], ['y'], { then_branch: inner, else_branch: inner }),
  ];
  const rewrite = new Rewrite(verifyGraph(model(nodes, ['outer', 'c'], ['y'])));
  rewrite.redirect('copy', 'x');
  const { nodes: renamed } = bodyOf(rewrite.done(), 'if', 'then_branch').graph;
  expect(renamed.map((n) => [n.inputs, n.outputs])).toEqual([
    [['x'], ['x_inner']],
    [['x_inner', 'x'], ['r']],
  ]);
});

test('fresh names are taken nowhere, bodies and nodes included, and given once', () => {
  const rewrite = new Rewrite(branching());
  expect([
    rewrite.freshTensor('sum'),
    rewrite.freshTensor('sum'),
    rewrite.freshNode('e'),
    rewrite.freshNode('copy'),
  ]).toEqual(['sum_1', 'sum_2', 'e_1', 'copy_1']);
});

test('bodies are shared where nothing in them changes', () => {
  const from = branching();
  const [, conditional] = from.graph.nodes as [Node, Node];
  expect(mapBodies(conditional, (body) => body)).toBe(conditional);
  const renamed = renameValues(from, (id) => (id === 'y' ? 'z' : id));
  expect(renamed.graph.outputs).toEqual(['z']);
  expect(bodyOf(renamed, 'if', 'then_branch')).toBe(bodyOf(from, 'if', 'then_branch'));
});
