export { algorithms } from './algorithms.ts';
export type { Hypervolume, SamplingOptions } from './hypervolume.ts';
export { hypervolume } from './hypervolume.ts';
export type { Scores } from './pareto.ts';
export { constrainedRanks, crowding, dominates, front, knee, ranks, scoresOf, snap } from './pareto.ts';
export type {
  Evaluation,
  Gene,
  Genome,
  Individual,
  Problem,
  SearchAlgorithm,
  SearchRequest,
  SearchResult,
  SearchSetting,
} from './problem.ts';
