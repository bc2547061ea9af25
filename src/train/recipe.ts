import type { NodeId } from '../ir/index.ts';

/** How the learning rate goes over a run; `warmUpEpochs` of linear growth from 0 come first. */
export type Schedule =
  | { readonly id: 'constant'; readonly warmUpEpochs: number }
  /** Times `factor` every `everyEpochs`. */
  | { readonly id: 'step'; readonly warmUpEpochs: number; readonly everyEpochs: number; readonly factor: number }
  /** Half a cosine from the full rate down to `floor` times it. */
  | { readonly id: 'cosine'; readonly warmUpEpochs: number; readonly floor: number };

export type Optimizer =
  | { readonly id: 'sgd'; readonly momentum: number; readonly nesterov: boolean }
  | { readonly id: 'adam'; readonly beta1: number; readonly beta2: number; readonly epsilon: number }
  | { readonly id: 'adamw'; readonly beta1: number; readonly beta2: number; readonly epsilon: number }
  | { readonly id: 'rmsprop'; readonly decay: number; readonly momentum: number; readonly epsilon: number };

export type Loss =
  /** `smoothing`: share of a label that is spread evenly over all classes, 0 … 1. */
  | { readonly id: 'cross-entropy'; readonly smoothing: number }
  /** Against targets of the output's shape; without labels the input itself (an auto-encoder). */
  | { readonly id: 'mse' }
  /** From the network as it was before training: (1 − share)·CE + share·T²·KL (methods D.21). */
  | { readonly id: 'distillation'; readonly temperature: number; readonly share: number };

/** Applied to each sample anew in each epoch, from the run's seed, the epoch and the sample's number alone. All 0 or false: none. */
export interface Augmentation {
  /** Largest shift along each spatial axis, pixels; what moves in is the sample's edge. */
  readonly shift: number;
  /** Mirrors left and right with probability ½. */
  readonly flip: boolean;
  /** Standard deviation of added noise, as a share of the standard deviation of the data. */
  readonly noise: number;
  /** Side of a square set to the data's mean, pixels. */
  readonly cutOut: number;
}

/** All that decides what a training run computes: the same recipe, data and network give the same weights, bit by bit. */
export interface TrainingRecipe {
  readonly version: 1;
  readonly epochs: number;
  /** Samples per step; the last, smaller batch of an epoch is left out. */
  readonly batch: number;
  readonly optimizer: Optimizer;
  readonly learningRate: number;
  readonly schedule: Schedule;
  /** On weights of convolutions, products and recurrent layers; biases, normalizations and other vectors have none. */
  readonly weightDecay: number;
  /** Largest norm of all gradients together; absent: not clipped. */
  readonly clipNorm?: number;
  readonly loss: Loss;
  readonly augmentation: Augmentation;
  /** 'frozen': running statistics are used as they are; 'batch': those of each batch, and the running ones follow. */
  readonly batchNormalization: 'batch' | 'frozen';
  /** Layers whose parameters stay. */
  readonly frozen: readonly NodeId[];
  readonly seed: number;
}

/** Loss and, with class labels, the share of samples whose largest output is their label. */
export interface Score {
  readonly loss: number;
  readonly accuracy?: number;
  readonly count: number;
}

export interface EpochRecord {
  /** 1 is the first; 0 is before training. */
  readonly epoch: number;
  /** Running mean over the epoch's batches, while weights changed; absent before training. */
  readonly training?: Score;
  readonly validation?: Score;
  readonly learningRate: number;
}

/** State of a run between two steps: everything that continuing with the same bits takes. Clones into a worker and into storage. */
export interface Checkpoint {
  readonly version: 1;
  readonly recipe: TrainingRecipe;
  /** Of the network's file and of the data the run was begun with. */
  readonly model: string;
  readonly data: string;
  /** Steps done in all. */
  readonly step: number;
  /** State inputs of the training graph (parameters, moments, running statistics), by name. */
  readonly state: readonly { readonly name: string; readonly shape: readonly number[]; readonly data: Float32Array }[];
  /** The best parameters so far by validation, and their epoch; absent: no epoch is over yet. */
  readonly best?: { readonly epoch: number; readonly state: Checkpoint['state'] };
  readonly epochs: readonly EpochRecord[];
  /** Sums of the epoch under way. */
  readonly running: { readonly loss: number; readonly correct: number; readonly count: number };
}

/** What a run tells while it goes on. */
export type TrainingEvent =
  | {
      readonly type: 'step';
      readonly step: number;
      /** Steps of the whole run. */
      readonly steps: number;
      /** With its fraction: 1.5 is the middle of the second epoch. */
      readonly epoch: number;
      /** Mean over the steps since the last event of this type. */
      readonly loss: number;
      readonly learningRate: number;
      readonly gradientNorm: number;
      /** Samples per second since the last event of this type. */
      readonly samplesPerSecond: number;
    }
  | { readonly type: 'epoch'; readonly record: EpochRecord; readonly isBest: boolean }
  | { readonly type: 'checkpoint'; readonly checkpoint: Checkpoint };

/** A finished or stopped run. */
export interface TrainingReport {
  readonly recipe: TrainingRecipe;
  readonly epochs: readonly EpochRecord[];
  /** Epoch whose weights are in `model`: the best by validation, or the last. */
  readonly kept: number;
  /** The trained network as an ONNX file, and its name. */
  readonly model: Uint8Array;
  readonly fileName: string;
  /** Of the trained parameters, in the order of the graph: equal for equal bits. */
  readonly weightsSha256: string;
  /** Engine that ran the steps, and nodes of the step it had no fast kernel for. */
  readonly engine: string;
  readonly plainNodes: readonly string[];
  /** Bytes the planner set aside, and the most that was in use; absent where the engine does not plan or measure. */
  readonly plannedBytes?: number;
  readonly peakBytes?: number;
  readonly seconds: number;
  readonly checkpoint: Checkpoint;
}

/** One trial of a learning-rate sweep (methods C.14). */
export interface SweepPoint {
  readonly learningRate: number;
  /** Mean over the last quarter of the steps; absent where the loss became infinite or not a number. */
  readonly loss?: number;
  readonly validation?: Score;
}
