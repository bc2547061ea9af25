import { memo, type ReactElement } from 'react';
import type { Figure } from '../../../ir/index.ts';
import { letterOf } from '../../actions/select.ts';
import { AxisBottom, AxisLeft, ReferenceLine } from '../../charts/index.ts';
import { useApp } from '../../state/store.ts';
import type { Rect } from './brush-geometry.ts';
import { type Designs, pointName } from './designs.ts';
import { familyOf } from './families.ts';
import { staircase } from './front-line.ts';
import { limitText, valueWords } from './objective-units.ts';
import type { PlotAxis } from './plot-axis.ts';
import { limitsOf, type ScatterFrame } from './scatter-frame.ts';

interface Props {
  readonly designs: Designs;
  readonly frame: ScatterFrame;
}

/** Axes, and what lies outside the limits. Drawn under the points. */
export const Ground = memo(function Ground({ designs, frame }: Props): ReactElement {
  const { x, y, plot } = frame;
  const data = useApp((s) => s.exploration.header?.data ?? s.session.data?.reference);
  const target = useApp((s) => s.exploration.header?.target ?? s.session.target);
  const name = useApp((s) => s.session.catalog?.platforms.find((p) => p.id === target?.platform)?.name);
  const quality = ['accuracy', 'agreement', 'sqnrDecibel'];
  const suffix = (axis: PlotAxis): string => {
    if (quality.includes(axis.objective.id)) return data ? `, ${data.name}, ${data.count} samples` : '';
    return axis.objective.id === 'latencySeconds' && name ? `, ${name}` : '';
  };
  const wide = plot.right - plot.left > 420;
  const xTitle = x.title + (wide ? suffix(x) : '');
  return (
    <>
      <Sunk designs={designs} frame={frame} />
      <AxisLeft
        scale={y.scale}
        ticks={y.ticks}
        format={y.format}
        x={plot.left}
        width={plot.right - plot.left}
        title={y.title + (wide ? suffix(y) : '')}
        titleY={14}
      />
      <AxisBottom scale={x.scale} ticks={x.ticks} format={x.format} y={plot.bottom} title={xTitle} />
    </>
  );
});

function Sunk({ designs, frame }: Props): ReactElement {
  const { plot } = frame;
  const inside = { ...plot };
  for (const { limit, at, vertical } of limitsOf(designs, frame)) {
    if (vertical) {
      if (limit.operator === '<=') inside.right = Math.min(inside.right, at);
      else inside.left = Math.max(inside.left, at);
    } else if (limit.operator === '>=') inside.bottom = Math.min(inside.bottom, at);
    else inside.top = Math.max(inside.top, at);
  }
  const right = Math.max(plot.left, Math.min(plot.right, inside.right));
  const left = Math.min(right, Math.max(plot.left, inside.left));
  const bottom = Math.max(plot.top, Math.min(plot.bottom, inside.bottom));
  const top = Math.min(bottom, Math.max(plot.top, inside.top));
  const outer = `M${plot.left},${plot.top}H${plot.right}V${plot.bottom}H${plot.left}Z`;
  return (
    <path
      d={`${outer}M${left},${top}V${bottom}H${right}V${top}Z`}
      fillRule="evenodd"
      className={limitsOf(designs, frame).length > 0 ? 'plot-sunk' : 'plot-plain'}
    />
  );
}

