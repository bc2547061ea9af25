import type { DesignPoint, LayerMetric, ModelView } from '../../../explore/index.ts';
import type { Estimate, LayerCost, NodeId, Provenance } from '../../../ir/index.ts';
import type { LayerLoss } from '../../../jobs/protocol.ts';
import { ownMetricId } from '../../actions/own-metrics.ts';
import type { QuantityKind } from '../../format/index.ts';

/** What a metric may be taken from. */
export interface MetricSources {
  readonly view: ModelView;
  readonly estimate: Estimate | undefined;
  readonly losses: readonly LayerLoss[];
  readonly point: DesignPoint | undefined;
  /** Width of the verdict, for bytes. */
  readonly bits: number;
}

/** A number per layer that colours graph, table and minimap. */
export interface Metric {
  readonly id: string;
  readonly title: string;
  readonly kind: QuantityKind;
  /** Head of its column: 'Latency, ms' where all rows share a unit. */
  readonly provenance: (sources: MetricSources) => Provenance;
  /** By layer; a layer without the figure is absent. */
  readonly values: (sources: MetricSources) => ReadonlyMap<NodeId, number>;
  /** Why there is none, where there is none. */
  readonly missing: string;
}

const fromCosts =
  (value: (cost: LayerCost, sources: MetricSources) => number | undefined) => (sources: MetricSources) =>
    collect(sources.view.costs.map((cost) => [cost.node, value(cost, sources)]));

function collect(entries: readonly (readonly [NodeId, number | undefined])[]): ReadonlyMap<NodeId, number> {
  const map = new Map<NodeId, number>();
  for (const [node, value] of entries) if (value !== undefined && Number.isFinite(value)) map.set(node, value);
  return map;
}

/** Bytes moved at this width: inputs, outputs, weights once each (methods F.1). */
const bytesOf = (c: LayerCost, { bits }: MetricSources): number =>
  ((c.inputElements + c.outputElements + c.weightElements) * bits) / 8;

const computed = (): Provenance => 'computed';

/** To add one: an entry here. */
export const metrics: readonly Metric[] = [
  {
    id: 'latency',
    title: 'Latency',
    kind: 'seconds',
    provenance: ({ estimate }) => estimate?.latency?.provenance ?? 'computed',
    values: ({ estimate }) => collect((estimate?.layers ?? []).map((l) => [l.node, l.latency?.value])),
    missing: 'The target has no latency model for this network.',
  },
  {
    id: 'macs',
    title: 'MACs',
    kind: 'macs',
    provenance: computed,
    values: fromCosts((c) => c.macs),
    missing: 'Shapes are not known yet.',
  },
  {
    id: 'params',
    title: 'Parameters',
    kind: 'count',
    provenance: computed,
    values: fromCosts((c) => c.params),
    missing: 'Shapes are not known yet.',
  },
  {
    id: 'bytes',
    title: 'Bytes moved',
    kind: 'bytes',
    provenance: computed,
    values: fromCosts(bytesOf),
    missing: 'Shapes are not known yet.',
  },
  {
    id: 'intensity',
    title: 'Intensity',
    kind: 'intensity',
    provenance: computed,
    values: fromCosts((c, s) => (c.macs > 0 ? (2 * c.macs) / bytesOf(c, s) : undefined)),
    missing: 'Shapes are not known yet.',
  },
  {
    id: 'energy',
    title: 'Energy',
    kind: 'joules',
    provenance: ({ estimate }) => estimate?.energy?.provenance ?? 'assumed',
    values: ({ estimate }) => collect((estimate?.layers ?? []).map((l) => [l.node, l.energy?.value])),
    missing: 'The target has no energy model.',
  },
  {
    id: 'sensitivity',
    title: 'Sensitivity at 4 bits',
    kind: 'share',
    provenance: () => 'measured',
    values: ({ losses }) =>
      collect(losses.filter((l) => l.bits === 4 && l.what === 'weights').map((l) => [l.node, Math.max(0, l.loss)])),
    missing: 'Measure sensitivity in Compress first.',
  },
  {
    id: 'bits',
    title: 'Weight bits',
    kind: 'count',
    provenance: computed,
    values: ({ point, view }) =>
      collect(view.quantizable.map((node, i) => [node, point?.choices.quantize.bits[i]?.[0]])),
    missing: 'Select a design point in Explore first.',
  },
];

/** A metric of the user's own file. */
function ownMetric({ title, unit, values }: LayerMetric): Metric {
  const byNode = new Map(values);
  return {
    id: ownMetricId(title),
    title: unit === undefined ? title : `${title}, ${unit}`,
    kind: 'plain',
    provenance: () => 'measured',
    values: () => byNode,
    missing: 'The file has no value for these layers.',
  };
}

/** Every metric there is: ours, then those of the user's files. */
export const allMetrics = (own: readonly LayerMetric[]): readonly Metric[] => [...metrics, ...own.map(ownMetric)];

export const metricOf = (id: string, own: readonly LayerMetric[] = []): Metric =>
  allMetrics(own).find((m) => m.id === id) ?? (metrics[0] as Metric);
