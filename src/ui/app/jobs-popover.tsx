import type { ReactElement } from 'react';
import { cancelAllJobs, cancelJob, forgetJob, pauseJob, stopJob } from '../actions/run-job.ts';
import { showRun } from '../actions/training.ts';
import { duration, timeLeft } from '../format/index.ts';
import { useApp } from '../state/store.ts';
import type { JobRecord } from '../state/types.ts';
import { Button, ErrorList, Icon, ProgressBar } from '../widgets/index.ts';

/** Jobs under way with time left as an interval, and those that ended, with what came out. */
export function JobsPopover(): ReactElement {
  const list = useApp((s) => s.jobs.list);
  const underWay = list.filter(({ state }) => state === 'running' || state === 'paused');
  const ended = list.filter((job) => !underWay.includes(job));
  const running = underWay.filter(({ state }) => state === 'running').length;
  const paused = underWay.length - running;
  return (
    <>
      <div className="row between jobs-head">
        <h2 className="panel-title">
          Jobs{' '}
          <span className="caption">
            {running} running{paused > 0 && `, ${paused} paused`}
          </span>
        </h2>
        {underWay.length > 1 && (
          <Button kind="link" onClick={cancelAllJobs}>
            Cancel all
          </Button>
        )}
      </div>
      {list.length === 0 && <p className="secondary jobs-none">Reading, estimating and searching is listed here.</p>}
      {underWay.map((job) => (
        <RunningJob key={job.id} job={job} />
      ))}
      {ended.length > 0 && <p className="caption jobs-ended">Ended</p>}
      {ended.map((job) => (
        <EndedJob key={job.id} job={job} />
      ))}
    </>
  );
}

function RunningJob({ job }: { readonly job: JobRecord }): ReactElement {
  const paused = job.state === 'paused';
  const words = [
    paused ? 'paused' : '',
    job.total > 0 ? `${job.done} of ${job.total}` : 'starting',
    job.secondsLeft ? timeLeft(job.secondsLeft) : job.total > 0 ? 'time left after three steps' : '',
  ];
  const ends = job.pausable ? 'Stop' : 'Cancel';
  return (
    <div className="job">
      <div className="row between">
        <strong className="strong">{job.title}</strong>
        <span className="row">
          {job.pausable && (
            <Button
              kind="link"
              onClick={() => pauseJob(job.id, !paused)}
              label={`${paused ? 'Resume' : 'Pause'} ${job.title}`}
            >
              {paused ? 'Resume' : 'Pause'}
            </Button>
          )}
          <Button kind="link" onClick={() => (job.pausable ? stopJob : cancelJob)(job.id)}>
            {job.keeps ? `${ends}, ${job.keeps}` : ends}
          </Button>
        </span>
      </div>
      <ProgressBar
        label={job.title}
        done={job.done}
        total={job.total}
        state={paused ? 'paused' : 'running'}
        words={words.filter(Boolean).join(', ')}
      />
    </div>
  );
}

function EndedJob({ job }: { readonly job: JobRecord }): ReactElement {
  const { problem } = job;
  const hasModel = useApp((s) => s.session.view !== undefined);
  return (
    <div className="job ended">
      <div className="row">
        <span className={job.state === 'done' ? 'ok' : job.state === 'failed' ? 'bad' : 'faint'}>
          <Icon name={job.state === 'done' ? 'tick' : job.state === 'failed' ? 'cross' : 'dash'} />
        </span>
        <span className="cut">{job.title}</span>
        <span className="faint grow cut">{job.result ?? (job.state === 'done' ? '' : job.state)}</span>
        <span className="faint">{job.seconds === undefined ? '' : duration(job.seconds)}</span>
        {job.run !== undefined && hasModel && (
          <Button kind="link" onClick={() => showRun(job.run ?? '')} label={`Show ${job.title}`}>
            Show
          </Button>
        )}
        <Button kind="link" onClick={() => forgetJob(job.id)} label={`Remove ${job.title} from the list`}>
          Remove
        </Button>
      </div>
      {problem && <ErrorList problems={[problem]} />}
    </div>
  );
}
