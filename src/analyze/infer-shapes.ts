import { UserError } from '../base/index.ts';
import {
  attributeOf,
  type Dim,
  decodeWeight,
  elementCount,
  type Graph,
  isKnown,
  type Model,
  type Node,
  numbersOf,
  type StageContext,
  type TensorId,
  type TensorInfo,
  type WeightStore,
} from '../ir/index.ts';
import type { BoundOp, Value } from '../ops/index.ts';
import { nodeFailed, shapeContradiction, shapeText } from './errors.ts';
import { bindNode, isRandom, operatorName } from './operator-of.ts';
import { setShapes } from './set-shapes.ts';

/** Constants of more elements than this are not followed through shape arithmetic: no shape is that long. */
const FOLLOWED_ELEMENTS = 4096;

/** What is known of every value of a graph: the working state of shape inference. */
export type Values = Map<TensorId, Value>;

/**
 * Types and shapes of all values, from those of the inputs. Shape arithmetic (Shape, Gather, Concat …) is computed where
 * it does not depend on run-time values. A leading open dimension of an input that stands for the batch becomes 1, with a
 * diagnostic; other open dimensions stay open until `setShapes`. What the file declares fills what cannot be inferred;
 * where both are known and differ, `analyze/shape-contradiction` names the node and both shapes. Operators that are
 * not known leave their outputs as declared, with one diagnostic per operator.
 */
export function inferShapes(model: Model, ctx: Pick<StageContext, 'warn'>): Model {
  const sized = defaultBatch(model, ctx);
  const values = inferValues(sized, ctx);
  const tensors = new Map<TensorId, TensorInfo>();
  for (const [id, info] of sized.graph.tensors) {
    const value = values.get(id);
    const type = value?.type ?? info.type;
    const shape = value?.shape ?? info.shape;
    tensors.set(id, { ...info, ...(type ? { type } : {}), ...(shape ? { shape } : {}) });
  }
  return { ...sized, graph: { ...sized.graph, tensors } };
}

/** All that can be known of the values before running, small constants included. Does not change the model. */
export function inferValues(model: Model, ctx: Pick<StageContext, 'warn'>): Values {
  const unknown = new Map<string, Node[]>();
  const values = inferGraph(model, new Map(), { unknown, warn: (diagnostic) => ctx.warn(diagnostic) });
  for (const [op, nodes] of unknown) {
    const first = nodes[0]?.id ?? '';
    const message = `${op} (${nodes.length} ${nodes.length === 1 ? 'layer' : 'layers'}, first '${first}') is not known: its cost and its results are unknown, and shapes behind it may be.`;
    ctx.warn({ code: 'analyze/unknown-operator', severity: 'warning', node: first, message });
  }
  return values;
}

/** What inference has to say besides values. */
interface Findings extends Pick<StageContext, 'warn'> {
  /** Nodes of unknown operators, by operator. */
  readonly unknown: Map<string, Node[]>;
}

/** `outer`: values around a branch, which it may read by name. */
function inferGraph({ graph, weights }: Model, outer: Values, findings: Findings): Values {
  const { unknown } = findings;
  const values: Values = new Map([...outer, ...knownValues(graph, weights)]);
  for (const node of graph.nodes) {
    const op = bindNode(node, graph);
    if (op === undefined) {
      const name = operatorName(node);
      unknown.set(name, [...(unknown.get(name) ?? []), node]);
    }
    const results = op && !op.inferBodies ? inferNode(node, op, values) : inferBranches(node, values, findings);
    node.outputs.forEach((id, i) => {
      if (id !== '')
        values.set(
          id,
          merge(node, id, results[i] ?? {}, declaredValue(node, id, results[i], values.get(id), findings)),
        );
    });
  }
  return values;
}

/** Outputs of an If: those of the branch its condition chooses, or what both branches agree on. Nothing for other nodes. */
function inferBranches(node: Node, values: Values, findings: Findings): readonly Value[] {
  if (node.op !== 'If') return [];
  const infer = (name: string): readonly Value[] => {
    const body = attributeOf(node.attributes, name, 'graph');
    const inside = body && inferGraph(body, values, findings);
    return body?.graph.outputs.map((id) => inside?.get(id) ?? {}) ?? [];
  };
  const condition = values.get(node.inputs[0] ?? '')?.constant;
  if (condition) return infer(numbersOf(condition)[0] === 0 ? 'else_branch' : 'then_branch');
  const otherwise = infer('else_branch');
  return infer('then_branch').map((a, i) => {
    const b = otherwise[i] ?? {};
    const isSameRank = a.shape !== undefined && a.shape.length === b.shape?.length;
    const shape = a.shape?.map((dim, axis) => (dim === b.shape?.[axis] ? dim : `?${node.id}_${i}_${axis}`));
    return { ...(a.type && a.type === b.type ? { type: a.type } : {}), ...(isSameRank && shape ? { shape } : {}) };
  });
}

