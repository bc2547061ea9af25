import { type PointerEvent, type ReactElement, useEffect, useMemo, useRef } from 'react';
import type { DesignPoint } from '../../../explore/index.ts';
import { extentOf } from '../../../explore/view.ts';
import { setConstraint } from '../../actions/explore.ts';
import { hoverPoint, letterOf, selectPoint } from '../../actions/select.ts';
import { useSize } from '../../charts/index.ts';
import { fixed } from '../../format/index.ts';
import { useApp } from '../../state/store.ts';
import { type Designs, limitOn } from './designs.ts';
import { headOf, limitText, shortLabel } from './objective-units.ts';
import { clear } from './paint-points.ts';
import { courseOf, coursePath, limitAt, type ParallelAxis, parallelAxes } from './parallel-scales.ts';
import { PictureMenu, usePicture } from './picture-menu.tsx';
import { pointTable } from './point-table.ts';
import { useTheme } from './use-theme.ts';

const MARGIN = { left: 44, right: 44, top: 40, bottom: 22 };
/** Lines painted in one turn. */
const CHUNK = 400;
/** From here on heads name their unit too. */
const ROOMY = 84;
const AXIS_REACH = 14;
const LINE_REACH = 6;

interface ParallelProps {
  readonly designs: Designs;
  readonly onTable: () => void;
}

/** Every objective as an axis, better up; dragging on an axis sets its limit. */
export function Parallel({ designs, onTable }: ParallelProps): ReactElement {
  const [box, size] = useSize<HTMLDivElement>();
  const svg = useRef<SVGSVGElement>(null);
  const { exporting, save } = usePicture(svg, 'all-objectives');
  const axes = useMemo(() => {
    const edges = {
      left: MARGIN.left,
      right: size.width - MARGIN.right,
      top: MARGIN.top,
      bottom: size.height - MARGIN.bottom,
    };
    return size.width > 0 ? parallelAxes(designs.points, varying(designs), edges) : [];
  }, [designs, size]);
  const courses = useMemo(() => designs.points.map((point) => courseOf(point, axes)), [designs, axes]);
  const input = useParallelInput(designs, axes, courses);
  return (
    <section className="panel chart parallel" aria-label="All objectives" data-panel tabIndex={-1}>
      <header className="panel-head">
        <h2 className="panel-title">All objectives</h2>
        <span className="panel-note cut">
          better is up on every axis{designs.total > 1 ? '; drag on an axis to constrain' : ''}
        </span>
        <div className="panel-actions">
          {designs.total > 0 && (
            <PictureMenu
              name="all-objectives"
              title="All objectives"
              save={save}
              table={() => pointTable(designs, 'All objectives')}
              onTable={onTable}
            />
          )}
        </div>
      </header>
      <div ref={box} className="chart-box parallel-box" {...input}>
        {axes.length > 0 && (
          <>
            <LineCanvas designs={designs} axes={axes} courses={courses} />
            <svg ref={svg} width={size.width} height={size.height} className="plot-layer" aria-hidden="true">
              {exporting && <DrawnLines designs={designs} axes={axes} courses={courses} />}
              {axes.map((axis) => (
                <AxisMarks
                  key={axis.objective.id}
                  axis={axis}
                  designs={designs}
                  bottom={size.height - MARGIN.bottom}
                  room={(size.width - MARGIN.left - MARGIN.right) / Math.max(1, axes.length - 1)}
                />
              ))}
              <ComparedLines designs={designs} axes={axes} />
              <HoveredLine designs={designs} axes={axes} />
            </svg>
          </>
        )}
      </div>
    </section>
  );
}

/** What is the same in all points says nothing between them. */
function varying({ points, objectives }: Designs): Designs['objectives'] {
  if (points.length < 2) return objectives;
  return objectives.filter((o) => {
    const extent = extentOf(points, o.id);
    return extent !== undefined && extent[0] < extent[1];
  });
}

type Courses = readonly (readonly (number | undefined)[])[];
interface LinesProps {
  readonly designs: Designs;
  readonly axes: readonly ParallelAxis[];
  readonly courses: Courses;
}

