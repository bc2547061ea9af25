import { scaleLinear, scaleLog } from 'd3';
import { type ReactElement, useMemo } from 'react';
import { hoverPlatform } from '../../actions/select.ts';
import { isTarget, setTarget, targetId, targetOf } from '../../actions/target.ts';
import { decades, IntervalMark } from '../../charts/index.ts';
import { inText, quantity } from '../../format/index.ts';
import { useApp } from '../../state/store.ts';
import { type Column, FigureText, Icon, Meter, ProvenanceGlyph, Table, Tooltip } from '../../widgets/index.ts';
import { logDomain, reasonText, shownLatency, type TargetRow } from './platform-rows.ts';

const AXIS = 176;
const AXIS_PAD = 10;
const RELATIVE = 78;
/** Half width of the relative interval column. */
const RELATIVE_LIMIT = 0.6;

type LogScale = ReturnType<typeof scaleLog<number, number>>;

/** One row per platform, sorted by latency; rows that do not fit give the reason in place of numbers. */
export function TargetTable({
  rows,
  all,
}: {
  readonly rows: readonly TargetRow[];
  readonly all: readonly TargetRow[];
}): ReactElement {
  const selected = useApp((s) => s.session.target && targetId(s.session.target));
  const hovered = useApp((s) => s.selection.hoveredPlatform);
  const goal = useApp((s) => s.session.goalSeconds);
  const x = useMemo(() => {
    const values = all.flatMap((row) => {
      const latency = shownLatency(row);
      return latency ? [latency.value, ...(latency.interval ?? [])] : [];
    });
    return scaleLog()
      .domain(logDomain(goal === undefined ? values : [...values, goal]))
      .range([AXIS_PAD, AXIS - AXIS_PAD])
      .clamp(true);
  }, [all, goal]);
  const columns = useMemo(() => columnsOf(x, goal), [x, goal]);
  return (
    <div className="targets-table" data-panel tabIndex={-1}>
      <Table
        label="Targets"
        columns={columns}
        rows={rows}
        dense
        rowId={(row) => targetId(row.estimate)}
        selected={(row) => targetId(row.estimate) === selected}
        hovered={(row) => isTarget(row.estimate, hovered)}
        onHover={(row) => hoverPlatform(row && targetId(row.estimate))}
        onSelect={(row) => setTarget(targetOf(row.estimate))}
        initialSort={undefined}
      />
    </div>
  );
}

function columnsOf(x: LogScale, goal: number | undefined): readonly Column<TargetRow>[] {
  return [
    {
      id: 'name',
      head: 'Target',
      className: 'target-name',
      sort: (row) => row.name,
      cell: (row) => <TargetName row={row} />,
    },
    {
      id: 'runtime',
      head: 'Runtime',
      className: 'wide-only',
      sort: (row) => row.runtimeName,
      cell: (row) => (
        <span className="runtime-name" title={row.runtimeName}>
          {row.runtimeName}
        </span>
      ),
    },
    {
      id: 'axis',
      head: <AxisHead x={x} goal={goal} />,
      width: AXIS,
      className: 'axis-cell',
      cell: (row) => <LatencyCell row={row} x={x} goal={goal} />,
    },
    {
      id: 'latency',
      head: 'Latency',
      number: true,
      sort: (row) => shownLatency(row)?.value,
      cell: (row) => {
        const latency = shownLatency(row);
        return latency ? (
          <FigureText name={`Latency on ${row.name}`} figure={latency} kind="seconds" hideInterval hideGlyph />
        ) : null;
      },
    },
    {
      id: 'interval',
      head: <RelativeHead />,
      className: 'interval-cell wide-only',
      width: RELATIVE + 16,
      cell: (row) => <RelativeCell row={row} />,
    },
    {
      id: 'energy',
      head: 'Energy',
      number: true,
      className: 'medium-only',
      sort: (row) => row.estimate.energy?.value,
      cell: (row) =>
        shownLatency(row) === undefined ? null : (
          <FigureText
            name={`Energy on ${row.name}`}
            figure={row.estimate.energy}
            kind="joules"
            hideInterval
            reason="No power of this device and runtime is known."
          />
        ),
    },
    { id: 'ram', head: 'RAM', className: 'medium-only', cell: (row) => <MemoryCell row={row} what="RAM" /> },
    { id: 'flash', head: 'Flash', className: 'wide-only', cell: (row) => <MemoryCell row={row} what="Flash" /> },
    {
      id: 'cost',
      head: 'Cost',
      number: true,
      className: 'wide-only',
      sort: (row) => row.platform?.costDollars?.value,
      cell: (row) => <Cost row={row} />,
    },
    {
      id: 'source',
      head: 'Source of latency',
      className: 'source-cell wide-only',
      cell: (row) => <Source row={row} />,
    },
  ];
}

