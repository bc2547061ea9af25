import type { RemovedNode } from '../../analyze/index.ts';
import { consumersOf, type Model, type Node, type NodeId, producersOf } from '../../ir/index.ts';
import { bindNode } from '../../ops/index.ts';

const FOLDED: ReadonlySet<string> = new Set(['fuse-bias', 'fold-batch-norm']);

/**
 * Nodes that run as part of a layer before them: biases and norms that were folded into it, and clamps (Relu, Clip) that are
 * the only reader of what it computes. Node → the layer it is fused into.
 */
export function fusedInto({ graph }: Model, removed: readonly RemovedNode[]): ReadonlyMap<NodeId, NodeId> {
  const producers = producersOf(graph);
  const consumers = consumersOf(graph);
  const folded = new Set(removed.filter(({ pass }) => FOLDED.has(pass)).map(({ node }) => node));
  const fused = new Map<NodeId, NodeId>();
  const layers = new Set<NodeId>();
  for (const node of graph.nodes) {
    const role = roleOf(node, graph.opsets);
    if (role === 'weighted' || role === 'computes') layers.add(node.id);
    if (role !== 'clamp' && !folded.has(node.id)) continue;
    const before = node.inputs.flatMap((id) => producers.get(id) ?? [])[0];
    if (!before) continue;
    const layer = fused.get(before.id) ?? before.id;
    const alone = before.outputs.every((id) => (consumers.get(id)?.length ?? 0) <= 1 && !graph.outputs.includes(id));
    if (layers.has(layer) && alone) fused.set(node.id, layer);
  }
  return fused;
}

function roleOf(node: Node, opsets: Model['graph']['opsets']): string | undefined {
  try {
    return bindNode(node, opsets)?.quant?.role;
  } catch {
    // Illegal attributes were reported when shapes were inferred; such a node fuses with nothing.
    return undefined;
  }
}
