export type { Choices, QuantizeChoice, TargetChoice } from './choices.ts';
export type { DesignPoint } from './design-point.ts';
export type { Constraint, DataReference, Exploration } from './exploration.ts';
export type {
  EdgeView,
  Histogram,
  LayerDetail,
  MemoryView,
  ModelTotals,
  ModelView,
  NodeView,
  ValueView,
} from './model-view.ts';
