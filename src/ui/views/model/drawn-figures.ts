import type { Metric } from './metrics.ts';
import type { LayerData } from './use-layers.ts';

/** Figures of layers that run inside another one count for that one. */
export function insideSums(
  values: ReadonlyMap<string, number>,
  inside: readonly (readonly [string, string])[],
): ReadonlyMap<string, number> {
  if (inside.length === 0) return values;
  const sums = new Map(values);
  for (const [node, layer] of inside) {
    const value = values.get(node);
    if (value !== undefined) sums.set(layer, (sums.get(layer) ?? 0) + value);
  }
  return sums;
}

/** Which box feeds which, by index in the drawing: fused operators pass on what their layer makes. */
export function linksOf(
  { sources, layers }: Pick<LayerData, 'sources' | 'layers'>,
  nodes: readonly string[],
): { from: number; to: number }[] {
  const index = new Map(nodes.map((id, i) => [id, i]));
  const at = (node: string | undefined): number =>
    node === undefined ? -1 : (index.get(node) ?? index.get(layers.of.get(node) ?? '') ?? -1);
  return sources.view.edges.map((edge) => ({ from: at(edge.from), to: at(edge.to) }));
}

/** Intensity and bits of a group are those of its extreme layer; a figure of the user's own may be anything that adds up. */
export const combineOf = ({ id }: Metric): 'sum' | 'largest' =>
  id === 'intensity' || id === 'bits' || id === 'sensitivity' ? 'largest' : 'sum';
