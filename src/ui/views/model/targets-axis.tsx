import { scaleLog } from 'd3';
import { type ReactElement, useMemo } from 'react';
import type { Estimate, Figure } from '../../../ir/index.ts';
import type { Platform } from '../../../platforms/index.ts';
import { hoverPlatform } from '../../actions/select.ts';
import { setTarget, targetId, targetOf } from '../../actions/target.ts';
import { decades, IntervalMark, useSize } from '../../charts/index.ts';
import { inText } from '../../format/index.ts';
import { useApp } from '../../state/store.ts';

const ROWS: readonly (readonly [Platform['kind'], string])[] = [
  ['microcontroller', 'Microcontrollers'],
  ['accelerator', 'Accelerators'],
  ['fpga', 'FPGA'],
  ['gpu', 'GPU'],
  ['cpu', 'CPU'],
];
const LEFT = 104;
const ROW_HEIGHT = 19;
/** Between a mark, its whisker included, and its label. */
const LABEL_GAP = 4;
/** Narrower than this per decade, every other tick keeps its words. */
const MIN_TICK = 52;

export interface TargetsProps {
  readonly estimates: readonly Estimate[];
  readonly platforms: readonly Platform[];
}

type Timed = Estimate & { readonly latency: Figure };

/** All targets on one log axis, a row per kind of device, with the goal. */
export function TargetsAxis({ estimates, platforms }: TargetsProps): ReactElement {
  const [box, { width }] = useSize<HTMLDivElement>();
  const goal = useApp((s) => s.session.goalSeconds);
  const status = useApp((s) => s.session.estimateStatus);
  const fitting = estimates.filter((e) => e.fits === 'yes').length;
  const timed = useMemo(
    // A network without work takes no time: 0 has no place on a log axis.
    () => estimates.filter((e): e is Timed => (e.latency?.value ?? 0) > 0),
    [estimates],
  );
  const domain = domainOf(timed);
  const x = scaleLog()
    .domain(domain)
    .range([LEFT, Math.max(LEFT + 50, width - 24)])
    .clamp(true);
  const kindOf = (e: Estimate) => platforms.find((p) => p.id === e.platform)?.kind;
  const rows = ROWS.filter(([kind]) => timed.some((e) => kindOf(e) === kind));
  const height = Math.max(3, rows.length) * ROW_HEIGHT + 26;
  return (
    <div className="verdict-axis">
      <h2 className="verdict-head">
        {status === 'running' && estimates.length === 0
          ? 'Estimating all targets'
          : `${fitting} of ${estimates.length} targets fit`}
        <span className="secondary"> latency per inference, log scale</span>
      </h2>
      <div ref={box} className="verdict-plot">
        {width > 0 && (
          <svg
            width={width}
            height={height}
            role="img"
            aria-label={`Latency of ${timed.length} targets; the Targets place lists them`}
          >
            <Ticks domain={domain} x={x} height={height} />
            {rows.map(([kind, label], r) => (
              <g key={kind} transform={`translate(0,${r * ROW_HEIGHT + 14})`}>
                <text x={0} dy="0.32em" className="tick">
                  {label}
                </text>
                {place(
                  timed.filter((e) => kindOf(e) === kind),
                  x,
                  platforms,
                  width,
                ).map((placed) => (
                  <TargetMark key={targetId(placed.estimate)} {...placed} x={x} />
                ))}
              </g>
            ))}
            {goal !== undefined && (
              <g transform={`translate(${x(goal)},0)`}>
                <path d={`M0,0V${height - 20}`} className="line-goal" />
                <text x={-4} y={height - 24} textAnchor="end" className="tick">
                  goal {inText(goal, 'seconds')}
                </text>
              </g>
            )}
          </svg>
        )}
      </div>
    </div>
  );
}

/** Whole decades around all values and intervals. */
function domainOf(timed: readonly Timed[]): [number, number] {
  const ends = timed.flatMap((e) => [e.latency.value, ...(e.latency.interval ?? [])]).filter((v) => v > 0);
  if (ends.length === 0) return [1e-4, 1];
  return [10 ** Math.floor(Math.log10(Math.min(...ends) * 0.9)), 10 ** Math.ceil(Math.log10(Math.max(...ends) * 1.1))];
}

