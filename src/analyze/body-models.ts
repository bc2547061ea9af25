import {
  bodiesOf,
  capturedBy,
  encodeWeight,
  hasBodies,
  type Model,
  type Node,
  numbersOf,
  type StoredTensor,
  type TensorId,
  type TensorInfo,
} from '../ir/index.ts';
import { bodyOfCall, type Recorder } from './infer-bodies.ts';
import { inferNode, inferValues, newFindings, withShapes } from './infer-shapes.ts';
import { bindNode, calledFunction } from './operator-of.ts';
import { GraphValues, type Values } from './values.ts';

/** A graph inside a node as it runs there, on its own: what it reads from around it is an input or a constant of it. */
export interface BodyModel {
  /** As `Body.name` of room ir: 'then_branch', 'body', 'function'. */
  readonly name: string;
  /** Shaped. After its own inputs come the run-time values of the graph around it that it reads by name. */
  readonly model: Model;
  /** Names of the graph around it that it reads, constants included. */
  readonly captured: readonly TensorId[];
  /**
   * How often it runs for one run of the node (the most there can be where a Loop may stop early); absent where that is not known.
   * 0: the constant condition of an If never chooses it.
   */
  readonly runs?: number;
}

const known = new WeakMap<Model, Map<Node, readonly BodyModel[]>>();

/** The graphs inside a node, each shaped and on its own; none for a plain node, and for calls of functions that call themselves. Made once. Needs `inferShapes` first. */
export function bodyModels(model: Model, node: Node): readonly BodyModel[] {
  const isCall = calledFunction(node, model.graph) !== undefined;
  if (isCall ? !bodyOfCall(node, model.graph) : !hasBodies(node)) return [];
  const perNode = known.get(model) ?? new Map<Node, readonly BodyModel[]>();
  known.set(model, perNode);
  const found = perNode.get(node) ?? makeBodies(model, node);
  perNode.set(node, found);
  return found;
}

function makeBodies(model: Model, node: Node): readonly BodyModel[] {
  const { graph } = model;
  const values = inferValues(model, { warn() {} });
  const recorded = new Map<Model, Values>();
  const record: Recorder = (of, body, inside) => {
    if (of === node) recorded.set(body, inside);
  };
  inferNode(node, graph, new GraphValues(model, values), newFindings(record));
  const called = bodyOfCall(node, graph);
  if (called) return [bodyModel(model, node, { name: 'function', body: called, inside: recorded.get(called) }, values)];
  return bodiesOf(node, graph).map(({ name, model: body }) =>
    bodyModel(model, node, { name, body, inside: recorded.get(body) }, values),
  );
}

interface Inside {
  readonly name: string;
  readonly body: Model;
  /** Absent where it was not inferred: an If never chooses it. */
  readonly inside: Values | undefined;
}

function bodyModel(model: Model, node: Node, { name, body, inside }: Inside, values: Values): BodyModel {
  const shaped = inside ? withShapes(body, inside) : body;
  const captured = name === 'function' ? [] : capturedBy(node).filter((id) => readsOuter(body, id));
  const given = new Map<TensorId, TensorId>(captured.map((id) => [id, id]));
  if (name === 'function') for (const [i, id] of body.graph.inputs.entries()) given.set(id, node.inputs[i] ?? '');
  const tensors = new Map<TensorId, TensorInfo>(shaped.graph.tensors);
  const weights = new Map<string, StoredTensor>(shaped.weights);
  const inputs = name === 'function' ? [] : [...shaped.graph.inputs];
  for (const [id, outer] of given) {
    const stored = storedOf(model, outer, values);
    if (stored) {
      tensors.set(id, { id, type: stored.type, shape: stored.shape, weight: id });
      weights.set(id, stored);
    } else if (outer !== '') {
      const { type, shape } = values.get(outer) ?? model.graph.tensors.get(outer) ?? {};
      tensors.set(id, { id, ...(type ? { type } : {}), ...(shape ? { shape } : {}) });
      inputs.push(id);
    }
  }
  const runs = runsOf(model, node, name, values);
  return {
    name,
    model: { graph: { ...shaped.graph, inputs, tensors }, weights },
    captured,
    ...(runs === undefined ? {} : { runs }),
  };
}

/** The stored elements of a value that is constant around the node. */
function storedOf({ graph, weights }: Model, id: TensorId, values: Values): StoredTensor | undefined {
  const weight = graph.tensors.get(id)?.weight;
  if (weight !== undefined) return weights.get(weight);
  const constant = values.get(id)?.constant;
  return constant && encodeWeight(id, constant);
}

/** Whether a body reads a name that it does not make itself. */
function readsOuter({ graph }: Model, id: TensorId): boolean {
  if (graph.inputs.includes(id) || graph.tensors.get(id)?.weight !== undefined) return false;
  if (graph.nodes.some((node) => node.outputs.includes(id))) return false;
  return (
    graph.outputs.includes(id) || graph.nodes.some((node) => node.inputs.includes(id) || capturedBy(node).includes(id))
  );
}

function runsOf({ graph }: Model, node: Node, name: string, values: Values): number | undefined {
  if (name === 'function') return 1;
  const inputs = node.inputs.map((id) => (id === '' ? undefined : (values.get(id) ?? {})));
  if (node.op !== 'If' || node.domain !== '') return bindNode(node, graph)?.bodyRuns?.(inputs);
  const condition = inputs[0]?.constant;
  if (!condition) return 1;
  return (name === 'then_branch') === (numbersOf(condition)[0] !== 0) ? 1 : 0;
}