function knownValues(graph: Graph, weights: WeightStore): Values {
  const values: Values = new Map();
  for (const [id, info] of graph.tensors) {
    const stored = info.weight === undefined ? undefined : weights.get(info.weight);
    const type = stored?.type ?? info.type;
    const shape = stored?.shape ?? info.shape;
    const isFollowed = stored !== undefined && elementCount(stored.shape) <= FOLLOWED_ELEMENTS;
    values.set(id, {
      ...(type ? { type } : {}),
      ...(shape ? { shape } : {}),
      ...(isFollowed ? { constant: decodeWeight(stored) } : {}),
    });
  }
  return values;
}

function inferNode(node: Node, op: BoundOp, values: Values): readonly Value[] {
  const inputs = node.inputs.map((id) => (id === '' ? undefined : (values.get(id) ?? {})));
  try {
    const results = op.infer(inputs, node.outputs.length);
    return results.every((r) => r.constant) ? results : compute(node, op, inputs, results);
  } catch (error) {
    throw error instanceof UserError ? nodeFailed(node, error) : error;
  }
}

/** Runs a node whose inputs are all constant and whose outputs are small; otherwise what inference said. */
function compute(
  node: Node,
  op: BoundOp,
  inputs: readonly (Value | undefined)[],
  results: readonly Value[],
): readonly Value[] {
  const isSmall = results.every((r) => isKnown(r.shape) && elementCount(r.shape) <= FOLLOWED_ELEMENTS);
  if (!isSmall || isRandom(node) || inputs.some((i) => i !== undefined && i.constant === undefined)) return results;
  const tensors = op.run(
    inputs.map((i) => i?.constant),
    node.outputs.length,
  );
  return results.map((result, i) => {
    const constant = tensors[i];
    return constant ? { type: constant.type, shape: constant.shape, constant } : result;
  });
}

/** What the file says of a value. Some exporters write [] for "not known": where more is inferred, that is dropped and reported. */
function declaredValue(
  node: Node,
  id: TensorId,
  inferred: Value | undefined,
  declared: Value | undefined,
  { warn }: Findings,
): Value {
  const isEmpty = declared?.shape?.length === 0 && (inferred?.shape?.length ?? 0) > 0;
  if (!declared || !isEmpty) return declared ?? {};
  const message = `The file declares '${id}' as a single number; layer '${node.id}' makes it ${shapeText(inferred?.shape)}. The layer is believed.`;
  warn({ code: 'analyze/empty-shape', severity: 'warning', node: node.id, message });
  return declared.type ? { type: declared.type } : {};
}

/** What inference says, completed by what the file declares. */
function merge(node: Node, id: TensorId, inferred: Value, declared: Value): Value {
  const type = inferred.type ?? declared.type;
  const shape = mergeShapes(node, id, inferred.shape, declared.shape);
  return {
    ...(type ? { type } : {}),
    ...(shape ? { shape } : {}),
    ...(inferred.constant ? { constant: inferred.constant } : {}),
  };
}

function mergeShapes(
  node: Node,
  id: TensorId,
  inferred: readonly Dim[] | undefined,
  declared: readonly Dim[] | undefined,
): readonly Dim[] | undefined {
  if (inferred === undefined || declared === undefined) return inferred ?? declared;
  if (inferred.length !== declared.length) throw shapeContradiction(node, id, inferred, declared);
  return inferred.map((dim, i) => {
    const said = declared[i] as Dim;
    if (typeof dim === 'string') return said;
    if (typeof said === 'number' && said !== dim) throw shapeContradiction(node, id, inferred, declared);
    return dim;
  });
}

const BATCH_NAME = /^(n|b|bs|none|batch.*|.*batch|unk.*|\?.*)$/i;

/** Sets open leading dimensions of inputs that stand for the batch to 1. */
function defaultBatch(model: Model, ctx: Pick<StageContext, 'warn'>): Model {
  const symbols = new Map<string, number>();
  for (const id of model.graph.inputs) {
    const shape = model.graph.tensors.get(id)?.shape;
    const first = shape?.[0];
    if (typeof first !== 'string' || !BATCH_NAME.test(first)) continue;
    // An unnamed size of a list may be its length; a batch is followed by what it is a batch of.
    if (first.startsWith('?') && shape?.length === 1) continue;
    if (symbols.has(first)) continue;
    symbols.set(first, 1);
    const name = first.startsWith('?') ? `The first dimension of input '${id}'` : `The dimension '${first}'`;
    ctx.warn({
      code: 'analyze/batch-of-one',
      severity: 'info',
      message: `${name} is open; it is taken as a batch of 1.`,
    });
  }
  return symbols.size === 0 ? model : setShapes(model, { symbols });
}
