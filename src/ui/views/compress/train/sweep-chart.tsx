import { line, scaleLinear, scaleLog } from 'd3';
import { type KeyboardEvent, type ReactElement, useCallback, useState } from 'react';
import type { SweepPoint } from '../../../../train/index.ts';
import { shortNumber } from '../../../actions/training-events.ts';
import { setLearningRate } from '../../../actions/training-recipe.ts';
import { bestRate, cancelSweep, openSweep, sweepObstacle, sweepRates } from '../../../actions/training-sweep.ts';
import { AxisBottom, AxisLeft, Chart, type ChartTable, decades } from '../../../charts/index.ts';
import { useApp } from '../../../state/store.ts';
import { Button, ErrorList } from '../../../widgets/index.ts';
import { shapePath } from '../../explore/families.ts';
import { threeDecimals } from './loss-chart.tsx';

const LEFT = 44;
const TOP = 30;
const RIGHT = 20;
const BOTTOM = 34;

/** Loss after a few steps at each learning rate; a press on a rate takes it into the recipe. */
export function SweepChart(): ReactElement {
  const sweep = useApp(openSweep);
  const obstacle = useApp(sweepObstacle);
  const best = useApp(bestRate);
  const rate = useApp((s) => s.training.recipe.learningRate);
  const { points, rates, steps, status } = sweep;
  const table = useCallback(() => sweepTable(points, steps), [points, steps]);
  const words = status === 'none' ? 'none yet' : `${points.length} of ${rates.length} rates, ${steps} steps each`;
  return (
    <Chart
      name="learning-rate-sweep"
      title="Learning-rate sweep"
      note={words}
      table={table}
      className="sweep"
      actions={
        <>
          {best !== undefined && best !== rate && status !== 'running' && (
            <Button small kind="quiet" onClick={() => setLearningRate(best)}>
              Use {shortNumber(best)}
            </Button>
          )}
          {status === 'running' ? (
            <Button small onClick={cancelSweep}>
              Cancel, keep {points.length}
            </Button>
          ) : (
            <Button small onClick={() => void sweepRates()} disabledReason={obstacle}>
              <span>
                Sweep<span className="sweep-count"> 10 rates</span>
              </span>
            </Button>
          )}
        </>
      }
    >
      {({ width, height }) => (
        <>
          <Sweep points={points} rate={rate} width={width} height={height} />
          {sweep.problem && status === 'failed' && (
            <foreignObject x={0} y={TOP} width={width} height={height - TOP}>
              <ErrorList problems={[sweep.problem]} />
            </foreignObject>
          )}
        </>
      )}
    </Chart>
  );
}

function sweepTable(points: readonly SweepPoint[], steps: number): ChartTable {
  return {
    caption: `Loss after ${steps} steps at each learning rate`,
    columns: ['Learning rate', 'Loss', 'Validation, top-1, %'],
    rows: points.map((p) => [
      p.learningRate,
      p.loss ?? 'diverged',
      p.validation?.accuracy === undefined ? undefined : Math.round(p.validation.accuracy * 1000) / 10,
    ]),
  };
}

interface SweepProps {
  readonly points: readonly SweepPoint[];
  readonly rate: number;
  readonly width: number;
  readonly height: number;
}

/** 1, 2 or 5 times a power of ten: of logarithmic ticks those that have room for words. */
const isRound = (x: number): boolean => /^[125]e/.test(x.toExponential(0)) && Number(x.toExponential(0)) === x;

/** Loss upwards, by its logarithm where rates that are far too high would flatten what the sweep is for. */
function lossScale(points: readonly SweepPoint[], bottom: number) {
  const losses = points.flatMap(({ loss }) => loss ?? []);
  const least = losses.length > 0 ? Math.min(...losses) : 0;
  const most = losses.length > 0 ? Math.max(...losses) : 1;
  const room = Math.max(0.05 * most, 0.15 * (most - least));
  const isWide = least > 0 && most > 10 * median(losses);
  const near = losses.length === 0 ? [0, 1] : [Math.max(0, least - room), most + room];
  const scale = (isWide ? scaleLog() : scaleLinear())
    .domain(isWide ? [least * 0.8, most * 1.25] : near)
    .range([bottom, TOP])
    .clamp(true);
  const ticks = losses.length > 0 ? scale.ticks(4) : [];
  return { scale, isWide, ticks: isWide ? ticks.filter(isRound) : ticks };
}

