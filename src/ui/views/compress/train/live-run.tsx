import type { ReactElement } from 'react';
import { isActive, keepWords, pauseRun, stopRun } from '../../../actions/training.ts';
import { shortNumber } from '../../../actions/training-events.ts';
import { setLearningRate, setRecipe } from '../../../actions/training-recipe.ts';
import { duration, inText, timeLeft } from '../../../format/index.ts';
import { useApp } from '../../../state/store.ts';
import type { Problem, TrainingRun } from '../../../state/types.ts';
import { Button, ErrorList, Panel, ProgressBar } from '../../../widgets/index.ts';

/** Runs under way, else the last one: how far, how fast, how long still, what is kept. Its height is the same in every state. */
export function LiveRuns({ runs }: { readonly runs: readonly TrainingRun[] }): ReactElement {
  const active = runs.filter(isActive);
  const shown = active.length > 0 ? active : runs.slice(-1);
  const [first] = shown;
  const title = first ? `Training, run ${shown.map(({ number }) => number).join(' and ')}` : 'Training';
  return (
    <Panel title={title} note={first ? `seed ${first.recipe.seed}` : undefined} className="live" scroll={false}>
      {shown.length === 0 && <NoRun />}
      {shown.map((run) => (
        <LiveRun key={run.id} run={run} alone={shown.length === 1} />
      ))}
    </Panel>
  );
}

function NoRun(): ReactElement {
  const epochs = useApp((s) => s.training.recipe.epochs);
  return (
    <div className="live-run">
      <div className="row between">
        <strong className="strong">Epoch 0 of {epochs}</strong>
        <span className="secondary">rate in samples/s after the first steps</span>
      </div>
      <ProgressBar label="Training" done={0} total={1} words="not begun; the network that is open stays as it is" />
    </div>
  );
}

function LiveRun({ run, alone }: { readonly run: TrainingRun; readonly alone: boolean }): ReactElement {
  const { step, recipe, status } = run;
  const epoch = step?.epoch ?? run.checkpointEpoch ?? 0;
  const done = run.status === 'done' ? recipe.epochs : epoch;
  const state = status === 'failed' ? 'failed' : status === 'running' || status === 'done' ? 'running' : 'paused';
  return (
    <div className="live-run">
      <div className="row between">
        <strong className="strong">
          {alone ? 'Epoch' : `Run ${run.number}, epoch`} {Number.isInteger(done) ? done : done.toFixed(1)} of{' '}
          {recipe.epochs}
        </strong>
        <span className="secondary">
          {step && step.samplesPerSecond > 0
            ? `${inText(step.samplesPerSecond, 'count')} samples/s`
            : 'rate after the first steps'}
        </span>
      </div>
      <ProgressBar
        label={`Training, run ${run.number}`}
        done={Math.round(done * 100)}
        total={recipe.epochs * 100}
        state={state}
        words={
          <span className="row between">
            <span>{statusWords(run)}</span>
            <span>{checkpointWords(run)}</span>
          </span>
        }
      />
      {run.problem && status === 'failed' && <Failure run={run} problem={run.problem} />}
      {run.notes?.map((text) => (
        <p key={text} className="caption">
          {text}
        </p>
      ))}
      {isActive(run) && <LiveButtons run={run} />}
      {run.result && !isActive(run) && <p className="caption cut">{engineWords(run.result)}</p>}
    </div>
  );
}

/** A run that is stopped before its first epoch keeps a part of one. */
export const keptWords = (kept: number): string => `epoch ${Number(kept.toFixed(1))} kept`;

function statusWords(run: TrainingRun): string {
  switch (run.status) {
    case 'waiting':
      return 'waits until another training ends';
    case 'running':
      if (run.secondsLeft) return timeLeft(run.secondsLeft);
      return run.step ? 'time left after three steps' : 'opening the network';
    case 'paused':
      return 'paused';
    case 'stopping':
      return 'ends with the batch under way';
    case 'done':
      return run.result ? `done in ${duration(run.result.seconds)}; ${keptWords(run.result.kept)}` : 'done';
    case 'stopped':
      return run.result ? `stopped; ${keptWords(run.result.kept)}` : 'stopped';
    case 'interrupted':
      return 'interrupted by leaving the page';
    case 'failed':
      return 'stopped by a problem';
  }
}

function checkpointWords({ checkpointEpoch, status }: TrainingRun): string {
  if (status === 'done') return '';
  if (checkpointEpoch === undefined) return status === 'waiting' ? '' : 'no checkpoint yet';
  return `checkpoint: epoch ${Number(checkpointEpoch.toFixed(1))}`;
}

/** What ran the steps, and what of them it has no fast kernel for. */
function engineWords({ engine, plainNodes, plannedBytes }: NonNullable<TrainingRun['result']>): string {
  const memory = plannedBytes === undefined ? '' : `, ${inText(plannedBytes, 'bytes')} planned`;
  if (plainNodes.length === 0) return `${engine}${memory}`;
  const named = plainNodes.slice(0, 3).join(', ');
  return `${engine}${memory}; without a fast kernel: ${plainNodes.length > 3 ? `${named} and ${plainNodes.length - 3} more` : named}`;
}

function LiveButtons({ run }: { readonly run: TrainingRun }): ReactElement {
  const { status } = run;
  const isPaused = status === 'paused';
  const obstacle = status === 'stopping' ? 'it is ending' : undefined;
  return (
    <div className="row">
      <Button
        onClick={() => pauseRun(run.id, !isPaused)}
        disabledReason={status === 'waiting' ? 'it has not begun' : obstacle}
      >
        {isPaused ? 'Resume' : 'Pause'}
      </Button>
      <Button onClick={() => stopRun(run.id)} disabledReason={obstacle}>
        {status === 'waiting' ? 'Take back' : `Stop, ${keepWords(run)}`}
      </Button>
    </div>
  );
}

/** What went wrong, and the remedy as a button where it is one number of the recipe. */
function Failure({ run, problem }: { readonly run: TrainingRun; readonly problem: Problem }): ReactElement {
  const smaller = problem.facts?.['smaller'];
  const rate = Number((run.recipe.learningRate / 10).toPrecision(2));
  return (
    <>
      <ErrorList problems={[problem]} />
      <div className="row">
        {problem.code === 'train/diverged' && (
          <Button small onClick={() => setLearningRate(rate)}>
            Set the rate to {shortNumber(rate)}
          </Button>
        )}
        {typeof smaller === 'number' && (
          <Button small onClick={() => setRecipe(`Batch ${smaller}`, { batch: smaller })}>
            Set the batch to {smaller}
          </Button>
        )}
      </div>
    </>
  );
}
