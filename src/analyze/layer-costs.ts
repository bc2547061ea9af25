import { OPS_PER_MAC } from '../base/index.ts';
import {
  elementCount,
  type Graph,
  hasBodies,
  isKnown,
  type LayerCost,
  type Model,
  type Node,
  type NodeId,
  storedBytes,
  type TensorId,
} from '../ir/index.ts';
import type { OpCost, ShapedValue } from '../ops/index.ts';
import { type BodyModel, bodyModels } from './body-models.ts';
import { constantValues } from './constant-values.ts';
import { peakLiveBytes } from './memory-timeline.ts';
import { bindNode, calledFunction } from './operator-of.ts';

/** Sums over a network (methods A.15, F.1). */
export interface Totals {
  /** Absent if the shape or the cost of a layer is unknown. */
  readonly macs?: number;
  /** Learnable weights and biases, each counted once however many layers read it. */
  readonly params: number;
  /** All numbers stored as initializers. */
  readonly initializerValues: number;
  /** Bytes the initializers take as stored. */
  readonly weightBytes: number;
  /** Liveness bound at the graph's own element types; absent if a shape is unknown. */
  readonly peakActivationBytes?: number;
  readonly nodes: number;
}

/**
 * Work of each layer for one inference, in graph order. Layers whose shapes or whose operator are not known are left out.
 * Nodes that can be computed before running (weights behind DequantizeLinear, ConstantOfShape, Reshape) cost nothing,
 * and what they make counts as weights. A node with graphs inside costs what they do: of an If the dearer branch unless
 * its condition is constant, of a Loop or Scan its body as often as it runs (the most there can be), of a call its function. Needs
 * `inferShapes` first. Source: methods F.1.
 */
export function layerCosts(model: Model): LayerCost[] {
  const costs: LayerCost[] = [];
  for (const { cost } of countedNodes(model)) if (cost) costs.push(cost);
  return costs;
}

/** A graph inside a node, with shapes and costs, so that it can be shown as the network is. */
export interface ShapedBody extends BodyModel {
  /** Of its own layers, for one run; those of which the cost is not known are left out. */
  readonly costs: readonly LayerCost[];
}

/** The graphs inside a node with what their layers cost; none for a plain node. Needs `inferShapes` first. */
export const shapedBodies = (model: Model, node: Node): readonly ShapedBody[] =>
  bodyModels(model, node).map((body) => ({ ...body, costs: layerCosts(body.model) }));

/** What is counted of a node: its work, if known, and what it learned (the constant itself → its elements). */
interface Counted {
  readonly cost?: LayerCost;
  readonly learned: readonly (readonly [constant: object, elements: number])[];
}

/** Models are immutable: each is counted once. */
const counted = new WeakMap<Model, readonly Counted[]>();

/** In graph order. */
function countedNodes(model: Model): readonly Counted[] {
  const known = counted.get(model);
  if (known) return known;
  const constant = constantValues(model.graph);
  const nodes = model.graph.nodes.map((node) => countNode(node, model, constant));
  counted.set(model, nodes);
  return nodes;
}

/** Learnable elements of each node; an array that several read is counted at the first, so that they add up to the network's. */
export function parametersByNode(model: Model): ReadonlyMap<NodeId, number> {
  const seen = new Set<object>();
  const own = new Map<NodeId, number>();
  for (const [i, { learned }] of countedNodes(model).entries()) {
    let count = 0;
    for (const [constant, elements] of learned) {
      if (!seen.has(constant)) count += elements;
      seen.add(constant);
    }
    own.set((model.graph.nodes[i] as Node).id, count);
  }
  return own;
}

function countNode(node: Node, model: Model, constant: ReadonlySet<TensorId>): Counted {
  if (hasBodies(node) || calledFunction(node, model.graph)) return countBodies(node, shapedBodies(model, node));
  const { graph } = model;
  const inputs = node.inputs.map((id) => shaped(graph, id, constant));
  const outputs: (ShapedValue | 'unknown' | undefined)[] = [];
  for (const id of node.outputs) if (id !== '') outputs.push(shaped(graph, id, constant));
  const op = bindNode(node, graph);
  if (!op || inputs.includes('unknown') || outputs.includes('unknown'))
    return { learned: learnedOf(node, model, inputs, operandsOf(inputs)) };
  const shapedInputs = inputs as (ShapedValue | undefined)[];
  const shapedOutputs = outputs as ShapedValue[];
  if (shapedOutputs.length > 0 && shapedOutputs.every((v) => v.isConstant))
    return { cost: beforeRunning(node), learned: [] };
  const cost = op.cost(shapedInputs, shapedOutputs);
  return {
    cost: layerCost(node, cost, shapedInputs, shapedOutputs),
    learned: learnedOf(node, model, inputs, cost.params ?? []),
  };
}

/** Operands of a layer whose cost is not known that may be learned: constants of more than one element that are no sizes. */
const operandsOf = (inputs: readonly (ShapedValue | 'unknown' | undefined)[]): readonly number[] =>
  inputs.flatMap((v, i) =>
    v !== undefined && v !== 'unknown' && v.type !== 'int64' && elementCount(v.shape) > 1 ? [i] : [],
  );

