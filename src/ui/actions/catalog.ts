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
    const catalog = await runJob('catalog', {}, { title: 'Start', unlisted: true, isOfPage: true });
    patch({ session: { catalog, latencyMethod: catalog.latencyMethods[0]?.id ?? '' } });
  } catch (thrown) {
    showProblem(problemOf(thrown));
  }
}

/** Which engines compute, asked for once the page stands; says so where they are not the fast ones. Never rejects. */
export async function loadEngines(): Promise<void> {
  try {
    const engines = await runJob('engines', {}, { title: 'Engines', unlisted: true, isOfPage: true });
    patch({ session: { engines } });
    for (const { code, message } of engines.notes) showProblem({ code, message, hint: '' });
  } catch (thrown) {
    showProblem(problemOf(thrown));
  }
}
