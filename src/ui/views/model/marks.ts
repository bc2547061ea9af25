import type { NodeId } from '../../../ir/index.ts';
import type { ModelPlaceState } from '../../state/types.ts';
import type { Mark } from './graph/emphasis.ts';

/** What is marked in the graph of the open model: what simplification would do, else what differs from the other model. */
export function marksOf(
  report: ModelPlaceState['simplify'],
  compare: ModelPlaceState['compare'],
): ReadonlyMap<NodeId, Mark> | undefined {
  if (report) {
    const marks = new Map<NodeId, Mark>();
    for (const step of report.steps)
      for (const { node, what } of step.changes) if (what !== 'added') marks.set(node, what);
    return marks;
  }
  if (!compare) return undefined;
  const { pairs, added } = compare.result;
  const changed = pairs.filter((pair) => pair.changes.length > 0).map(({ b }) => [b, 'changed'] as const);
  return new Map<NodeId, Mark>([...changed, ...added.map((id) => [id, 'added'] as const)]);
}

/** The same for the graph of the other model: what is gone in the open one, and what differs. */
export function otherMarksOf({ result }: NonNullable<ModelPlaceState['compare']>): ReadonlyMap<NodeId, Mark> {
  const changed = result.pairs.filter((pair) => pair.changes.length > 0).map(({ a }) => [a, 'changed'] as const);
  return new Map<NodeId, Mark>([...changed, ...result.removed.map((id) => [id, 'removed'] as const)]);
}

/** Marks of nodes on the layers that hold them: a layer of which only a fused node is marked has changed. */
export function marksOnLayers(
  marks: ReadonlyMap<NodeId, Mark> | undefined,
  layerOf: ReadonlyMap<NodeId, NodeId> | undefined,
): ReadonlyMap<NodeId, Mark> | undefined {
  if (!marks || !layerOf) return marks;
  const shown = new Map(marks);
  for (const node of marks.keys()) {
    const layer = layerOf.get(node);
    if (layer !== undefined && !marks.has(layer)) shown.set(layer, 'changed');
  }
  return shown;
}
