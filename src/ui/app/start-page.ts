import { createPageClient } from '../../../workers/spawn.ts';
import { messageOf } from '../../base/index.ts';
import { loadCatalog, loadEngines } from '../actions/catalog.ts';
import { setClient } from '../actions/client.ts';
import { openAddressLink } from '../actions/open-link.ts';
import { estimateExample, loadSampleFiles, loadSamples, openSampleById } from '../actions/open-sample.ts';
import { refreshRecent, reopenAfterReload, storeExplorationNow, storeExplorationSoon } from '../actions/persist.ts';
import { showProblem } from '../actions/problems.ts';
import { restoreTrainings } from '../actions/training-store.ts';
import { getState, patch, store } from '../state/store.ts';
import { loadPlaces } from '../views/index.ts';
import { watchRequests } from './requests.ts';

/** One for the page, and no more than pay: candidates are evaluated one per worker. */
const workerCount = (): number => Math.max(1, Math.min(8, navigator.hardwareConcurrency || 2));

/** How long the start page waits before it works out its example: less than it takes to read a line. */
const EXAMPLE_AFTER_MILLISECONDS = 400;

/** What happens once when the page opens: workers, catalog, samples, recent work, the link in the address. */
export async function startPage(): Promise<void> {
  patch({ page: { online: navigator.onLine } });
  window.addEventListener('online', () => patch({ page: { online: true } }));
  window.addEventListener('offline', () => patch({ page: { online: false } }));
  window.addEventListener('hashchange', () => void openAddressLink());
  document.addEventListener('visibilitychange', () => document.hidden && storeExplorationNow());
  window.addEventListener('pagehide', storeExplorationNow);
  const workers = workerCount();
  const pool = createPageClient(workers);
  setClient(pool);
  patch({ jobs: { workers } });
  performance.mark('listening');
  await Promise.all([loadCatalog(), loadSamples(), refreshRecent(), loadFonts(), pool.ready()]);
  // The start page stands and takes files; what follows is code of the other places, and the samples.
  performance.mark('usable');
  await Promise.all([loadPlaces(), loadSampleFiles(), pool.complete(), loadEngines()]);
  keepOffline();
  // From here on the page needs nothing more; whatever is requested is counted.
  watchRequests();
  storeChanges();
  await restoreTrainings();
  // A file that was dropped meanwhile goes before what was open the last time.
  if (getState().session.files.length > 0) return;
  const sample = new URLSearchParams(window.location.search).get('sample');
  if (await openAddressLink()) return;
  if (sample !== null) return openSampleById(sample);
  await reopenAfterReload();
  // Whoever comes with a file at once has the workers to himself.
  await new Promise((done) => setTimeout(done, EXAMPLE_AFTER_MILLISECONDS));
  await estimateExample();
}

/** What a reload must not lose is stored as it changes: points, limits, what is compared, the data it rests on. */
function storeChanges(): void {
  // A file may have been opened while the rest of the page was being fetched.
  if (getState().session.data) storeExplorationSoon();
  store.subscribe((now, before) => {
    const changed =
      now.exploration.points !== before.exploration.points ||
      now.exploration.constraints !== before.exploration.constraints ||
      now.exploration.status !== before.exploration.status ||
      now.exploration.axes !== before.exploration.axes ||
      now.selection.points !== before.selection.points ||
      now.session.data !== before.session.data ||
      now.session.target !== before.session.target;
    if (changed) storeExplorationSoon();
  });
}

/** After one visit the built page works without a network. Development servers have nothing to keep. */
function keepOffline(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register('./sw.js').catch((thrown: unknown) =>
    showProblem({
      code: 'ui/offline',
      message: `The page cannot be kept for offline use: ${messageOf(thrown)}`,
      hint: 'It works as long as it is open. Private windows and plain http addresses do not allow it.',
    }),
  );
}

/** Fonts that the first screen does not use would otherwise be requested later. */
async function loadFonts(): Promise<void> {
  await Promise.all([
    document.fonts.load('12px "Inter Variable"'),
    document.fonts.load('12px "JetBrains Mono Variable"'),
  ]);
}