function TargetName({ row }: { readonly row: TargetRow }): ReactElement {
  const { fits, clockHertz } = row.estimate;
  const icon = fits === 'yes' ? 'tick' : fits === 'no' ? 'cross' : 'dash';
  const tone = fits === 'yes' ? 'ok' : fits === 'no' ? 'bad' : 'faint';
  const words = fits === 'yes' ? 'fits' : fits === 'no' ? 'does not fit' : 'unknown';
  return (
    <span className="row target-name-row">
      <span className={tone}>
        <Icon name={icon} />
        <span className="sr-only">{words}</span>
      </span>
      <strong className="target-word">{row.name}</strong>
      <span className="secondary cut target-more">
        {row.platform?.processor}, {inText(clockHertz, 'hertz')}
      </span>
    </span>
  );
}

function AxisHead({ x, goal }: { readonly x: LogScale; readonly goal: number | undefined }): ReactElement {
  const all = decades(x.domain() as [number, number]);
  const ticks = all.length > 5 ? all.filter((_, i) => i % 2 === 0) : all;
  return (
    <svg width={AXIS} height={28} className="axis-head" role="img" aria-label="Latency, logarithmic scale">
      <text x={AXIS_PAD - 8} y={10} className="axis-title">
        Latency, log →
      </text>
      {ticks.map((tick) => (
        <text key={tick} x={Math.min(x(tick), AXIS - 16)} y={23} textAnchor="middle" className="tick">
          {Number(quantity(tick, 'seconds').value)} {quantity(tick, 'seconds').unit}
        </text>
      ))}
      {goal !== undefined && (
        <text x={Math.min(x(goal), AXIS - 24)} y={10} textAnchor="middle" className="axis-title">
          goal
        </text>
      )}
    </svg>
  );
}

function LatencyCell({
  row,
  x,
  goal,
}: {
  readonly row: TargetRow;
  readonly x: LogScale;
  readonly goal: number | undefined;
}): ReactElement {
  const latency = shownLatency(row);
  if (!latency) {
    const no = row.estimate.fits === 'no';
    const text = reasonText(row.estimate.reasons) || reasonText(row.estimate.diagnostics);
    return (
      <span className="reason" title={text}>
        <strong className={no ? 'bad strong' : 'strong'}>{no ? 'Does not fit.' : 'No estimate.'}</strong>{' '}
        <span className="secondary">{text || 'The latency of this device is not known for this network.'}</span>
      </span>
    );
  }
  return (
    <svg width={AXIS} height={22} className="axis-svg" aria-hidden="true">
      {decades(x.domain() as [number, number]).map((tick) => (
        <path key={tick} d={`M${x(tick)},0V22`} className="grid-line" />
      ))}
      {goal !== undefined && <path d={`M${x(goal)},0V22`} className="line-goal" />}
      <IntervalMark figure={latency} x={x} y={11} caps={false} />
    </svg>
  );
}