function learnedOf(
  node: Node,
  { graph, weights }: Model,
  inputs: readonly (ShapedValue | 'unknown' | undefined)[],
  which: readonly number[],
): Counted['learned'] {
  const learned: (readonly [constant: object, elements: number])[] = [];
  for (const i of which) {
    const value = inputs[i];
    const info = graph.tensors.get(node.inputs[i] ?? '');
    if (value === undefined || value === 'unknown' || !value.isConstant || !info) continue;
    const stored = info.weight === undefined ? undefined : weights.get(info.weight);
    learned.push([stored ?? info, elementCount(value.shape)]);
  }
  return learned;
}

function countBodies(node: Node, bodies: readonly ShapedBody[]): Counted {
  const learned = bodies.flatMap(({ model }) => countedNodes(model).flatMap((inner) => inner.learned));
  const sums = bodies.map((body) => costOfBody(node, body));
  const cost = sums.reduce<LayerCost | undefined>(
    (dearest, sum) => (dearest && sum ? (sum.ops > dearest.ops ? sum : dearest) : undefined),
    sums[0],
  );
  return cost ? { cost, learned } : { learned };
}

/** What one body costs its node; `undefined` where a layer in it, or how often it runs, is not known. */
function costOfBody(node: Node, { model, costs, runs }: ShapedBody): LayerCost | undefined {
  if (runs === 0) return beforeRunning(node);
  if (runs === undefined || costs.length < model.graph.nodes.length) return undefined;
  const sum = (count: (cost: LayerCost) => number) => costs.reduce((n, cost) => n + count(cost), 0);
  const dearest = costs.reduce<LayerCost | undefined>((a, b) => (a && a.ops >= b.ops ? a : b), undefined);
  return {
    node: node.id,
    op: node.op,
    kind: dearest?.kind ?? 'free',
    macs: runs * sum((c) => c.macs),
    ops: runs * sum((c) => c.ops),
    params: sum((c) => c.params),
    weightElements: runs * sum((c) => c.weightElements),
    biasElements: runs * sum((c) => c.biasElements),
    inputElements: runs * sum((c) => c.inputElements),
    outputElements: runs * sum((c) => c.outputElements),
    geometry: {},
  };
}

/** Costs nothing at run time: computed once, when the network is prepared, or never. */
const beforeRunning = (node: Node): LayerCost => ({
  node: node.id,
  op: node.op,
  kind: 'free',
  macs: 0,
  ops: 0,
  params: 0,
  weightElements: 0,
  biasElements: 0,
  inputElements: 0,
  outputElements: 0,
  geometry: {},
});

function layerCost(
  node: Node,
  cost: OpCost,
  inputs: readonly (ShapedValue | undefined)[],
  outputs: readonly ShapedValue[],
): LayerCost {
  const elements = (v: ShapedValue | undefined) => (v ? elementCount(v.shape) : 0);
  const sum = (values: readonly (ShapedValue | undefined)[]) => values.reduce((n, v) => n + elements(v), 0);
  const learned = (cost.params ?? []).map((i) => inputs[i]).filter((v) => v?.isConstant);
  const bias = cost.bias === undefined ? undefined : inputs[cost.bias];
  // Shapes, axes and other int64 arguments are not weights: they are gone when the network is compiled.
  const read = inputs.filter((v, i) => v?.isConstant && (v.type !== 'int64' || cost.params?.includes(i)));
  const macs = cost.macs ?? 0;
  return {
    node: node.id,
    op: node.op,
    kind: cost.kind,
    macs,
    ops: OPS_PER_MAC * macs + (cost.extraOps ?? 0),
    params: sum(learned),
    weightElements: cost.kind === 'free' ? 0 : sum(read),
    biasElements: bias?.isConstant ? elements(bias) : 0,
    inputElements: sum(inputs.filter((v) => v && !v.isConstant)),
    outputElements: sum(outputs),
    geometry: cost.geometry ?? {},
  };
}

/** The value as costs see it; `undefined` for an absent optional, 'unknown' without type or shape. */
function shaped(graph: Graph, id: TensorId, constant: ReadonlySet<TensorId>): ShapedValue | 'unknown' | undefined {
  if (id === '') return undefined;
  const info = graph.tensors.get(id);
  if (!info || !isKnown(info.shape)) return 'unknown';
  return { type: info.type ?? 'float32', shape: info.shape, isConstant: constant.has(id) };
}

/** Sums of `layerCosts` with what is stored. Needs `inferShapes` first. */
export function totals(model: Model, costs: readonly LayerCost[] = layerCosts(model)): Totals {
  const { graph, weights } = model;
  const isComplete = costs.length === graph.nodes.length;
  let macs = 0;
  for (const cost of costs) macs += cost.macs;
  let initializerValues = 0;
  let weightBytes = 0;
  for (const { weight } of graph.tensors.values()) {
    const stored = weight === undefined ? undefined : weights.get(weight);
    if (!stored) continue;
    const count = elementCount(stored.shape);
    initializerValues += count;
    weightBytes += storedBytes(stored.type, count);
  }
  let params = 0;
  for (const count of parametersByNode(model).values()) params += count;
  const peak = peakLiveBytes(model);
  return {
    ...(isComplete ? { macs } : {}),
    params,
    initializerValues,
    weightBytes,
    ...(peak === undefined ? {} : { peakActivationBytes: peak }),
    nodes: graph.nodes.length,
  };
}
