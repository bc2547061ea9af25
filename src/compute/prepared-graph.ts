import type { Registry } from '../base/index.ts';
import {
  bodiesOf,
  capturedBy,
  functionKey,
  functionOf,
  instantiate,
  type Model,
  type Node,
  type Tensor,
  type TensorId,
  weightOf,
} from '../ir/index.ts';
import { type BoundOp, bindNode, type OpDef } from '../ops/index.ts';
import { inNode, recursiveFunction, unsupportedOperator } from './errors.ts';

/** One node, ready to run: by its operator, or (a call of a local function) by the function's graph. */
export interface Step {
  readonly node: Node;
  readonly does: BoundOp | PreparedGraph;
  /** The graphs its operator may ask to run. */
  readonly bodies: ReadonlyMap<Model, PreparedGraph>;
  /** Values nothing reads after this step. */
  readonly dead: readonly TensorId[];
}

/** A graph whose operators are bound and whose constants are decoded, with all graphs inside it. */
export interface PreparedGraph {
  readonly model: Model;
  readonly steps: readonly Step[];
  readonly constants: ReadonlyMap<TensorId, Tensor>;
}

export const isGraph = (does: Step['does']): does is PreparedGraph => 'steps' in does;

/**
 * Prepares a graph and all graphs inside it. `calls`: the local functions being prepared around it. Throws a `UserError` that
 * names the node: an operator that is not known, illegal attributes, a function that calls itself.
 */
export function prepareGraph(model: Model, registry: Registry<OpDef>, calls: readonly string[] = []): PreparedGraph {
  const { graph, weights } = model;
  const constants = new Map<TensorId, Tensor>();
  for (const { id, weight } of graph.tensors.values())
    if (weight !== undefined) constants.set(id, weightOf(weights, weight));
  const dying = lastReads(graph.nodes);
  const steps = graph.nodes.map((node) => stepOf(node, model, registry, calls, dying.get(node) ?? []));
  return { model, steps, constants };
}

function stepOf(
  node: Node,
  { graph }: Model,
  registry: Registry<OpDef>,
  calls: readonly string[],
  dead: readonly TensorId[],
): Step {
  const called = functionOf(node, graph);
  if (called) {
    const key = functionKey(node);
    if (calls.includes(key)) throw recursiveFunction(node);
    return { node, does: prepareGraph(instantiate(called, node), registry, [...calls, key]), bodies: new Map(), dead };
  }
  const bodies = new Map<Model, PreparedGraph>();
  const does = boundOf(node, graph.opsets, registry);
  for (const { model } of bodiesOf(node, graph)) bodies.set(model, prepareGraph(model, registry, calls));
  return { node, does, bodies, dead };
}

/** The values that die with each node: those it is the last to read, itself or in the graphs inside it. */
function lastReads(nodes: readonly Node[]): ReadonlyMap<Node, readonly TensorId[]> {
  const lastReader = new Map<TensorId, Node>();
  for (const node of nodes) {
    for (const output of node.outputs) lastReader.set(output, node);
    for (const input of node.inputs) lastReader.set(input, node);
    for (const id of capturedBy(node)) lastReader.set(id, node);
  }
  const dying = new Map<Node, TensorId[]>();
  for (const [id, node] of lastReader) {
    const list = dying.get(node);
    if (list) list.push(id);
    else dying.set(node, [id]);
  }
  return dying;
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