/** Limits, reference, front, knee, whiskers, what is off the scale. Drawn over the points. */
export const Lines = memo(function Lines({ designs, frame }: Props): ReactElement {
  const { x, y, plot, xs, ys } = frame;
  const better = {
    x: x.objective.direction === 'min' ? 'left' : 'right',
    y: y.objective.direction === 'min' ? 'down' : 'up',
  } as const;
  const places = designs.front.map((i) => [xs[i] as number, ys[i] as number] as const);
  return (
    <>
      <FloatLine frame={frame} />
      {limitsOf(designs, frame).map(({ axis, limit, at, vertical }) => {
        const words = limitText(axis.objective, limit.operator, limit.limit);
        if (at < (vertical ? plot.left : plot.top) || at > (vertical ? plot.right : plot.bottom)) return null;
        return vertical ? (
          <ReferenceLine key="x" kind="limit" x={at} from={plot.top} to={plot.bottom}>
            <text x={at + 4} y={plot.bottom - 6} paintOrder="stroke" className="mark-label plot-label">
              {words}
            </text>
          </ReferenceLine>
        ) : (
          <ReferenceLine key="y" kind="limit" y={at} from={plot.left} to={plot.right}>
            <text x={plot.left + 4} y={at + 13} paintOrder="stroke" className="mark-label plot-label">
              {words}
            </text>
          </ReferenceLine>
        );
      })}
      <g className="front-whiskers">
        {designs.front.map((i) => (
          <Whiskers key={designs.points[i]?.id} designs={designs} frame={frame} index={i} />
        ))}
      </g>
      {places.length > 1 && (
        <path
          d={staircase(places, better, better.x === 'left' ? plot.right : plot.left)}
          className="front-line"
          clipPath="url(#explore-plot)"
        />
      )}
      <Knee designs={designs} frame={frame} />
      <OffScaleTicks frame={frame} />
    </>
  );
});

function FloatLine({ frame }: { readonly frame: ScatterFrame }): ReactElement | null {
  const score = useApp((s) => s.exploration.header?.floatScore);
  const { x, y, plot } = frame;
  const isQuality = (axis: PlotAxis): boolean => axis.objective.id === 'accuracy';
  const axis = isQuality(y) ? y : isQuality(x) ? x : undefined;
  if (score === undefined || !axis) return null;
  const at = axis.at(score);
  const words = `float model ${valueWords(axis.objective, score)}`;
  if (axis === y) {
    if (at < plot.top || at > plot.bottom) return null;
    return (
      <ReferenceLine kind="reference" y={at} from={plot.left} to={plot.right}>
        <text x={plot.left + 4} y={at + 13} paintOrder="stroke" className="mark-label plot-label">
          {words}
        </text>
      </ReferenceLine>
    );
  }
  if (at < plot.left || at > plot.right) return null;
  return (
    <ReferenceLine kind="reference" x={at} from={plot.top} to={plot.bottom}>
      <text x={at - 4} y={plot.top + 12} textAnchor="end" paintOrder="stroke" className="mark-label plot-label">
        {words}
      </text>
    </ReferenceLine>
  );
}

/** Whiskers of one point on both axes, where its figures have intervals. */
export function Whiskers({ designs, frame, index }: Props & { readonly index: number }): ReactElement | null {
  const point = designs.points[index];
  const { x, y, xs, ys, plot } = frame;
  if (!point || !isInside(plot, xs[index], ys[index])) return null;
  const clampX = (px: number): number => Math.max(plot.left, Math.min(plot.right, px));
  const clampY = (py: number): number => Math.max(plot.top, Math.min(plot.bottom, py));
  const fx: Figure | undefined = point.objectives[x.objective.id];
  const fy: Figure | undefined = point.objectives[y.objective.id];
  const ends = (axis: PlotAxis, [low, high]: readonly [number, number]): readonly [number, number] => [
    axis.at(axis.log ? Math.max(low, axis.domain[0] / 10) : low),
    axis.at(high),
  ];
  const across = fx?.interval && ends(x, fx.interval);
  const along = fy?.interval && ends(y, fy.interval);
  return (
    <g className="plot-whisker">
      {across && (
        <path
          d={`M${clampX(across[0])},${ys[index]}H${clampX(across[1])}`}
          strokeDasharray={fx?.provenance === 'assumed' ? '2 2' : undefined}
        />
      )}
      {along && (
        <path
          d={`M${xs[index]},${clampY(along[0])}V${clampY(along[1])}`}
          strokeDasharray={fy?.provenance === 'assumed' ? '2 2' : undefined}
        />
      )}
    </g>
  );
}

const isInside = (plot: Rect, x = Number.NaN, y = Number.NaN): boolean =>
  x >= plot.left - 1 && x <= plot.right + 1 && y >= plot.top - 1 && y <= plot.bottom + 1;

