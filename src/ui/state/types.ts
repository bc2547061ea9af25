import type { ErrorFacts } from '../../base/index.ts';
import type { Comparison } from '../../compare/index.ts';
import type { EditOptions } from '../../edit/index.ts';
import type {
  Constraint,
  DataReference,
  DesignPoint,
  DrawingChoice,
  Exploration,
  LayerDetail,
  LayerMetric,
  ModelChange,
  ModelView,
  QuantizeChoice,
  TargetChoice,
} from '../../explore/index.ts';
import type { Estimate, NodeId } from '../../ir/index.ts';
import type {
  Catalog,
  EnginesReply,
  ExportReply,
  FloatCheckReply,
  LayerEnginesReply,
  LayerLoss,
  ModelSource,
  QuantizeReply,
  SimplifyReply,
  TrainableReply,
} from '../../jobs/protocol.ts';
import type { EpochRecord, SweepPoint, TrainingRecipe, TrainingReport } from '../../train/index.ts';

/**
 * The page's state, by slices. Plain readonly data: a change replaces what it touches. Typed arrays and weights never
 * live here. Components read with `useApp(selector)`; only actions write, by `act` (undoable) or `patch`.
 */
export interface AppState {
  readonly session: SessionState;
  readonly selection: SelectionState;
  readonly model: ModelPlaceState;
  readonly exploration: ExplorationState;
  readonly compress: CompressState;
  readonly training: TrainingState;
  readonly deploy: DeployState;
  readonly dataPanel: DataPanelState;
  readonly jobs: JobsState;
  readonly history: HistoryState;
  readonly settings: SettingsState;
  readonly page: PageState;
}

/** Something that went wrong, as it is shown: what, where, why, what to do, a code. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  /** After "Do:". */
  readonly hint: string;
  /** File, node, operator. */
  readonly where?: string;
  readonly facts?: ErrorFacts;
}

export type FileKind = 'model' | 'external data' | 'samples' | 'labels' | 'metric' | 'saved exploration' | 'unknown';

/** A file of the last drop, with what became of it. */
export interface FileRecord {
  readonly name: string;
  readonly bytes: number;
  readonly kind: FileKind;
  readonly status: 'reading' | 'opened' | 'incomplete' | 'failed' | 'ignored';
  /** What it is or became: 'opened, 24 nodes'. */
  readonly note: string;
  readonly problems: readonly Problem[];
}

/** The panel that shows the open data; what it shows (previews, counts) is not state: see `actions/data-panel.ts`. */
export interface DataPanelState {
  readonly status: 'none' | 'running' | 'ready' | 'failed';
  /** Counts up with every description that arrives. */
  readonly version: number;
  /** Why data that were given last are not in use, or could not be described. */
  readonly problem?: Problem;
}

/** The open model and what is known of it for a target: everything a verdict needs. */
export interface SessionState {
  /** Id of the model the worker holds; absent: none open, or only known from a link. */
  readonly modelId?: string;
  readonly view?: ModelView;
  readonly readSeconds?: number;
  /** Sizes given to named dimensions of the model, by name. */
  readonly sizes: Readonly<Record<string, number>>;
  /** What was done to the model since it was read, in order. */
  readonly changes: readonly ModelChange[];
  /** Model of a link or saved exploration whose file is not here yet. */
  readonly wanted?: Exploration['model'];
  readonly files: readonly FileRecord[];
  /** What points are judged on; `id` names it to jobs. */
  readonly data?: { readonly id: string; readonly reference: DataReference };
  /** What thresholds are calibrated on. */
  readonly calibration?: { readonly id: string; readonly reference: DataReference };
  readonly catalog?: Catalog;
  readonly engines?: EnginesReply;
  /** The user agreed that onnxruntime-web runs layers without a kernel. */
  readonly missingKernels?: ModelSource['missingKernels'];
  /** What computes each layer, once asked for. */
  readonly layerEngines?: LayerEnginesReply;
  readonly target?: TargetChoice;
  /** Latency goal of the user, seconds. */
  readonly goalSeconds?: number;
  /** Uniform width of the verdict: 8, 16, 32 (float). */
  readonly bits: number;
  readonly latencyMethod: string;
  /** One per platform (its default runtime and clock unless chosen), in the order of the catalog. Empty: not estimated yet. */
  readonly estimates: readonly Estimate[];
  readonly estimateStatus: 'none' | 'running' | 'done' | 'failed';
  readonly verdictSeconds?: number;
  /** Details of layers by node id, as the inspector asked for them. */
  readonly details: ReadonlyMap<NodeId, LayerDetail>;
  readonly seed: number;
}

