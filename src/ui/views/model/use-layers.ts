import { useEffect, useMemo } from 'react';
import type { NodeId } from '../../../ir/index.ts';
import { loadTargetLayers } from '../../actions/estimate.ts';
import { targetEstimate } from '../../actions/target.ts';
import { drawnTheme, type HeatScale, heatScale, type Theme } from '../../charts/index.ts';
import { useApp } from '../../state/store.ts';
import { type Layers, layersOf, onLayers, viewOfBody } from './layers.ts';
import { type Metric, type MetricSources, metricOf } from './metrics.ts';

export interface LayerData {
  readonly layers: Layers;
  readonly sources: MetricSources;
  readonly metric: Metric;
  /** Of the metric, by layer. */
  readonly values: ReadonlyMap<NodeId, number>;
  readonly heat: HeatScale;
  readonly theme: Theme;
}

/** What graph, table and inspector of the Model place share; `undefined` without a model. */
export function useLayers(): LayerData | undefined {
  const model = useApp((s) => s.session.view);
  const path = useApp((s) => s.model.body);
  const view = useMemo(() => model && viewOfBody(model, path), [model, path]);
  const bits = useApp((s) => s.session.bits);
  const estimate = useApp(targetEstimate);
  useEffect(() => {
    if (estimate?.layers.length === 0) void loadTargetLayers();
  }, [estimate]);
  const losses = useApp((s) => s.compress.losses);
  const point = useApp((s) => s.exploration.points.find((p) => p.id === s.selection.activePoint));
  const metricId = useApp((s) => s.selection.metric);
  const own = useApp((s) => s.model.ownMetrics);
  const scale = useApp((s) => s.model.heatScale);
  const theme = drawnTheme(useApp((s) => s.settings.theme));
  const layers = useMemo(() => view && layersOf(view), [view]);
  return useMemo(() => {
    if (!view || !layers) return undefined;
    const sources: MetricSources = { view, estimate, losses, point, bits };
    const metric = metricOf(metricId, own);
    const values = onLayers(metric.values(sources), layers);
    return { layers, sources, metric, values, heat: heatScale([...values.values()], theme, scale), theme };
  }, [view, layers, estimate, losses, point, bits, metricId, own, scale, theme]);
}
