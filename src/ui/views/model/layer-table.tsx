import { type ReactElement, useMemo } from 'react';
import type { LayerCost, NodeId } from '../../../ir/index.ts';
import { save } from '../../actions/deploy.ts';
import { hoverLayer, selectLayer } from '../../actions/select.ts';
import { type ChartTable, saveCsv } from '../../charts/index.ts';
import { inText, middleCut, type QuantityKind, quantity, shapeText } from '../../format/index.ts';
import { useApp } from '../../state/store.ts';
import { Button, type Column, Panel, ProvenanceGlyph, Table } from '../../widgets/index.ts';
import { onLayers } from './layers.ts';
import { type Metric, metricOf } from './metrics.ts';
import type { LayerData } from './use-layers.ts';

interface Row {
  readonly id: NodeId;
  readonly name: string;
  readonly operator: string;
  readonly output: string;
  readonly cost: LayerCost | undefined;
  readonly intensity: number | undefined;
  readonly value: number | undefined;
}

/** One unit for the whole column, from its largest value: digits stay comparable down the rows. */
function columnUnit(
  values: readonly number[],
  kind: QuantityKind,
): { readonly unit: string; readonly text: (x: number) => string } {
  const top = values.reduce((a, b) => Math.max(a, b), 0);
  if (kind !== 'seconds' && kind !== 'joules') return { unit: '', text: (x) => inText(x, kind) };
  const { unit } = quantity(top || 1, kind);
  const factor = top > 0 ? Number(quantity(top, kind).value.replace(/[^\d.]/g, '')) / top : 1;
  const power = 10 ** Math.round(Math.log10(factor));
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.max(1e-9, top * power))));
  const least = 10 ** -digits;
  return {
    unit,
    text: (x) =>
      x === 0 ? '0' : x > 0 && x * power < least / 2 ? `< ${least.toFixed(digits)}` : (x * power).toFixed(digits),
  };
}

export function LayerTablePanel({
  data,
  className,
}: {
  readonly data: LayerData;
  readonly className?: string;
}): ReactElement {
  const selected = useApp((s) => s.selection.layer);
  const hovered = useApp((s) => s.selection.hoveredLayer);
  const { rows, metric, columns } = useMemo(() => tableParts(data), [data]);
  return (
    <Panel
      title="Layers"
      className={`layers-panel ${className ?? ''}`}
      note={`${rows.length} after fusing`}
      actions={
        <>
          <Button small kind="quiet" onClick={() => saveCsv(tableOf(rows, metric), fileName(data))}>
            Export CSV
          </Button>
          <Button small kind="quiet" onClick={() => saveJson(rows, metric, data)}>
            JSON
          </Button>
        </>
      }
    >
      <Table
        label="Layers"
        columns={columns}
        rows={rows}
        rowId={(r) => r.id}
        selected={(r) => r.id === selected}
        hovered={(r) => r.id === hovered}
        onSelect={(r) => selectLayer(r.id)}
        onHover={(r) => hoverLayer(r?.id)}
      />
      <Totals data={data} metric={metric} />
    </Panel>
  );
}

/** Rows, and the metric of the last column: the one that colours, unless it has a column of its own. */
function tableParts(data: LayerData): {
  readonly rows: readonly Row[];
  readonly metric: Metric;
  readonly columns: readonly Column<Row>[];
} {
  const hasColumn = ['macs', 'params', 'intensity'].includes(data.metric.id);
  const metric = hasColumn ? metricOf('latency') : data.metric;
  const values = hasColumn ? onLayers(metric.values(data.sources), data.layers) : data.values;
  const rows = rowsOf(data, values);
  return { rows, metric, columns: columnsOf(rows, metric, data) };
}

const fileName = ({ sources }: LayerData): string => `${sources.view.reference.name}-layers`;

/** The same table as records, numbers in SI base units. */
function saveJson(rows: readonly Row[], metric: Metric, data: LayerData): void {
  const { columns, rows: cells } = tableOf(rows, metric);
  const records = cells.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])));
  save(`${fileName(data)}.json`, JSON.stringify(records, null, 1), 'application/json');
}

function rowsOf({ sources, layers }: LayerData, values: ReadonlyMap<NodeId, number>): Row[] {
  const { view, bits } = sources;
  const costs = new Map(view.costs.map((c) => [c.node, c]));
  return layers.list.map(({ id, label, outputs }) => {
    const cost = costs.get(id);
    const bytes = cost && ((cost.inputElements + cost.outputElements + cost.weightElements) * bits) / 8;
    const shape = outputs[0]?.shape;
    return {
      id,
      name: id,
      operator: label,
      output: shapeText(shape && shape.length > 1 ? shape.slice(1) : shape),
      cost,
      intensity: cost && bytes && cost.macs > 0 ? (2 * cost.macs) / bytes : undefined,
      value: values.get(id),
    };
  });
}

