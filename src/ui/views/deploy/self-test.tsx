import type { ReactElement } from 'react';
import { designOf, downloadPackage } from '../../actions/deploy.ts';
import { SharePanel } from '../../app/share-panel.tsx';
import { figureText, inText, type QuantityKind } from '../../format/index.ts';
import { useApp } from '../../state/store.ts';
import type { PackageState } from '../../state/types.ts';
import { Button, Fact, FigureText, Panel } from '../../widgets/index.ts';
import { readyOf } from './ready.ts';

const shownObjectives: readonly (readonly [string, string, QuantityKind])[] = [
  ['flashBytes', 'Flash', 'bytes'],
  ['peakRamBytes', 'RAM, arena and stack', 'bytes'],
  ['latencySeconds', 'Latency', 'seconds'],
  ['energyJoules', 'Energy', 'joules'],
  ['accuracy', 'Top-1, integers', 'share'],
  ['agreement', 'Agreement with float', 'share'],
];

interface SelfTestProps {
  readonly state: PackageState | undefined;
  readonly packageKey: string | undefined;
}

/** What the self-test found, what the design costs, and the way out: download, file, link. */
export function SelfTest({ state, packageKey }: SelfTestProps): ReactElement {
  const ready = readyOf(state);
  const passed = ready !== undefined && ready.reply.selfTest.mismatches === 0;
  const pointId = useApp((s) => designOf(s)?.pointId);
  const point = useApp((s) => s.exploration.points.find((p) => p.id === pointId));
  return (
    <div className="deploy-side">
      <Panel title="Self-test" note={ready ? 'against the simulator' : ''} padded scroll={false}>
        <TestResult state={state} />
      </Panel>
      <Panel title="On the target" padded scroll={false}>
        {point ? (
          <dl>
            {shownObjectives.map(([id, label, kind]) =>
              point.objectives[id] ? (
                <Fact key={id} label={label}>
                  <FigureText name={label} figure={point.objectives[id]} kind={kind} />
                </Fact>
              ) : null,
            )}
          </dl>
        ) : (
          <p className="secondary">Check the scheme in Compress, or choose a point in Explore, to see its figures.</p>
        )}
        <div className="stack download">
          <Button
            kind="primary"
            wide
            onClick={() => ready && packageKey !== undefined && downloadPackage(packageKey, ready.reply)}
            disabledReason={
              passed
                ? undefined
                : state?.status === 'running'
                  ? 'the self-test is running'
                  : 'no package has passed its self-test'
            }
          >
            {ready ? `Download ${ready.reply.fileName}, ${inText(ready.zipBytes, 'bytes')}` : 'Download'}
          </Button>
        </div>
        {ready && ready.reply.diagnostics.length > 0 && (
          <ul className="caption deploy-notes">
            {ready.reply.diagnostics.map((d) => (
              <li key={`${d.code}${d.message}`}>{d.message}</li>
            ))}
          </ul>
        )}
      </Panel>
      <Panel title="Share" note="weights are never in the link" padded scroll={false}>
        <SharePanel />
      </Panel>
      {point && <p className="sr-only">{`Latency ${figureText(point.objectives['latencySeconds'], 'seconds')}`}</p>}
    </div>
  );
}

const SQUARE = 11;
const GAP = 2;
const PER_ROW = 25;

function TestResult({ state }: { readonly state: PackageState | undefined }): ReactElement {
  const ready = readyOf(state);
  if (!ready) {
    const words =
      state?.status === 'running'
        ? 'Running'
        : state?.status === 'failed'
          ? 'The package could not be made'
          : 'Not run yet';
    return <p className="secondary test-place">{words}</p>;
  }
  const { vectors, mismatches } = ready.reply.selfTest;
  const squares = Array.from({ length: Math.min(vectors, 200) }, (_, i) => i);
  const rows = Math.ceil(squares.length / PER_ROW);
  return (
    <div className="stack test-place">
      <p className="test-numbers">
        <span className={mismatches === 0 ? 'test-value' : 'test-value bad'}>{mismatches}</span> mismatches{' '}
        <span className="test-value small">{vectors}</span> vectors
      </p>
      <p className="caption">
        {mismatches === 0
          ? 'Every byte of every output equals the simulator.'
          : 'The package is not offered: its outputs differ from the simulator.'}
      </p>
      <svg
        width="100%"
        viewBox={`0 0 ${PER_ROW * (SQUARE + GAP)} ${rows * (SQUARE + GAP)}`}
        role="img"
        aria-label={`${mismatches} of ${vectors} vectors differ`}
      >
        {squares.map((i) => (
          <rect
            key={i}
            x={(i % PER_ROW) * (SQUARE + GAP)}
            y={Math.floor(i / PER_ROW) * (SQUARE + GAP)}
            width={SQUARE}
            height={SQUARE}
            fill={i < mismatches ? 'var(--bad)' : 'var(--bar)'}
          />
        ))}
      </svg>
    </div>
  );
}
