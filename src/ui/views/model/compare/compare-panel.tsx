import { type ReactElement, useEffect, useMemo, useState } from 'react';
import type { Estimate } from '../../../../ir/index.ts';
import { closeCompare, compareAgain, estimateOther, selectCompared } from '../../../actions/model-place.ts';
import { hoverLayer } from '../../../actions/select.ts';
import { otherEstimate, targetEstimate } from '../../../actions/target.ts';
import { saveCsv } from '../../../charts/index.ts';
import { inText } from '../../../format/index.ts';
import { useApp } from '../../../state/store.ts';
import type { CompareState } from '../../../state/types.ts';
import { Button, EmptyState, ErrorList, Panel, Segmented, Select, Table } from '../../../widgets/index.ts';
import { useNarrow } from '../use-narrow.ts';
import { ChangeDetail } from './change-detail.tsx';
import { columnsFor, differenceText, kindOf, metricTitles } from './compare-columns.tsx';
import { comparisonTable } from './compare-csv.ts';
import {
  type CompareFilter,
  type CompareMetric,
  type CompareRow,
  isShown,
  type Latencies,
  rowsOf,
} from './compare-rows.ts';
import { namesOf } from './model-names.ts';

/** Whether something is compared, or is about to be. */
export const useComparing = (): boolean =>
  useApp((s) => s.model.compare !== undefined || s.model.compareStatus !== 'none');

/** Two models, layer by layer: what is new, gone, different, and by how much. */
export function ComparePanel({ className }: { readonly className?: string }): ReactElement {
  const compare = useApp((s) => s.model.compare);
  const status = useApp((s) => s.model.compareStatus);
  const modelId = useApp((s) => s.session.modelId);
  const stale = compare !== undefined && compare.withId !== modelId;
  useEffect(() => {
    if (stale && modelId !== undefined) void compareAgain();
  }, [stale, modelId]);
  const close = (
    <Button small kind="quiet" onClick={closeCompare}>
      Close
    </Button>
  );
  if (!compare)
    return (
      <Panel title="Compare" className={className ?? ''} actions={close}>
        {status === 'running' ? (
          <EmptyState title="Comparing">
            Both models are read, and their layers matched by name and structure.
          </EmptyState>
        ) : (
          <Failed />
        )}
      </Panel>
    );
  return <Compared compare={compare} stale={stale} close={close} className={className ?? ''} />;
}

function Failed(): ReactElement {
  const problem = useApp((s) => s.model.problem);
  return (
    <>
      <EmptyState title="Not compared">The open model is as it was.</EmptyState>
      {problem && <ErrorList problems={[problem]} />}
    </>
  );
}

interface ComparedProps {
  readonly compare: CompareState;
  /** The open model has changed since. */
  readonly stale: boolean;
  readonly close: ReactElement;
  readonly className: string;
}

function Compared({ compare, stale, close, className }: ComparedProps): ReactElement | null {
  const after = useApp((s) => s.session.view);
  const [filter, setFilter] = useState<CompareFilter>('different');
  const [metric, setMetric] = useState<CompareMetric>('macs');
  const selected = useApp((s) => s.selection.layer);
  const otherLayer = useApp((s) => s.model.otherLayer);
  const hovered = useApp((s) => s.selection.hoveredLayer);
  const latencies = useLatencies(compare);
  const rows = useMemo(
    () => (after ? rowsOf(compare.result, compare.view, after, latencies) : []),
    [compare, after, latencies],
  );
  const narrow = useNarrow(600);
  const columns = useMemo(() => columnsFor(metric, rows, narrow ? 'narrow' : 'wide'), [metric, rows, narrow]);
  if (!after) return null;
  const shown = rows.filter((row) => isShown(row, filter));
  const isSelected = (row: CompareRow): boolean =>
    selected === undefined ? row.after === undefined && row.before === otherLayer : row.after === selected;
  const current = selected === undefined && otherLayer === undefined ? undefined : rows.find(isSelected);
  const names = namesOf(compare.view, after);
  return (
    <Panel
      title="Compare"
      className={`compare-panel ${className}`}
      note={`${names.before} → ${names.after}`}
      scroll={false}
      actions={
        <>
          <Button
            small
            kind="quiet"
            onClick={() => saveCsv(comparisonTable(rows), `${after.reference.name}-comparison`)}
          >
            Export CSV
          </Button>
          {close}
        </>
      }
    >
      <div className="compare-body">
        <Controls compare={compare} filter={filter} onFilter={setFilter} metric={metric} onMetric={setMetric} />
        <Stale stale={stale} />
        <Table
          label="Compared layers"
          columns={columns}
          rows={shown}
          rowId={(row) => row.id}
          selected={isSelected}
          hovered={(row) => row.after !== undefined && row.after === hovered}
          onSelect={(row) => selectCompared(row.after, row.after === undefined ? row.before : undefined)}
          onHover={(row) => hoverLayer(row?.after)}
          empty={<NothingShown compare={compare} filter={filter} onAll={() => setFilter('all')} />}
        />
        <Totals compare={compare} metric={metric} />
        {current && <ChangeDetail row={current} />}
      </div>
    </Panel>
  );
}

