import { type ReactElement, useMemo } from 'react';
import { isActive, removeRun, resumeObstacle, resumeRun, selectRun } from '../../../actions/training.ts';
import { bestAccuracy, bestLoss, recipeDifferences } from '../../../actions/training-events.ts';
import { downloadNetwork, networkObstacle, openNetwork, takeRecipe } from '../../../actions/training-network.ts';
import { duration, fingerprint, inText } from '../../../format/index.ts';
import { useApp } from '../../../state/store.ts';
import type { TrainingRun } from '../../../state/types.ts';
import { Button, type Column, Icon, Panel, Table } from '../../../widgets/index.ts';
import { shapePath } from '../../explore/families.ts';
import type { DrawnRun } from './drawn-runs.ts';
import { keptWords } from './live-run.tsx';
import { threeDecimals } from './loss-chart.tsx';

interface Row {
  readonly run: TrainingRun;
  readonly difference: string;
  readonly drawn: DrawnRun | undefined;
}

export interface RunsTableProps {
  readonly runs: readonly TrainingRun[];
  readonly drawn: readonly DrawnRun[];
}

/** All runs of this network: what they differ in, what came out, and what can be done with the one chosen. */
export function RunsTable({ runs, drawn }: RunsTableProps): ReactElement {
  const selected = useApp((s) => s.training.selected);
  const rows = useMemo(() => {
    const differences = recipeDifferences(runs.map(({ recipe }) => recipe));
    return runs.map((run, i) => ({
      run,
      difference: differences[i] ?? '',
      drawn: drawn.find((d) => d.run.id === run.id),
    }));
  }, [runs, drawn]);
  const chosen = runs.find(({ id }) => id === selected.at(-1)) ?? runs.at(-1);
  return (
    <Panel
      title="Runs"
      note={runs.length === 0 ? 'none yet' : 'Enter or a press draws a run, Space or Shift adds one'}
      className="runs"
      scroll={false}
    >
      <Table
        label="Training runs"
        columns={columns}
        rows={rows}
        rowId={({ run }) => run.id}
        selected={({ run }) => selected.includes(run.id)}
        onSelect={({ run }, { shiftKey }) => selectRun(run.id, shiftKey)}
        onAdd={({ run }) => selectRun(run.id, true)}
        empty={
          <p className="secondary runs-none">Each run is kept here with its recipe, its curves and its network.</p>
        }
      />
      {chosen && <RunActions run={chosen} />}
    </Panel>
  );
}

/** What the run's accuracy is, or, without labels, its loss. */
function bestText(run: TrainingRun): string {
  const accuracy = bestAccuracy(run);
  if (accuracy !== undefined) return `${(accuracy * 100).toFixed(1)}\u202f%`;
  const loss = bestLoss(run);
  return loss === undefined ? 'unknown' : `loss ${threeDecimals(loss)}`;
}

const epochsDone = (run: TrainingRun): number => run.epochs.filter(({ epoch }) => epoch > 0).length;

const stateWords: Readonly<Record<TrainingRun['status'], string>> = {
  waiting: 'waits for a worker',
  running: 'running',
  paused: 'paused',
  stopping: 'stopping',
  done: 'done',
  stopped: 'stopped',
  interrupted: 'interrupted',
  failed: 'failed',
};

function StateWord({ run }: { readonly run: TrainingRun }): ReactElement {
  const { status } = run;
  const kept = run.result ? `, ${keptWords(run.result.kept)}` : '';
  return (
    <span className={`nowrap${status === 'failed' ? ' bad' : ''}`}>
      {status === 'done' && (
        <span className="ok">
          <Icon name="tick" />{' '}
        </span>
      )}
      {status === 'failed' && (
        <>
          <Icon name="cross" />{' '}
        </>
      )}
      {stateWords[status]}
      <span className="faint">{kept}</span>
    </span>
  );
}

const columns: readonly Column<Row>[] = [
  {
    id: 'run',
    head: 'Run',
    sort: ({ run }) => run.number,
    cell: ({ run, drawn }) => (
      <span className="row run-name">
        <svg width={10} height={10} viewBox="-5 -5 10 10" aria-hidden="true">
          {drawn && <path d={shapePath(drawn.shape, 3.6)} fill={`var(--cat${drawn.category})`} />}
        </svg>
        {run.number}
      </span>
    ),
  },
  {
    id: 'recipe',
    head: 'Recipe',
    className: 'runs-recipe',
    cell: ({ run, difference }) => (
      <span className="cut" title={`${difference}; ${run.model.name}`}>
        {difference}
      </span>
    ),
  },
  { id: 'best', head: 'Best', number: true, sort: ({ run }) => bestAccuracy(run), cell: ({ run }) => bestText(run) },
  {
    id: 'epochs',
    head: 'Epochs',
    number: true,
    sort: ({ run }) => epochsDone(run),
    cell: ({ run }) => `${epochsDone(run)} of ${run.recipe.epochs}`,
  },
  {
    id: 'time',
    head: 'Time',
    number: true,
    sort: ({ run }) => run.result?.seconds,
    cell: ({ run }) => (run.result ? duration(run.result.seconds) : isActive(run) ? '' : 'unknown'),
  },
  { id: 'state', head: 'State', cell: ({ run }) => <StateWord run={run} /> },
];

function RunActions({ run }: { readonly run: TrainingRun }): ReactElement {
  const resume = useApp((s) => resumeObstacle(s, run));
  const isOpen = useApp((s) => s.session.view?.reference.sha256 === run.result?.sha256 && run.result !== undefined);
  const isUnderWay = isActive(run);
  const network = isUnderWay ? 'it is under way' : networkObstacle(run);
  const isResumable = !isUnderWay && run.status !== 'done' && run.checkpointEpoch !== undefined;
  return (
    <div className="run-actions">
      <span className="secondary">run {run.number}</span>
      {run.result && (
        <span className="caption" title="Fingerprint of the trained weights: equal for equal bits">
          weights <span className="mono">{fingerprint(run.result.weightsSha256)}</span>
        </span>
      )}
      {isResumable && (
        <Button small onClick={() => void resumeRun(run.id)} disabledReason={resume}>
          Resume from epoch {Number((run.checkpointEpoch ?? 0).toFixed(1))}
        </Button>
      )}
      <Button
        small
        onClick={() => void openNetwork(run.id)}
        disabledReason={network ?? (isOpen ? 'it is open' : undefined)}
      >
        Use this network
      </Button>
      <Button small onClick={() => void downloadNetwork(run.id)} disabledReason={network}>
        Download ONNX{run.result ? `, ${inText(run.result.bytes, 'fileBytes')}` : ''}
      </Button>
      <Button small kind="quiet" onClick={() => takeRecipe(run.id)}>
        Take its recipe
      </Button>
      <Button
        small
        kind="quiet"
        onClick={() => removeRun(run.id)}
        disabledReason={isUnderWay ? 'it is under way' : undefined}
        label={`Remove run ${run.number}`}
      >
        Remove
      </Button>
    </div>
  );
}