/** What a drawing of a graph is doing; the drawing itself is not state: see `actions/drawing.ts`. */
export interface DrawingState {
  readonly status: 'none' | 'running' | 'ready' | 'cancelled' | 'failed';
  /** A first part of it is there, the rest is being laid out. */
  readonly partial: boolean;
  /** Counts up with every drawing that arrives. */
  readonly version: number;
  readonly problem?: Problem;
}

/** A second model beside the open one. */
export interface CompareState {
  readonly modelId: string;
  readonly view: ModelView;
  /** The open model that `result` is about: compared again when another is open. */
  readonly withId: string;
  readonly result: Comparison;
  /** Of the second model, one per platform as in `SessionState.estimates`; absent until asked for. */
  readonly estimates?: { readonly bits: number; readonly method: string; readonly list: readonly Estimate[] };
}

/** How the Model place shows the model. */
export interface ModelPlaceState {
  readonly form: DrawingChoice['form'];
  readonly grouping: DrawingChoice['grouping'];
  /** Ids of groups opened and closed by hand. */
  readonly expanded: readonly string[];
  readonly collapsed: readonly string[];
  readonly expandAll: boolean;
  /** The way to the nested graph that is shown; empty: the network. */
  readonly body: DrawingChoice['body'];
  /** What the Find field holds. */
  readonly find: string;
  readonly ownMetrics: readonly LayerMetric[];
  readonly heatScale: 'automatic' | 'linear' | 'logarithmic';
  /** By canvas: 'model', and 'other' for the second model of a comparison. */
  readonly drawings: Readonly<Record<string, DrawingState>>;
  readonly compare?: CompareState;
  readonly compareStatus: 'none' | 'running' | 'failed';
  /** Selected in the other model; counts where no layer of the open one is selected. */
  readonly otherLayer?: NodeId;
  /** Layers set off in the graph (what feeds a layer, a block); empty: none. */
  readonly chosen: readonly NodeId[];
  /** What can be edited at the selected layer and those fused into it. */
  readonly editOptions?: { readonly modelId: string; readonly list: readonly EditOptions[] };
  /** The change that is being worked out, in words. */
  readonly changing?: string;
  /** What simplification would do, as asked for last. */
  readonly simplify?: SimplifyReply;
  readonly problem?: Problem;
}

/** What is pointed at, the same in every view. */
export interface SelectionState {
  readonly hoveredLayer?: NodeId;
  readonly layer?: NodeId;
  readonly hoveredPoint?: string;
  /** Ids of points in the order they were chosen: A, B, C … up to six. The last one is what Deploy acts on. */
  readonly points: readonly string[];
  /** The point last chosen, among `points`. */
  readonly activePoint?: string;
  /** `targetId` of a device × runtime × clock, or only a platform's id: compare with `isTarget`. */
  readonly hoveredPlatform?: string;
  /** Metric that colours graph, table and minimap: 'latency', 'macs', 'params', 'bytes', 'intensity', 'sensitivity', 'bits'. */
  readonly metric: string;
}