/** Lines outside the limits first and faint, a few hundred per frame. */
function LineCanvas({ designs, axes, courses }: LinesProps): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours come from the style sheet, which the theme changes
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context) return;
    clear(element, context);
    const style = getComputedStyle(element);
    const inside = style.getPropertyValue('--ink2').trim();
    const outside = style.getPropertyValue('--control').trim();
    const order = designs.points.map((_, i) => i).sort((a, b) => rank(designs, a) - rank(designs, b));
    const strength = Math.max(0.12, Math.min(0.7, 60 / Math.max(1, designs.points.length)));
    let next = 0;
    let frame = 0;
    const turn = (): void => {
      const end = Math.min(order.length, next + CHUNK);
      for (; next < end; next++) {
        const i = order[next] as number;
        const meets = designs.meets[i] === 'yes';
        context.strokeStyle = meets ? inside : outside;
        context.globalAlpha = meets ? Math.max(0.25, strength) : strength * 0.6;
        context.lineWidth = 1;
        stroke(context, axes, courses[i] ?? []);
      }
      if (next < order.length) frame = requestAnimationFrame(turn);
    };
    turn();
    return () => cancelAnimationFrame(frame);
  }, [designs, axes, courses, theme]);
  return <canvas ref={canvas} className="plot-layer" />;
}

const rank = (designs: Designs, i: number): number => (designs.meets[i] === 'yes' ? 1 : 0);

function stroke(
  context: CanvasRenderingContext2D,
  axes: readonly ParallelAxis[],
  course: readonly (number | undefined)[],
): void {
  context.beginPath();
  let pen = false;
  for (let k = 0; k < course.length; k++) {
    const y = course[k];
    const x = axes[k]?.x ?? 0;
    if (y === undefined) pen = false;
    else if (pen) context.lineTo(x, y);
    else {
      context.moveTo(x, y);
      pen = true;
    }
  }
  context.stroke();
}

const DrawnLines = ({ designs, axes, courses }: LinesProps): ReactElement => (
  <g>
    {courses.map((course, i) => (
      <path
        key={designs.points[i]?.id}
        d={coursePath(axes, course)}
        fill="none"
        stroke={designs.meets[i] === 'yes' ? 'var(--ink2)' : 'var(--control)'}
        opacity={designs.meets[i] === 'yes' ? 0.3 : 0.12}
      />
    ))}
  </g>
);

interface AxisMarksProps {
  readonly axis: ParallelAxis;
  readonly designs: Designs;
  readonly bottom: number;
  /** px to the next axis. */
  readonly room: number;
}

function AxisMarks({ axis, designs, bottom, room }: AxisMarksProps): ReactElement {
  const unit = designs.units.get(axis.objective.id);
  const limit = limitOn(designs.constraints, axis.objective.id);
  const top = MARGIN.top;
  const end = (value: number): string => (unit ? fixed(value * unit.factor, unit.digits) : '');
  const at = limit ? Math.max(top, Math.min(bottom, axis.at(limit.limit))) : undefined;
  return (
    <g transform={`translate(${axis.x},0)`} className="parallel-axis">
      <text y={14} textAnchor="middle" className="axis-title">
        {unit && room >= ROOMY ? headOf(unit) : shortLabel(axis.objective)}
      </text>
      <text y={30} textAnchor="middle" className="tick">
        {end(axis.ends[0])}
      </text>
      <path d={`M0,${top}V${bottom}`} className="axis-line" />
      <text y={bottom + 15} textAnchor="middle" className="tick">
        {end(axis.ends[1])}
      </text>
      {at !== undefined && limit && (
        <rect x={-4} y={top} width={8} height={Math.max(2, at - top)} className="axis-brush" fillOpacity={0.08}>
          <title>{limitText(axis.objective, limit.operator, limit.limit)}</title>
        </rect>
      )}
    </g>
  );
}

const DASHES = ['6 3', undefined, '1.5 2.5', '9 3 2 3', '3 3', '12 4'] as const;

