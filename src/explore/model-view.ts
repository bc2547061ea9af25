import type { StoredQuantization } from '../importers/index.ts';
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
  /** What the file is: name of its format, and how it stores a quantized network if it does. */
  readonly format: { readonly id: string; readonly name: string; readonly quantized?: StoredQuantization };
  /** Structure only: estimates are possible, runs are not. */
  readonly weightless: boolean;
  /** Bytes of the files read so far; the weights of large files are read when they are needed. */
  readonly bytesRead: number;
  /** What was done to the network since it was read, in words. */
  readonly changes: readonly string[];
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
  /** Operator, window, stride and what is fused: 'Conv 3×3 /2 + Relu'. */
  readonly label: string;
  readonly inputs: readonly ValueView[];
  readonly outputs: readonly ValueView[];
  readonly attributes: readonly { readonly name: string; readonly text: string }[];
  /** Constant inputs: name, type, shape. */
  readonly constants: readonly ValueView[];
  /** Graphs inside the node: branches of an If, bodies of Loop and Scan, the local function it calls. Absent: none. */
  readonly bodies?: readonly BodyView[];
}

/** A graph inside a node. Its values may be those of the graph around it. */
export interface BodyView {
  /** 'then_branch', 'body', 'function'. */
  readonly name: string;
  readonly inputs: readonly ValueView[];
  readonly outputs: readonly ValueView[];
  readonly nodes: readonly NodeView[];
  readonly edges: readonly EdgeView[];
  readonly costs: readonly LayerCost[];
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

/** Small pictures in rows and columns, each `height` × `width`, row-major: filters of a layer, or channels of a value. */
export interface Tiles {
  readonly rows: number;
  readonly columns: number;
  readonly height: number;
  readonly width: number;
  /** rows · columns · height · width numbers. */
  readonly values: Float32Array;
  /** What rows and columns are: 'output channel', 'input channel'. */
  readonly rowsAre: string;
  readonly columnsAre: string;
  /** How many rows and columns there are in all; more than shown where they were too many. */
  readonly allRows: number;
  readonly allColumns: number;
}

/** A number per layer from a file of the user. */
export interface LayerMetric {
  readonly title: string;
  readonly unit?: string;
  readonly values: readonly (readonly [NodeId, number])[];
  /** Names in the file that no layer has. */
  readonly unmatched: readonly string[];
  readonly notes: readonly string[];
}

/** Weights, activations and the values of one run of a layer, for the inspector. */
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
    /** Filters as pictures; absent where the weight has fewer than two dimensions. */
    readonly filters?: Tiles;
  };
  readonly activations?: { readonly histogram: Histogram; readonly samples: number; readonly threshold?: number };
  /** The layer's first output for the first sample. */
  readonly output?: {
    readonly shape: readonly number[];
    readonly min: number;
    readonly max: number;
    readonly mean: number;
    /** The first values, at most 256. */
    readonly first: Float32Array;
    /** Channels as pictures; absent where the value has fewer than three dimensions. */
    readonly channels?: Tiles;
  };
  /** Why there are no values of a run, where there are none. */
  readonly notRun?: string;
}
