import { type ReactElement, useEffect, useMemo } from 'react';
import './train.css';
import { listedRuns } from '../../../actions/training.ts';
import { askTrainable, dataKey, prepareTrainingData } from '../../../actions/training-data.ts';
import { useApp, useAppShallow } from '../../../state/store.ts';
import { AccuracyChart } from './accuracy-chart.tsx';
import { drawnRuns } from './drawn-runs.ts';
import { LiveRuns } from './live-run.tsx';
import { LossChart } from './loss-chart.tsx';
import { RunsTable } from './runs-table.tsx';
import { SweepChart } from './sweep-chart.tsx';
import { TrainForm } from './train-form.tsx';

/** How long a batch size stands before a step with it is planned. */
const SETTLED_MILLISECONDS = 300;

/** Training of the open network on the open samples: recipe, curves as they grow, rates, runs. */
export function TrainTab(): ReactElement {
  usePreparation();
  const runs = useAppShallow(listedRuns);
  const selected = useApp((s) => s.training.selected);
  const epochs = useApp((s) => s.training.recipe.epochs);
  const loss = useApp((s) => s.training.recipe.loss.id);
  const drawn = useMemo(() => drawnRuns(runs, selected), [runs, selected]);
  return (
    <div className={`compress train${runs.length > 0 ? ' has-runs' : ''}`}>
      <TrainForm />
      <div className="train-main">
        <LiveRuns runs={runs} />
        <div className="train-curves">
          <LossChart drawn={drawn} epochs={epochs} loss={loss} />
          <AccuracyChart drawn={drawn} epochs={epochs} />
        </div>
        <div className="train-below">
          <RunsTable runs={runs} drawn={drawn} />
          <SweepChart />
        </div>
      </div>
    </div>
  );
}

/** Divides the samples and asks what can be trained, as soon as network, samples and batch are known. */
function usePreparation(): void {
  const key = useApp(dataKey);
  const modelId = useApp((s) => s.session.modelId);
  const batch = useApp((s) => s.training.recipe.batch);
  useEffect(() => {
    if (key !== undefined) void prepareTrainingData();
  }, [key]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is asked depends on both, which the action reads itself
  useEffect(() => {
    const timer = window.setTimeout(() => void askTrainable(), SETTLED_MILLISECONDS);
    return () => window.clearTimeout(timer);
  }, [modelId, batch]);
}
