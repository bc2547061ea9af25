import type { SimplifyStep } from '../analyze/index.ts';
import type { Comparison } from '../compare/index.ts';
import type { NodeEngine } from '../compute/index.ts';
import type { EditOptions } from '../edit/index.ts';
import type {
  Choices,
  Constraint,
  DataDescription,
  DataReference,
  DataSettings,
  DesignPoint,
  DrawingChoice,
  DrawnModel,
  Exploration,
  LayerDetail,
  LayerMetric,
  ModelChange,
  ModelView,
  ShareState,
  TargetChoice,
} from '../explore/index.ts';
import type { Exporter } from '../exporters/index.ts';
import type { DataType, Diagnostic, Estimate, LayerBits, NodeId, ThresholdRecord } from '../ir/index.ts';
import type { Platform } from '../platforms/index.ts';
import type { Checkpoint, SweepPoint, TrainingEvent, TrainingRecipe, TrainingReport } from '../train/index.ts';

/** A file as it was dropped or read. `bytes` may be a view on shared memory; jobs never write to it. */
export interface NamedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What a browser's File or Blob offers; clones into a worker without copying its bytes. */
export interface BlobLike {
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** A file whose bytes are read by the worker that needs them, not by the page. */
export interface UnreadFile {
  readonly name: string;
  readonly blob: BlobLike;
}

/** A file that the worker opens by its path: on the command line, where workers share the disk. */
export interface DiskFile {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly size: number;
}

export type SourceFile = NamedFile | UnreadFile | DiskFile;

/** Sizes for symbolic dimensions ('batch' → 1), or whole shapes of inputs ('input' → [1, 3, 224, 224]). */
export interface ShapeSettings {
  readonly symbols: Readonly<Record<string, number>>;
  readonly inputs: Readonly<Record<string, readonly number[]>>;
}

/** A model a worker is to hold: kept by the client, sent again to a worker that replaced a crashed one. */
export interface ModelSource {
  /** The id jobs name it by: SHA-256 of the model file, with what makes it another model (sizes, changes). */
  readonly id: string;
  readonly files: readonly SourceFile[];
  readonly shapes: ShapeSettings;
  /** What is done to the network as read; absent: nothing. */
  readonly changes?: readonly ModelChange[];
  /** SHA-256 of the model file where the page has computed it: it is then not computed again. */
  readonly sha256?: string;
  /** 'onnxruntime': the user agreed that onnxruntime-web runs layers our engine has no kernel for. Absent: the plain reference does. */
  readonly missingKernels?: 'onnxruntime';
}

/** Samples a worker is to hold. `files` are arrays, labels, tables, pictures; none: generated from the model's inputs and `seed`. */
export interface DataSource extends DataSettings {
  readonly id: string;
  readonly files: readonly SourceFile[];
  readonly seed: number;
  /** How many to generate when there are no files. */
  readonly count: number;
  /** A labelled data set of the sample generators ('figures'), in place of files. */
  readonly generator?: string;
  /** Of the generator, 0 … 1; absent: its usual one. */
  readonly difficulty?: number;
  /**
   * Which part of `files` to take where one set serves for both: 'calibration' is a quarter of the samples, at most 512,
   * spread evenly; 'evaluation' the rest. For training, three parts that share no sample: 'training', 'calibration of training'
   * and 'validation'. Absent: all.
   */
  readonly part?: 'calibration' | 'evaluation' | 'training' | 'calibration of training' | 'validation';
}

export interface OpenReply {
  readonly modelId: string;
  readonly view: ModelView;
  readonly seconds: number;
}

export interface LayerLoss {
  readonly node: NodeId;
  readonly bits: number;
  readonly what: 'weights' | 'activations';
  /** Score of the float model minus score with only this tensor at `bits`. */
  readonly loss: number;
  readonly sqnrDecibel: number;
}

export interface QuantizedLayer extends LayerBits {
  /** Of the weights; one, or one per output channel. */
  readonly scale?: readonly number[];
  /** Of the layer's output, fake-quantized against float. */
  readonly sqnrDecibel?: number;
  readonly threshold?: ThresholdRecord;
}

export interface QuantizeReply {
  readonly point: DesignPoint;
  /** What scores are: accuracy, agreement with the float model, or fidelity (1 − RMS error / RMS signal). */
  readonly judged: 'accuracy' | 'agreement' | 'fidelity';
  readonly chain: readonly { readonly stage: string; readonly score: number }[];
  readonly layers: readonly QuantizedLayer[];
  readonly integer: { readonly score: number; readonly agreementWithFake: number };
  readonly fake: { readonly score: number };
  readonly float: { readonly score: number };
  readonly seconds: number;
}

export interface ExportReply {
  readonly target: string;
  readonly fileName: string;
  readonly zip: Uint8Array;
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly preview?: string }[];
  readonly selfTest: { readonly vectors: number; readonly mismatches: number };
  readonly manifest: unknown;
  readonly diagnostics: readonly Diagnostic[];
}