export interface AxisBrush {
  /** In data units of the two axes, low to high. */
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

export interface ExplorationState {
  /** Everything of the exploration but its points. Absent: none yet. */
  readonly header?: Omit<Exploration, 'points'>;
  readonly points: readonly DesignPoint[];
  readonly constraints: readonly Constraint[];
  /** Objective ids of the scatter; absent: `defaultAxes` of the points. */
  readonly axes?: { readonly x: string; readonly y: string };
  readonly brush?: AxisBrush;
  /** Visible window of the scatter; absent: all points. */
  readonly zoom?: AxisBrush;
  /** Origins (families) not shown. */
  readonly hiddenOrigins: readonly string[];
  readonly dimOutside: boolean;
  readonly algorithm: string;
  readonly budget: number;
  readonly status: 'none' | 'running' | 'done' | 'cancelled' | 'interrupted' | 'failed';
  readonly jobId?: number;
  readonly problem?: Problem;
}

/** The scheme under the user's hands in Compress. */
export interface CompressState {
  /** Absent: no quantizable model. Bits are aligned with `ModelView.quantizable`. */
  readonly scheme?: QuantizeChoice;
  readonly losses: readonly LayerLoss[];
  readonly lossStatus: 'none' | 'running' | 'done' | 'failed' | 'cancelled';
  /** Reply of the last check, and the scheme it was for. */
  readonly checked?: { readonly scheme: QuantizeChoice; readonly reply: QuantizeReply };
  readonly checkStatus: 'none' | 'running' | 'failed';
  readonly problem?: Problem;
  readonly lossProblem?: Problem;
  /** Our float results against ONNX Runtime's. */
  readonly floatCheck?: 'running' | FloatCheckReply | Problem;
}

/** A point of a training curve: the mean loss of the steps told since the point before it. */
export interface CurvePoint {
  /** With its fraction: 1.5 is the middle of the second epoch. */
  readonly epoch: number;
  readonly loss: number;
  /** Steps the mean is over. */
  readonly steps: number;
}

export type RunStatus =
  | 'waiting'
  | 'running'
  | 'paused'
  /** Asked to stop; it ends with the batch under way. */
  | 'stopping'
  | 'done'
  | 'stopped'
  /** By a reload or a closed tab; a checkpoint may be kept. */
  | 'interrupted'
  | 'failed';

/** A training run as it is shown. Weights and checkpoints are no state: see `actions/training-held.ts`. */
export interface TrainingRun {
  /** Unique in this browser. */
  readonly id: string;
  /** Counted per page: 'run 3'. */
  readonly number: number;
  /** The network it began with. `id` names it to jobs. */
  readonly model: { readonly id: string; readonly sha256: string; readonly name: string };
  readonly data: { readonly id: string; readonly name: string; readonly count: number };
  readonly validation?: { readonly id: string; readonly name: string; readonly count: number };
  readonly recipe: TrainingRecipe;
  readonly status: RunStatus;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly epochs: readonly EpochRecord[];
  readonly curve: readonly CurvePoint[];
  readonly step?: {
    readonly step: number;
    readonly steps: number;
    readonly epoch: number;
    readonly learningRate: number;
    readonly gradientNorm: number;
    readonly samplesPerSecond: number;
  };
  /** Remaining seconds: low, middle, high. */
  readonly secondsLeft?: readonly [number, number, number];
  /** Epochs done, with their fraction, at the last checkpoint that is kept in this browser. */
  readonly checkpointEpoch?: number;
  readonly bestEpoch?: number;
  /** What came out; the network itself is held by `id`. */
  readonly result?: Omit<TrainingReport, 'model' | 'checkpoint' | 'recipe' | 'epochs'> & {
    readonly bytes: number;
    readonly sha256: string;
  };
  readonly problem?: Problem;
  /** What was noticed and does not stop it: a class without samples. */
  readonly notes?: readonly string[];
  readonly jobId?: number;
}

/** Samples a training job is named: they share none with each other, nor with what thresholds are calibrated on. */
export interface TrainingData {
  /** The session's data that these are parts of. */
  readonly of: string;
  readonly training: { readonly id: string; readonly reference: DataReference };
  readonly validation: { readonly id: string; readonly reference: DataReference };
}

export interface SweepState {
  /** The network it is of. */
  readonly modelId?: string;
  readonly status: 'none' | 'running' | 'done' | 'cancelled' | 'failed';
  readonly points: readonly SweepPoint[];
  /** Rates that are tried in all, lowest first. */
  readonly rates: readonly number[];
  /** Steps at each. */
  readonly steps: number;
  readonly jobId?: number;
  readonly problem?: Problem;
}

/** The Train tab of Compress. */
export interface TrainingState {
  /** Which tab of Compress is shown. */
  readonly tab: 'quantize' | 'train';
  /** As the form says; always valid, see `invalid`. */
  readonly recipe: TrainingRecipe;
  /** What runs the steps: our kernels, with the same bits everywhere, or whatever a probe finds fastest. */
  readonly engine: 'wasm' | 'fastest';
  /** Texts of fields that hold no valid value, by field. */
  readonly invalid: Readonly<Record<string, string>>;
  readonly data?: TrainingData;
  readonly dataProblem?: Problem;
  readonly trainable?: { readonly modelId: string; readonly batch: number; readonly reply: TrainableReply };
  readonly trainableProblem?: Problem;
  readonly sweep: SweepState;
  /** In the order they were started, those of other networks and those removed included. */
  readonly runs: readonly TrainingRun[];
  /** Ids of runs that are no longer listed; undo lists them again. */
  readonly removed: readonly string[];
  /** Ids of runs whose curves are drawn, in the order they were chosen; the one under way is drawn besides. */
  readonly selected: readonly string[];
  /** The epoch pointed at in a curve, the same in all; what the curves say there is in words for the status bar. */
  readonly cursor?: { readonly epoch: number; readonly words: string };
}

export type PackageState =
  | { readonly status: 'running' }
  | { readonly status: 'ready'; readonly reply: Omit<ExportReply, 'zip'>; readonly zipBytes: number }
  | { readonly status: 'failed'; readonly problem: Problem };

export interface DeployState {
  /** Exporter id. */
  readonly target?: string;
  /** Option values by exporter id; missing ones are the exporter's defaults. */
  readonly options: Readonly<Record<string, Readonly<Record<string, number | boolean | string>>>>;
  /** By `packageKey(point, exporter, options)`. */
  readonly packages: Readonly<Record<string, PackageState>>;
  readonly file?: string;
}

export interface JobRecord {
  readonly id: number;
  readonly title: string;
  readonly state: 'running' | 'paused' | 'done' | 'failed' | 'cancelled' | 'interrupted';
  /** It can be paused, and stopped so that it keeps what it has. */
  readonly pausable?: boolean;
  /** The training run it is of, where one was interrupted. */
  readonly run?: string;
  readonly done: number;
  readonly total: number;
  /** Remaining seconds: low, middle, high. Absent before three steps are done. */
  readonly secondsLeft?: readonly [number, number, number];
  readonly seconds?: number;
  /** What the cancel button says it keeps: 'keep 412'. */
  readonly keeps?: string;
  /** What came out, in words. */
  readonly result?: string;
  readonly problem?: Problem;
}

export interface JobsState {
  readonly list: readonly JobRecord[];
  readonly workers: number;
}

/** One undoable action: the members it changed, before and after. */
export interface HistoryStep {
  readonly label: string;
  /** Steps with the same key that follow each other within a second are one step (dragging). */
  readonly key?: string;
  readonly at: number;
  readonly before: UndoPatch;
  readonly after: UndoPatch;
}

export interface HistoryState {
  readonly past: readonly HistoryStep[];
  readonly future: readonly HistoryStep[];
}

export type UndoableSlice = 'session' | 'selection' | 'model' | 'exploration' | 'compress' | 'training' | 'deploy';
/** Members set to `undefined` are removed. */
export type SlicePatch<S> = { readonly [K in keyof S]?: S[K] | undefined };
export type Patch = { readonly [S in keyof AppState]?: SlicePatch<AppState[S]> };
export type UndoPatch = { readonly [S in UndoableSlice]?: SlicePatch<AppState[S]> };

export interface SettingsState {
  readonly theme: 'system' | 'light' | 'dark';
  readonly density: 'default' | 'roomy';
  /** Single-key shortcuts on. */
  readonly singleKeys: boolean;
}

export interface Message {
  readonly id: number;
  readonly text: string;
  readonly undoable: boolean;
}

/** A saved exploration as the start page lists it. */
export interface RecentRecord {
  /** SHA-256 of the model and of the data: one exploration per pair. */
  readonly id: string;
  readonly name: string;
  readonly sha256: string;
  readonly points: number;
  readonly onFront: number;
  /** Milliseconds since 1970. */
  readonly savedAt: number;
  readonly bytes: number;
  readonly interrupted: boolean;
  /** Front and a few points in the unit square, for the thumbnail: x right, y up. */
  readonly spark: readonly (readonly [number, number, boolean])[];
  readonly hasModel: boolean;
}

/** A network that comes with the page (`models/index.json`). */
export interface Sample {
  readonly id: string;
  readonly title: string;
  readonly task: string;
  /** Path under `models/`. */
  readonly file: string;
  /** A file under `models/`, or the name of a generator of labelled data ('figures'). */
  readonly data?: string;
  /** Samples of the generator that points are judged on. */
  readonly samples?: number;
  readonly sha256?: string;
  readonly macs?: number;
  readonly bytes?: number;
  readonly licence?: string;
  readonly source?: string;
  /** Top-1 of the float model, 0 … 1. */
  readonly accuracy?: number;
  /** Silhouette: per layer its rank, lane, and share of the largest MACs. */
  readonly outline?: readonly (readonly [number, number, number])[];
}

export type PlaceId = 'start' | 'model' | 'targets' | 'compress' | 'search' | 'explore' | 'run-time' | 'deploy';

export interface PageState {
  readonly place: PlaceId;
  /** Layer over the page: at most one. */
  readonly overlay: 'none' | 'palette' | 'keys' | 'link' | 'url' | 'share' | 'jobs' | 'settings' | 'about' | 'data';
  readonly message?: Message;
  /** Problems not tied to a file or job: storage full, broken link. */
  readonly problems: readonly Problem[];
  /** Requests the page has made since it finished loading. */
  readonly requests: number;
  readonly online: boolean;
  readonly recent: readonly RecentRecord[];
  readonly samples: readonly Sample[] | 'loading' | 'none';
  /** Verdict of a sample, shown before any file is opened. */
  readonly example?: { readonly title: string; readonly estimates: readonly Estimate[] };
  readonly storedBytes?: number;
}
