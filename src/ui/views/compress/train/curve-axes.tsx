import { type ScaleLinear, scaleLinear } from 'd3';
import type { PointerEvent, ReactElement } from 'react';
import { pointAtEpoch } from '../../../actions/training.ts';
import { AxisBottom, AxisLeft } from '../../../charts/index.ts';
import { useApp } from '../../../state/store.ts';
import { wordsAt } from './cursor-words.ts';
import type { DrawnRun } from './drawn-runs.ts';

const LEFT = 44;
const TOP = 30;
const BOTTOM = 34;
/** Of a direct label: 'validation 0.436'. */
const LABEL_WIDTH = 104;
const LABEL_HEIGHT = 14;

export interface CurveSize {
  readonly width: number;
  readonly height: number;
}

export interface CurveScales {
  readonly x: ScaleLinear<number, number>;
  readonly y: ScaleLinear<number, number>;
  readonly bottom: number;
  readonly right: number;
}

/** The axis of epochs spans the whole run from its first second; that of values what is known, `least` wide at least. */
export function curveScales(
  { width, height }: CurveSize,
  epochs: number,
  values: readonly number[],
  { least, within }: { readonly least: number; readonly within: readonly [number, number] },
): CurveScales {
  const right = Math.max(LEFT + 40, width - LABEL_WIDTH - 8);
  const bottom = height - BOTTOM;
  const low = values.length > 0 ? Math.min(...values) : within[0];
  const high = values.length > 0 ? Math.max(...values) : within[0] + least;
  const room = Math.max((high - low) * 0.06, (least - (high - low)) / 2);
  const domain = [Math.max(within[0], low - room), Math.min(within[1], high + room)];
  const x = scaleLinear()
    .domain([0, Math.max(1, epochs)])
    .range([LEFT, right]);
  const y = scaleLinear().domain(domain).nice(4).range([bottom, TOP]);
  return { x, y, bottom, right };
}

export function CurveAxes({ scales, title }: { readonly scales: CurveScales; readonly title: string }): ReactElement {
  const { x, y, bottom, right } = scales;
  return (
    <>
      <AxisLeft
        scale={y}
        ticks={y.ticks(4)}
        format={y.tickFormat(4)}
        x={LEFT}
        width={right - LEFT}
        title={title}
        titleY={16}
      />
      <AxisBottom
        scale={x}
        ticks={x.ticks(Math.min(8, x.domain()[1] ?? 1)).filter(Number.isInteger)}
        format={String}
        y={bottom}
        title="Epoch"
      />
    </>
  );
}

/** Where the run under way is now. */
export function NowLine({ scales, epoch }: { readonly scales: CurveScales; readonly epoch: number }): ReactElement {
  return <path d={`M${scales.x(epoch)},${TOP}V${scales.bottom}`} className="line-reference" />;
}

export interface CurveCursorProps {
  readonly scales: CurveScales;
  readonly drawn: readonly DrawnRun[];
}

/** One cursor for all curves: where the pointer is in any of them; the values there stand in the status bar. */
export function CurveCursor({ scales, drawn }: CurveCursorProps): ReactElement {
  const { x, bottom, right } = scales;
  const cursor = useApp((s) => s.training.cursor?.epoch);
  const follow = (event: PointerEvent<SVGRectElement>): void => {
    const offset = event.clientX - event.currentTarget.getBoundingClientRect().left;
    const epoch = Math.max(0, x.invert(LEFT + offset));
    pointAtEpoch({ epoch, words: wordsAt(drawn, epoch) });
  };
  return (
    <g aria-hidden="true">
      {cursor !== undefined && cursor <= (x.domain()[1] ?? 0) && (
        <path d={`M${x(cursor)},${TOP}V${bottom}`} className="curve-cursor" />
      )}
      <rect
        x={LEFT}
        y={TOP}
        width={Math.max(0, right - LEFT)}
        height={Math.max(0, bottom - TOP)}
        className="curve-ground"
        onPointerMove={follow}
        onPointerLeave={() => pointAtEpoch(undefined)}
      />
    </g>
  );
}

export interface DirectLabel {
  readonly key: string;
  readonly text: string;
  readonly color: string;
  /** Where its line ends, px. */
  readonly x: number;
  readonly y: number;
}

/** Labels at the ends of lines, moved apart where they would overlap, and kept inside the picture. */
export function DirectLabels({
  labels,
  scales,
}: {
  readonly labels: readonly DirectLabel[];
  readonly scales: CurveScales;
}): ReactElement {
  const placed = apart(labels, TOP, scales.bottom);
  return (
    <>
      {placed.map(({ key, text, color, x, y }) => (
        <text key={key} x={x + 9} y={y} dy="0.32em" className="curve-label" fill={color}>
          {text}
        </text>
      ))}
    </>
  );
}

/** Top to bottom, each at least a line below the one before; pushed up again where the last would leave. */
export function apart(labels: readonly DirectLabel[], top: number, bottom: number): DirectLabel[] {
  const placed = [...labels].sort((a, b) => a.y - b.y);
  let above = top - LABEL_HEIGHT;
  const down = placed.map((label) => {
    above = Math.max(label.y, above + LABEL_HEIGHT);
    return { ...label, y: above };
  });
  let below = bottom + LABEL_HEIGHT / 2;
  for (let i = down.length - 1; i >= 0; i--) {
    const label = down[i] as DirectLabel;
    below = Math.min(label.y, below);
    down[i] = { ...label, y: below };
    below -= LABEL_HEIGHT;
  }
  return down;
}

/** Epochs of the longest of the drawn runs; without one those of the form. */
export const epochsOf = (drawn: readonly DrawnRun[], form: number): number =>
  drawn.length === 0 ? form : Math.max(...drawn.map(({ run }) => run.recipe.epochs));

/** Of the one run that is under way and told a step; several have no common now. */
export function nowOf(drawn: readonly DrawnRun[]): number | undefined {
  const active = drawn.filter(({ run }) => run.jobId !== undefined);
  return active.length === 1 ? active[0]?.run.step?.epoch : undefined;
}
