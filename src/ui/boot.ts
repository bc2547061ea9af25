import { startEarly } from '../../workers/first-worker.ts';

/** What the document loads first: the worker starts, then the page. A browser without workers is told so by the page. */
try {
  startEarly();
} finally {
  void import('./main.tsx');
}
