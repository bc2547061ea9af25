import { scaleLog } from 'd3';
import { type ReactElement, useMemo } from 'react';
import type { Estimate, Figure } from '../../../ir/index.ts';
import type { Platform } from '../../../platforms/index.ts';
import { explore, exploreObstacle } from '../../actions/explore.ts';
import { goTo } from '../../actions/navigate.ts';
import { hoverPlatform } from '../../actions/select.ts';
import { setTarget, targetEstimate, targetId, targetOf } from '../../actions/target.ts';
import { decades, IntervalMark, useSize } from '../../charts/index.ts';
import { inText, quantity } from '../../format/index.ts';
import { useApp } from '../../state/store.ts';
import { Button, FigureText, FitWord, Icon, Meter } from '../../widgets/index.ts';
import type { LayerData } from './use-layers.ts';

/** What the model is and where it runs, before anything else: totals, all targets on one log axis, misfits, the chosen target. */
export function VerdictStrip({ data }: { readonly data: LayerData }): ReactElement {
  const estimates = useApp((s) => s.session.estimates);
  const platforms = useApp((s) => s.session.catalog?.platforms);
  return (
    <section className="verdict" aria-label="Verdict">
      <Totals data={data} />
      <TargetsAxis estimates={estimates} platforms={platforms ?? []} />
      <Misfits estimates={estimates} platforms={platforms ?? []} />
      <ChosenTarget platforms={platforms ?? []} />
    </section>
  );
}

function Totals({ data }: { readonly data: LayerData }): ReactElement {
  const { totals, memory, nodes } = data.sources.view;
  const score = useApp((s) => s.exploration.header?.floatScore);
  const reference = useApp((s) => s.session.data?.reference);
  const figure = (value: number | undefined, formula: string): Figure | undefined =>
    value === undefined ? undefined : { value, provenance: 'computed', formula };
  const peak = memory && nodes.length > 0 ? memory.ticks[memory.peakTick]?.node : undefined;
  return (
    <div className="verdict-totals">
      <Total label="MACs" note="1 MAC = 2 op">
        <FigureText
          name="MACs"
          kind="macs"
          size="headline"
          figure={figure(totals.macs, 'sum over layers')}
          reason="A shape is not known: set the dimensions first."
        />
      </Total>
      <Total label="Parameters" note={`${inText(totals.weightBytes, 'bytes')} as stored`}>
        <FigureText
          name="Parameters"
          kind="macs"
          size="headline"
          figure={figure(totals.params, 'learnable weights and biases')}
        />
      </Total>
      <Total label="Peak RAM, int8" note={peak ? `at ${peak}` : ''}>
        <FigureText
          name="Peak activation memory"
          kind="bytes"
          size="headline"
          figure={figure(memory?.arenaBytes, 'arena plan at 8 bits, weights not counted')}
          reason="A shape is not known."
        />
      </Total>
      {score !== undefined && reference?.labelled && (
        <Total label="Top-1, float" note={`n = ${reference.count}`}>
          <FigureText
            name="Top-1 accuracy of the float model"
            kind="share"
            size="headline"
            figure={{ value: score, provenance: 'measured', source: reference.name }}
          />
        </Total>
      )}
    </div>
  );
}

const Total = ({
  label,
  note,
  children,
}: {
  readonly label: string;
  readonly note: string;
  readonly children: ReactElement;
}): ReactElement => (
  <div className="total">
    <span className="secondary">{label}</span>
    {children}
    <span className="caption cut">{note}</span>
  </div>
);

const ROWS: readonly (readonly [Platform['kind'], string])[] = [
  ['microcontroller', 'Microcontrollers'],
  ['accelerator', 'Accelerators'],
  ['fpga', 'FPGA'],
  ['gpu', 'GPU'],
  ['cpu', 'CPU'],
];
const LEFT = 104;
const ROW_HEIGHT = 19;
/** Narrower than this per decade, every other tick keeps its words. */
const MIN_TICK = 52;

interface TargetsProps {
  readonly estimates: readonly Estimate[];
  readonly platforms: readonly Platform[];
}