function ComparedLines({ designs, axes }: Omit<LinesProps, 'courses'>): ReactElement {
  const compared = useApp((s) => s.selection.points);
  const last = axes.at(-1);
  const drawn = compared.flatMap((id) => {
    const point = designs.points[designs.indexOf.get(id) ?? -1];
    return point ? [{ id, course: courseOf(point, axes) }] : [];
  });
  const tags = spread(drawn.map((d) => d.course.at(-1) ?? MARGIN.top));
  return (
    <>
      {drawn.map(({ id, course }, i) => (
        <g key={id} className="compared">
          <path
            d={coursePath(axes, course)}
            className="compared-line"
            strokeDasharray={DASHES[compared.indexOf(id) % DASHES.length]}
          />
          {last && (
            <g transform={`translate(${last.x + 12},${(tags[i] ?? 0) - 8})`}>
              <rect width={16} height={16} rx={2} />
              <text x={8} y={12} textAnchor="middle">
                {letterOf(compared, id)}
              </text>
            </g>
          )}
        </g>
      ))}
    </>
  );
}

/** Tags at least 18 px apart, in the order of their lines. */
export function spread(ys: readonly number[]): number[] {
  const order = ys.map((_, i) => i).sort((a, b) => (ys[a] as number) - (ys[b] as number));
  const placed = [...ys];
  order.forEach((i, k) => {
    const before = order[k - 1];
    if (before !== undefined) placed[i] = Math.max(placed[i] as number, (placed[before] as number) + 18);
  });
  return placed;
}

function HoveredLine({ designs, axes }: Omit<LinesProps, 'courses'>): ReactElement | null {
  const hovered = useApp((s) => s.selection.hoveredPoint);
  const point: DesignPoint | undefined =
    hovered === undefined ? undefined : designs.points[designs.indexOf.get(hovered) ?? -1];
  return point ? <path d={coursePath(axes, courseOf(point, axes))} className="hovered-line" /> : null;
}

/** Press near an axis and drag: its limit. Elsewhere: the line under the pointer is hovered, a click selects it. */
function useParallelInput(designs: Designs, axes: readonly ParallelAxis[], courses: Courses) {
  const held = useRef<ParallelAxis | undefined>(undefined);
  const placeOf = (event: PointerEvent<HTMLElement>): readonly [number, number] => {
    const bounds = event.currentTarget.getBoundingClientRect();
    return [event.clientX - bounds.left, event.clientY - bounds.top];
  };
  const limit = (axis: ParallelAxis, y: number): void => {
    setConstraint(axis.objective.id, axis.objective.direction === 'min' ? '<=' : '>=', limitAt(axis, y));
  };
  return {
    onPointerDown(event: PointerEvent<HTMLElement>): void {
      const [x, y] = placeOf(event);
      const axis = axes.find((a) => Math.abs(a.x - x) <= AXIS_REACH);
      if (axis && event.button === 0) {
        held.current = axis;
        event.currentTarget.setPointerCapture(event.pointerId);
        limit(axis, y);
      } else {
        const found = lineAt(axes, courses, x, y);
        const point = found === undefined ? undefined : designs.points[found];
        if (point) selectPoint(point.id);
      }
    },
    onPointerMove(event: PointerEvent<HTMLElement>): void {
      const [x, y] = placeOf(event);
      if (held.current) {
        limit(held.current, y);
        return;
      }
      const found = lineAt(axes, courses, x, y);
      hoverPoint(found === undefined ? undefined : designs.points[found]?.id);
    },
    onPointerUp(): void {
      held.current = undefined;
    },
    onPointerLeave: () => hoverPoint(undefined),
  };
}

/** Index of the line that passes nearest to a place, within 6 px. */
export function lineAt(axes: readonly ParallelAxis[], courses: Courses, x: number, y: number): number | undefined {
  const right = axes.findIndex((a) => a.x >= x);
  const [a, b] = [axes[right - 1], axes[right]];
  if (!a || !b) return undefined;
  const share = (x - a.x) / (b.x - a.x);
  let best: number | undefined;
  let least = LINE_REACH;
  courses.forEach((course, i) => {
    const [ya, yb] = [course[right - 1], course[right]];
    if (ya === undefined || yb === undefined) return;
    const off = Math.abs(ya + share * (yb - ya) - y);
    if (off <= least) {
      least = off;
      best = i;
    }
  });
  return best;
}