function Knee({ designs, frame }: Props): ReactElement | null {
  const { knee } = designs;
  const { xs, ys, x, y, plot } = frame;
  const point = knee === undefined ? undefined : designs.points[knee];
  if (knee === undefined || !point || !isInside(plot, xs[knee], ys[knee])) return null;
  const px = xs[knee] as number;
  const py = ys[knee] as number;
  const words = [y, x].map((axis) => valueWords(axis.objective, point.objectives[axis.objective.id]?.value ?? 0));
  // The empty side of a front: up for quality, left for cost.
  const up = y.objective.direction === 'max' ? -1 : 1;
  const left = x.objective.direction === 'min';
  const text = `knee ${words.join(', ')}`;
  const side = left ? -1 : 1;
  const room = left ? px - plot.left : plot.right - px;
  const wished = Math.max(plot.top + 12, Math.min(plot.bottom - 12, py + up * 20));
  const ly = clearOf(wished, takenRows(designs, frame));
  // Where one line has no room beside the front, two short ones stand closer.
  const lines = room > text.length * 6 + 34 ? [text] : [`knee ${words[0]}`, words[1] ?? ''];
  const reach = lines.length > 1 ? 12 : 30;
  return (
    <g className="knee">
      {lines.length === 1 && <path d={`M${px + side * 4},${py + up * 4}L${px + side * 26},${ly - 4}`} />}
      {lines.map((line, i) => (
        <text
          key={line}
          x={px + side * reach}
          y={ly + i * 13}
          textAnchor={side < 0 ? 'end' : 'start'}
          paintOrder="stroke"
          className="mark-label plot-label"
        >
          {line}
        </text>
      ))}
    </g>
  );
}

/** Baselines of the words on horizontal lines. */
function takenRows(designs: Designs, frame: ScatterFrame): readonly number[] {
  return limitsOf(designs, frame).flatMap(({ at, vertical }) => (vertical ? [] : [at + 13]));
}

/** The first row from `wished` downwards that is 14 px off every other. */
function clearOf(wished: number, taken: readonly number[]): number {
  const hit = taken.find((row) => Math.abs(row - wished) < 14);
  return hit === undefined ? wished : hit + 15;
}

function OffScaleTicks({ frame }: { readonly frame: ScatterFrame }): ReactElement {
  const { off, plot, xs, ys, x, y } = frame;
  const clampX = (px: number): number => Math.max(plot.left, Math.min(plot.right, px));
  const clampY = (py: number): number => Math.max(plot.top, Math.min(plot.bottom, py));
  const ticks = [
    ...off.below.map((i) => `M${clampX(xs[i] as number)},${plot.bottom}v-5`),
    ...off.above.map((i) => `M${clampX(xs[i] as number)},${plot.top}v5`),
    ...off.left.map((i) => `M${plot.left},${clampY(ys[i] as number)}h5`),
    ...off.right.map((i) => `M${plot.right},${clampY(ys[i] as number)}h-5`),
  ];
  const count = (n: number): string => `${n} ${n === 1 ? 'point' : 'points'}`;
  const edge = (axis: PlotAxis, at: 0 | 1): string => valueWords(axis.objective, axis.domain[at]);
  const middle = (plot.left + plot.right) / 2;
  return (
    <g className="off-scale">
      <path d={ticks.join('')} />
      {off.below.length > 0 && (
        <text x={plot.right - 8} y={plot.bottom - 8} paintOrder="stroke" className="tick plot-label" textAnchor="end">
          {count(off.below.length)} below {edge(y, 0)}
        </text>
      )}
      {off.above.length > 0 && (
        <text x={middle} y={plot.top + 16} paintOrder="stroke" className="tick plot-label" textAnchor="middle">
          {count(off.above.length)} above {edge(y, 1)}
        </text>
      )}
      {off.right.length > 0 && (
        <text x={plot.right - 8} y={plot.bottom - 24} paintOrder="stroke" className="tick plot-label" textAnchor="end">
          {count(off.right.length)} beyond {edge(x, 1)}
        </text>
      )}
      {off.left.length > 0 && (
        <text x={plot.left + 8} y={plot.bottom - 24} paintOrder="stroke" className="tick plot-label">
          {count(off.left.length)} below {edge(x, 0)}
        </text>
      )}
    </g>
  );
}

