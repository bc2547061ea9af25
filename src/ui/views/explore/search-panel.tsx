import { type ReactElement, useMemo, useState } from 'react';
import { cancelExploration, explore, exploreObstacle, setSearch } from '../../actions/explore.ts';
import { duration, timeLeft } from '../../format/index.ts';
import { useApp } from '../../state/store.ts';
import type { ExplorationState } from '../../state/types.ts';
import { Button, ErrorList, Panel, ProgressBar, Select, TextField } from '../../widgets/index.ts';
import type { Designs } from './designs.ts';
import { hypervolumeCourse } from './hypervolume-course.ts';
import { shortLabel } from './objective-units.ts';

const MAX_BUDGET = 100_000;

/** The search: how far it is, what it gained, pause and go on, algorithm and budget. */
export function SearchPanel({ designs }: { readonly designs: Designs }): ReactElement {
  const algorithm = useApp((s) => s.exploration.algorithm);
  const catalog = useApp((s) => s.session.catalog?.algorithms);
  const seed = useApp((s) => s.session.seed);
  const problem = useApp((s) => s.exploration.problem);
  const status = useApp((s) => s.exploration.status);
  const name = catalog?.find((a) => a.id === algorithm)?.name ?? algorithm;
  return (
    <Panel title={`Search, ${name}`} padded actions={<span className="caption">seed {seed}</span>}>
      <div className="stack">
        {problem && <ErrorList problems={[problem]} />}
        {status !== 'none' && <Progress total={designs.total} />}
        <HypervolumeChart designs={designs} />
        <SearchButtons total={designs.total} />
        {status !== 'running' && <SearchFields />}
      </div>
    </Panel>
  );
}

/** Evaluations of the budget, and the time left as an interval. */
export function Progress({ total }: { readonly total: number }): ReactElement {
  const budget = useApp((s) => s.exploration.header?.budget ?? s.exploration.budget);
  const status = useApp((s) => s.exploration.status);
  const jobId = useApp((s) => s.exploration.jobId);
  const left = useApp((s) => s.jobs.list.find((job) => job.id === jobId)?.secondsLeft);
  const seconds = useApp((s) => s.jobs.list.find((job) => job.title.startsWith('Search'))?.seconds);
  const words: Readonly<Record<ExplorationState['status'], string>> = {
    none: '',
    running: left ? timeLeft(left) : 'time left is told after three evaluations',
    done: seconds === undefined ? 'done' : `done in ${duration(seconds)}`,
    cancelled: 'cancelled; what was found is kept',
    interrupted: 'interrupted by leaving the page; what was found is kept',
    failed: 'stopped by a problem; what was found is kept',
  };
  const share = Math.min(100, Math.round((total / Math.max(1, budget)) * 100));
  return (
    <div>
      <div className="row between">
        <span>
          <span className="strong">{total}</span> of {budget} evaluations
        </span>
        <span className="secondary">{`${share}\u202f%`}</span>
      </div>
      <ProgressBar
        label="Search"
        done={Math.min(total, budget)}
        total={budget}
        state={status === 'failed' ? 'failed' : status === 'running' || status === 'done' ? 'running' : 'paused'}
        words={words[status]}
      />
    </div>
  );
}

/** What can be done with the search now. */
export function SearchButtons({ total }: { readonly total: number }): ReactElement {
  const status = useApp((s) => s.exploration.status);
  const budget = useApp((s) => s.exploration.budget);
  const obstacle = useApp(() => exploreObstacle());
  if (status === 'running') {
    return (
      <div className="row">
        <Button onClick={cancelExploration}>Cancel, keep {total}</Button>
      </div>
    );
  }
  const more = Math.max(budget, total) + growth(budget);
  const finished = total >= budget;
  return (
    <div className="stack tight">
      <div className="row wrap">
        {total > 1 && !finished && (
          <Button small disabledReason={obstacle} onClick={() => void explore()}>
            {status === 'interrupted' ? `Continue from ${total}` : 'Continue'}
          </Button>
        )}
        {total > 1 && (
          <Button
            small
            disabledReason={obstacle}
            onClick={() => {
              setSearch({ budget: more });
              void explore();
            }}
          >
            Grow to {more}
          </Button>
        )}
      </div>
      {obstacle !== undefined && total > 1 && <p className="caption">Not now: {obstacle}</p>}
    </div>
  );
}

/** Half the budget again, in round numbers. */
const growth = (budget: number): number => Math.max(10, Math.round(budget / 20) * 10);

function SearchFields(): ReactElement {
  const { algorithm, budget } = useApp((s) => s.exploration);
  const algorithms = useApp((s) => s.session.catalog?.algorithms) ?? [];
  const [text, setText] = useState<string | undefined>();
  const shown = text ?? String(budget);
  const value = Number(shown);
  const wrong =
    Number.isInteger(value) && value >= 1 && value <= MAX_BUDGET ? undefined : `a number, 1 to ${MAX_BUDGET}`;
  return (
    <div className="search-fields">
      {algorithms.length > 0 && (
        <Select
          label="Algorithm"
          small
          value={algorithm}
          options={algorithms.map((a) => ({ value: a.id, label: a.name }))}
          onChange={(id) => setSearch({ algorithm: id })}
        />
      )}
      <TextField
        label="Budget"
        type="number"
        value={shown}
        wrong={wrong}
        onChange={(next) => {
          setText(next);
          const number = Number(next);
          if (Number.isInteger(number) && number >= 1 && number <= MAX_BUDGET) setSearch({ budget: number });
        }}
      />
    </div>
  );
}

const WIDTH = 200;
const HEIGHT = 36;

/** Hypervolume of the axes shown over evaluations: flat means that more budget buys little. */
function HypervolumeChart({ designs }: { readonly designs: Designs }): ReactElement | null {
  const { points, axes, constraints } = designs;
  const budget = useApp((s) => s.exploration.header?.budget ?? s.exploration.budget);
  const course = useMemo(
    () => (axes ? hypervolumeCourse(points, [axes[0].id, axes[1].id], constraints) : []),
    [points, axes, constraints],
  );
  const last = course.at(-1);
  if (!axes || last === undefined || course.length < 3) return null;
  const total = Math.max(budget, course.length);
  const top = 1.21;
  const x = (i: number): number => (i / total) * WIDTH;
  const y = (value: number): number => HEIGHT - (value / top) * HEIGHT;
  const path = course.map(
    (value, i) =>
      `${i === 0 ? 'M' : 'H'}${x(i + 1).toFixed(1)}${i === 0 ? `,${y(value).toFixed(1)}` : `V${y(value).toFixed(1)}`}`,
  );
  const words = `Hypervolume of ${shortLabel(axes[1])} and ${shortLabel(axes[0])} after ${course.length} evaluations: ${last.toFixed(3)} of at most ${top}`;
  return (
    <figure>
      <figcaption className="row between">
        <span className="secondary">Hypervolume</span>
        <span className="caption">
          {shortLabel(axes[1])}, {shortLabel(axes[0])}
        </span>
      </figcaption>
      <div className="hypervolume">
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={words}>
          <path className="axis-line" d={`M0,${HEIGHT}H${WIDTH}`} vectorEffect="non-scaling-stroke" />
          <path className="hypervolume-line" d={path.join('')} vectorEffect="non-scaling-stroke" />
        </svg>
        <span>
          <span className="strong">{last.toFixed(3)}</span> <span className="caption">of {top}</span>
        </span>
      </div>
      <div className="row between caption">
        <span>0</span>
        <span>{total}</span>
      </div>
    </figure>
  );
}
