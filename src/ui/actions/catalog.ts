import { patch } from '../state/store.ts';
import { problemOf, showProblem } from './problems.ts';
import { runJob } from './run-job.ts';

let loading: Promise<void> | undefined;

/** What the registries hold, asked for once. Files may be dropped before it is here: what needs it waits. Never rejects. */
export function loadCatalog(): Promise<void> {
  loading ??= askCatalog();
  return loading;
}

async function askCatalog(): Promise<void> {
  try {
    const catalog = await runJob('catalog', {}, { title: 'Start', unlisted: true });
    patch({ session: { catalog, latencyMethod: catalog.latencyMethods[0]?.id ?? '' } });
    for (const { code, message } of catalog.engines.notes) showProblem({ code, message, hint: '' });
  } catch (thrown) {
    showProblem(problemOf(thrown));
  }
}
