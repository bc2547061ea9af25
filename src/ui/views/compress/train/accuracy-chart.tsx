import { line } from 'd3';
import { type ReactElement, useCallback } from 'react';
import { wilson80 } from '../../../actions/training-events.ts';
import { Chart, type ChartTable, ReferenceLine } from '../../../charts/index.ts';
import { inText } from '../../../format/index.ts';
import { shapePath } from '../../explore/families.ts';
import {
  CurveAxes,
  CurveCursor,
  type CurveScales,
  type CurveSize,
  curveScales,
  type DirectLabel,
  DirectLabels,
  epochsOf,
  NowLine,
  nowOf,
} from './curve-axes.tsx';
import type { DrawnRun } from './drawn-runs.ts';
import type { CurveChartProps } from './loss-chart.tsx';

/** Share of validation samples that are told right, with its interval; what the network told before is the reference. */
export function AccuracyChart({ drawn, epochs }: Omit<CurveChartProps, 'loss'>): ReactElement {
  const table = useCallback(() => accuracyTable(drawn), [drawn]);
  const counts = new Set(drawn.flatMap(({ run }) => run.validation?.count ?? []));
  const [count] = counts;
  const note =
    counts.size === 1 && count !== undefined
      ? `n = ${inText(count, 'count')}, 80\u202f% interval`
      : '80\u202f% interval';
  return (
    <Chart name="training-accuracy" title="Accuracy" note={note} table={table}>
      {(size) => <AccuracyCurves drawn={drawn} size={size} epochs={epochsOf(drawn, epochs)} />}
    </Chart>
  );
}

interface Scored {
  readonly epoch: number;
  readonly percent: number;
  readonly low: number;
  readonly high: number;
}

/** Accuracy on validation samples after each epoch, %, without that before training. */
function scoredEpochs({ run }: DrawnRun): Scored[] {
  return run.epochs.flatMap(({ epoch, validation }) => {
    if (validation?.accuracy === undefined) return [];
    const [low, high] = wilson80(validation.accuracy, validation.count);
    return [{ epoch, percent: validation.accuracy * 100, low: low * 100, high: high * 100 }];
  });
}

interface AccuracyCurvesProps {
  readonly drawn: readonly DrawnRun[];
  readonly size: CurveSize;
  readonly epochs: number;
}

function AccuracyCurves({ drawn, size, epochs }: AccuracyCurvesProps): ReactElement {
  const scored = drawn.map((d) => ({ drawn: d, points: scoredEpochs(d) }));
  const values = scored.flatMap(({ points }) => points.flatMap(({ low, high }) => [low, high]));
  const scales = curveScales(size, epochs, values, { least: values.length > 0 ? 4 : 100, within: [0, 100] });
  const { y, right } = scales;
  const now = nowOf(drawn);
  const before = [...new Set(scored.flatMap(({ points }) => points.find((p) => p.epoch === 0)?.percent ?? []))];
  const isSilent = drawn.length > 0 && values.length === 0 && drawn.every(({ run }) => run.recipe.loss.id === 'mse');
  return (
    <>
      <CurveAxes scales={scales} title="Top-1 on validation, %" />
      {now !== undefined && <NowLine scales={scales} epoch={now} />}
      {before.map((percent) => (
        <ReferenceLine key={percent} kind="reference" y={y(percent)} from={scales.x(0)} to={right} />
      ))}
      {scored.map((s) => (
        <AccuracyCurve key={s.drawn.run.id} {...s} alone={drawn.length === 1} scales={scales} />
      ))}
      <DirectLabels
        labels={[
          ...scored.flatMap((s) => labelOf(s.drawn, s.points, drawn.length === 1, scales)),
          ...(before.length === 1 ? before.map((percent) => beforeLabel(percent, scales)) : []),
        ]}
        scales={scales}
      />
      {drawn.length > 0 && <CurveCursor scales={scales} drawn={drawn} />}
      {isSilent && (
        <text x={(scales.x(0) + right) / 2} y={size.height / 2} textAnchor="middle" className="mark-label">
          without labels the loss alone judges
        </text>
      )}
    </>
  );
}

interface AccuracyCurveProps {
  readonly drawn: DrawnRun;
  readonly points: readonly Scored[];
  readonly alone: boolean;
  readonly scales: CurveScales;
}

function AccuracyCurve({ drawn, points, alone, scales }: AccuracyCurveProps): ReactElement {
  const { x, y } = scales;
  const color = alone ? 'var(--ink)' : `var(--cat${drawn.category})`;
  const path = line<Scored>(
    (p) => x(p.epoch),
    (p) => y(p.percent),
  )(points);
  return (
    <g aria-hidden="true">
      {(alone ? points : points.slice(-1)).map((p) => (
        <path
          key={p.epoch}
          d={`M${x(p.epoch)},${y(p.low)}V${y(p.high)}`}
          className="curve-whisker"
          stroke={alone ? 'var(--ink3)' : color}
        />
      ))}
      <path d={path ?? ''} className="curve-validation" stroke={color} />
      {points.map((p) => (
        <path
          key={p.epoch}
          d={shapePath(alone ? 'circle' : drawn.shape, 2.6)}
          transform={`translate(${x(p.epoch)},${y(p.percent)})`}
          fill={color}
        />
      ))}
    </g>
  );
}

function labelOf(drawn: DrawnRun, points: readonly Scored[], alone: boolean, { x, y }: CurveScales): DirectLabel[] {
  const last = points.at(-1);
  if (!last || (alone && last.epoch === 0)) return [];
  const text = `${alone ? 'validation' : `run ${drawn.run.number}`} ${last.percent.toFixed(1)}`;
  return [
    {
      key: drawn.run.id,
      text,
      color: alone ? 'var(--ink)' : `var(--cat${drawn.category})`,
      x: x(last.epoch),
      y: y(last.percent),
    },
  ];
}

const beforeLabel = (percent: number, { y, right }: CurveScales): DirectLabel => ({
  key: 'before',
  text: `before ${percent.toFixed(1)}`,
  color: 'var(--ink3)',
  x: right,
  y: y(percent),
});

function accuracyTable(drawn: readonly DrawnRun[]): ChartTable {
  const percent = (share: number | undefined): number | undefined =>
    share === undefined ? undefined : Math.round(share * 1000) / 10;
  const rows = drawn.flatMap(({ run }) =>
    run.epochs.map(({ epoch, validation, training }) => {
      const share = validation?.accuracy;
      const interval = share === undefined || !validation ? undefined : wilson80(share, validation.count);
      return [
        `run ${run.number}`,
        epoch,
        percent(share),
        percent(interval?.[0]),
        percent(interval?.[1]),
        percent(training?.accuracy),
      ];
    }),
  );
  const columns = ['Run', 'Epoch', 'Validation, %', 'Low, %', 'High, %', 'Training, %'];
  return { caption: 'Top-1 accuracy after each epoch, with the 80 % interval', columns, rows };
}