export interface FloatCheckReply {
  readonly backend: string;
  readonly reference: string;
  readonly samples: number;
  /** Largest |difference| between our float outputs and onnxruntime's. */
  readonly maxDifference: number;
  readonly sameLabels: number;
}

/** What an exploration job asks for. `resume` holds the points already known: they are not evaluated again. */
export interface ExploreRequest {
  readonly modelId: string;
  readonly dataId: string;
  readonly calibrationId: string;
  readonly target: TargetChoice;
  readonly algorithm: string;
  readonly budget: number;
  readonly seed: number;
  readonly constraints: readonly Constraint[];
  readonly resume?: Exploration;
}

/** What the registries hold, as plain data: the page makes its lists and forms from these. The same for every model. */
export interface Catalog {
  readonly toolVersion: string;
  readonly platforms: readonly Platform[];
  readonly exporters: readonly Omit<Exporter, 'load'>[];
  /** Latency models, observers and search algorithms: id and name, the default first. */
  readonly latencyMethods: readonly { readonly id: string; readonly name: string }[];
  readonly observers: readonly { readonly id: string; readonly name: string }[];
  readonly algorithms: readonly { readonly id: string; readonly name: string }[];
  /** Labelled sets made from a seed. */
  readonly generators: readonly {
    readonly id: string;
    readonly title: string;
    readonly classes: number;
    /** Of one sample. */
    readonly shape: readonly number[];
  }[];
}

/** Which engines really run, in words, and why not faster ones. */
export interface EnginesReply {
  readonly programs: string;
  readonly floats: string;
  readonly steps: string;
  readonly notes: readonly Diagnostic[];
}

export interface LayerEnginesReply {
  readonly description: string;
  readonly layers: readonly { readonly node: NodeId; readonly op: string; readonly engine: NodeEngine }[];
}

/** What simplification would do, or did, pass by pass. */
export interface SimplifyReply {
  readonly steps: readonly SimplifyStep[];
  /** Passes that change something, in order: what a change of kind 'simplify' is made of. */
  readonly passes: readonly string[];
}

export interface TrainableReply {
  /** Layers with parameters, in graph order; `obstacle`: why its parameters, or those before it, cannot be trained. */
  readonly layers: readonly {
    readonly node: NodeId;
    readonly op: string;
    readonly parameters: number;
    readonly obstacle?: string;
  }[];
  readonly parameters: number;
  /** Losses that fit the outputs, the default first. */
  readonly losses: readonly TrainingRecipe['loss']['id'][];
  /** Bytes a step of this batch needs, computed from its plan; absent where the engine plans nothing, or nothing can be trained. */
  readonly stepBytes?: number;
}

export interface RunReply {
  readonly backend: string;
  readonly outputs: readonly { readonly name: string; readonly shape: readonly number[]; readonly type: DataType }[];
  readonly arrays: Uint8Array;
  readonly seconds: number;
}

