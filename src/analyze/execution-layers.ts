import {
  consumersOf,
  type Graph,
  type LayerCost,
  type Model,
  type Node,
  type NodeId,
  producersOf,
} from '../ir/index.ts';
import { constantValues } from './constant-values.ts';
import { layerCosts } from './layer-costs.ts';
import { bindNode } from './operator-of.ts';

/** A layer as it executes: the node it is shown under, and those computed with it. */
export interface ExecutionLayer {
  readonly node: NodeId;
  /** In graph order: BatchNormalization, Relu, Clip. */
  readonly fused: readonly NodeId[];
}

/**
 * Groups nodes into the layers that execute: a clamping activation (Relu, Clip) or a BatchNormalization is computed with the layer
 * before it, where it is that layer's only reader. Nodes that are computed before running are left out.
 */
export function executionLayers({ graph }: Model): ExecutionLayer[] {
  const constant = constantValues(graph);
  const producers = producersOf(graph);
  const consumers = consumersOf(graph);
  const layers = new Map<NodeId, { readonly node: NodeId; readonly fused: NodeId[] }>();
  for (const node of graph.nodes) {
    if (node.outputs.every((id) => id === '' || constant.has(id))) continue;
    const source = node.inputs[0] ?? '';
    const producer = producers.get(source);
    const host = producer && layers.get(producer.id);
    const isOnlyReader = consumers.get(source)?.length === 1 && !graph.outputs.includes(source);
    if (host && isOnlyReader && isFused(node, graph)) {
      host.fused.push(node.id);
      layers.set(node.id, host);
    } else layers.set(node.id, { node: node.id, fused: [] });
  }
  return [...new Set(layers.values())];
}

const isFused = (node: Node, graph: Graph): boolean =>
  (node.op === 'BatchNormalization' && node.domain === '') || bindNode(node, graph)?.quant?.role === 'clamp';

/**
 * Work of the layers as they execute: what `layerCosts` says, with fused nodes costing nothing. Their operations happen on values
 * that are in registers anyway, and their inputs and outputs are never moved. What latency and energy should be
 * estimated on. Entries stay aligned with `costs`. Source: methods D.14 (the merged layer keeps the first one's sizes).
 */
export function executionCosts(model: Model, costs: readonly LayerCost[] = layerCosts(model)): LayerCost[] {
  const fused = new Set(executionLayers(model).flatMap((layer) => layer.fused));
  return costs.map((cost) =>
    fused.has(cost.node) ? { ...cost, kind: 'free', ops: 0, macs: 0, inputElements: 0, outputElements: 0 } : cost,
  );
}
