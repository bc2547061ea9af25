import type { Graph, Model, Node, NodeId, TensorId } from '../ir/index.ts';
import { noNode, noValue } from './errors.ts';

/** The layer with this name; throws `edit/no-node`. */
export function findNode({ graph }: Model, id: NodeId): Node {
  const node = graph.nodes.find((n) => n.id === id);
  if (!node) throw noNode(id, graph.nodes.length);
  return node;
}

/** The layers with these names, in graph order; throws `edit/no-node` for the first that is not there. */
export function findNodes({ graph }: Model, ids: readonly NodeId[]): readonly Node[] {
  const wanted = new Set(ids);
  const found = graph.nodes.filter((n) => wanted.has(n.id));
  if (found.length === wanted.size) return found;
  const there = new Set(found.map((n) => n.id));
  throw noNode(ids.find((id) => !there.has(id)) ?? '', graph.nodes.length);
}

/** What a value is in its graph. */
export type ValueRole = 'input' | 'constant' | 'computed';

/** What this value is; throws `edit/no-value` where the graph has none of this name. */
export function roleOf({ graph }: Model, id: TensorId): ValueRole {
  if (graph.inputs.includes(id)) return 'input';
  if (graph.tensors.get(id)?.weight !== undefined) return 'constant';
  if (id !== '' && graph.nodes.some((node) => node.outputs.includes(id))) return 'computed';
  throw noValue(id, nearest(graph, id));
}

/** A value whose name differs from `id` in case, spaces or ending only: what was probably meant. */
function nearest({ tensors }: Graph, id: TensorId): TensorId | undefined {
  const plain = (name: string): string => name.trim().toLowerCase().replace(/:0$/, '');
  for (const known of tensors.keys()) if (plain(known) === plain(id)) return known;
  return undefined;
}
