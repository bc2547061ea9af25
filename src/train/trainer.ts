import { throwIfCancelled } from '../base/index.ts';
import { numbersOf, type SampleSet, type Tensor, type TensorId } from '../ir/index.ts';
import { checkIdentity, checkState, isBetter, savedState, stateOf } from './checkpoint.ts';
import { divergenceIn } from './divergence.ts';
import { goalOf } from './losses.ts';
import type { Checkpoint, EpochRecord, TrainingEvent, TrainingReport } from './recipe.ts';
import { answersNotFinite, diverged } from './run-errors.ts';
import { learningRateAt } from './schedules.ts';
import type { StepGraph } from './step-graph.ts';
import { type Engines, prepareTask, type Task, type TaskRequest, warnOfAbsent, withMemory } from './task.ts';
import { weightsSha256, withWeights } from './weights.ts';

export interface TrainRequest extends TaskRequest {
  /** Fingerprint of the network: checkpoints of another one are refused. */
  readonly fingerprint: string;
  /** Judged after each epoch, and before the first; absent: the last weights are kept. */
  readonly validation?: SampleSet;
  readonly resume?: Checkpoint;
}

/** How a run is watched, held up and ended. */
export interface RunHost {
  /** Seconds of a clock that only moves forward. Decides when events are told, never what is computed. */
  now(): number;
  /** What the user asks of the run between two steps. */
  readonly gate: { readonly waiting: Promise<void> | undefined; readonly stopping: boolean };
  onEvent(event: TrainingEvent): void;
}

/** A run's report before its network is written as a file. */
export interface TrainedModel extends Omit<TrainingReport, 'model' | 'fileName'> {
  readonly trained: TaskRequest['model'];
}

/** What a step told of itself. */
export interface StepResult {
  readonly loss: number;
  readonly correct?: number;
  readonly norm: number;
}

/** Events of steps are at least this many seconds apart. */
const EVENT_SECONDS = 0.25;
/** What clocks of browsers tell apart: 0.1 ms. */
const LEAST_SECONDS = 1e-4;

/**
 * Trains a network. The weights follow from network, data and recipe alone, bit by bit: not from clocks, pauses, resumption or what else
 * runs. Throws `train/…`: a recipe, data or a network that cannot be trained; a step whose numbers left the range (`train/diverged`).
 */
export async function train(request: TrainRequest, engines: Engines, host: RunHost): Promise<TrainedModel> {
  const task = await prepareTask(request, engines);
  try {
    const { validation, recipe } = request;
    if (validation)
      warnOfAbsent(goalOf(recipe.loss, task.graph.answer, validation), validation.name, 'validation', engines);
    const run = new Run(request, task, engines, host);
    await run.begin();
    await run.go();
    return await run.report();
  } finally {
    task.runner.dispose();
  }
}

/** Takes a step; throws `train/diverged` where it gave no numbers, with the layer it began in. */
export async function takeStep(
  task: Task,
  engines: Engines,
  recipe: TaskRequest['recipe'],
  step: number,
): Promise<StepResult> {
  const feeds = task.feedsOf(step, recipe);
  const { loss, correct, norm } = task.graph.outputs;
  const values = await withMemory(recipe.batch, () => task.runner.step(feeds));
  const result = { loss: scalar(values, loss), norm: scalar(values, norm) };
  if (!Number.isFinite(result.loss) || !Number.isFinite(result.norm)) {
    const learningRate = learningRateAt(recipe, task.batches.stepsPerEpoch, step);
    const where = await divergenceIn(task.graph, await task.runner.readState(), feeds, engines.steps);
    throw diverged({ ...where, step, learningRate, clipped: recipe.clipNorm !== undefined });
  }
  return correct === undefined ? result : { ...result, correct: scalar(values, correct) };
}

/** What of a step's state is in the network's file, in the order of the graph: parameters and running statistics, not the optimizer's moments. */
export const keptWeights = ({ parameters, statistics }: StepGraph): readonly TensorId[] => [
  ...parameters.map(({ id }) => id),
  ...statistics,
];

const scalar = (values: ReadonlyMap<TensorId, Tensor>, id: TensorId): number =>
  numbersOf(values.get(id) as Tensor)[0] as number;

class Run {
  readonly #request: TrainRequest;
  readonly #task: Task;
  readonly #engines: Engines;
  readonly #host: RunHost;
  readonly #stepsPerEpoch: number;
  readonly #steps: number;
  #step = 0;
  #epochs: EpochRecord[] = [];
  #running = { loss: 0, correct: 0, count: 0 };
  #best: Checkpoint['best'];
  #seconds = 0;
  /** When a step was told last, which, and the sum of the losses since. */
  #told = { at: 0, step: 0, loss: 0 };

  constructor(request: TrainRequest, task: Task, engines: Engines, host: RunHost) {
    this.#request = request;
    this.#task = task;
    this.#engines = engines;
    this.#host = host;
    this.#stepsPerEpoch = task.batches.stepsPerEpoch;
    this.#steps = request.recipe.epochs * this.#stepsPerEpoch;
  }

