import { UserError } from '../base/index.ts';
import type { StepBackend, StepRunner } from '../compute/index.ts';
import {
  type Diagnostic,
  elementCount,
  isKnown,
  type Model,
  type SampleSet,
  type Tensor,
  type TensorId,
} from '../ir/index.ts';
import { type Batch, Batches } from './batches.ts';
import { checkRecipe } from './check-recipe.ts';
import { conditioningOf, scaledBy } from './conditioning.ts';
import { type Answer, answerOf, logitsModel } from './head.ts';
import { absentClasses, type Goal, goalOf, targetOf } from './losses.ts';
import type { Loss, Score, TrainingRecipe } from './recipe.ts';
import { absentClassesNotice, missingSamples, notFinite, otherSize, outOfMemory } from './run-errors.ts';
import { ratesAt } from './schedules.ts';
import { answersOf, type Passing, scoreOfAnswers } from './scoring.ts';
import { type StepExtensions, type StepGraph, stepGraph } from './step-graph.ts';

export interface TaskRequest {
  /** As read, its batch of any size; it is not changed. */
  readonly model: Model;
  readonly samples: SampleSet;
  readonly recipe: TrainingRecipe;
  /** Operators and gradients of one's own. */
  readonly extensions?: StepExtensions;
}

/** What computes, and lets messages in while it does. */
export interface Engines extends Passing {
  readonly steps: StepBackend;
  warn(diagnostic: Diagnostic): void;
}

/** A network made ready to be trained on a data set. */
export interface Task {
  readonly graph: StepGraph;
  readonly runner: StepRunner;
  readonly batches: Batches;
  /** State of the step by name, weights as they are in the network. */
  readState(): Promise<ReadonlyMap<TensorId, Tensor>>;
  writeState(values: ReadonlyMap<TensorId, Tensor>): void;
  /** What a step is fed with, under the recipe of the task or one that differs in its rates alone. */
  feedsOf(step: number, recipe: TrainingRecipe): ReadonlyMap<TensorId, Tensor>;
  /** Loss and accuracy of the network with its weights replaced; samples of the same kind as those of training. */
  score(model: Model, samples: SampleSet): Promise<Score>;
}

/** Checks recipe and data, builds the step's graph and prepares it. Throws `train/…`. */
export async function prepareTask(
  { model, samples, recipe, extensions }: TaskRequest,
  engines: Engines,
): Promise<Task> {
  checkRecipe(recipe);
  checkSamples(model, samples);
  const types = new Map(model.graph.inputs.map((id) => [id, model.graph.tensors.get(id)?.type ?? 'float32'] as const));
  const batches = new Batches(samples, recipe, types);
  const batched = engines.rebatch(model, recipe.batch);
  const answer = answerOf(batched, recipe.loss, extensions?.output);
  const judged = (network: Model): Model => judgedModel(network, recipe.loss);
  const goal = goalOf(recipe.loss, answer, samples);
  warnOfAbsent(goal, samples.name, 'training', engines);
  const graph = stepGraph(batched, recipe, extensions);
  // What the teacher says of each sample as it is: augmentation moves what the student sees, not what it is told.
  const teachers = new Map<SampleSet, Float32Array>();
  const teacherOf = async (set: SampleSet): Promise<Float32Array | undefined> => {
    if (recipe.loss.id !== 'distillation') return undefined;
    const answers = teachers.get(set) ?? (await answersOf(judged(model), answer, set, engines));
    teachers.set(set, answers);
    return answers;
  };
  const teacher = await teacherOf(samples);
  const conditioning = conditioningOf(batched, new Set(graph.parameters.map(({ id }) => id)), samples);
  const runner = await withMemory(recipe.batch, () => engines.steps.prepareSteps(graph.model, graph.state));
  return {
    graph,
    runner,
    batches,
    readState: async () => scaledBy(await runner.readState(), conditioning.weights, 'over'),
    writeState: (values) => runner.writeState(scaledBy(values, conditioning.weights, 'times')),
    feedsOf(step, rated) {
      const batch = batches.at(step);
      const feeds = new Map(scaledBy(batch.inputs, conditioning.inputs, 'over'));
      feeds.set(graph.inputs.rates, float([3], ratesAt(rated, batches.stepsPerEpoch, step)));
      feeds.set(graph.inputs.labels, labelsFor(goal, answer, batch));
      if (graph.inputs.teacher !== undefined && teacher)
        feeds.set(graph.inputs.teacher, picked(teacher, goal, answer, batch));
      return feeds;
    },
    async score(trained, set) {
      checkSamples(model, set);
      const answers = await withMemory(recipe.batch, () => answersOf(judged(trained), answer, set, engines));
      return scoreOfAnswers(answers, goalOf(recipe.loss, answer, set), set, await teacherOf(set));
    },
  };
}

/** The network with the one output its loss is on: class values before a final Softmax, or the first output as it is. */
const judgedModel = (model: Model, loss: Loss): Model =>
  loss.id === 'mse'
    ? { ...model, graph: { ...model.graph, outputs: model.graph.outputs.slice(0, 1) } }
    : logitsModel(model);

/** Says which classes a data set has no sample of. */
export function warnOfAbsent(
  goal: Goal,
  data: string,
  use: 'training' | 'validation',
  { warn }: Pick<Engines, 'warn'>,
): void {
  const absent = absentClasses(goal);
  if (absent.length > 0) warn(absentClassesNotice(data, absent, use));
}

/** Memory that runs out is said in terms of the batch, the one thing that can be lowered at once. */
export async function withMemory<T>(batch: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const ranOut =
      thrown instanceof RangeError || (thrown instanceof UserError && /\/out-of-memory$/.test(thrown.code));
    throw ranOut ? outOfMemory(batch, thrown) : thrown;
  }
}

const float = (shape: readonly number[], data: Float32Array): Tensor => ({ type: 'float32', shape, data });

/** Classes [N], or what the answers are to be, of their shape. */
function labelsFor(goal: Goal, answer: Answer, { samples, clean }: Batch): Tensor {
  if (goal.target === 'classes') {
    return float(
      [samples.length],
      Float32Array.from(samples, (sample) => goal.labels?.[sample] ?? 0),
    );
  }
  const shape = [samples.length, ...answer.shape.slice(1)];
  if (goal.target === 'input') return float(shape, clean.slice());
  const data = new Float32Array(samples.length * goal.size);
  samples.forEach((sample, i) => {
    data.set(targetOf(goal, sample, data), i * goal.size);
  });
  return float(shape, data);
}

function picked(answers: Float32Array, { size }: Goal, answer: Answer, { samples }: Batch): Tensor {
  const data = new Float32Array(samples.length * size);
  samples.forEach((sample, i) => {
    data.set(answers.subarray(sample * size, (sample + 1) * size), i * size);
  });
  return float([samples.length, ...answer.shape.slice(1)], data);
}

/** Every input has samples of its size, and all numbers are finite. */
function checkSamples({ graph }: Model, samples: SampleSet): void {
  for (const id of graph.inputs) {
    const input = samples.inputs.find(({ tensor }) => tensor === id);
    if (!input) throw missingSamples(samples.name, id);
    const shape = graph.tensors.get(id)?.shape;
    if (isKnown(shape) && input.shape.slice(1).join() !== shape.slice(1).join()) {
      throw otherSize(samples.name, id, input.shape.slice(1), shape.slice(1));
    }
    const bad = input.data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw notFinite(samples.name, Math.floor(bad / Math.max(1, elementCount(input.shape))));
  }
}
