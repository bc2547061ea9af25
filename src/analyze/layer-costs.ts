import { OPS_PER_MAC } from '../base/index.ts';
import {
  elementCount,
  type Graph,
  isKnown,
  type LayerCost,
  type Model,
  type Node,
  storedBytes,
  type TensorId,
} from '../ir/index.ts';
import type { OpCost, ShapedValue } from '../ops/index.ts';
import { constantValues } from './constant-values.ts';
import { memoryTimeline } from './memory-timeline.ts';
import { bindNode } from './operator-of.ts';

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
 * and what they make counts as weights. Needs `inferShapes` first. Source: methods F.1.
 */
export function layerCosts({ graph }: Model): LayerCost[] {
  const constant = constantValues(graph);
  const costs: LayerCost[] = [];
  for (const node of graph.nodes) {
    const cost = nodeCost(node, graph, constant);
    if (cost) costs.push(cost);
  }
  return costs;
}

function nodeCost(node: Node, graph: Graph, constant: ReadonlySet<TensorId>): LayerCost | undefined {
  const inputs = node.inputs.map((id) => shaped(graph, id, constant));
  const outputs = node.outputs.filter((id) => id !== '').map((id) => shaped(graph, id, constant));
  if (inputs.includes('unknown') || outputs.includes('unknown')) return undefined;
  const shapedInputs = inputs.map((v) => (v === 'unknown' ? undefined : v));
  const shapedOutputs = outputs.filter((v): v is ShapedValue => v !== 'unknown' && v !== undefined);
  if (shapedOutputs.length > 0 && shapedOutputs.every((v) => v.isConstant)) return beforeRunning(node);
  const op = bindNode(node, graph);
  // What a graph inside a node costs is not counted here: the node's cost is not known.
  if (!op || op.inferBodies) return undefined;
  return layerCost(node, op.cost(shapedInputs, shapedOutputs), shapedInputs, shapedOutputs);
}

/** Computed once, when the network is prepared. */
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
  const stored = [...graph.tensors.values()].flatMap((t) =>
    t.weight === undefined ? [] : (weights.get(t.weight) ?? []),
  );
  const isComplete = costs.length === graph.nodes.length;
  const memory = memoryTimeline(model);
  return {
    ...(isComplete ? { macs: costs.reduce((n, c) => n + c.macs, 0) } : {}),
    params: countParams(model),
    initializerValues: stored.reduce((n, t) => n + elementCount(t.shape), 0),
    weightBytes: stored.reduce((n, t) => n + storedBytes(t.type, elementCount(t.shape)), 0),
    ...(memory ? { peakActivationBytes: memory.lowerBoundBytes } : {}),
    nodes: graph.nodes.length,
  };
}

/** Distinct learnable elements. A layer whose cost is unknown counts its constant operands of more than one element. */
function countParams({ graph }: Model): number {
  const constant = constantValues(graph);
  const learned = new Map<TensorId, number>();
  for (const node of graph.nodes) {
    if (node.outputs.every((id) => id === '' || constant.has(id))) continue;
    const inputs = node.inputs.map((id) => shaped(graph, id, constant));
    const which = learnedInputs(node, graph, inputs);
    for (const i of which) {
      const value = inputs[i];
      if (value !== undefined && value !== 'unknown' && value.isConstant)
        learned.set(node.inputs[i] as TensorId, elementCount(value.shape));
    }
  }
  return [...learned.values()].reduce((n, count) => n + count, 0);
}

function learnedInputs(
  node: Node,
  graph: Graph,
  inputs: readonly (ShapedValue | 'unknown' | undefined)[],
): readonly number[] {
  const outputs = node.outputs.filter((id) => id !== '').map((id) => shaped(graph, id, new Set()));
  const op = bindNode(node, graph);
  const isShaped = !inputs.includes('unknown') && !outputs.includes('unknown');
  if (op && isShaped) {
    const known = inputs.map((v) => (v === 'unknown' ? undefined : v));
    return (
      op.cost(
        known,
        outputs.filter((v): v is ShapedValue => v !== 'unknown' && v !== undefined),
      ).params ?? []
    );
  }
  return inputs.flatMap((v, i) =>
    v !== undefined && v !== 'unknown' && v.type !== 'int64' && elementCount(v.shape) > 1 ? [i] : [],
  );
}
