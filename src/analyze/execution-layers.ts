import { consumersOf, type Graph, type Model, type Node, type NodeId, producersOf } from '../ir/index.ts';
import { constantValues } from './constant-values.ts';
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