interface TicksProps {
  readonly domain: [number, number];
  readonly x: (value: number) => number;
  readonly height: number;
}

function Ticks({ domain, x, height }: TicksProps): ReactElement[] {
  const all = decades(domain);
  const every = x(domain[1]) - x(domain[0]) < all.length * MIN_TICK ? 2 : 1;
  return all.map((t, i) => (
    <g key={t} transform={`translate(${x(t)},0)`}>
      <path d={`M0,4V${height - 20}`} className="grid-line" />
      <text y={height - 7} textAnchor="middle" className="tick">
        {i % every === 0 ? inText(t, 'seconds') : ''}
      </text>
    </g>
  ));
}

interface PlacedTarget {
  readonly estimate: Timed;
  readonly label: string;
  readonly side: 'left' | 'right';
  /** Where the label begins (right) or ends (left), px. */
  readonly at: number;
}

function TargetMark({
  estimate,
  label,
  side,
  at,
  x,
}: PlacedTarget & { readonly x: (value: number) => number }): ReactElement {
  const chosen = useApp(({ session: { target } }) => target !== undefined && targetId(estimate) === targetId(target));
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a pointer shortcut; the target menu and Targets place do the same by keyboard
    <g
      className={`target-mark${chosen ? ' chosen' : ''}${estimate.fits === 'no' ? ' dimmed' : ''}`}
      onPointerEnter={() => hoverPlatform(estimate.platform)}
      onPointerLeave={() => hoverPlatform(undefined)}
      onClick={() => setTarget(targetOf(estimate))}
    >
      <IntervalMark figure={estimate.latency} x={x} y={0} />
      <text x={at} dy="0.32em" textAnchor={side === 'left' ? 'end' : 'start'} className="tick target-label">
        {label}
      </text>
    </g>
  );
}

/** Labels go beside the whole whisker, to whichever side has room; a label that has none on either side is left to the table. */
function place(
  estimates: readonly Timed[],
  x: (v: number) => number,
  platforms: readonly Platform[],
  room: number,
): PlacedTarget[] {
  const sorted = [...estimates].sort((a, b) => a.latency.value - b.latency.value);
  const marks = sorted.map((e): [number, number] => {
    const [low, high] = e.latency.interval ?? [e.latency.value, e.latency.value];
    return [Math.min(x(low), x(e.latency.value) - 6), Math.max(x(high), x(e.latency.value) + 6)];
  });
  const taken = marks.map(([from, to]): [number, number] => [from - 3, to + 3]);
  const free = (from: number, to: number, own: number): boolean =>
    from > LEFT - 20 && to < room && taken.every(([a, b], i) => i === own || to < a || from > b);
  return sorted.map((estimate, i) => {
    const label = shortName(platforms.find((p) => p.id === estimate.platform)?.name ?? estimate.platform);
    const [from, to] = marks[i] ?? [0, 0];
    const needed = label.length * 5.7 + 14;
    if (free(to + 1, to + needed, i)) {
      taken.push([to, to + needed]);
      return { estimate, label, side: 'right' as const, at: to + LABEL_GAP };
    }
    if (free(from - needed, from - 1, i)) {
      taken.push([from - needed, from]);
      return { estimate, label, side: 'left' as const, at: from - LABEL_GAP };
    }
    return { estimate, label: '', side: 'right' as const, at: to };
  });
}

/** Without maker, board and clock: what fits beside a mark. */
export const shortName = (name: string): string =>
  name
    .replace(/^(STMicroelectronics|NVIDIA|Intel|Google|Xilinx|AMD|GreenWaves)\s+/i, '')
    .replace(/^NUCLEO-/, '')
    .replace(/\s*\(.*$/, '')
    .replace(/^Neural Compute Stick/, 'NCS')
    .split(',')[0]
    ?.slice(0, 16) ?? name;
