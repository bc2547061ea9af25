import { type ReactElement, useMemo, useState } from 'react';
import './targets.css';
import { setBits, setGoal } from '../../actions/target.ts';
import { useApp } from '../../state/store.ts';
import { EmptyState, ProvenanceGlyph, Segmented, Select, TextField } from '../../widgets/index.ts';
import { HowSure } from './how-sure.tsx';
import { MemoryTimeline } from './memory-timeline.tsx';
import { type KindFilter, kindTitles, rowsOf, type TargetRow } from './platform-rows.ts';
import { Roofline } from './roofline.tsx';
import { TargetTable } from './target-table.tsx';

/** Every platform: does it fit, how fast, how sure, and why. */
export function TargetsView(): ReactElement {
  const session = useApp((s) => s.session);
  const rows = useMemo(() => rowsOf(session), [session]);
  const [filter, setFilter] = useState<KindFilter>('all');
  const shown = rows.filter((row) => filter === 'all' || row.platform?.kind === filter);
  if (rows.length === 0) {
    return (
      <EmptyState title={session.estimateStatus === 'running' ? 'Estimating every target' : 'No estimates yet'}>
        {session.estimateStatus === 'failed'
          ? 'The estimate failed; the problem is named above.'
          : 'Latency, energy, RAM and flash of each platform appear here, usually within a second.'}
      </EmptyState>
    );
  }
  return (
    <div className="targets">
      <TargetsHead rows={rows} filter={filter} onFilter={setFilter} />
      <TargetTable rows={shown} all={rows} />
      <div className="targets-charts">
        <Roofline rows={rows} />
        <MemoryTimeline />
        <HowSure rows={rows} />
      </div>
    </div>
  );
}

interface TargetsHeadProps {
  readonly rows: readonly TargetRow[];
  readonly filter: KindFilter;
  readonly onFilter: (filter: KindFilter) => void;
}

function TargetsHead({ rows, filter, onFilter }: TargetsHeadProps): ReactElement {
  const bits = useApp((s) => s.session.bits);
  const count = (fits: string): number => rows.filter((row) => row.estimate.fits === fits).length;
  const parts = [
    `${count('yes')} fit`,
    count('no') ? `${count('no')} do not` : '',
    count('unknown') ? `${count('unknown')} unknown` : '',
  ];
  const kinds = (Object.keys(kindTitles) as (keyof typeof kindTitles)[]).flatMap((kind) => {
    const n = rows.filter((row) => row.platform?.kind === kind).length;
    return n ? [{ value: kind, label: kindTitles[kind], note: String(n) }] : [];
  });
  return (
    <div className="targets-head">
      <h2 className="targets-title">
        {rows.length} targets: {parts.filter(Boolean).join(', ')}
      </h2>
      <div className="targets-filter">
        <Segmented
          label="Kind of target"
          value={filter}
          options={[{ value: 'all', label: 'All' }, ...kinds]}
          onChange={onFilter}
        />
      </div>
      <span className="targets-legend">
        {(['measured', 'fitted', 'computed', 'assumed'] as const).map((provenance) => (
          <span key={provenance} className="row">
            <ProvenanceGlyph provenance={provenance} /> {provenance}
          </span>
        ))}
      </span>
      <span className="row targets-settings">
        <GoalField />
        <span className="secondary">Bits</span>
        <Select
          label="Bits of weights and activations"
          hideLabel
          small
          value={bits}
          options={[
            { value: 8, label: 'int8' },
            { value: 16, label: 'int16' },
            { value: 32, label: 'float' },
          ]}
          onChange={setBits}
        />
      </span>
    </div>
  );
}

/** The latency goal in ms; empty: none. */
function GoalField(): ReactElement {
  const goal = useApp((s) => s.session.goalSeconds);
  const [text, setText] = useState<string | undefined>();
  const shown = text ?? (goal === undefined ? '' : String(Number((goal * 1000).toPrecision(6))));
  const value = Number(shown);
  const wrong = shown !== '' && !(value > 0);
  return (
    <>
      <span className="secondary">Goal ≤</span>
      <TextField
        label="Latency goal in milliseconds"
        hideLabel
        unit="ms"
        width={92}
        value={shown}
        wrong={wrong ? 'a number above 0' : undefined}
        onChange={(next) => {
          setText(next);
          if (next === '') setGoal(undefined);
          else if (Number(next) > 0) setGoal(Number(next) / 1000);
        }}
      />
    </>
  );
}
