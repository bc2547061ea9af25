import type { LayerCost, Model, NodeId } from '../ir/index.ts';

/** A model to be compared. Costs, where given, are those of its own layers (`layerCosts`). */
export interface ComparedModel {
  readonly model: Model;
  readonly costs?: readonly LayerCost[];
}

/** Counts of one layer or a whole model; absent where not known. A difference is after minus before. */
export interface Metrics {
  readonly macs?: number;
  readonly params?: number;
  /** Bytes of the constants read, as stored. */
  readonly weightBytes?: number;
  readonly outputElements?: number;
}

export type MetricName = keyof Metrics;

export interface MetricDifference {
  readonly before: Metrics;
  readonly after: Metrics;
  /** Holds what both sides know. */
  readonly difference: Metrics;
}

/** How a layer found its partner: both are called the same; they stand in the same structure; they stand in the same place between partners. */
export type MatchedBy = 'name' | 'structure' | 'position';

export type ChangeKind = 'operator' | 'attribute' | 'shape' | 'weights' | 'inputs' | 'name';

export interface Change {
  readonly what: ChangeKind;
  /** Which one: the attribute's name; 'output 0' for a shape; 'input 1' for weights and inputs. */
  readonly name?: string;
  /** As text; absent where there was none. */
  readonly before?: string;
  /** As text; absent where there is none any more. */
  readonly after?: string;
}

export interface LayerPair {
  readonly a: NodeId;
  readonly b: NodeId;
  readonly by: MatchedBy;
  /** None: the layers are the same. */
  readonly changes: readonly Change[];
  /** Constants of equal type and shape whose elements were too many to compare: 'input 1'. Absent: all were compared. */
  readonly notCompared?: readonly string[];
  readonly metrics: MetricDifference;
}

/** Two models, layer by layer: plain data. Every layer of `a` is in one pair or removed, every one of `b` in one pair or added. */
export interface Comparison {
  /** In the order of model `b`. */
  readonly pairs: readonly LayerPair[];
  /** Layers of `b` without a partner, in its order. */
  readonly added: readonly NodeId[];
  /** Layers of `a` without a partner, in its order. */
  readonly removed: readonly NodeId[];
  readonly totals: MetricDifference;
  readonly summary: {
    readonly same: number;
    readonly changed: number;
    readonly added: number;
    readonly removed: number;
    /** Pairs by how they were found. */
    readonly matchedBy: Readonly<Record<MatchedBy, number>>;
    /** Pairs that have a change of each kind. */
    readonly changes: Readonly<Record<ChangeKind, number>>;
    /** Pairs with constants that were not compared. */
    readonly notCompared: number;
  };
}
