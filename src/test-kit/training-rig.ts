import { inferShapes, rebatch } from '../analyze/index.ts';
import { Random } from '../base/index.ts';
import { createPlainBackend, type FloatBackend, type StepBackend } from '../compute/index.ts';
import { bindSamples, generateSet, sampleGenerators } from '../datasets/index.ts';
import { type Diagnostic, type Model, type SampleSet, tensorOf } from '../ir/index.ts';
import {
  type TrainedModel,
  type TrainingEvent,
  type TrainingRecipe,
  type TrainRequest,
  train,
  trainingOps,
} from '../train/index.ts';
import { graphBuilder } from './graph-builder.ts';

/** Small networks, data and hosts for tests of training. */

/** Samples of a generator as numbers from 0 to 1. */
export function generated(id: string, count: number, seed: number): SampleSet {
  const { x, y, shape } = generateSet(sampleGenerators.get(id), count, seed);
  const unit = Float32Array.from(x, (code) => code / 255);
  const arrays = new Map([
    ['x', tensorOf('float32', [count, ...shape], unit)],
    ['y', tensorOf('uint8', [count], y)],
  ]);
  return bindSamples(arrays, [{ id: 'x', type: 'float32', shape: [1, ...shape] }], { name: `${id} ${seed}` }).samples;
}

/** He-distributed weights: cheap ones, for the figures of a test need no logarithm. */
function weights(count: number, fanIn: number, random: Random): Float32Array {
  const scale = Math.sqrt(6 / fanIn);
  return Float32Array.from({ length: count }, () => (2 * random.unit() - 1) * scale);
}

export interface Layout {
  readonly shape: readonly [channels: number, height: number, width: number];
  readonly classes: number;
  readonly channels: number;
  readonly normalized?: boolean;
  readonly softmax?: boolean;
  /** Without the average: the product sees every place. */
  readonly dense?: boolean;
}

/** Conv 3×3 /2, BatchNormalization where asked for, Relu, global average unless dense, Gemm, Softmax where asked for; a batch of one. */
export function smallNetwork({ shape, classes, channels, normalized, softmax, dense }: Layout, seed = 3): Model {
  const [depth, height, width] = shape;
  const seen = channels * (dense ? Math.ceil(height / 2) * Math.ceil(width / 2) : 1);
  const random = new Random(seed);
  const b = graphBuilder();
  b.input('x', [1, ...shape]);
  b.constant('conv.w', [channels, depth, 3, 3], weights(channels * depth * 9, depth * 9, random));
  b.constant('conv.b', [channels], new Float32Array(channels));
  let h = b.node('Conv', ['x', 'conv.w', 'conv.b'], {
    id: 'conv',
    attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
  });
  if (normalized) {
    b.constant('bn.scale', [channels], new Float32Array(channels).fill(1));
    b.constant('bn.bias', [channels], new Float32Array(channels));
    b.constant('bn.mean', [channels], new Float32Array(channels));
    b.constant('bn.var', [channels], new Float32Array(channels).fill(1));
    h = b.node('BatchNormalization', [h, 'bn.scale', 'bn.bias', 'bn.mean', 'bn.var'], { id: 'bn' });
  }
  h = b.node('Relu', [h], { id: 'relu' });
  if (!dense) h = b.node('GlobalAveragePool', [h], { id: 'pool' });
  h = b.node('Flatten', [h], { id: 'flatten' });
  b.constant('fc.w', [seen, classes], weights(seen * classes, seen, random));
  b.constant('fc.b', [classes], new Float32Array(classes));
  h = b.node('Gemm', [h, 'fc.w', 'fc.b'], { id: 'fc' });
  if (softmax) h = b.node('Softmax', [h], { id: 'softmax' });
  b.output(h);
  return inferShapes(b.done(), { warn() {} });
}

/** A network with all shapes known, for `count` samples at once. */
export const batched = (model: Model, count: number): Model => {
  const silent = { warn() {} };
  return rebatch(inferShapes(model, silent), count, silent);
};

export const plainTrainer = (): FloatBackend & StepBackend => createPlainBackend(trainingOps);

export const recipeOf = (changes: Partial<TrainingRecipe> = {}): TrainingRecipe => ({
  version: 1,
  epochs: 2,
  batch: 8,
  optimizer: { id: 'sgd', momentum: 0.9, nesterov: false },
  learningRate: 0.05,
  schedule: { id: 'cosine', warmUpEpochs: 0.25, floor: 0.01 },
  weightDecay: 1e-4,
  clipNorm: 5,
  loss: { id: 'cross-entropy', smoothing: 0.1 },
  augmentation: { shift: 1, flip: false, noise: 0.02, cutOut: 0 },
  batchNormalization: 'batch',
  frozen: [],
  seed: 5,
  ...changes,
});

export interface Rig {
  readonly backend?: FloatBackend & StepBackend;
  readonly signal?: AbortSignal;
  /** Seconds the clock moves at each look. */
  readonly tick?: number;
  onEvent?(event: TrainingEvent, gate: RigGate): void;
}

/** The gate of a run, opened and closed by the test. */
export class RigGate {
  waiting: Promise<void> | undefined;
  stopping = false;
  #open: () => void = () => {};

  pause(): void {
    this.waiting = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  resume(): void {
    this.waiting = undefined;
    this.#open();
  }
}

/** Engines as the jobs make them. */
export function rigEngines({ backend = plainTrainer(), signal = new AbortController().signal }: Rig = {}) {
  const diagnostics: Diagnostic[] = [];
  return {
    steps: backend,
    backend,
    signal,
    diagnostics,
    warn: (diagnostic: Diagnostic) => void diagnostics.push(diagnostic),
    rebatch: batched,
    breathe: () => Promise.resolve(),
  };
}

/** Trains, and keeps what was told. */
export async function trainWith(
  request: Omit<TrainRequest, 'fingerprint'>,
  rig: Rig = {},
): Promise<TrainedModel & { readonly events: readonly TrainingEvent[]; readonly diagnostics: readonly Diagnostic[] }> {
  const engines = rigEngines(rig);
  const gate = new RigGate();
  const events: TrainingEvent[] = [];
  let clock = 0;
  const report = await train({ ...request, fingerprint: 'network' }, engines, {
    now: () => {
      clock += rig.tick ?? 0.1;
      return clock;
    },
    gate,
    onEvent: (event) => {
      events.push(event);
      rig.onEvent?.(event, gate);
    },
  });
  return { ...report, events, diagnostics: engines.diagnostics };
}
