import { useMemo } from 'react';
import type { NodeId } from '../../../ir/index.ts';
import { targetEstimate } from '../../actions/target.ts';
import { drawnTheme, type HeatScale, heatScale, type Theme } from '../../charts/index.ts';
import { useApp } from '../../state/store.ts';
import { type DisplayGraph, displayGraph } from './display-graph.ts';
import { type Metric, type MetricSources, metricOf } from './metrics.ts';

export interface LayerData {
  readonly graph: DisplayGraph;
  readonly sources: MetricSources;
  readonly metric: Metric;
  readonly values: ReadonlyMap<NodeId, number>;
  readonly heat: HeatScale;
  readonly theme: Theme;
}

/** What graph, table and inspector of the Model place share; `undefined` without a model. */
export function useLayers(): LayerData | undefined {
  const view = useApp((s) => s.session.view);
  const bits = useApp((s) => s.session.bits);
  const estimate = useApp(targetEstimate);
  const losses = useApp((s) => s.compress.losses);
  const point = useApp((s) => s.exploration.points.find((p) => p.id === s.selection.activePoint));
  const metricId = useApp((s) => s.selection.metric);
  const theme = drawnTheme(useApp((s) => s.settings.theme));
  const graph = useMemo(() => view && displayGraph(view), [view]);
  return useMemo(() => {
    if (!view || !graph) return undefined;
    const sources: MetricSources = { view, estimate, losses, point, bits };
    const metric = metricOf(metricId);
    const values = onBoxes(metric.values(sources), graph);
    return { graph, sources, metric, values, heat: heatScale([...values.values()], theme), theme };
  }, [view, graph, estimate, losses, point, bits, metricId, theme]);
}

/** Figures of fused operators count for the layer they are fused into. */
function onBoxes(values: ReadonlyMap<NodeId, number>, graph: DisplayGraph): ReadonlyMap<NodeId, number> {
  const sums = new Map<NodeId, number>();
  for (const [node, value] of values) {
    const box = graph.boxOf.get(node);
    if (box !== undefined) sums.set(box, (sums.get(box) ?? 0) + value);
  }
  return sums;
}
