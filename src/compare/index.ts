export { compareModels } from './compare.ts';
export type {
  Change,
  ChangeKind,
  ComparedModel,
  Comparison,
  LayerPair,
  MatchedBy,
  MetricDifference,
  MetricName,
  Metrics,
} from './comparison.ts';
export { CONTENT_LIMITS, type ContentLimits } from './contents.ts';