const topOf = (rows: readonly Row[], value: (row: Row) => number | undefined, least: number): number =>
  rows.reduce((top, row) => Math.max(top, value(row) ?? 0), least);

function columnsOf(rows: readonly Row[], metric: Metric, data: LayerData): Column<Row>[] {
  const topMacs = topOf(rows, (r) => r.cost?.macs, 1);
  const topParams = topOf(rows, (r) => r.cost?.params, 1);
  const topValue = topOf(rows, (r) => r.value, 1e-30);
  const { unit, text } = columnUnit(
    rows.flatMap((r) => r.value ?? []),
    metric.kind,
  );
  return [
    {
      id: 'layer',
      head: 'Layer',
      cell: (r) => (
        <span className="mono cut layer-name" title={r.name}>
          {middleCut(r.name, 17)}
        </span>
      ),
      sort: (r) => r.name,
    },
    {
      id: 'operator',
      head: 'Operator',
      cell: (r) => <span className="cut layer-operator">{r.operator}</span>,
      sort: (r) => r.operator,
    },
    {
      id: 'output',
      head: 'Output',
      className: 'column-output',
      number: true,
      cell: (r) => <span title={r.output}>{r.output}</span>,
    },
    {
      id: 'macs',
      head: <Head text="MACs" provenance="computed" />,
      number: true,
      cell: (r) => (
        <Bar share={(r.cost?.macs ?? 0) / topMacs} text={r.cost ? inText(r.cost.macs, 'macs') : 'unknown'} />
      ),
      sort: (r) => r.cost?.macs,
    },
    {
      id: 'params',
      className: 'column-params',
      head: <Head text="Params" provenance="computed" />,
      number: true,
      cell: (r) => (
        <Bar share={(r.cost?.params ?? 0) / topParams} text={r.cost ? inText(r.cost.params, 'macs') : 'unknown'} />
      ),
      sort: (r) => r.cost?.params,
    },
    {
      id: 'intensity',
      className: 'column-intensity',
      head: <Head text="op/B" provenance="computed" />,
      number: true,
      cell: (r) => (r.intensity === undefined ? '–' : r.intensity.toFixed(1)),
      sort: (r) => r.intensity,
    },
    {
      id: metric.id,
      head: (
        <Head text={unit ? `${metric.title}, ${unit}` : metric.title} provenance={metric.provenance(data.sources)} />
      ),
      number: true,
      cell: (r) =>
        r.value === undefined ? (
          <span className="faint">–</span>
        ) : (
          <Bar
            share={r.value / topValue}
            text={text(r.value)}
            color={metric === data.metric ? data.heat.color(r.value) : undefined}
          />
        ),
      sort: (r) => r.value,
    },
  ];
}

const Head = ({
  text,
  provenance,
}: {
  readonly text: string;
  readonly provenance: Parameters<typeof ProvenanceGlyph>[0]['provenance'];
}): ReactElement => (
  <span className="column-head">
    {text} <ProvenanceGlyph provenance={provenance} />
  </span>
);

function Bar({
  share,
  text,
  color,
}: {
  readonly share: number;
  readonly text: string;
  readonly color?: string | undefined;
}): ReactElement {
  return (
    <span className="cell-bar">
      <svg width={32} height={12} aria-hidden="true">
        <rect
          width={share > 0 ? Math.max(1, share * 32) : 0}
          height={12}
          className="bar"
          style={color ? { fill: color } : undefined}
        />
      </svg>
      <span>{text}</span>
    </span>
  );
}

function Totals({ data, metric }: { readonly data: LayerData; readonly metric: Metric }): ReactElement {
  const { totals } = data.sources.view;
  const { estimate } = data.sources;
  const whole = metric.id === 'latency' ? estimate?.latency : metric.id === 'energy' ? estimate?.energy : undefined;
  const sum = [...onLayers(metric.values(data.sources), data.layers).values()].reduce((a, b) => a + b, 0);
  const rest = whole ? whole.value - sum : 0;
  return (
    <p className="layer-totals">
      <strong>Total</strong>
      {whole && rest > whole.value * 1e-6 && <span className="secondary">+ {inText(rest, metric.kind)} overhead</span>}
      <span className="grow" />
      <span>{totals.macs === undefined ? 'MACs unknown' : `${inText(totals.macs, 'macs')} MACs`}</span>
      <span>{inText(totals.params, 'macs')} parameters</span>
      {whole && <strong>{inText(whole.value, metric.kind)}</strong>}
    </p>
  );
}

function tableOf(rows: readonly Row[], metric: Metric): ChartTable {
  return {
    caption: 'Layers',
    columns: ['layer', 'operator', 'output', 'macs', 'params', 'intensity_op_per_byte', metric.id],
    rows: rows.map((r) => [r.name, r.operator, r.output, r.cost?.macs, r.cost?.params, r.intensity, r.value]),
  };
}
