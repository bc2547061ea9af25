import { getState, patch } from '../state/store.ts';

/**
 * Counts the requests the page makes from now on, as the browser reports them. Data and blob addresses are no requests.
 * Called once everything the page needs has been loaded.
 */
export function watchRequests(): void {
  const from = performance.now();
  const observer = new PerformanceObserver((entries) => {
    const made = entries
      .getEntries()
      .filter((entry) => entry.startTime >= from && /^(https?|wss?):/.test(entry.name)).length;
    if (made > 0) patch({ page: { requests: getState().page.requests + made } });
  });
  observer.observe({ type: 'resource', buffered: false });
}
