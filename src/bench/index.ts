import { Registry } from '../base/index.ts';
import { searchSuite } from './search.ts';
import type { Suite } from './suite.ts';

/** Every suite. To add one: write `<id>.ts`, add it here. */
const all: readonly Suite[] = [
  { id: 'search', title: 'Search algorithms', run: ({ now }) => searchSuite(now) },
];

export const suites = new Registry<Suite>('benchmark suite', all);
export type { BenchFigure, BenchHost, Suite } from './suite.ts';
