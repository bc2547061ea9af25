import { type Observer, wholeRange } from './observer.ts';

/** No clipping: T = max |x| (methods A.4.4, "None"). */
export const minMax = {
  id: 'min-max',
  title: 'Min–max',
  help: 'Spans everything that calibration saw. Fast; a single outlier makes every step coarser.',
  choose: (statistics, grid) => wholeRange(statistics, grid.kind),
} as const satisfies Observer;
