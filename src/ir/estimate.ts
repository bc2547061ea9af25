import type { Diagnostic } from './diagnostic.ts';
import type { NodeId, TensorId } from './graph.ts';

/** Where a number comes from (product promise 3). */
export type Provenance =
  /** On the device, or on labelled data. */
  | 'measured'
  /** By a model with a known held-out error. */
  | 'fitted'
  /** Exactly, from shapes, a plan or code. */
  | 'computed'
  /** From a data sheet or a default. */
  | 'assumed';

/** A number with its origin. An unknown figure is absent from whatever holds it: never 0, −1 or NaN. */
export interface Figure {
  readonly value: number;
  readonly provenance: Provenance;
  /** Low and high, in the unit of `value`. Absent: exact, or not known how uncertain. */
  readonly interval?: readonly [number, number];
  /** Share of cases the interval is meant to hold, e.g. 0.8. */
  readonly coverage?: number;
  /** Formula in words and letters: 'max(ops / peak, bytes / bandwidth)'. */
  readonly formula?: string;
  /** Document, data set or measurement it rests on. */
  readonly source?: string;
}

/** What a layer is to a latency model. */
export type LayerKind =
  | 'conv'
  | 'depthwise'
  | 'dense'
  | 'matmul'
  | 'pool'
  | 'elementwise'
  | 'normalization'
  | 'softmax'
  | 'recurrent'
  | 'resize'
  /** Moves data without computing: Transpose, Concat, Slice, Pad. */
  | 'move'
  /** Costs nothing: Reshape, Identity, Shape. */
  | 'free';

/** Sizes that latency models read; absent where a layer has no such size. Feature maps are H × W × C. */
export interface LayerGeometry {
  readonly inHeight?: number;
  readonly inWidth?: number;
  readonly inChannels?: number;
  readonly outHeight?: number;
  readonly outWidth?: number;
  readonly outChannels?: number;
  readonly kernelHeight?: number;
  readonly kernelWidth?: number;
  readonly stride?: number;
  readonly groups?: number;
}

/** Work of one graph layer, for one inference of batch 1 (methods F.1). Counts of elements; bytes depend on bit widths. */
export interface LayerCost {
  readonly node: NodeId;
  readonly op: string;
  readonly kind: LayerKind;
  /** Multiply-accumulates; biases not counted. */
  readonly macs: number;
  /** Operations: 2 · macs, plus those of layers that do not multiply-accumulate (compares, adds, exp = 4). */
  readonly ops: number;
  /** Learnable weights and biases. */
  readonly params: number;
  /** Constant elements the layer reads, biases included. */
  readonly weightElements: number;
  /** Of those, how many are biases. */
  readonly biasElements: number;
  /** Elements of all run-time inputs, each counted once per operand. */
  readonly inputElements: number;
  readonly outputElements: number;
  readonly geometry: LayerGeometry;
}

export interface LayerEstimate {
  readonly node: NodeId;
  readonly latency?: Figure;
  readonly energy?: Figure;
  /** What limits it. */
  readonly bound?: 'compute' | 'memory' | 'overhead';
}

/** One network on one device × runtime × clock. */
export interface Estimate {
  readonly platform: string;
  readonly runtime: string;
  readonly clockHertz: number;
  /** Id of the latency model that ran. */
  readonly method: string;
  /** 'unknown' where the device's limits or support are not known. */
  readonly fits: 'yes' | 'no' | 'unknown';
  /** Why it does not fit, or what is not known: operators, RAM, flash. */
  readonly reasons: readonly Diagnostic[];
  /** Seconds per inference. */
  readonly latency?: Figure;
  /** Joules per inference. */
  readonly energy?: Figure;
  /** Bytes. */
  readonly peakRam?: Figure;
  /** Bytes. */
  readonly flash?: Figure;
  readonly layers: readonly LayerEstimate[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Plan of the activation memory: where every buffer lies, and how much is live at each step. */
export interface MemoryTimeline {
  readonly arenaBytes: number;
  /** max over ticks of live bytes: no plan can be smaller. */
  readonly lowerBoundBytes: number;
  readonly peakTick: number;
  readonly ticks: readonly { readonly node: NodeId; readonly liveBytes: number }[];
  readonly buffers: readonly {
    readonly tensor: TensorId;
    readonly offset: number;
    readonly bytes: number;
    readonly firstTick: number;
    readonly lastTick: number;
  }[];
}