const relative = scaleLinear()
  .domain([-RELATIVE_LIMIT, RELATIVE_LIMIT])
  .range([4, RELATIVE - 4])
  .clamp(true);

function RelativeHead(): ReactElement {
  return (
    <svg
      width={RELATIVE}
      height={28}
      className="axis-head"
      role="img"
      aria-label="Interval relative to the value, percent"
    >
      <text x={RELATIVE / 2} y={10} textAnchor="middle" className="tick">
        interval
      </text>
      {[-0.5, 0, 0.5].map((tick) => (
        <text key={tick} x={relative(tick)} y={23} textAnchor="middle" className="tick">
          {tick === 0 ? '0' : tick < 0 ? '−50' : '+50%'}
        </text>
      ))}
    </svg>
  );
}

function RelativeCell({ row }: { readonly row: TargetRow }): ReactElement | null {
  const latency = shownLatency(row);
  if (!latency) return null;
  const { value, interval } = latency;
  const words = interval
    ? `${Math.round((interval[0] / value - 1) * 100)} to +${Math.round((interval[1] / value - 1) * 100)} %`
    : 'no interval known';
  return (
    <svg width={RELATIVE} height={22} className="axis-svg" role="img" aria-label={words}>
      <path d={`M${relative(0)},0V22`} className="axis-line" opacity={0.5} />
      {interval && <IntervalMark figure={latency} x={(v) => relative(v / value - 1)} y={11} caps plain />}
      {!interval && <rect x={4} y={7} width={RELATIVE - 8} height={8} className="unknown-box" />}
    </svg>
  );
}

function MemoryCell({ row, what }: { readonly row: TargetRow; readonly what: 'RAM' | 'Flash' }): ReactElement {
  const { estimate, platform } = row;
  const figure = what === 'RAM' ? estimate.peakRam : estimate.flash;
  const capacity = what === 'RAM' ? platform?.ramBytes : platform?.flashBytes;
  if (!capacity) return <span className="faint">{what === 'Flash' ? 'not limiting' : 'unknown'}</span>;
  const over = figure && figure.value > capacity.value;
  const has = inText(capacity.value, 'bytes');
  const text = figure ? `${inText(figure.value, 'bytes')} of ${has}` : `unknown of ${has}`;
  return (
    <Tooltip
      label={`${what} on ${row.name}: ${text}`}
      content={
        <div className="explanation">
          <strong className="strong">
            {what} on {row.name}
          </strong>
          <p className="explanation-value">{text}</p>
          <dl className="explanation-facts">
            <dt>Needs</dt>
            <dd>{figure?.source ?? figure?.formula ?? 'not known'}</dd>
            <dt>Has</dt>
            <dd>{capacity.source}</dd>
          </dl>
        </div>
      }
    >
      <span className="row memory-cell">
        <Meter label={what} used={figure?.value} capacity={capacity.value} text={text} />
        <span className={over ? 'bad' : 'secondary'}>
          {over && figure ? `${(figure.value / capacity.value).toFixed(1)}× of ${has}` : has}
        </span>
      </span>
    </Tooltip>
  );
}

function Cost({ row }: { readonly row: TargetRow }): ReactElement {
  const cost = row.platform?.costDollars;
  return (
    <FigureText
      name={`Price of ${row.name}`}
      kind="dollars"
      figure={cost && { value: cost.value, provenance: cost.provenance, source: cost.source }}
      reason="No price is recorded."
    />
  );
}

function Source({ row }: { readonly row: TargetRow }): ReactElement {
  const figure = row.estimate.fits === 'no' ? row.estimate.peakRam : row.estimate.latency;
  if (!figure) return <span className="faint">–</span>;
  return (
    <span className="row source-text">
      <ProvenanceGlyph provenance={figure.provenance} />
      <span className="cut secondary">{figure.source ?? figure.formula ?? row.estimate.method}</span>
    </span>
  );
}
