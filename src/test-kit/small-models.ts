import { UserError } from '../base/index.ts';
import { createPlainBackend } from '../compute/index.ts';
import { type Attribute, type Model, numbersOf, type TensorId, tensorOf, verifyGraph } from '../ir/index.ts';
import { graphBuilder } from './graph-builder.ts';

/** Small models whose results are easy to follow, and ways to run and refuse them. */

/** x [1, 2] → Relu r → Mul by 3 m → Add with r: y [1, 2]; m also goes into an If, whose branches read r and m by name. */
export function residual(): Model {
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
export function branching(): Model {
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

/** Runs a model, which must be legal, with `x` as every input but 'c', which is the condition. */
export async function run(model: Model, x: readonly number[], condition = 1): Promise<Record<string, number[]>> {
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

/** The layers' names, in order. */
export const ids = (model: Model): string[] => model.graph.nodes.map((node) => node.id);

/** The `UserError` that is thrown; anything else passes through. */
export function errorOf(act: () => unknown): UserError {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof UserError) return thrown;
    throw thrown;
  }
  throw new Error('Nothing was thrown.');
}

/** x → MaxPool 'pool' → LeakyRelu 'act' → y; both inputs have a dimension 'batch'. */
export function pooling(opset = 17): Model {
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
