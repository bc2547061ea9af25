import { getState, patch } from '../state/store.ts';

/**
 * Counts the requests the page makes from now on, as the browser reports them. Data and blob addresses are no requests, nor
 * is what the browser takes from its offline copy or cache (a worker that is started again): nothing leaves it for these.
 * Called once everything the page needs has been loaded.
 */
export function watchRequests(): void {
  const from = performance.now();
  const observer = new PerformanceObserver((entries) => {
    const made = entries
      .getEntries()
      .filter((entry) => entry.startTime >= from && /^(https?|wss?):/.test(entry.name) && !fromCache(entry)).length;
    if (made > 0) patch({ page: { requests: getState().page.requests + made } });
  });
  observer.observe({ type: 'resource', buffered: false });
}

/** 'cache' or 'cache-storage' where the browser says how an answer came; others are counted. */
const fromCache = (entry: PerformanceEntry): boolean =>
  'deliveryType' in entry && typeof entry.deliveryType === 'string' && entry.deliveryType.startsWith('cache');