function TargetsAxis({ estimates, platforms }: TargetsProps): ReactElement {
  const [box, { width }] = useSize<HTMLDivElement>();
  const target = useApp((s) => s.session.target);
  const goal = useApp((s) => s.session.goalSeconds);
  const status = useApp((s) => s.session.estimateStatus);
  const fitting = estimates.filter((e) => e.fits === 'yes').length;
  const timed = useMemo(
    // A network without work takes no time: 0 has no place on a log axis.
    () => estimates.filter((e): e is Estimate & { latency: Figure } => (e.latency?.value ?? 0) > 0),
    [estimates],
  );
  const ends = timed.flatMap((e) => [e.latency.value, ...(e.latency.interval ?? [])]).filter((v) => v > 0);
  const domain: [number, number] =
    ends.length > 0
      ? [10 ** Math.floor(Math.log10(Math.min(...ends) * 0.9)), 10 ** Math.ceil(Math.log10(Math.max(...ends) * 1.1))]
      : [1e-4, 1];
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
            {decades(domain).map((t, i, all) => (
              <g key={t} transform={`translate(${x(t)},0)`}>
                <path d={`M0,4V${height - 20}`} className="grid-line" />
                <text y={height - 7} textAnchor="middle" className="tick">
                  {i % (x(domain[1]) - x(domain[0]) < all.length * MIN_TICK ? 2 : 1) === 0 ? inText(t, 'seconds') : ''}
                </text>
              </g>
            ))}
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
                ).map(({ estimate, label: name, side }) => {
                  const chosen = target !== undefined && targetId(estimate) === targetId(target);
                  return (
                    // biome-ignore lint/a11y/noStaticElementInteractions: a pointer shortcut; the target menu and Targets place do the same by keyboard
                    <g
                      key={targetId(estimate)}
                      className={`target-mark${chosen ? ' chosen' : ''}${estimate.fits === 'no' ? ' dimmed' : ''}`}
                      onPointerEnter={() => hoverPlatform(estimate.platform)}
                      onPointerLeave={() => hoverPlatform(undefined)}
                      onClick={() => setTarget(targetOf(estimate))}
                    >
                      <IntervalMark figure={estimate.latency} x={x} y={0} />
                      <text
                        x={side === 'left' ? x(estimate.latency.value) - 8 : x(estimate.latency.value) + 8}
                        dy="0.32em"
                        textAnchor={side === 'left' ? 'end' : 'start'}
                        className="tick target-label"
                      >
                        {name}
                      </text>
                    </g>
                  );
                })}
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

/** Labels go to whichever side has room; a label that has none on either side is left to the table. */
function place(
  estimates: readonly (Estimate & { latency: Figure })[],
  x: (v: number) => number,
  platforms: readonly Platform[],
  room: number,
) {
  const sorted = [...estimates].sort((a, b) => a.latency.value - b.latency.value);
  const taken: [number, number][] = sorted.map((e) => [x(e.latency.value) - 6, x(e.latency.value) + 6]);
  const free = (from: number, to: number, own: number): boolean =>
    from > LEFT - 20 && to < room && taken.every(([a, b], i) => i === own || to < a || from > b);
  return sorted.map((estimate, i) => {
    const label = shortName(platforms.find((p) => p.id === estimate.platform)?.name ?? estimate.platform);
    const at = x(estimate.latency.value);
    const needed = label.length * 6.2 + 10;
    if (free(at + 7, at + needed, i)) {
      taken.push([at, at + needed]);
      return { estimate, label, side: 'right' as const };
    }
    if (free(at - needed, at - 7, i)) {
      taken.push([at - needed, at]);
      return { estimate, label, side: 'left' as const };
    }
    return { estimate, label: '', side: 'right' as const };
  });
}

