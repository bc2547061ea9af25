import { Registry } from '../base/index.ts';
import { greedy } from './greedy.ts';
import { nsga2 } from './nsga2.ts';
import type { SearchAlgorithm } from './problem.ts';
import { randomSearch } from './random-search.ts';

/** Every search algorithm. To add one: write `<id>.ts`, add it here. */
export const algorithms = /* @__PURE__ */ new Registry<SearchAlgorithm>('search algorithm', [
  nsga2,
  greedy,
  randomSearch,
]);