/** What layers of both models take on the chosen target; the other model is estimated as the open one is. */
function useLatencies(compare: CompareState): { readonly before: Latencies; readonly after: Latencies } {
  const bits = useApp((s) => s.session.bits);
  const method = useApp((s) => s.session.latencyMethod);
  const [before, after] = [useApp(otherEstimate), useApp(targetEstimate)];
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again for another model, width or method
  useEffect(() => void estimateOther(), [compare.modelId, bits, method]);
  return useMemo(() => ({ before: latenciesOf(before), after: latenciesOf(after) }), [before, after]);
}

const latenciesOf = (estimate: Estimate | undefined): Latencies =>
  new Map(estimate?.layers.flatMap(({ node, latency }) => (latency ? [[node, latency.value]] : [])));

interface ControlsProps {
  readonly compare: CompareState;
  readonly filter: CompareFilter;
  readonly onFilter: (filter: CompareFilter) => void;
  readonly metric: CompareMetric;
  readonly onMetric: (metric: CompareMetric) => void;
}

function Controls({ compare, filter, onFilter, metric, onMetric }: ControlsProps): ReactElement {
  const narrow = useNarrow(600);
  const { same, changed, added, removed } = compare.result.summary;
  const counts: readonly (readonly [CompareFilter, string, number])[] = [
    ['different', 'Different', changed + added + removed],
    ['changed', '~ changed', changed],
    ['added', '+ added', added],
    ['removed', '\u2212 removed', removed],
    ['same', '= same', same],
    ['all', 'All', same + changed + added + removed],
  ];
  const metrics = Object.entries(metricTitles).map(([value, label]) => ({ value: value as CompareMetric, label }));
  return (
    <div className="compare-controls">
      {narrow ? (
        <Select
          label="Show"
          value={filter}
          options={counts.map(([value, label, count]) => ({ value, label: `${label}, ${count}` }))}
          onChange={onFilter}
        />
      ) : (
        <Segmented
          label="Layers shown"
          value={filter}
          options={counts.map(([value, label, count]) => ({ value, label, note: String(count) }))}
          onChange={onFilter}
        />
      )}
      <Select label="Metric" hideLabel={!narrow} small={!narrow} value={metric} options={metrics} onChange={onMetric} />
    </div>
  );
}

/** The comparison is of a model that is no longer the open one: it is being made again, or could not be. */
function Stale({ stale }: { readonly stale: boolean }): ReactElement | null {
  const status = useApp((s) => s.model.compareStatus);
  if (!stale) return null;
  return (
    <p className="compare-stale" role="status">
      {status === 'failed' ? 'Not compared with the model as it is now.' : 'Comparing with the model as it is now'}{' '}
      {status === 'failed' && (
        <Button kind="link" onClick={() => void compareAgain()}>
          Compare again
        </Button>
      )}
    </p>
  );
}

function NothingShown({
  compare,
  filter,
  onAll,
}: {
  readonly compare: CompareState;
  readonly filter: CompareFilter;
  readonly onAll: () => void;
}): ReactElement {
  const { same, changed, added, removed, notCompared } = compare.result.summary;
  const identical = changed + added + removed === 0;
  return (
    <EmptyState
      title={identical ? `No difference: ${same} ${same === 1 ? 'layer is' : 'layers are'} the same` : 'No such layers'}
      action={
        <Button small onClick={onAll}>
          Show all {same + changed + added + removed}
        </Button>
      }
    >
      {identical && filter === 'different'
        ? notCompared === 0
          ? 'Operators, attributes, connections, shapes and every weight agree.'
          : `Operators, attributes, connections and shapes agree; ${notCompared} have weights too large to compare.`
        : 'The other layers are hidden by the choice above.'}
    </EmptyState>
  );
}

function Totals({ compare, metric }: { readonly compare: CompareState; readonly metric: CompareMetric }): ReactElement {
  const [latencyBefore, latencyAfter] = [useApp(otherEstimate)?.latency?.value, useApp(targetEstimate)?.latency?.value];
  const { totals } = compare.result;
  const [before, after] =
    metric === 'latency' ? [latencyBefore, latencyAfter] : [totals.before[metric], totals.after[metric]];
  const difference = before === undefined || after === undefined ? undefined : after - before;
  const text = (value: number | undefined): string => (value === undefined ? 'unknown' : inText(value, kindOf(metric)));
  return (
    <p className="layer-totals compare-totals">
      <strong>Total {metricTitles[metric]}</strong>
      <span className="grow" />
      <span>
        {text(before)} → {text(after)}
      </span>
      <strong>{differenceText(difference, metric)}</strong>
    </p>
  );
}
