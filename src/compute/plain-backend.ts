import { BugError, type Registry } from '../base/index.ts';
import { type Model, type Node, type Tensor, type TensorId, weightOf } from '../ir/index.ts';
import { type BoundOp, bindNode, type OpDef, ops } from '../ops/index.ts';
import type { FloatBackend, FloatRunner, RunOptions } from './backend.ts';
import { disposedRunner, inNode, missingFeed, unknownValue, unsupportedOperator } from './errors.ts';

interface Step {
  readonly node: Node;
  readonly bound: BoundOp;
  /** Values nothing reads after this step. */
  readonly dead: readonly TensorId[];
}

/**
 * Runs a graph with the operators' own references, in plain TypeScript: the oracle of every faster backend, at a few hundred million
 * multiply-accumulates per second. Every operator of the registry is runnable; shapes need not be known beforehand.
 */
export function createPlainBackend(registry: Registry<OpDef> = ops): FloatBackend {
  return {
    id: 'plain',
    description: 'plain TypeScript reference, one thread',
    prepare: async (model) => runnerFor(model, registry),
  };
}

function runnerFor(model: Model, registry: Registry<OpDef>): FloatRunner {
  const { graph, weights } = model;
  const steps = stepsOf(model, registry);
  const constants = new Map<TensorId, Tensor>();
  for (const { id, weight } of graph.tensors.values())
    if (weight !== undefined) constants.set(id, weightOf(weights, weight));
  let disposed = false;
  return {
    canTransform: true,
    async run(feeds, options = {}) {
      if (disposed) throw disposedRunner();
      return execute(model, steps, constants, feeds, options);
    },
    dispose() {
      disposed = true;
      constants.clear();
    },
  };
}

function stepsOf({ graph }: Model, registry: Registry<OpDef>): Step[] {
  const lastReader = new Map<TensorId, Node>();
  for (const node of graph.nodes) {
    for (const output of node.outputs) lastReader.set(output, node);
    for (const input of node.inputs) lastReader.set(input, node);
  }
  const dying = new Map<Node, TensorId[]>();
  for (const [id, node] of lastReader) {
    const list = dying.get(node);
    if (list) list.push(id);
    else dying.set(node, [id]);
  }
  return graph.nodes.map((node) => ({
    node,
    bound: boundOf(node, graph.opsets, registry),
    dead: dying.get(node) ?? [],
  }));
}

function boundOf(node: Node, opsets: Model['graph']['opsets'], registry: Registry<OpDef>): BoundOp {
  let bound: BoundOp | undefined;
  try {
    bound = bindNode(node, opsets, registry);
  } catch (thrown) {
    throw inNode(node, thrown);
  }
  if (!bound) throw unsupportedOperator(node, opsets.get(node.domain));
  return bound;
}

function execute(
  { graph }: Model,
  steps: readonly Step[],
  constants: ReadonlyMap<TensorId, Tensor>,
  feeds: ReadonlyMap<TensorId, Tensor>,
  { taps = [], transform = (_id, tensor) => tensor }: RunOptions,
): ReadonlyMap<TensorId, Tensor> {
  for (const tap of taps) if (!graph.tensors.has(tap)) throw unknownValue(tap);
  const wanted = new Set<TensorId>([...graph.outputs, ...taps]);
  const values = new Map<TensorId, Tensor>(constants);
  for (const input of graph.inputs) {
    const feed = feeds.get(input);
    if (!feed) throw missingFeed(input, [...feeds.keys()]);
    values.set(input, transform(input, feed));
  }
  for (const { node, bound, dead } of steps) {
    const inputs = node.inputs.map((id) => (id === '' ? undefined : values.get(id)));
    const outputs = runNode(node, bound, inputs);
    node.outputs.forEach((id, i) => {
      const output = outputs[i];
      if (id === '') return;
      if (!output) throw new BugError(`${node.op} gave no output ${i}.`, { node: node.id });
      values.set(id, transform(id, output));
    });
    for (const id of dead) if (!wanted.has(id)) values.delete(id);
  }
  return new Map([...wanted].map((id) => [id, ownCopy(values, id)]));
}

function runNode(node: Node, bound: BoundOp, inputs: readonly (Tensor | undefined)[]): readonly Tensor[] {
  try {
    return bound.run(inputs, node.outputs.length);
  } catch (thrown) {
    throw inNode(node, thrown);
  }
}

/** The value, in memory of its own: operators that only reshape share memory with what they were given. */
function ownCopy(values: ReadonlyMap<TensorId, Tensor>, id: TensorId): Tensor {
  const value = values.get(id);
  if (!value) throw new BugError(`Value '${id}' was not computed.`, { id });
  return { ...value, data: value.data.slice() };
}
