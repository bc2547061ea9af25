import type { ReactElement } from 'react';
import { targetId } from '../../actions/target.ts';
import { figureText, inText } from '../../format/index.ts';
import { useApp } from '../../state/store.ts';
import { Fact, FigureText, FitWord, Panel, ProvenanceGlyph } from '../../widgets/index.ts';
import type { TargetRow } from './platform-rows.ts';
import { reasonText } from './platform-rows.ts';

/** The selected target in words: what limits it, and what the numbers rest on. */
export function HowSure({ rows }: { readonly rows: readonly TargetRow[] }): ReactElement {
  const selected = useApp((s) => s.session.target && targetId(s.session.target));
  const goal = useApp((s) => s.session.goalSeconds);
  const row = rows.find((r) => targetId(r.estimate) === selected);
  if (!row)
    return (
      <Panel title="How sure" padded>
        {'Choose a target in the table.'}
      </Panel>
    );
  const { estimate, platform } = row;
  const runtime = platform?.runtimes.find((r) => r.id === estimate.runtime);
  const error = runtime?.relativeError;
  const missed =
    goal !== undefined && estimate.latency && estimate.latency.value > goal ? estimate.latency.value - goal : 0;
  return (
    <Panel
      title={`How sure: ${row.name}`}
      actions={
        estimate.latency && (
          <span className="row secondary">
            <ProvenanceGlyph provenance={estimate.latency.provenance} /> {estimate.latency.provenance}
          </span>
        )
      }
      padded
    >
      <div className="row between">
        <FigureText name={`Latency on ${row.name}`} figure={estimate.latency} kind="seconds" size="headline" />
        <FitWord fits={estimate.fits} />
      </div>
      {missed > 0 && <p className="warn">misses the goal by {inText(missed, 'seconds')}</p>}
      {estimate.reasons.length > 0 && <p className="secondary reasons">{reasonText(estimate.reasons)}</p>}
      <dl className="fact-list sure-facts">
        <Fact label="Error of its latencies">
          {error ? `${percent(error.low)} to ${percent(error.high)}, ${Math.round(error.coverage * 100)} %` : 'unknown'}
        </Fact>
        <Fact label="Known from">{error?.source ?? estimate.latency?.source ?? 'unknown'}</Fact>
        <Fact label="Latency model">{estimate.method}</Fact>
        <Fact label="Energy">{figureText(estimate.energy, 'joules')}</Fact>
        <Fact label="Layers bound by compute, memory">
          {`${estimate.layers.filter((l) => l.bound === 'compute').length}, ${estimate.layers.filter((l) => l.bound === 'memory').length}`}
        </Fact>
        <Fact label="Peak">
          {runtime
            ? `${inText(runtime.peak.opsPerSecond.value, 'macs')}op/s, ${runtime.peak.opsPerSecond.source}`
            : 'unknown'}
        </Fact>
      </dl>
      {estimate.diagnostics.length > 0 && (
        <ul className="sure-notes">
          {estimate.diagnostics.slice(0, 6).map((d) => (
            <li key={`${d.code}-${d.message}`} className="caption">
              {d.message}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

const percent = (x: number): string => `${x > 0 ? '+' : '−'}${Math.abs(Math.round(x * 100))} %`;
