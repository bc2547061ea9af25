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
