import { type KeyboardEvent, type ReactElement, useEffect, useMemo, useRef, useState } from 'react';
import { setAxes, setBrush, setDimOutside, setZoom } from '../../actions/explore.ts';
import { HiddenTable, useSize } from '../../charts/index.ts';
import { useApp } from '../../state/store.ts';
import { Button, Segmented, Select } from '../../widgets/index.ts';
import { inBrush, rectOf } from './brush-geometry.ts';
import { type Designs, pointName } from './designs.ts';
import { EmptyAxes, NearestMiss, ScatterEmpty } from './empty.tsx';
import { familyOf, shapePath } from './families.ts';
import { valueWords } from './objective-units.ts';
import { DENSITY_FROM, densityCells, markOpacity, markRadius, paintDensity, paintPoints } from './paint-points.ts';
import { PictureMenu, usePicture } from './picture-menu.tsx';
import { pointTable } from './point-table.ts';
import { type ScatterFrame, useFrame } from './scatter-frame.ts';
import { type Mode, startOf, useScatterInput, useWheelZoom } from './scatter-input.ts';
import { BrushMark, Compared, Ground, Hovered, Lines } from './scatter-overlay.tsx';
import { useTheme } from './use-theme.ts';

interface ScatterProps {
  readonly designs: Designs;
  /** Leads to the table of these points (T). */
  readonly onTable: () => void;
  readonly actions?: ReactElement;
  /** Phone: no axis menus, no export. */
  readonly plain?: boolean;
}