/** Every job: name → [request, partial result sent while running, reply]. All structured-clone safe. */
export interface JobTable {
  readonly catalog: { request: Readonly<Record<string, never>>; partial: never; reply: Catalog };
  readonly engines: { request: Readonly<Record<string, never>>; partial: never; reply: EnginesReply };
  readonly open: { request: { source: ModelSource }; partial: never; reply: OpenReply };
  readonly data: {
    request: { modelId: string; source: DataSource };
    partial: never;
    reply: { reference: DataReference; diagnostics: readonly Diagnostic[] };
  };
  /** What a set holds, and how training would divide it; `source.part` makes no difference. */
  readonly describeData: {
    request: { modelId: string; source: DataSource };
    partial: never;
    reply: DataDescription;
  };
  readonly estimate: {
    request: {
      modelId: string;
      platforms: readonly string[] | 'all';
      method: string;
      bits: number;
      layersOf?: TargetChoice | 'all' | 'none';
    };
    partial: never;
    reply: readonly Estimate[];
  };
  readonly layer: { request: { modelId: string; dataId?: string; node: NodeId }; partial: never; reply: LayerDetail };
  /** What computes each layer of the network as it is run (folded layers are not there), in words for the engine as a whole. */
  readonly layerEngines: { request: { modelId: string }; partial: never; reply: LayerEnginesReply };
  /** What can be edited at each of these layers. */
  readonly editOptions: {
    request: { modelId: string; nodes: readonly NodeId[] };
    partial: never;
    reply: readonly EditOptions[];
  };
  /** Lays out a graph of the model; a large one comes in parts. */
  readonly draw: { request: { modelId: string; choice: DrawingChoice }; partial: DrawnModel; reply: DrawnModel };
  /** What simplification would change. */
  readonly simplify: { request: { modelId: string }; partial: never; reply: SimplifyReply };
  /** Layer by layer, from `modelId` to `otherId`. */
  readonly compare: { request: { modelId: string; otherId: string }; partial: never; reply: Comparison };
  /** The model as it is now, as an ONNX file. */
  readonly write: { request: { modelId: string }; partial: never; reply: { bytes: Uint8Array; fileName: string } };
  /** A metric of the user's own, from a CSV or JSON file, matched to the layers. */
  readonly metric: { request: { modelId: string; file: SourceFile }; partial: never; reply: LayerMetric };
  /** SHA-256 of a large file, read in parts; progress in bytes. */
  readonly fingerprint: { request: { file: SourceFile }; partial: never; reply: { sha256: string } };
  /** What files are, by their content: for names that do not say it. */
  readonly identify: {
    request: { files: readonly SourceFile[] };
    partial: never;
    reply: readonly ('model' | 'samples' | 'metric' | 'unknown')[];
  };
  readonly quantize: {
    request: { modelId: string; dataId: string; calibrationId: string; choices: Choices };
    partial: never;
    reply: QuantizeReply;
  };
  readonly sensitivity: {
    request: { modelId: string; dataId: string; calibrationId: string; choices: Choices };
    partial: LayerLoss;
    reply: readonly LayerLoss[];
  };
  /** One batch of design points; what 'explore' hands to the pool. */
  readonly evaluate: {
    request: { modelId: string; dataId: string; calibrationId: string; choices: readonly Choices[]; origin: string };
    partial: DesignPoint;
    reply: readonly DesignPoint[];
  };
  /** Score of the float model on the data. */
  readonly floatScore: {
    request: { modelId: string; dataId: string; calibrationId: string };
    partial: never;
    reply: { floatScore: number };
  };
  readonly explore: { request: ExploreRequest; partial: readonly DesignPoint[]; reply: Exploration };
  readonly export: {
    request: {
      modelId: string;
      calibrationId: string;
      choices: Choices;
      target: string;
      options: Readonly<Record<string, number | boolean | string>>;
      seed: number;
    };
    partial: never;
    reply: ExportReply;
  };
  /**
   * Trains the network on `dataId`, judged on `validationId` after each epoch. Has a worker of its own; pauses, resumes and stops
   * (keeping what it has) by the control its start hands out.
   */
  readonly train: {
    request: {
      modelId: string;
      dataId: string;
      validationId?: string;
      recipe: TrainingRecipe;
      resume?: Checkpoint;
      /**
       * 'fastest': WebGPU or WebAssembly, by a probe of this very step; a warning tells which and why. Absent: WebAssembly, whose
       * bits are the same on every machine.
       */
      engine?: 'fastest';
    };
    partial: TrainingEvent;
    reply: TrainingReport;
  };
  /** A few steps at each learning rate, from the same start (methods C.14). */
  readonly learningRateSweep: {
    request: {
      modelId: string;
      dataId: string;
      validationId?: string;
      recipe: TrainingRecipe;
      rates: readonly number[];
      steps: number;
    };
    partial: SweepPoint;
    reply: readonly SweepPoint[];
  };
  /** What of a network can be trained, and what a step takes. */
  readonly trainable: { request: { modelId: string; batch: number }; partial: never; reply: TrainableReply };
  /** The network with the best or last weights of a checkpoint: for a run that a reload or a crash ended. */
  readonly fromCheckpoint: {
    request: { modelId: string; checkpoint: Checkpoint; which: 'best' | 'last' };
    partial: never;
    reply: { model: Uint8Array; fileName: string };
  };
  readonly floatCheck: {
    request: { modelId: string; dataId: string; samples: number };
    partial: never;
    reply: FloatCheckReply;
  };
  /** Runs the float model on arrays named as its inputs; `arrays` is an .npz named as its outputs. */
  readonly run: {
    request: { modelId: string; files: readonly SourceFile[]; backend: 'plain' | 'wasm' | 'ort' };
    partial: never;
    reply: RunReply;
  };
  /** The part of a share link behind '#'. */
  readonly encodeLink: { request: { state: ShareState }; partial: never; reply: { text: string } };
  readonly decodeLink: { request: { text: string }; partial: never; reply: ShareState };
  /** A `.paretoscope` file; with `modelId` it carries the model. */
  readonly saveFile: { request: { state: ShareState; modelId?: string }; partial: never; reply: { bytes: Uint8Array } };
  readonly readFile: {
    request: { file: SourceFile };
    partial: never;
    reply: { state: ShareState; model: readonly NamedFile[] };
  };
}

export type JobName = keyof JobTable;
export type RequestOf<N extends JobName> = JobTable[N]['request'];
export type PartialOf<N extends JobName> = JobTable[N]['partial'];
export type ReplyOf<N extends JobName> = JobTable[N]['reply'];
