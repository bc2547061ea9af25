import type { Change, Comparison, MetricName, Metrics } from '../../../../compare/index.ts';
import type { ModelView, ValueView } from '../../../../explore/index.ts';
import { elementCount, isKnown, type NodeId, storedBytes } from '../../../../ir/index.ts';

export type RowState = 'added' | 'removed' | 'changed' | 'same';

/** Signs that say the state without colour; the graphs carry the same. */
export const signs: Readonly<Record<RowState, string>> = { added: '+', removed: '\u2212', changed: '~', same: '=' };

/** What is compared in figures: counts, and the latency on the chosen target. */
export type CompareMetric = MetricName | 'latency';
/** Latency in seconds. */
export type CompareFigures = Metrics & { readonly latency?: number };

/** Latencies of layers by node, seconds; what is fused into a layer has none of its own. */
export type Latencies = ReadonlyMap<NodeId, number>;

/** One line of the comparison: a layer before, after, or both. */
export interface CompareRow {
  readonly id: string;
  readonly state: RowState;
  readonly before?: NodeId;
  readonly after?: NodeId;
  /** 'Conv', or 'Relu → Clip'. */
  readonly operator: string;
  /** What changed, in a few words; empty where nothing did. */
  readonly what: string;
  readonly changes: readonly Change[];
  /** Constants that were too many to compare. */
  readonly notCompared: readonly string[];
  /** By metric: before, after; absent where not known, or where the layer is not there. */
  readonly metrics: { readonly before: CompareFigures; readonly after: CompareFigures };
}

export type CompareFilter = 'all' | 'different' | RowState;

/** The comparison as rows in the order of the model after; a removed layer stands behind the one it followed before. */
export function rowsOf(
  result: Comparison,
  before: ModelView,
  after: ModelView,
  latencies: { readonly before: Latencies; readonly after: Latencies } = { before: new Map(), after: new Map() },
): readonly CompareRow[] {
  const [beforeOps, afterOps] = [opsOf(before), opsOf(after)];
  const [beforeMetrics, afterMetrics] = [metricsOf(before, latencies.before), metricsOf(after, latencies.after)];
  const rows = new Map<NodeId, CompareRow>();
  for (const { a, b, changes, notCompared = [], metrics } of result.pairs)
    rows.set(b, {
      id: `b ${b}`,
      state: changes.length > 0 ? 'changed' : 'same',
      before: a,
      after: b,
      operator: changedText(beforeOps.get(a) ?? '', afterOps.get(b) ?? ''),
      what: whatChanged(changes),
      changes,
      notCompared,
      metrics: {
        before: { ...metrics.before, ...latencyOf(a, latencies.before) },
        after: { ...metrics.after, ...latencyOf(b, latencies.after) },
      },
    });
  for (const b of result.added) rows.set(b, aloneRow('added', b, afterOps, { before: {}, after: afterMetrics(b) }));
  const removed = result.removed.map((a) => aloneRow('removed', a, beforeOps, { before: beforeMetrics(a), after: {} }));
  return merged(after, before, rows, removed);
}

const opsOf = (view: ModelView): ReadonlyMap<NodeId, string> => new Map(view.nodes.map(({ id, op }) => [id, op]));

/** Figures of layers without a partner, from what the view says of them; what it does not say stays unknown. */
function metricsOf({ costs, nodes }: ModelView, latencies: Latencies): (node: NodeId) => CompareFigures {
  const byNode = new Map(costs.map((cost) => [cost.node, cost]));
  const views = new Map(nodes.map((node) => [node.id, node]));
  return (node) => {
    const cost = byNode.get(node);
    const bytes = constantBytes(views.get(node)?.constants ?? []);
    return {
      ...(cost ? { macs: cost.macs, params: cost.params, outputElements: cost.outputElements } : {}),
      ...(bytes === undefined ? {} : { weightBytes: bytes }),
      ...latencyOf(node, latencies),
    };
  };
}

function latencyOf(node: NodeId, latencies: Latencies): CompareFigures {
  const latency = latencies.get(node);
  return latency === undefined ? {} : { latency };
}

/** As stored, each constant once; `undefined` where texts are among them, whose length the view does not hold. */
function constantBytes(constants: readonly ValueView[]): number | undefined {
  let bytes = 0;
  for (const { type, shape } of new Map(constants.map((value) => [value.id, value])).values()) {
    if (type === undefined || type === 'string' || !isKnown(shape)) return undefined;
    bytes += storedBytes(type, elementCount(shape));
  }
  return bytes;
}

function aloneRow(
  state: 'added' | 'removed',
  node: NodeId,
  ops: ReadonlyMap<NodeId, string>,
  metrics: CompareRow['metrics'],
): CompareRow {
  const side = state === 'added' ? { after: node } : { before: node };
  const operator = ops.get(node) ?? '';
  return { id: `${state} ${node}`, state, ...side, operator, what: '', changes: [], notCompared: [], metrics };
}

function merged(
  after: ModelView,
  before: ModelView,
  rows: ReadonlyMap<NodeId, CompareRow>,
  removed: readonly CompareRow[],
): readonly CompareRow[] {
  const followers = new Map<string, CompareRow[]>();
  const gone = new Map(removed.map((row) => [row.before, row]));
  const partner = new Map([...rows.values()].map((row) => [row.before, row.id]));
  let anchor = '';
  for (const { id } of before.nodes) {
    const row = gone.get(id);
    if (!row) anchor = partner.get(id) ?? anchor;
    else followers.set(anchor, [...(followers.get(anchor) ?? []), row]);
  }
  const ordered = after.nodes.flatMap(({ id }) => {
    const row = rows.get(id);
    return row ? [row, ...(followers.get(row.id) ?? [])] : [];
  });
  return [...(followers.get('') ?? []), ...ordered];
}

export const changedText = (before: string, after: string): string =>
  before === after ? after : `${before} → ${after}`;

/** 'strides, weights': attributes by their names, everything else by its kind, each once. */
const whatChanged = (changes: readonly Change[]): string =>
  [...new Set(changes.map(({ what, name }) => (what === 'attribute' ? (name ?? what) : what)))].join(', ');

/** What a change is of: 'strides', 'weights of input 1'. */
export const subjectOf = ({ what, name }: Change): string =>
  what === 'attribute' ? (name ?? what) : name === undefined ? what : `${what} of ${name}`;

export const isShown = ({ state }: CompareRow, filter: CompareFilter): boolean =>
  filter === 'all' || (filter === 'different' ? state !== 'same' : state === filter);

/** After minus before; a layer that one side does not have counts as nothing there. `undefined`: a side is not known. */
export function differenceOf({ state, metrics }: CompareRow, metric: CompareMetric): number | undefined {
  const [before, after] = [metrics.before[metric], metrics.after[metric]];
  if (state === 'added') return after;
  if (state === 'removed') return before === undefined ? undefined : before === 0 ? 0 : -before;
  return before === undefined || after === undefined ? undefined : after - before;
}