/** All points over two objectives: front, knee, limits, brush, zoom. Points on a canvas, everything else in SVG above it. */
export function Scatter(props: ScatterProps): ReactElement {
  const { designs, onTable, plain = false } = props;
  const [box, size] = useSize<HTMLDivElement>();
  const frame = useFrame(designs, size);
  const [mode, setMode] = useState<Mode>('brush');
  const input = useScatterInput(designs, frame, mode);
  const svg = useRef<SVGSVGElement>(null);
  const { exporting, save } = usePicture(svg, 'design-points');
  useWheelZoom(box, frame, mode);
  const front = useMemo(
    () => pointTable(designs, 'The front; all points stand in the table Points', 'front'),
    [designs],
  );
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 't' || event.key === 'T') onTable();
    else if (event.key === 'e' || event.key === 'E') save('svg');
    else return;
    event.preventDefault();
  };
  return (
    <section className="panel chart scatter" aria-label="Design points" data-panel tabIndex={-1} onKeyDown={onKey}>
      <ScatterHead {...props} mode={mode} setMode={setMode} zoomed={frame?.zoom ?? false} save={save} />
      {!plain && designs.total > 0 && <AxisBar designs={designs} />}
      <div
        ref={box}
        className={`chart-box scatter-box ${mode}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: one tab stop for the whole plot; the arrows move inside it
        tabIndex={0}
        role="application"
        aria-roledescription="scatter plot"
        aria-label={labelOf(designs)}
        aria-describedby="explore-focus"
        onFocus={(event) => {
          if (!event.currentTarget.matches(':focus-visible') || input.focused !== undefined) return;
          const at = startOf(designs);
          if (at !== undefined) input.setFocused(designs.points[at]?.id);
        }}
        onKeyDown={input.onKeyDown}
        {...input.pointer}
      >
        {!frame && <EmptyAxes size={size} />}
        {frame && <Field frame={frame} size={size} svg={svg} designs={designs} input={input} exporting={exporting} />}
      </div>
      <p id="explore-focus" className="sr-only" aria-live="polite">
        {focusText(designs, input.focused, input.brushKeys)}
      </p>
      <HiddenTable table={front} />
      <ScatterEmpty designs={designs} />
      <NearestMiss designs={designs} />
    </section>
  );
}

interface HeadProps extends ScatterProps {
  readonly mode: Mode;
  readonly setMode: (mode: Mode) => void;
  readonly zoomed: boolean;
  readonly save: (kind: 'svg' | 'png') => void;
}

function ScatterHead(props: HeadProps): ReactElement {
  const { designs, onTable, actions, plain = false, mode, setMode, zoomed, save } = props;
  return (
    <header className="panel-head">
      <h2 className="panel-title">Design points</h2>
      <Counts designs={designs} />
      <div className="panel-actions">
        {actions}
        {!plain && designs.total > 0 && (
          <>
            <Segmented
              label="What dragging does"
              value={mode}
              options={[
                { value: 'brush', label: 'Brush' },
                { value: 'zoom', label: 'Zoom' },
              ]}
              onChange={setMode}
            />
            {zoomed && (
              <Button kind="quiet" small onClick={() => setZoom(undefined)}>
                Fit
              </Button>
            )}
            <PictureMenu
              name="design-points"
              title="Design points"
              save={save}
              table={() => pointTable(designs, 'Design points')}
              onTable={onTable}
            />
          </>
        )}
      </div>
    </header>
  );
}

function Counts({ designs }: { readonly designs: Designs }): ReactElement {
  const parts = [`${designs.total} evaluated`];
  if (designs.constraints.length > 0) parts.push(`${designs.meeting} meet all limits`);
  if (designs.front.length > 0) parts.push(`${designs.front.length} on the front`);
  return <span className="panel-note cut">{parts.join(', ')}</span>;
}

/** Which objectives are on the axes, and what is done with points outside the limits. */
function AxisBar({ designs }: { readonly designs: Designs }): ReactElement | null {
  const dim = useApp((s) => s.exploration.dimOutside);
  const brush = useApp((s) => s.exploration.brush);
  const { axes } = designs;
  if (!axes) return null;
  const [x, y] = axes;
  const options = designs.objectives.map((o) => ({ value: o.id, label: o.label }));
  return (
    <div className="axis-bar">
      <Select
        label="Up"
        hideLabel
        small
        quiet
        value={y.id}
        options={options}
        onChange={(id) => setAxes(x.id === id ? y.id : x.id, id)}
      />
      <span className="faint">against</span>
      <Select
        label="Across"
        hideLabel
        small
        quiet
        value={x.id}
        options={options}
        onChange={(id) => setAxes(id, y.id === id ? x.id : y.id)}
      />
      <span className="grow" />
      {brush && (
        <Button kind="link" onClick={() => setBrush(undefined)}>
          Clear brush
        </Button>
      )}
      {designs.constraints.length > 0 && (
        <Button kind="link" onClick={() => setDimOutside(!dim)}>
          {dim ? 'Show all at full strength' : 'Dim outside limits'}
        </Button>
      )}
    </div>
  );
}

const labelOf = ({ axes, points, front }: Designs): string =>
  axes
    ? `Scatter plot of ${points.length} design points, ${axes[1].label} against ${axes[0].label}, ${front.length} on the front. Arrows move along the front, Enter selects, Space adds to compare, B brushes.`
    : 'Scatter plot of design points, empty';

function focusText(designs: Designs, focused: string | undefined, brushKeys: boolean): string {
  if (brushKeys) return 'Brush: arrows move it, Shift and arrows resize it, Escape leaves it.';
  const at = focused === undefined ? undefined : designs.indexOf.get(focused);
  const point = at === undefined ? undefined : designs.points[at];
  if (!point || at === undefined || !designs.axes) return '';
  const values = designs.axes.map((o) => {
    const value = point.objectives[o.id]?.value;
    return `${o.label} ${value === undefined ? 'unknown' : valueWords(o, value)}`;
  });
  const rank = designs.front.indexOf(at);
  const place = rank < 0 ? 'not on the front' : `${rank + 1} of ${designs.front.length} on the front`;
  return `Point ${pointName(point)}, ${familyOf(point.origin).label}, ${values.join(', ')}, ${place}`;
}

interface FieldProps {
  readonly designs: Designs;
  readonly frame: ScatterFrame;
  readonly size: { readonly width: number; readonly height: number };
  readonly svg: React.RefObject<SVGSVGElement | null>;
  readonly input: ReturnType<typeof useScatterInput>;
  readonly exporting: boolean;
}

/** Ground, points, lines, from back to front. */
function Field({ designs, frame, size, svg, input, exporting }: FieldProps): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  const dense = designs.points.length >= DENSITY_FROM;
  const cells = useMemo(
    () => (dense ? densityCells(frame.xs, frame.ys, frame.plot, theme) : []),
    [dense, frame, theme],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours come from the style sheet, which the theme changes
  useEffect(() => {
    if (!canvas.current) return;
    if (!dense) return paintPoints(canvas.current, frame.marks, frame.plot);
    paintDensity(canvas.current, cells);
  }, [frame, dense, cells, theme]);
  return (
    <>
      <svg width={size.width} height={size.height} className="plot-layer" aria-hidden="true">
        <Ground designs={designs} frame={frame} />
      </svg>
      <canvas ref={canvas} className="plot-layer" />
      <svg ref={svg} width={size.width} height={size.height} className="plot-layer" aria-hidden="true">
        <defs>
          <clipPath id="explore-plot">
            <rect
              x={frame.plot.left}
              y={frame.plot.top}
              width={frame.plot.right - frame.plot.left}
              height={frame.plot.bottom - frame.plot.top}
            />
          </clipPath>
        </defs>
        {exporting && <Ground designs={designs} frame={frame} />}
        {exporting && <DrawnPoints frame={frame} cells={cells} />}
        <Lines designs={designs} frame={frame} />
        <Brushes designs={designs} frame={frame} input={input} />
        <Compared designs={designs} frame={frame} />
        {!exporting && <Hovered designs={designs} frame={frame} />}
        {!exporting && <FocusMark designs={designs} frame={frame} focused={input.focused} />}
      </svg>
    </>
  );
}

/** The canvas's points as SVG, for exported pictures. */
function DrawnPoints(props: {
  readonly frame: ScatterFrame;
  readonly cells: ReturnType<typeof densityCells>;
}): ReactElement {
  const { frame, cells } = props;
  if (cells.length > 0) {
    return (
      <g>
        {cells.map((c) => (
          <rect key={`${c.x}-${c.y}`} x={c.x} y={c.y} width={c.size} height={c.size} fill={c.color} />
        ))}
      </g>
    );
  }
  return (
    <g clipPath="url(#explore-plot)">
      {frame.marks.map((mark, i) => (
        <path
          // biome-ignore lint/suspicious/noArrayIndexKey: drawn once, for one picture
          key={i}
          d={shapePath(mark.shape, markRadius(mark))}
          transform={`translate(${mark.x},${mark.y})`}
          opacity={markOpacity(mark)}
          fill={mark.hollow ? 'var(--bg)' : `var(--cat${mark.category})`}
          stroke={mark.hollow ? `var(--cat${mark.category})` : 'none'}
        />
      ))}
    </g>
  );
}

function Brushes({ designs, frame, input }: Pick<FieldProps, 'designs' | 'frame' | 'input'>): ReactElement | null {
  const brush = useApp((s) => s.exploration.brush);
  const count = useMemo(() => {
    if (!brush) return 0;
    return designs.points.filter((p) =>
      inBrush(
        brush,
        p.objectives[frame.x.objective.id]?.value ?? Number.NaN,
        p.objectives[frame.y.objective.id]?.value ?? Number.NaN,
      ),
    ).length;
  }, [brush, designs, frame]);
  if (input.draft) return <BrushMark rect={input.draft} />;
  return brush ? <BrushMark rect={rectOf(brush, frame.x, frame.y)} count={count} /> : null;
}

function FocusMark(
  props: Pick<FieldProps, 'designs' | 'frame'> & { readonly focused: string | undefined },
): ReactElement | null {
  const at = props.focused === undefined ? undefined : props.designs.indexOf.get(props.focused);
  if (at === undefined) return null;
  const { xs, ys } = props.frame;
  return <rect className="focus-mark" x={(xs[at] as number) - 9} y={(ys[at] as number) - 9} width={18} height={18} />;
}