function Sweep({ points, rate, width, height }: SweepProps): ReactElement {
  const bottom = height - BOTTOM;
  const x = scaleLog()
    .domain([5e-6, 0.6])
    .range([LEFT, width - RIGHT])
    .clamp(true);
  const { scale: y, isWide, ticks } = lossScale(points, bottom);
  const path = line<SweepPoint>(
    (p) => x(p.learningRate),
    (p) => y(p.loss ?? 0),
  )(points.filter((p) => p.loss !== undefined));
  return (
    <>
      <AxisLeft
        scale={y}
        ticks={ticks}
        format={isWide ? shortNumber : y.tickFormat(4)}
        x={LEFT}
        width={width - LEFT - RIGHT}
        title={isWide ? 'Loss, log' : 'Loss'}
        titleY={16}
      />
      <AxisBottom scale={x} ticks={decades([5e-6, 0.6])} format={shortNumber} y={bottom} title="Learning rate, log" />
      <path d={`M${x(rate)},${TOP}V${bottom}`} className="sweep-rate" />
      <text x={x(rate)} y={TOP - 4} textAnchor="middle" className="sweep-rate-label">
        {shortNumber(rate)}
      </text>
      {points.length === 0 && (
        <text x={width / 2} y={(TOP + bottom) / 2} textAnchor="middle" className="mark-label sweep-words">
          shows where the loss falls, and where it diverges
        </text>
      )}
      <path d={path ?? ''} className="curve-validation" stroke="var(--ink2)" aria-hidden="true" />
      <SweepMarks points={points} rate={rate} x={x} y={y} />
    </>
  );
}

interface SweepMarksProps {
  readonly points: readonly SweepPoint[];
  readonly rate: number;
  readonly x: (rate: number) => number;
  readonly y: (loss: number) => number;
}

/** One tab stop; arrows move between rates, Enter takes one. */
function SweepMarks({ points, rate, x, y }: SweepMarksProps): ReactElement {
  const [focused, setFocused] = useState(0);
  const move = (event: KeyboardEvent<SVGGElement>): void => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(points.length - 1, focused + by));
    setFocused(next);
    event.currentTarget.querySelectorAll<SVGGElement>('[role=button]')[next]?.focus();
  };
  return (
    <g role="toolbar" aria-label="Learning rates tried" onKeyDown={move}>
      {points.map((p, i) => (
        <SweepMark
          key={p.learningRate}
          point={p}
          x={x(p.learningRate)}
          y={p.loss === undefined ? TOP + 8 : y(p.loss)}
          isChosen={p.learningRate === rate}
          isWorded={points[i - 1]?.loss !== undefined || i === 0}
          tabStop={i === Math.min(focused, points.length - 1)}
        />
      ))}
    </g>
  );
}

interface SweepMarkProps {
  readonly point: SweepPoint;
  readonly x: number;
  readonly y: number;
  readonly isChosen: boolean;
  /** Says beside its cross that it diverged; of several side by side the first does. */
  readonly isWorded: boolean;
  readonly tabStop: boolean;
}

function SweepMark({ point, x, y, isChosen, isWorded, tabStop }: SweepMarkProps): ReactElement {
  const { learningRate, loss } = point;
  const words = loss === undefined ? 'diverged' : `loss ${threeDecimals(loss)}`;
  const choose = (): void => setLearningRate(learningRate);
  return (
    <g
      className="sweep-mark"
      role="button"
      tabIndex={tabStop ? 0 : -1}
      aria-label={`Rate ${shortNumber(learningRate)}, ${words}`}
      aria-pressed={isChosen}
      transform={`translate(${x},${y})`}
      onClick={choose}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        choose();
      }}
    >
      <rect x={-12} y={-12} width={24} height={24} className="sweep-target" />
      {loss === undefined ? (
        <>
          <path d="M-4,-4L4,4M4,-4L-4,4" className="sweep-cross" />
          {isWorded && (
            <text y={16} textAnchor="middle" className="sweep-diverged">
              diverged
            </text>
          )}
        </>
      ) : (
        <path d={shapePath('circle', 3.2)} className="sweep-dot" />
      )}
      {isChosen && <circle r={7} className="sweep-chosen" />}
    </g>
  );
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
