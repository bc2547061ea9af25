import type {
  DataType,
  Diagnostic,
  Dim,
  LayerCost,
  MemoryTimeline,
  ModelReference,
  NodeId,
  TensorId,
} from '../ir/index.ts';

/** A model as the page shows it: tables of numbers and names, no weights. What the job 'open' replies. */
export interface ModelView {
  readonly reference: ModelReference;
  readonly opset: number;
  readonly producer: string;
  readonly inputs: readonly ValueView[];
  readonly outputs: readonly ValueView[];
  /** Names of dimensions that have no size yet, or got a default: the user can set them. */
  readonly symbols: readonly { readonly name: string; readonly size?: number }[];
  readonly nodes: readonly NodeView[];
  /** From producer to consumer; `from` or `to` absent: a graph input or output. */
  readonly edges: readonly EdgeView[];
  /** Per graph layer, in graph order; only nodes whose shapes are known. */
  readonly costs: readonly LayerCost[];
  readonly totals: ModelTotals;
  readonly operators: readonly { readonly op: string; readonly count: number; readonly supported: boolean }[];
  readonly unsupported: readonly { readonly op: string; readonly count: number; readonly nodes: readonly NodeId[] }[];
  /** Layers the quantizer can act on, in graph order; empty with a diagnostic where the network has no integer form. */
  readonly quantizable: readonly NodeId[];
  /** Plan of the activation memory at 8 bits; absent if a shape is unknown. */
  readonly memory?: MemoryTimeline;
  readonly diagnostics: readonly Diagnostic[];
}

export interface ValueView {
  readonly id: TensorId;
  readonly type?: DataType;
  readonly shape?: readonly Dim[];
}

export interface NodeView {
  readonly id: NodeId;
  readonly op: string;
  readonly domain: string;
  /** Operators fused into this layer when it executes (Relu, BatchNormalization). */
  readonly fused: readonly NodeId[];
  readonly inputs: readonly ValueView[];
  readonly outputs: readonly ValueView[];
  readonly attributes: readonly { readonly name: string; readonly text: string }[];
  /** Constant inputs: name, type, shape. */
  readonly constants: readonly ValueView[];
}

export interface EdgeView {
  readonly tensor: TensorId;
  readonly from?: NodeId;
  readonly to?: NodeId;
  readonly shape?: readonly Dim[];
  /** At 8 bits; absent if the shape is unknown. */
  readonly bytes?: number;
}

export interface ModelTotals {
  /** Absent if a shape is unknown. */
  readonly macs?: number;
  readonly params: number;
  /** All numbers stored as initializers. */
  readonly initializerValues: number;
  readonly weightBytes: number;
  /** Liveness bound at the graph's own element types; absent if a shape is unknown. */
  readonly peakActivationBytes?: number;
  readonly nodes: number;
}

/** A histogram with equal bins over [low, high]. */
export interface Histogram {
  readonly low: number;
  readonly high: number;
  readonly counts: readonly number[];
}

/** Weights and activations of one layer, for the inspector. */
export interface LayerDetail {
  readonly node: NodeId;
  readonly weights?: {
    readonly count: number;
    readonly min: number;
    readonly max: number;
    readonly mean: number;
    readonly standardDeviation: number;
    /** Share of exact zeros, 0 … 1. */
    readonly zeroShare: number;
    readonly histogram: Histogram;
    /** max |w| of each output channel. */
    readonly channelMaxima: readonly number[];
  };
  readonly activations?: { readonly histogram: Histogram; readonly samples: number; readonly threshold?: number };
}
