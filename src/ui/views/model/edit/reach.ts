import type { EdgeView, NodeView } from '../../../../explore/index.ts';
import type { NodeId } from '../../../../ir/index.ts';

/** What of a view is followed. */
interface Drawn {
  readonly nodes: readonly Pick<NodeView, 'id' | 'fused'>[];
  readonly edges: readonly Pick<EdgeView, 'from' | 'to'>[];
}

/** Layers that these feed, directly and through others, in graph order; these are among them. */
export function fedBy(nodes: readonly NodeId[], view: Drawn): readonly NodeId[] {
  const readers = new Map<NodeId, NodeId[]>();
  for (const { from, to } of view.edges) {
    if (from === undefined || to === undefined) continue;
    const list = readers.get(from);
    if (list) list.push(to);
    else readers.set(from, [to]);
  }
  const reached = new Set(nodes);
  const open = [...nodes];
  for (let node = open.pop(); node !== undefined; node = open.pop())
    for (const next of readers.get(node) ?? [])
      if (!reached.has(next)) {
        reached.add(next);
        open.push(next);
      }
  return view.nodes.flatMap(({ id }) => (reached.has(id) ? [id] : []));
}

/** Layers with what is fused into them: what a set of drawn layers stands for. */
export function withFused(layers: readonly NodeId[], { nodes }: Pick<Drawn, 'nodes'>): readonly NodeId[] {
  const chosen = new Set(layers);
  const all = new Set(nodes.flatMap(({ id, fused }) => (chosen.has(id) ? [id, ...fused] : [])));
  return nodes.flatMap(({ id }) => (all.has(id) ? [id] : []));
}
