import { elementCount, isKnown, type LayerCost, type Node, type NodeId, type StoredTensor } from '../ir/index.ts';
import type { ComparedModel, MetricDifference, MetricName, Metrics } from './comparison.ts';
import { bytesOf } from './contents.ts';

const NAMES = ['macs', 'params', 'weightBytes', 'outputElements'] as const satisfies readonly MetricName[];

/** Counts per layer of one model. */
export interface ModelMetrics {
  /** By node number. */
  readonly layers: readonly Metrics[];
  readonly totals: Metrics;
}

export function metricsOf({ model, costs = [] }: ComparedModel): ModelMetrics {
  const byNode = new Map<NodeId, LayerCost>(costs.map((cost) => [cost.node, cost]));
  const stored = (id: string): StoredTensor | undefined => model.weights.get(model.graph.tensors.get(id)?.weight ?? '');
  const layers = model.graph.nodes.map((node): Metrics => {
    const cost = byNode.get(node.id);
    const outputElements = cost?.outputElements ?? elementsOf(node, model);
    return {
      ...(cost ? { macs: cost.macs, params: cost.params } : {}),
      weightBytes: sum([...new Set(node.inputs.flatMap((id) => stored(id) ?? []))].map(bytesOf)),
      ...(outputElements === undefined ? {} : { outputElements }),
    };
  });
  // A constant that several layers read is stored once.
  const read = new Set(model.graph.nodes.flatMap((node) => node.inputs.flatMap((id) => stored(id) ?? [])));
  return { layers, totals: { ...summed(layers), weightBytes: sum([...read].map(bytesOf)) } };
}

function elementsOf({ outputs }: Node, { graph }: ComparedModel['model']): number | undefined {
  const shapes = outputs.filter((id) => id !== '').map((id) => graph.tensors.get(id)?.shape);
  return shapes.every(isKnown) ? sum(shapes.map(elementCount)) : undefined;
}

/** Sums of what is known of every layer. */
function summed(layers: readonly Metrics[]): Metrics {
  const totals: { -readonly [K in MetricName]?: number } = {};
  for (const name of NAMES) {
    const values = layers.flatMap((layer) => layer[name] ?? []);
    if (values.length === layers.length) totals[name] = sum(values);
  }
  return totals;
}

export function differenceOf(before: Metrics, after: Metrics): MetricDifference {
  const difference: { -readonly [K in MetricName]?: number } = {};
  for (const name of NAMES) {
    const [from, to] = [before[name], after[name]];
    if (from !== undefined && to !== undefined) difference[name] = to - from;
  }
  return { before, after, difference };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
