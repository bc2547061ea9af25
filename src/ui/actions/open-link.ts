import { CancelledError } from '../../base/index.ts';
import type { ModelReference } from '../../ir/index.ts';
import { loadModel } from '../state/storage.ts';
import { getState, patch } from '../state/store.ts';
import type { Problem } from '../state/types.ts';
import { openFiles } from './open-files.ts';
import { openSampleLike } from './open-sample.ts';
import { problemOf, showProblem } from './problems.ts';
import { runJob } from './run-job.ts';
import { showShared } from './share-state.ts';

/** Opens a share link (or only the part behind '#'). Returns what is wrong with it; undefined: it is open. */
export async function openLink(text: string): Promise<Problem | undefined> {
  try {
    const shared = await runJob('decodeLink', { text }, { title: 'Open link', unlisted: true });
    showShared(shared, `Open link to ${shared.exploration.model.name}`, false);
    patch({ page: { place: 'explore' } });
    void findModel(shared.exploration.model);
    return undefined;
  } catch (thrown) {
    return thrown instanceof CancelledError ? undefined : problemOf(thrown);
  }
}

/** The link in the page's own address. What is wrong with it is shown on the page, which stays usable. */
export async function openAddressLink(): Promise<boolean> {
  const hash = window.location.hash.slice(1);
  if (hash === '') return false;
  const problem = await openLink(hash);
  if (problem) showProblem(problem);
  return problem === undefined;
}

/** Loads the model of a link by itself where it is stored here, or is one of the samples. */
export async function findModel(model: ModelReference): Promise<void> {
  if (getState().session.view) return;
  try {
    const stored = await loadModel(model.sha256);
    if (stored) {
      await openFiles(stored);
    } else {
      await openSampleLike(model);
    }
  } catch (thrown) {
    showProblem(problemOf(thrown));
  }
}
