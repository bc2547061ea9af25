import { rebatch } from '../../analyze/index.ts';
import { hashOf } from '../../base/index.ts';
import type { FloatBackend, StepBackend } from '../../compute/index.ts';
import type { SampleSet, StageContext } from '../../ir/index.ts';
import { writeOnnx } from '../../onnx/index.ts';
import type {
  Checkpoint,
  SweepPoint,
  Trainable,
  TrainingEvent,
  TrainingRecipe,
  TrainingReport,
} from '../../train/index.ts';
import type { OpenedModel } from './open.ts';

/** Engines, clock and gate of the place where training runs. */
export interface TrainingHost {
  readonly steps: StepBackend;
  readonly floats: FloatBackend;
  now(): number;
  /** Lets messages in. */
  pause(): Promise<void>;
  /** What the user asks of the run between two steps. */
  readonly gate: { readonly waiting: Promise<void> | undefined; readonly stopping: boolean };
}

export interface TrainingSamples {
  readonly samples: SampleSet;
  readonly validation?: SampleSet;
}

/** Trains the network as it was read, and writes it as a file with its new weights. Throws `train/…`. */
export async function trainModel(
  opened: OpenedModel,
  request: TrainingSamples & { readonly recipe: TrainingRecipe; readonly resume?: Checkpoint },
  host: TrainingHost,
  ctx: StageContext,
  onEvent: (event: TrainingEvent) => void,
): Promise<TrainingReport> {
  const { train } = await import('../../train/index.ts');
  const heard = (event: TrainingEvent): void => {
    if (event.type === 'step') ctx.progress(event.step, event.steps);
    onEvent(event);
  };
  const run = { now: () => host.now(), gate: host.gate, onEvent: heard };
  const task = { ...request, model: opened.asRead, fingerprint: fingerprintOf(opened) };
  const { trained, ...report } = await train(task, enginesOf(host, ctx), run);
  return { ...report, model: writeOnnx(trained), fileName: trainedName(opened) };
}

/** A few steps at each learning rate (methods C.14). */
export async function sweepRates(
  opened: OpenedModel,
  request: TrainingSamples & {
    readonly recipe: TrainingRecipe;
    readonly rates: readonly number[];
    readonly steps: number;
  },
  host: TrainingHost,
  ctx: StageContext,
  onPoint: (point: SweepPoint) => void,
): Promise<readonly SweepPoint[]> {
  const { sweepLearningRates } = await import('../../train/index.ts');
  return sweepLearningRates({ ...request, model: opened.asRead }, enginesOf(host, ctx), {
    onPoint,
    progress: ctx.progress,
    gate: host.gate,
  });
}

/** What of a network can be trained, and what a step of this batch takes. */
export async function trainableReport(
  opened: OpenedModel,
  batch: number,
  steps: StepBackend,
): Promise<Omit<Trainable, 'step'> & { readonly stepBytes?: number }> {
  const { trainable, withMemory } = await import('../../train/index.ts');
  const { step, ...report } = trainable(rebatch(opened.asRead, batch, { warn() {} }));
  if (!step) return report;
  const runner = await withMemory(batch, () => steps.prepareSteps(step.model, step.state));
  const { plannedBytes } = runner;
  runner.dispose();
  return { ...report, ...(plannedBytes === undefined ? {} : { stepBytes: plannedBytes }) };
}

/** The network with the weights of a checkpoint, as a file. Throws `train/other-run`, `train/damaged-checkpoint`. */
export async function checkpointModel(
  opened: OpenedModel,
  checkpoint: Checkpoint,
  which: 'best' | 'last',
): Promise<{ readonly model: Uint8Array; readonly fileName: string }> {
  const { checkNetwork, modelOfCheckpoint } = await import('../../train/index.ts');
  checkNetwork(checkpoint, fingerprintOf(opened));
  return { model: writeOnnx(modelOfCheckpoint(opened.asRead, checkpoint, which)), fileName: trainedName(opened) };
}

/** Of the network as it is trained: the file, and what was done to it since. */
const fingerprintOf = ({ reference, changes }: OpenedModel): string =>
  changes.length === 0 ? reference.sha256 : hashOf([reference.sha256, changes]);

const trainedName = ({ reference }: OpenedModel): string =>
  `${reference.name.replace(/\.(onnx|keras|h5|hdf5|json|zip|gz)$/i, '').replace(/_trained$/, '')}_trained.onnx`;

/** Between two looks at messages at most this many seconds: a browser may take 4 ms for each. */
const BREATH_SECONDS = 0.03;

function enginesOf({ steps, floats, now, pause }: TrainingHost, { signal, warn }: StageContext) {
  let last = now();
  return {
    steps,
    backend: floats,
    signal,
    warn,
    rebatch: (model: OpenedModel['asRead'], count: number) => rebatch(model, count, { warn() {} }),
    async breathe() {
      if (now() - last < BREATH_SECONDS) return;
      await pause();
      last = now();
    },
  };
}
