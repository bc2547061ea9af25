import { Registry } from '../base/index.ts';
import { engineSuite } from './engine/index.ts';
import { exploreSuite } from './explore.ts';
import { loadSuite } from './load.ts';
import { searchSuite } from './search.ts';
import type { Suite } from './suite.ts';
import { verdictSuite } from './verdict.ts';
import { viewSuite } from './view.ts';

/** Every suite. To add one: write `<id>.ts`, add it here. */
const all: readonly Suite[] = [
  { id: 'verdict', title: 'From drop to verdict on every platform', run: verdictSuite },
  { id: 'engine', title: 'Engines, one thread unless said', run: engineSuite },
  { id: 'explore', title: '500 design points of ResNet-8', run: exploreSuite },
  { id: 'search', title: 'Search algorithms', run: ({ now }) => searchSuite(now) },
  { id: 'view', title: 'Graph view', run: viewSuite },
  { id: 'load', title: 'First load of the page', run: loadSuite },
];

export const suites = new Registry<Suite>('benchmark suite', all);
export type { BenchFigure, BenchHost, BenchRecord, Suite } from './suite.ts';
