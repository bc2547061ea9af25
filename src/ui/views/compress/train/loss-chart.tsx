import { line } from 'd3';
import { type ReactElement, useCallback } from 'react';
import { Chart, type ChartTable } from '../../../charts/index.ts';
import type { CurvePoint } from '../../../state/types.ts';
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

const LOSS_NAMES = {
  'cross-entropy': 'cross-entropy',
  mse: 'mean squared error',
  distillation: 'distillation',
} as const;

export interface CurveChartProps {
  readonly drawn: readonly DrawnRun[];
  /** Epochs and loss of the form: the axes before the first run. */
  readonly epochs: number;
  readonly loss: keyof typeof LOSS_NAMES;
}

/** Loss while training as a line, on validation samples after each epoch as marks. */
export function LossChart({ drawn, epochs, loss }: CurveChartProps): ReactElement {
  const kinds = new Set(drawn.length > 0 ? drawn.map(({ run }) => run.recipe.loss.id) : [loss]);
  const [kind] = kinds;
  const title = kinds.size === 1 && kind ? `Loss, ${LOSS_NAMES[kind]}` : 'Loss, of several kinds';
  const table = useCallback(() => lossTable(drawn), [drawn]);
  return (
    <Chart name="training-loss" title="Loss" note={noteOf(drawn)} table={table}>
      {(size) => <LossCurves drawn={drawn} size={size} epochs={epochsOf(drawn, epochs)} title={title} />}
    </Chart>
  );
}

/** With one run the words stand on its lines; with several one line of words says what is what. */
export const noteOf = (drawn: readonly DrawnRun[]): string =>
  drawn.length > 1 ? 'lines: training; marks: validation' : drawn.length === 0 ? 'drawn while it trains' : '';

interface LossCurvesProps {
  readonly drawn: readonly DrawnRun[];
  readonly size: CurveSize;
  readonly epochs: number;
  readonly title: string;
}

function LossCurves({ drawn, size, epochs, title }: LossCurvesProps): ReactElement {
  const values = drawn.flatMap(({ run }) => [
    ...run.curve.map((p) => p.loss),
    ...run.epochs.flatMap(({ validation }) => validation?.loss ?? []),
  ]);
  const scales = curveScales(size, epochs, values, { least: 0.05, within: [0, Number.POSITIVE_INFINITY] });
  const now = nowOf(drawn);
  const lines = drawn.map((d) => linesOf(d, drawn.length === 1, scales));
  return (
    <>
      <CurveAxes scales={scales} title={title} />
      {now !== undefined && <NowLine scales={scales} epoch={now} />}
      {lines.map(({ drawn: d, training, validation, marks }) => (
        <g key={d.run.id} aria-hidden="true">
          <path d={training} className="curve-training" stroke={`var(--cat${d.trainingCategory})`} />
          <path d={validation} className="curve-validation" stroke={`var(--cat${d.category})`} />
          {marks.map(([x, y]) => (
            <path
              key={x}
              d={shapePath(d.shape, 3.2)}
              transform={`translate(${x},${y})`}
              fill={`var(--cat${d.category})`}
            />
          ))}
        </g>
      ))}
      <DirectLabels labels={lines.flatMap(({ labels }) => labels)} scales={scales} />
      {drawn.length > 0 && <CurveCursor scales={scales} drawn={drawn} />}
    </>
  );
}

function linesOf(drawn: DrawnRun, alone: boolean, { x, y }: CurveScales) {
  const { run } = drawn;
  const marks = run.epochs.flatMap(({ epoch, validation }) =>
    validation ? [[x(epoch), y(validation.loss)] as const] : [],
  );
  const training = line<CurvePoint>(
    (p) => x(p.epoch),
    (p) => y(p.loss),
  )(run.curve);
  const end = Math.max(marks.at(-1)?.[0] ?? 0, run.curve.length > 0 ? x(run.curve.at(-1)?.epoch ?? 0) : 0);
  const labels: DirectLabel[] = [];
  const last = {
    validation: run.epochs.findLast((r) => r.validation)?.validation?.loss,
    training: run.curve.at(-1)?.loss,
  };
  if (last.validation !== undefined) {
    const text = `${alone ? 'validation' : `run ${run.number}`} ${threeDecimals(last.validation)}`;
    labels.push({
      key: `${run.id} validation`,
      text,
      color: `var(--cat${drawn.category})`,
      x: end,
      y: y(last.validation),
    });
  }
  if (last.training !== undefined && (alone || last.validation === undefined)) {
    const text = `${alone ? 'training' : `run ${run.number}`} ${threeDecimals(last.training)}`;
    labels.push({
      key: `${run.id} training`,
      text,
      color: `var(--cat${drawn.trainingCategory})`,
      x: end,
      y: y(last.training),
    });
  }
  const validation = line()(marks.map(([a, b]) => [a, b]));
  return { drawn, marks, labels, training: training ?? '', validation: validation ?? '' };
}

export const threeDecimals = (x: number): string => (x < 10 ? x.toFixed(3) : x.toPrecision(4));

function lossTable(drawn: readonly DrawnRun[]): ChartTable {
  const rows = drawn.flatMap(({ run }) =>
    [
      ...run.curve.map((p) => ({ epoch: p.epoch, training: p.loss, validation: undefined as number | undefined })),
      ...run.epochs.map((r) => ({ epoch: r.epoch, training: r.training?.loss, validation: r.validation?.loss })),
    ]
      .sort((a, b) => a.epoch - b.epoch)
      .map((row) => [`run ${run.number}`, Number(row.epoch.toFixed(3)), row.training, row.validation]),
  );
  return { caption: 'Loss over epochs', columns: ['Run', 'Epoch', 'Loss, training', 'Loss, validation'], rows };
}
