import type {
  CallOf,
  KernelCall,
  KernelName,
  Model,
  Node,
  NodeId,
  Program,
  Tensor,
  TensorId,
  WeightStore,
} from '../ir/index.ts';

/** Runs float graphs. Implementations: `plain` here, `wasm` and `ort` in workers/backends. */
export interface FloatBackend {
  readonly id: string;
  /** What runs, in words for the user: 'WebAssembly SIMD, one thread'. */
  readonly description: string;
  /** Shapes must be known. Throws a `UserError` naming the node when it cannot run one. */
  prepare(model: Model): Promise<FloatRunner>;
}

/** A backend that trains: it runs a graph again and again with values that stay inside it. */
export interface StepBackend {
  readonly id: string;
  readonly description: string;
  /**
   * A training step made ready (see `src/train`). `state`: input → the output that takes its place after each step.
   * Throws as `FloatBackend.prepare` does.
   */
  prepareSteps(model: Model, state: ReadonlyMap<TensorId, TensorId>): Promise<StepRunner>;
}

/** See `StepBackend`. State starts as zeros. */
export interface StepRunner {
  /** Nodes without a fast kernel of this backend. */
  readonly plainNodes: readonly Node[];
  /** Bytes of values and working memory that were planned for; absent: nothing is planned. */
  readonly plannedBytes?: number;
  /** Bytes of memory the engine holds for this runner now; absent: not known. */
  readonly heldBytes?: number;
  /** One step. Feeds: the inputs that are no state. The result, copies: the outputs that replace no state. */
  step(feeds: ReadonlyMap<TensorId, Tensor>): Promise<ReadonlyMap<TensorId, Tensor>>;
  /** Copies of all state, by input. */
  readState(): Promise<ReadonlyMap<TensorId, Tensor>>;
  /** Replaces the state that is named. */
  writeState(values: ReadonlyMap<TensorId, Tensor>): void;
  dispose(): void;
}

export interface RunOptions {
  /** Values to return besides the graph's outputs. */
  readonly taps?: readonly TensorId[];
  /** Replaces a value as soon as it is computed (inputs too): fake quantization, noise. Not every backend can: see `canTransform`. */
  readonly transform?: (id: TensorId, tensor: Tensor) => Tensor;
}

/** What computes a node: kernels, the operator's reference in plain TypeScript, onnxruntime-web, a graphics processor. */
export type NodeEngine = 'wasm' | 'plain' | 'ort' | 'webgpu';

export interface FloatRunner {
  readonly canTransform: boolean;
  /** By node; nodes that cost nothing of their own (another shape of the same values) run where their input did. */
  readonly engines: ReadonlyMap<NodeId, NodeEngine>;
  /** Feeds by input name. The result holds outputs and taps; their memory is the caller's. */
  run(feeds: ReadonlyMap<TensorId, Tensor>, options?: RunOptions): Promise<ReadonlyMap<TensorId, Tensor>>;
  /**
   * Runs once and keeps every value, so that variants repeat only what lies behind a change. Results hold outputs and `taps`.
   * One recording at a time: a run or another recording ends it. Absent: this backend runs everything anew.
   */
  record?(feeds: ReadonlyMap<TensorId, Tensor>, taps?: readonly TensorId[]): Promise<Recording>;
  dispose(): void;
}

/** What a variant of a recorded run changes. */
export interface Variation {
  /** Other elements for constants, by weight id. */
  readonly weights?: WeightStore;
  /** Values that are replaced by what `transform` makes of them, as in `RunOptions`. */
  readonly values?: ReadonlySet<TensorId>;
  readonly transform?: RunOptions['transform'];
}

export interface Recording {
  /** Of the run as it was recorded. */
  readonly results: ReadonlyMap<TensorId, Tensor>;
  /** The same as a run of the changed network from the start, bit by bit. */
  variant(change: Variation): ReadonlyMap<TensorId, Tensor>;
  /** Nodes that the last variant ran. */
  readonly nodesRun: number;
}

/** Codes of one buffer or constant. */
export type Codes = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array;

/** What a kernel computes on: the arena and the constants of one loaded program. */
export interface ProgramMemory {
  readonly program: Program;
  /** Codes of a buffer: a view on the arena. Fetch it per call: the arena may move when WebAssembly memory grows. */
  buffer(id: number): Codes;
  constant(id: number): Codes;
}

export type Kernel<K extends KernelName> = (call: CallOf<K>, memory: ProgramMemory) => void;
/** One function per kernel; a missing entry is a compile error. */
export type KernelTable = { readonly [K in KernelName]: Kernel<K> };

/** Runs integer programs, bit-exactly. */
export interface ProgramBackend {
  readonly id: string;
  readonly description: string;
  load(program: Program): ProgramRunner;
}

export interface ProgramRunner {
  /** Codes per `program.inputs` in physical order → codes per `program.outputs`, copies. */
  run(inputs: readonly Codes[]): readonly Codes[];
  /** Codes of every buffer right after the call that wrote it: for reports. Called before each next call. */
  trace(inputs: readonly Codes[], onCall: (call: KernelCall, memory: ProgramMemory) => void): void;
  dispose(): void;
}
