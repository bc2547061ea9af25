import type { ModelView, NodeView } from '../../../explore/index.ts';
import type { NodeId } from '../../../ir/index.ts';
import type { ModelPlaceState } from '../../state/types.ts';

/** What executes of a model, and which layer a node belongs to. */
export interface Layers {
  /** In graph order. */
  readonly list: readonly NodeView[];
  /** Node → the layer that it is or that it is fused into. Nodes that are computed beforehand are absent. */
  readonly of: ReadonlyMap<NodeId, NodeId>;
}

/** The view as if the graph inside a node were the model: its nodes, edges and costs; what else is known stays the model's. */
export function viewOfBody(view: ModelView, path: ModelPlaceState['body']): ModelView {
  let shown = view;
  for (const { node, name } of path) {
    const body = shown.nodes.find((n) => n.id === node)?.bodies?.find((b) => b.name === name);
    if (!body) return view;
    const { nodes, edges, inputs, outputs, costs } = body;
    shown = { ...view, nodes, edges, inputs, outputs, costs };
  }
  return shown;
}

/** Layers of a model: nodes fed by something known only when running, fused ones inside the layer before them. */
export function layersOf({ nodes, edges }: Pick<ModelView, 'nodes' | 'edges'>): Layers {
  const of = new Map<NodeId, NodeId>();
  for (const node of nodes) for (const fused of node.fused) of.set(fused, node.id);
  const fed = new Set(edges.map((edge) => edge.to));
  const list = nodes.filter((node) => !of.has(node.id) && fed.has(node.id));
  for (const { id } of list) of.set(id, id);
  return { list, of };
}

/** Figures of nodes summed over the layers they belong to. */
export function onLayers(values: ReadonlyMap<NodeId, number>, { of }: Layers): ReadonlyMap<NodeId, number> {
  const sums = new Map<NodeId, number>();
  for (const [node, value] of values) {
    const layer = of.get(node);
    if (layer !== undefined) sums.set(layer, (sums.get(layer) ?? 0) + value);
  }
  return sums;
}
