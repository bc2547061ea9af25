import { UserError } from '../base/index.ts';
import { elementCount, isKnown, type Model, type NodeId, producersOf } from '../ir/index.ts';
import { withStoredConstants } from './constants.ts';
import { answerOf, logitsModel } from './head.ts';
import { trainingOps } from './operators/list.ts';
import { learnableConstants } from './parameters.ts';
import type { Loss } from './recipe.ts';
import { type StepChoices, type StepGraph, stepGraph } from './step-graph.ts';

/** A layer with parameters. */
export interface TrainableLayer {
  readonly node: NodeId;
  readonly op: string;
  readonly parameters: number;
  /** Why its parameters cannot be trained: a layer without a gradient stands between them and the loss, or is this one. */
  readonly obstacle?: string;
}

export interface Trainable {
  /** With parameters, in graph order. */
  readonly layers: readonly TrainableLayer[];
  /** Numbers that can be trained. */
  readonly parameters: number;
  /** Losses that fit the first output, the most usual first. */
  readonly losses: readonly Loss['id'][];
  /** A step that trains all that can be; absent: nothing can. */
  readonly step?: StepGraph;
}

/** The choices that take the most memory: what a step needs is stated for these. */
const choicesFor = (loss: Loss, frozen: readonly NodeId[]): StepChoices => ({
  loss,
  optimizer: { id: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  weightDecay: 0,
  batchNormalization: 'batch',
  frozen,
});

const USUAL: Readonly<Record<Loss['id'], Loss>> = {
  'cross-entropy': { id: 'cross-entropy', smoothing: 0 },
  distillation: { id: 'distillation', temperature: 4, share: 0.5 },
  mse: { id: 'mse' },
};

/**
 * What of a network can be trained. `read`: of the batch asked for, all shapes known. Layers that no gradient reaches are told with the
 * reason, and left out of `step`: freezing them is what makes the others trainable.
 */
export function trainable(read: Model): Trainable {
  const model = withStoredConstants(read);
  const losses = lossesOf(model);
  const [first = 'mse'] = losses;
  const loss = USUAL[first];
  const withParameters = layersOf(model, loss);
  const obstacles = new Map<NodeId, string>();
  let step: StepGraph | undefined;
  while (obstacles.size < withParameters.length && !step) {
    const attempt = tryStep(model, choicesFor(loss, [...obstacles.keys()]));
    if (typeof attempt === 'object' && 'model' in attempt) {
      step = attempt;
      break;
    }
    const behind = ancestorsOf(model, attempt.node);
    const before = obstacles.size;
    for (const { node } of withParameters) {
      if (behind.has(node) && !obstacles.has(node)) obstacles.set(node, attempt.reason);
    }
    // Nothing new to freeze: the obstacle stands in the way of all.
    if (obstacles.size === before) for (const { node } of withParameters) obstacles.set(node, attempt.reason);
  }
  const reached = new Set(step?.parameters.map(({ layer }) => layer));
  const layers = withParameters.map((layer) => {
    const obstacle = obstacles.get(layer.node) ?? (step && !reached.has(layer.node) ? UNREACHED : undefined);
    return obstacle === undefined ? layer : { ...layer, obstacle };
  });
  const parameters = (step?.parameters ?? []).reduce((sum, { shape }) => sum + elementCount(shape), 0);
  return { layers, parameters, losses, ...(step ? { step } : {}) };
}

const UNREACHED = 'The first output does not depend on its parameters in a way that has a gradient.';

function tryStep(model: Model, choices: StepChoices): StepGraph | { readonly node: NodeId; readonly reason: string } {
  try {
    return stepGraph(model, choices);
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    const { node } = thrown.facts;
    if (thrown.code !== 'train/no-gradient' && thrown.code !== 'train/nothing-to-train') throw thrown;
    return { node: typeof node === 'string' ? node : '', reason: thrown.message };
  }
}

function lossesOf(model: Model): Loss['id'][] {
  const [output = ''] = model.graph.outputs;
  const shape = model.graph.tensors.get(output)?.shape;
  const isEcho = model.graph.inputs.some((id) => {
    const input = model.graph.tensors.get(id)?.shape;
    return isKnown(input) && isKnown(shape) && elementCount(input) === elementCount(shape);
  });
  try {
    const answer = answerOf(model, USUAL['cross-entropy']);
    const classes = answer.shape[answer.classAxis] ?? 0;
    const perSample = elementCount(answer.shape.slice(1));
    if (classes === perSample && !isEcho) return ['cross-entropy', 'distillation', 'mse'];
  } catch (thrown) {
    if (!(thrown instanceof UserError) || thrown.code !== 'train/not-class-values') throw thrown;
  }
  return ['mse'];
}

function layersOf(model: Model, loss: Loss): TrainableLayer[] {
  const { graph } = loss.id === 'mse' ? model : logitsModel(model);
  const layers = new Map<NodeId, TrainableLayer>();
  for (const { layer, shape } of learnableConstants(model, graph.nodes, trainingOps)) {
    const op = graph.nodes.find(({ id }) => id === layer)?.op ?? '';
    const before = layers.get(layer)?.parameters ?? 0;
    layers.set(layer, { node: layer, op, parameters: before + elementCount(shape) });
  }
  return [...layers.values()];
}

/** A node and all that its inputs come from. */
function ancestorsOf({ graph }: Model, node: NodeId): ReadonlySet<NodeId> {
  const producers = producersOf(graph);
  const byId = new Map(graph.nodes.map((other) => [other.id, other]));
  const found = new Set<NodeId>();
  const waiting = [node];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const at = byId.get(id);
    if (!at || found.has(id)) continue;
    found.add(id);
    for (const input of at.inputs) {
      const producer = producers.get(input);
      if (producer) waiting.push(producer.id);
    }
  }
  return found;
}
