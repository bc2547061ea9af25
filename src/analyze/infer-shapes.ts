import { UserError } from '../base/index.ts';
import {
  type Diagnostic,
  type Dim,
  elementCount,
  type Graph,
  isKnown,
  type Model,
  type Node,
  type StageContext,
  type TensorId,
  type TensorInfo,
} from '../ir/index.ts';
import type { BoundOp, Value } from '../ops/index.ts';
import { nodeFailed, shapeContradiction, shapeText } from './errors.ts';
import { bodyInferrer, callResults, type Recorder } from './infer-bodies.ts';
import { bindNode, calledFunction, isRandomOperator, operatorName } from './operator-of.ts';
import { partialResult, shapedByPartial, wholly } from './partial-dims.ts';
import { setShapes } from './set-shapes.ts';
import { declaredOf, FOLLOWED_ELEMENTS, GraphValues, type Values } from './values.ts';

/** Models are immutable, and many ask for their shapes: each is inferred once, and what was said is said again. */
const shapedModels = new WeakMap<Model, Said<Model>>();
const inferredValues = new WeakMap<Model, Said<Values>>();

interface Said<T> {
  readonly result: T;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Types and shapes of all values, from those of the inputs. Shape arithmetic (Shape, Gather, Concat …) is computed where
 * it does not depend on run-time values. A leading open dimension of an input that stands for the batch becomes 1, with a
 * diagnostic; other open dimensions stay open until `setShapes`. What the file declares fills what cannot be inferred;
 * where both are known and differ, `analyze/shape-contradiction` names the node and both shapes. Operators that are
 * not known leave their outputs as declared, with one diagnostic per operator.
 */
export function inferShapes(model: Model, ctx: Pick<StageContext, 'warn'>): Model {
  const known = shapedModels.get(model) ?? shape(model);
  shapedModels.set(model, known);
  for (const diagnostic of known.diagnostics) ctx.warn(diagnostic);
  return known.result;
}

function shape(model: Model): Said<Model> {
  const diagnostics: Diagnostic[] = [];
  const warn = (diagnostic: Diagnostic) => {
    diagnostics.push(diagnostic);
  };
  const sized = defaultBatch(model, { warn });
  const inferred = valuesOf(sized);
  inferred.diagnostics.forEach(warn);
  const result = withShapes(sized, inferred.result);
  // The result says all that was found: inferring it again finds the same, unknown operators included.
  const lasting = inferred.diagnostics.filter((d) => d.code === 'analyze/unknown-operator');
  inferredValues.set(result, { result: inferred.result, diagnostics: lasting });
  shapedModels.set(result, { result, diagnostics: lasting });
  return { result, diagnostics };
}

/** The model with the types and shapes of `values` in its table. */
export function withShapes(model: Model, values: Values): Model {
  const tensors = new Map<TensorId, TensorInfo>();
  for (const [id, info] of model.graph.tensors) {
    // Asking for a constant's value makes one: mostly the table says it all.
    const stored = info.weight === undefined ? undefined : model.weights.get(info.weight);
    const value = stored ?? values.get(id);
    const type = value?.type ?? info.type;
    const shape = value?.shape ?? info.shape;
    const isSame = type === info.type && shape === info.shape;
    tensors.set(id, isSame ? info : { ...info, ...(type ? { type } : {}), ...(shape ? { shape } : {}) });
  }
  return { ...model, graph: { ...model.graph, tensors } };
}

/** All that can be known of the values before running, small constants included. Does not change the model. */
export function inferValues(model: Model, ctx: Pick<StageContext, 'warn'>): Values {
  const { result, diagnostics } = valuesOf(model);
  for (const diagnostic of diagnostics) ctx.warn(diagnostic);
  return result;
}

function valuesOf(model: Model): Said<Values> {
  const known = inferredValues.get(model);
  if (known) return known;
  const diagnostics: Diagnostic[] = [];
  const findings = newFindings();
  const result = inferGraph(model, undefined, findings);
  for (const [op, nodes] of findings.unknown) {
    const first = [...nodes][0]?.id ?? '';
    const message = `${op} (${nodes.size} ${nodes.size === 1 ? 'layer' : 'layers'}, first '${first}') is not known: its cost and its results are unknown, and shapes behind it may be.`;
    diagnostics.push({ code: 'analyze/unknown-operator', severity: 'warning', node: first, message });
  }
  const said = { result, diagnostics: [...findings.said.values(), ...diagnostics] };
  inferredValues.set(model, said);
  return said;
}

/** What inference has to say besides values. */
export interface Findings {
  /** Nodes of unknown operators, by operator. */
  readonly unknown: Map<string, Set<Node>>;
  /** By message: a body may be inferred more than once. */
  readonly said: Map<string, Diagnostic>;
  /** Nodes that bodies may still hold: Loops in Loops are inferred again and again, and a small file can nest many. */
  readonly budget: { nodes: number };
  /** Told what each body of a node was inferred with. */
  readonly record?: Recorder;
}

const MOST_INFERRED = 200_000;

export const newFindings = (record?: Recorder): Findings => ({
  unknown: new Map(),
  said: new Map(),
  budget: { nodes: MOST_INFERRED },
  ...(record ? { record } : {}),
});

/** `outer`: values around a body, which it may read by name. `given`: what is known of its inputs, in order. */
export function inferGraph(
  model: Model,
  outer: Values | undefined,
  findings: Findings,
  given: readonly (Value | undefined)[] = [],
): Values {
  const { graph } = model;
  const values = new GraphValues(model, outer);
  graph.inputs.forEach((id, i) => {
    const value = given[i];
    if (value) values.set(id, completed(value, declaredOf(graph.tensors.get(id))));
  });
  for (const node of graph.nodes) {
    const results = inferNode(node, graph, values, findings);
    for (const [i, id] of node.outputs.entries()) {
      if (id === '') continue;
      const inferred = results[i] ?? {};
      values.set(id, merge(node, id, inferred, declaredValue(node, inferred, graph.tensors.get(id), findings)));
    }
  }
  return values;
}

/** What a body's input is given, with what its declaration adds: a size where only a name is known. */
function completed(value: Value, declared: Value): Value {
  const type = value.type ?? declared.type;
  const shape =
    value.shape?.length === declared.shape?.length
      ? value.shape?.map((d, i) => (typeof d === 'string' ? (declared.shape?.[i] as Dim) : d))
      : (value.shape ?? declared.shape);
  return { ...value, ...(type ? { type } : {}), ...(shape ? { shape } : {}) };
}

export function inferNode(node: Node, graph: Graph, values: GraphValues, findings: Findings): readonly Value[] {
  const inputs = node.inputs.map((id) => (id === '' ? undefined : (values.get(id) ?? {})));
  if (calledFunction(node, graph)) return callResults(node, graph, inputs, findings);
  const op = bindNode(node, graph);
  if (op === undefined) {
    const name = operatorName(node);
    const nodes = findings.unknown.get(name) ?? new Set();
    findings.unknown.set(name, nodes.add(node));
    return [];
  }
  try {
    if (op.inferBodies)
      return op.inferBodies(inputs, node.outputs.length, bodyInferrer(node, inputs, values, findings));
    return inferOperator(node, op, inputs, values);
  } catch (error) {
    throw error instanceof UserError && error.facts['node'] === undefined ? nodeFailed(node, error) : error;
  }
}

function inferOperator(
  node: Node,
  op: BoundOp,
  inputs: readonly (Value | undefined)[],
  values: GraphValues,
): readonly Value[] {
  const shaped = shapedByPartial(node, op, inputs, values);
  const results = shaped ? [shaped] : op.infer(inputs, node.outputs.length);
  if (results.every((r) => r.constant)) return results;
  const computed = compute(op, node, inputs, results);
  const [first] = computed;
  const partial = first && !first.constant ? partialResult(node, inputs, first, values) : undefined;
  if (!partial || !first) return computed;
  const type = first.type === 'int32' ? 'int32' : 'int64';
  const constant = wholly(partial, type);
  if (constant) return [{ ...first, constant }];
  values.setPartial(node.outputs[0] as TensorId, partial);
  return computed;
}

/** Runs a node whose inputs are all constant and whose outputs are small; otherwise what inference said. */
function compute(
  op: BoundOp,
  node: Node,
  inputs: readonly (Value | undefined)[],
  results: readonly Value[],
): readonly Value[] {
  for (const input of inputs) if (input !== undefined && input.constant === undefined) return results;
  const isSmall = results.every((r) => isKnown(r.shape) && elementCount(r.shape) <= FOLLOWED_ELEMENTS);
  if (!isSmall || op.runValues || isRandomOperator(node, op)) return results;
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
  inferred: Value,
  declared: TensorInfo | undefined,
  { said }: Findings,
): Pick<TensorInfo, 'type' | 'shape'> {
  if (declared?.type && inferred.type && declared.type !== inferred.type) {
    const message = `The file declares '${declared.id}' as ${declared.type}; layer '${node.id}' makes it ${inferred.type}. The layer is believed.`;
    said.set(message, { code: 'analyze/declared-type', severity: 'warning', node: node.id, message });
  }
  const isEmpty = declared?.shape?.length === 0 && (inferred.shape?.length ?? 0) > 0;
  if (!declared || !isEmpty) return declared ?? {};
  const message = `The file declares '${declared.id}' as a single number; layer '${node.id}' makes it ${shapeText(inferred.shape)}. The layer is believed.`;
  said.set(message, { code: 'analyze/empty-shape', severity: 'warning', node: node.id, message });
  return declared.type ? { type: declared.type } : {};
}

/** What inference says, completed by what the file declares. */
function merge(node: Node, id: TensorId, inferred: Value, declared: Pick<TensorInfo, 'type' | 'shape'>): Value {
  const type = inferred.type ?? declared.type;
  const shape = mergeShapes(node, id, inferred.shape, declared.shape);
  if (type === inferred.type && shape === inferred.shape) return inferred;
  return { ...inferred, ...(type ? { type } : {}), ...(shape ? { shape } : {}) };
}

function mergeShapes(
  node: Node,
  id: TensorId,
  inferred: readonly Dim[] | undefined,
  declared: readonly Dim[] | undefined,
): readonly Dim[] | undefined {
  if (inferred === undefined || declared === undefined) return inferred ?? declared;
  if (inferred.length !== declared.length) throw shapeContradiction(node, id, inferred, declared);
  let isSame = true;
  for (const [i, dim] of inferred.entries()) {
    const said = declared[i] as Dim;
    if (typeof dim === 'string') isSame &&= said === dim;
    else if (typeof said === 'number' && said !== dim) throw shapeContradiction(node, id, inferred, declared);
  }
  return isSame ? inferred : inferred.map((dim, i) => (typeof dim === 'string' ? (declared[i] as Dim) : dim));
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