  /** Sets the state: that of the network, judged as it is, or that of a checkpoint. */
  async begin(): Promise<void> {
    const { resume, recipe, fingerprint, samples } = this.#request;
    const { graph } = this.#task;
    if (!resume) {
      this.#task.writeState(graph.initialState);
      await this.#timed(() => this.#record({ epoch: 0, learningRate: this.#rate(0) }));
      return;
    }
    checkIdentity(resume, { recipe, model: fingerprint, data: samples.sha256 });
    checkState(resume, graph.initialState, this.#steps);
    this.#task.writeState(stateOf(resume.state));
    this.#step = resume.step;
    this.#told.step = resume.step;
    this.#epochs = [...resume.epochs];
    this.#running = { ...resume.running };
    this.#best = resume.best;
  }

  /** Steps to the end, or until asked to stop. */
  async go(): Promise<void> {
    const { gate } = this.#host;
    this.#told.at = this.#host.now();
    while (this.#step < this.#steps && !gate.stopping) {
      throwIfCancelled(this.#engines.signal);
      if (gate.waiting) {
        this.#host.onEvent({ type: 'checkpoint', checkpoint: await this.#checkpoint() });
        await gate.waiting;
        this.#told = { at: this.#host.now(), step: this.#step, loss: 0 };
        continue;
      }
      await this.#timed(() => this.#next());
      await this.#engines.breathe();
    }
  }

  async report(): Promise<TrainedModel> {
    const { recipe } = this.#request;
    const { graph, runner } = this.#task;
    const checkpoint = await this.#checkpoint();
    const trained = withWeights(this.#request.model, stateOf(this.#best?.state ?? this.#weights(checkpoint)));
    const { plannedBytes, heldBytes } = runner;
    return {
      recipe,
      epochs: this.#epochs,
      kept: this.#best?.epoch ?? this.#step / this.#stepsPerEpoch,
      trained,
      weightsSha256: weightsSha256(trained, keptWeights(graph)),
      engine: this.#engines.steps.description,
      plainNodes: runner.plainNodes.map((node) => node.id),
      ...(plannedBytes === undefined ? {} : { plannedBytes }),
      ...(heldBytes === undefined ? {} : { peakBytes: heldBytes }),
      seconds: this.#seconds,
      checkpoint,
    };
  }

  /** One step, and what is due at the end of an epoch. */
  async #next(): Promise<void> {
    const { recipe } = this.#request;
    const result = await takeStep(this.#task, this.#engines, recipe, this.#step);
    this.#running.loss += result.loss * recipe.batch;
    this.#running.correct += result.correct ?? 0;
    this.#running.count += recipe.batch;
    this.#step++;
    this.#tellStep(result);
    if (this.#step % this.#stepsPerEpoch !== 0) return;
    const { loss, correct, count } = this.#running;
    const training = {
      loss: loss / count,
      count,
      ...(result.correct === undefined ? {} : { accuracy: correct / count }),
    };
    this.#running = { loss: 0, correct: 0, count: 0 };
    await this.#record({ epoch: this.#step / this.#stepsPerEpoch, training, learningRate: this.#rate(this.#step - 1) });
    this.#host.onEvent({ type: 'checkpoint', checkpoint: await this.#checkpoint() });
  }

  /** Judges the weights as they are, and keeps them if they are the best of the epochs so far. */
  async #record(epoch: EpochRecord): Promise<void> {
    const { model, validation } = this.#request;
    let record = epoch;
    let isBest = false;
    if (validation) {
      const state = this.#weights(await this.#checkpoint());
      const score = await this.#task.score(withWeights(model, stateOf(state)), validation);
      const isNumber = Number.isFinite(score.loss);
      // Before training nothing is said yet: the first step, if it fails too, names the layer.
      if (!isNumber && this.#step > 0) throw answersNotFinite(validation.name, this.#step, epoch.learningRate);
      if (isNumber) record = { ...epoch, validation: score };
      const before = this.#epochs.find((other) => other.epoch === this.#best?.epoch);
      isBest = epoch.epoch > 0 && isBetter(record, before);
      if (isBest) this.#best = { epoch: epoch.epoch, state };
    }
    this.#epochs.push(record);
    this.#host.onEvent({ type: 'epoch', record, isBest });
  }

  #tellStep({ loss, norm }: StepResult): void {
    const now = this.#host.now();
    this.#told.loss += loss;
    const { at, step, loss: sum } = this.#told;
    if (now - at < EVENT_SECONDS && this.#step < this.#steps) return;
    const seconds = now - at;
    const samples = (this.#step - step) * this.#request.recipe.batch;
    this.#told = { at: now, step: this.#step, loss: 0 };
    this.#host.onEvent({
      type: 'step',
      step: this.#step,
      steps: this.#steps,
      epoch: this.#step / this.#stepsPerEpoch,
      loss: sum / (this.#step - step),
      learningRate: this.#rate(this.#step - 1),
      gradientNorm: norm,
      samplesPerSecond: samples / Math.max(seconds, LEAST_SECONDS),
    });
  }

  #rate(step: number): number {
    return learningRateAt(this.#request.recipe, this.#stepsPerEpoch, step);
  }

  async #checkpoint(): Promise<Checkpoint> {
    const { recipe, fingerprint, samples } = this.#request;
    return {
      version: 1,
      recipe,
      model: fingerprint,
      data: samples.sha256,
      step: this.#step,
      state: savedState(await this.#task.readState()),
      ...(this.#best ? { best: this.#best } : {}),
      epochs: [...this.#epochs],
      running: { ...this.#running },
    };
  }

  #weights({ state }: Checkpoint): Checkpoint['state'] {
    const kept = new Set(keptWeights(this.#task.graph));
    return state.filter(({ name }) => kept.has(name));
  }

  async #timed(work: () => Promise<void>): Promise<void> {
    const start = this.#host.now();
    await work();
    this.#seconds += this.#host.now() - start;
  }
}
