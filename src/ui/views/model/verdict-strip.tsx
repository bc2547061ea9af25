import type { ReactElement } from 'react';
import type { Estimate, Figure } from '../../../ir/index.ts';
import type { Platform } from '../../../platforms/index.ts';
import { explore, exploreObstacle } from '../../actions/explore.ts';
import { goTo } from '../../actions/navigate.ts';
import { targetEstimate, targetId } from '../../actions/target.ts';
import { inText, quantity } from '../../format/index.ts';
import { useApp } from '../../state/store.ts';
import { Button, FigureText, FitWord, Icon, Meter } from '../../widgets/index.ts';
import { shortName, TargetsAxis, type TargetsProps } from './targets-axis.tsx';
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