/** Rings and letters of the points compared. */
export function Compared({ designs, frame }: Props): ReactElement {
  const compared = useApp((s) => s.selection.points);
  const taken: (readonly [number, number])[] = [];
  return (
    <>
      {compared.map((id) => {
        const at = designs.indexOf.get(id);
        if (at === undefined || !isInside(frame.plot, frame.xs[at], frame.ys[at])) return null;
        const x = frame.xs[at] as number;
        const y = frame.ys[at] as number;
        const [tx, ty] = tagPlace(x, y, frame.plot, taken);
        taken.push([tx, ty]);
        return (
          <g key={id} className="compared">
            <Whiskers designs={designs} frame={frame} index={at} />
            <circle cx={x} cy={y} r={7} />
            <rect x={tx} y={ty} width={16} height={16} rx={2} />
            <text x={tx + 8} y={ty + 12} textAnchor="middle">
              {letterOf(compared, id)}
            </text>
          </g>
        );
      })}
    </>
  );
}

/** Right above the point, or on the first side where no other letter is. */
function tagPlace(
  x: number,
  y: number,
  plot: Rect,
  taken: readonly (readonly [number, number])[],
): readonly [number, number] {
  const sides = [
    [6, -24],
    [-22, -24],
    [-24, 8],
    [8, 10],
  ] as const;
  const places = sides.map(
    ([dx, dy]) =>
      [
        Math.max(plot.left, Math.min(plot.right - 16, x + dx)),
        Math.max(plot.top - 12, Math.min(plot.bottom - 16, y + dy)),
      ] as const,
  );
  const free = places.find(([px, py]) => taken.every(([tx, ty]) => Math.abs(tx - px) >= 17 || Math.abs(ty - py) >= 17));
  return free ?? places[0] ?? [x, y];
}

/** The point under the pointer, or pointed at in another panel: ring, whiskers, its values beside it. */
export function Hovered({ designs, frame }: Props): ReactElement | null {
  const hovered = useApp((s) => s.selection.hoveredPoint);
  const at = hovered === undefined ? undefined : designs.indexOf.get(hovered);
  const point = at === undefined ? undefined : designs.points[at];
  if (at === undefined || !point) return null;
  const { xs, ys, plot, x, y } = frame;
  if (!isInside(plot, xs[at], ys[at])) return null;
  const px = xs[at] as number;
  const py = ys[at] as number;
  const right = px < plot.right - 220;
  const values = [y, x].map((axis) => {
    const value = point.objectives[axis.objective.id]?.value;
    return value === undefined ? 'unknown' : valueWords(axis.objective, value);
  });
  return (
    <g className="hovered-point">
      <Whiskers designs={designs} frame={frame} index={at} />
      <circle cx={px} cy={py} r={6} />
      <text
        x={px + (right ? 12 : -12)}
        y={Math.min(plot.bottom - 6, Math.max(plot.top + 12, py + 16))}
        textAnchor={right ? 'start' : 'end'}
        paintOrder="stroke"
        className="plot-label"
      >
        {pointName(point)} {familyOf(point.origin).label}, {values.join(', ')}
      </text>
    </g>
  );
}

export function BrushMark({ rect, count }: { readonly rect: Rect; readonly count?: number }): ReactElement {
  const corners = [
    [rect.left, rect.top],
    [rect.right, rect.top],
    [rect.left, rect.bottom],
    [rect.right, rect.bottom],
  ] as const;
  return (
    <g className="brush">
      <rect
        x={rect.left}
        y={rect.top}
        fillOpacity={0.04}
        width={Math.max(0, rect.right - rect.left)}
        height={Math.max(0, rect.bottom - rect.top)}
      />
      {corners.map(([x, y]) => (
        <rect key={`${x}-${y}`} className="brush-handle" fillOpacity={1} x={x - 2.5} y={y - 2.5} width={5} height={5} />
      ))}
      {count !== undefined && (
        <text x={rect.right + 7} y={rect.bottom - 2} paintOrder="stroke" className="plot-label mark-label">
          {count} brushed
        </text>
      )}
    </g>
  );
}
