import { CancelledError } from '../../base/index.ts';
import { act, getState, patch } from '../state/store.ts';
import { type GivenFile, setFile } from './file-records.ts';
import { problemOf, showProblem } from './problems.ts';
import { runJob } from './run-job.ts';

/** Id of a metric of the user's own in the list of metrics. */
export const ownMetricId = (title: string): string => `own ${title}`;

/** Takes a metric per layer from a CSV or JSON file, and colours the model by it. What is wrong is said in the file's record. */
export async function addMetric(file: GivenFile): Promise<void> {
  const { modelId } = getState().session;
  if (modelId === undefined) return;
  try {
    const metric = await runJob('metric', { modelId, file }, { title: `Read ${file.name}`, unlisted: true });
    const others = getState().model.ownMetrics.filter((m) => m.title !== metric.title);
    act(`Colour by ${metric.title}`, {
      model: { ownMetrics: [...others, metric] },
      selection: { metric: ownMetricId(metric.title) },
    });
    const missing = metric.unmatched.length;
    const note = `${metric.values.length} layers${missing > 0 ? `, ${missing} names match none: ${metric.unmatched.slice(0, 3).join(', ')}` : ''}`;
    const said = [note, ...metric.notes].join('; ');
    setFile(file.name, { status: 'opened', note: said, problems: [] });
    patch({ page: { message: { id: Date.now(), text: `Coloured by ${metric.title}: ${said}`, undoable: true } } });
  } catch (thrown) {
    if (thrown instanceof CancelledError) return;
    const problem = problemOf(thrown, file.name);
    setFile(file.name, { status: 'failed', note: problem.message, problems: [problem] });
    showProblem(problem);
  }
}
