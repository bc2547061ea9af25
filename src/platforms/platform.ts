import type { LayerKind, Provenance } from '../ir/index.ts';

/** A figure read off a document or fitted, with where it is from. */
export interface Sourced {
  readonly value: number;
  readonly provenance: Provenance;
  /** Document, page, table or data set. */
  readonly source: string;
}

/** Unrolling of a layer dimension in hardware, with its softening (methods D.11). */
export interface Unroll {
  readonly dimension: 'outChannels' | 'inChannels' | 'outWidth' | 'outHeight';
  readonly parallel: number;
  /** 1: hard staircase; 0: no effect. */
  readonly alpha: number;
}

/** Peak rate and bandwidth of one kind of layer. */
export interface LayerPeak {
  /** Operations per second (1 MAC = 2). */
  readonly opsPerSecond: Sourced;
  readonly bytesPerSecond?: Sourced;
  readonly unroll?: readonly Unroll[];
}

/** A device under one runtime at one clock. What is keyed apart here is timed apart. */
export interface Runtime {
  /** 'openvino', 'x-cube-ai', 'tflite-micro', 'tensorrt'. */
  readonly id: string;
  readonly name: string;
  readonly clockHertz: number;
  /** Widths of weights and activations it computes with; others are stored and run at the next wider one. */
  readonly widths: readonly {
    readonly weights: number;
    readonly activations: number;
    readonly type: 'int' | 'float';
  }[];
  /** Time factor of unpacking weights narrower than the narrowest computed width (methods E.1: 1.3 on MCUs). */
  readonly unpackFactor?: Sourced;
  /** Peak of layers without one of their own. */
  readonly peak: LayerPeak;
  readonly peaks?: Partial<Readonly<Record<LayerKind, LayerPeak>>>;
  /** Seconds added per layer and per inference. */
  readonly layerOverheadSeconds?: Sourced;
  readonly overheadSeconds?: Sourced;
  /** Relative error of this description's latencies, as known: for the interval. */
  readonly relativeError?: {
    readonly low: number;
    readonly high: number;
    readonly coverage: number;
    readonly source: string;
  };
  /**
   * Operations per inference of the smallest and largest network the rates were fitted to. Outside, overheads that are not
   * in the rates may rule: an estimate there has no interval. Absent: not known.
   */
  readonly fittedOps?: readonly [low: number, high: number];
  /** ONNX operators it runs; absent: not known. */
  readonly operators?: ReadonlySet<string>;
  /** Where `operators` is not known: those it has been seen to run. Others may run or not. */
  readonly provenOperators?: ReadonlySet<string>;
  /** Those that run on a host beside the accelerator. */
  readonly hostOperators?: ReadonlySet<string>;
  /** Watts while inferring, and while idle but on. */
  readonly activePowerWatts?: Sourced;
  readonly idlePowerWatts?: Sourced;
  /** Bytes of code and of working memory besides the network's own. */
  readonly codeBytes?: Sourced;
  readonly runtimeRamBytes?: Sourced;
}

export interface Platform {
  readonly id: string;
  readonly name: string;
  readonly kind: 'microcontroller' | 'accelerator' | 'fpga' | 'gpu' | 'cpu';
  /** 'Cortex-M4F', 'Myriad X'. */
  readonly processor: string;
  /** RAM a network may use; absent: not known. */
  readonly ramBytes?: Sourced;
  /** Non-volatile memory for code and weights; absent for devices that load from a host. */
  readonly flashBytes?: Sourced;
  /** Price of one, US dollars. */
  readonly costDollars?: Sourced;
  /** At least one; the first is the default. */
  readonly runtimes: readonly Runtime[];
}