const shortName = (name: string): string =>
  name
    .replace(/^(STMicroelectronics|NVIDIA|Intel|Google|Xilinx|AMD|GreenWaves)\s+/i, '')
    .replace(/^NUCLEO-/, '')
    .replace(/\s*\(.*$/, '')
    .replace(/^Neural Compute Stick/, 'NCS')
    .split(',')[0]
    ?.slice(0, 16) ?? name;

function Misfits({ estimates, platforms }: TargetsProps): ReactElement | null {
  const misfits = estimates
    .filter((e) => e.fits !== 'yes')
    .sort((a, b) => Number(b.fits === 'no') - Number(a.fits === 'no'));
  const no = misfits.filter((e) => e.fits === 'no').length;
  if (estimates.length === 0) return null;
  return (
    <div className="verdict-misfits">
      <h2 className="verdict-head">
        {misfits.length === 0
          ? 'Fits everywhere'
          : [no > 0 ? `Does not fit (${no})` : '', misfits.length > no ? `unknown (${misfits.length - no})` : '']
              .filter(Boolean)
              .join(', ')}
      </h2>
      <ul>
        {misfits.slice(0, 4).map((e) => (
          <li key={targetId(e)}>
            <span className={e.fits === 'no' ? 'bad' : 'secondary'}>
              <Icon name={e.fits === 'no' ? 'cross' : 'dash'} />
            </span>
            <span className="nowrap">{shortName(platforms.find((p) => p.id === e.platform)?.name ?? e.platform)}</span>
            <span className="caption cut" title={e.reasons.map((r) => r.message).join(' ')}>
              {reasonOf(e)}
            </span>
          </li>
        ))}
      </ul>
      {misfits.length > 4 && (
        <Button kind="link" onClick={() => goTo('targets')}>
          {misfits.length - 4} more in Targets
        </Button>
      )}
    </div>
  );
}

/** The reason that decides: what rules the target out before what is only not known. */
const reasonOf = (e: Estimate): string =>
  (e.reasons.find((r) => r.severity === 'error') ?? e.reasons[0])?.message ?? '';

function ChosenTarget({ platforms }: { readonly platforms: readonly Platform[] }): ReactElement | null {
  const estimate = useApp(targetEstimate);
  const goal = useApp((s) => s.session.goalSeconds);
  const obstacle = useApp(() => exploreObstacle());
  const running = useApp((s) => s.exploration.status === 'running');
  const points = useApp((s) => s.exploration.points.length);
  if (!estimate) return null;
  const platform = platforms.find((p) => p.id === estimate.platform);
  const runtime = platform?.runtimes.find((r) => r.id === estimate.runtime);
  const misses =
    goal !== undefined && estimate.latency && estimate.latency.value > goal ? estimate.latency.value - goal : undefined;
  const start = (): void => {
    goTo('explore');
    if (!running && points === 0) void explore();
  };
  return (
    <div className="verdict-target">
      <h2 className="verdict-head">
        {platform?.name ?? estimate.platform}
        <span className="secondary">
          {' '}
          {platform?.processor}, {inText(estimate.clockHertz, 'hertz')}, {runtime?.name ?? estimate.runtime}
        </span>
      </h2>
      <div className="verdict-value">
        <FigureText
          name={`Latency on ${platform?.name ?? estimate.platform}`}
          kind="seconds"
          size="headline"
          figure={estimate.latency}
          reason="No latency model covers this network here."
          extra={[{ label: 'Method', text: estimate.method }]}
        />
        <FitWord fits={estimate.fits} />
        {misses !== undefined && <span className="warn">misses goal by {inText(misses, 'seconds')}</span>}
      </div>
      <Capacity label="RAM" used={estimate.peakRam?.value} capacity={platform?.ramBytes?.value} />
      <Capacity label="Flash" used={estimate.flash?.value} capacity={platform?.flashBytes?.value} />
      <div className="verdict-action">
        <Button kind="primary" onClick={start} disabledReason={running ? undefined : obstacle}>
          {points > 0 || running ? 'See trade-offs' : 'Explore trade-offs'}
        </Button>
      </div>
    </div>
  );
}

function Capacity({
  label,
  used,
  capacity,
}: {
  readonly label: string;
  readonly used: number | undefined;
  readonly capacity: number | undefined;
}): ReactElement {
  const text =
    used === undefined
      ? 'unknown'
      : capacity === undefined
        ? inText(used, 'bytes')
        : `${quantity(used, 'bytes').value} ${quantity(used, 'bytes').unit} of ${inText(capacity, 'bytes')}`;
  return (
    <div className="capacity">
      <span className="secondary">{label}</span>
      {capacity !== undefined && <Meter label={label} used={used} capacity={capacity} width={56} text={text} />}
      <span>{text}</span>
    </div>
  );
}
