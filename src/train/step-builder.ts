import type { Registry } from '../base/index.ts';
import {
  capturedBy,
  type DataType,
  elementCount,
  isKnown,
  type Model,
  type Node,
  producersOf,
  readBy,
  type Shape,
  type Tensor,
  type TensorId,
  weightOf,
} from '../ir/index.ts';
import { type OpDef, opIdOf } from '../ops/index.ts';
import { inverseOrder, transpose } from './compose.ts';
import { ActiveValues, differentiate, type OnObstacle } from './differentiate.ts';
import { Emitter, type NamedAttributes, real } from './emitter.ts';
import { unknownShape } from './errors.ts';
import type { GradientRule } from './gradients/rule.ts';
import { type Answer, answerOf } from './head.ts';
import { TRAINING_DOMAIN } from './operators/operator.ts';
import { optimizerNodes } from './optimizers.ts';
import { canonicalConstants, type LearnableConstant, learnableConstants } from './parameters.ts';
import type { StepChoices, StepGraph } from './step-graph.ts';

interface Narrowing {
  readonly output: TensorId | undefined;
  /** Constants that stay although they could be trained. */
  readonly left: readonly TensorId[];
}

/** Names of what the loss reads and gives. */
interface Scores {
  readonly labels: TensorId;
  readonly teacher?: TensorId;
  readonly loss: TensorId;
  readonly correct?: TensorId;
}

/** Writes a step in three parts: the forward graph (when made), loss and gradients, the updates. See `stepGraph`. */
export class StepBuilder {
  readonly answer: Answer;
  readonly parameters: readonly LearnableConstant[];
  readonly forward: Node[] = [];
  readonly #model: Model;
  readonly #choices: StepChoices;
  readonly #rules: Registry<GradientRule>;
  readonly #e: Emitter;
  readonly #active: ActiveValues;
  /** Other names of constants that are known by one. */
  readonly #names: ReadonlyMap<TensorId, TensorId>;
  readonly #inputs: TensorId[] = [];
  readonly #state = new Map<TensorId, TensorId>();
  readonly #initial = new Map<TensorId, Tensor>();
  readonly #statistics: TensorId[] = [];
  readonly #gradients = new Map<TensorId, TensorId>();
  #scores: Scores | undefined;

  constructor(
    model: Model,
    choices: StepChoices,
    operators: Registry<OpDef>,
    rules: Registry<GradientRule>,
    { output, left }: Narrowing,
  ) {
    const { graph } = model;
    this.#model = model;
    this.#choices = choices;
    this.#rules = rules;
    this.answer = answerOf(model, choices.loss, output);
    this.#names = canonicalConstants(graph);
    const nodes = ancestors(model, this.answer.tensor);
    const frozen = new Set(choices.frozen);
    // Graphs inside nodes read by names of their own, so what they read keeps its name and its place.
    const captured = new Set(nodes.flatMap((node) => capturedBy(node)).map((id) => this.#names.get(id) ?? id));
    this.parameters = learnableConstants(model, nodes, operators).filter(
      ({ id, layers }) => !left.includes(id) && !captured.has(id) && !layers.some((layer) => frozen.has(layer)),
    );
    const taken = [...graph.tensors.keys(), ...graph.nodes.map((node) => node.id)];
    this.#e = new Emitter(graph.opsets, operators, taken);
    this.#active = new ActiveValues(
      this.#e,
      this.parameters.map(({ id }) => id),
    );
    this.#openInputs();
    for (const { id } of this.parameters) this.#keep(id, this.#constant(id));
    for (const node of nodes) this.#write(node, frozen.has(node.id));
  }

  /** Writes loss and gradients; gives the parameters that no gradient reaches. */
  differentiate(onObstacle?: OnObstacle): readonly TensorId[] {
    const gradient = differentiate(this.#e, this.forward, this.#writeLoss(), this.#active, this.#rules, onObstacle);
    for (const { id, layer } of this.parameters) {
      this.#e.at(layer);
      const found = gradient(id);
      if (found !== undefined) this.#gradients.set(id, found);
    }
    return this.parameters.flatMap(({ id }) => (this.#gradients.has(id) ? [] : [id]));
  }

  /** Writes the updates; gives the whole step. */
  finish(): StepGraph {
    const e = this.#e;
    e.at('');
    const rates = this.#input('rates', 'float32', [3]);
    const norm = e.train('GradientNorm', [...this.#gradients.values()]);
    const scale = e.train('ClipScale', [norm], { maximum: real(this.#choices.clipNorm ?? 0) });
    const optimizer = optimizerNodes(this.#choices.optimizer);
    for (const { id: param, shape, isWeight } of this.parameters) {
      const gradient = this.#gradients.get(param) as TensorId;
      const states = optimizer.states.map((name) => this.#keep(e.fresh(`${param}.${name}`), zeros(shape)));
      const decay = isWeight ? this.#choices.weightDecay : 0;
      const next = optimizer.update(e, { param, gradient, states, rates, scale }, decay);
      [param, ...states].forEach((id, i) => {
        this.#state.set(id, next[i] as TensorId);
      });
    }
    const { labels, teacher, loss, correct } = this.#scores as Scores;
    const told = { loss, ...(correct === undefined ? {} : { correct }), norm };
    const outputs = new Set([...Object.values(told), ...this.#state.values()]);
    return {
      model: e.done(`${this.#model.graph.name} training step`, this.#inputs, [...outputs]),
      state: this.#state,
      initialState: this.#initial,
      parameters: this.parameters.map(({ id, layer, shape, isWeight }) => ({ id, layer, shape, decays: isWeight })),
      statistics: this.#statistics,
      inputs: {
        samples: this.#model.graph.inputs,
        labels,
        ...(teacher === undefined ? {} : { teacher }),
        rates,
      },
      outputs: told,
      answer: this.answer,
      activations: this.#activations(),
      gradients: this.#gradients,
      layers: e.layers,
    };
  }

  #activations(): StepGraph['activations'] {
    const original = new Map(this.#model.graph.nodes.map((node) => [node.id, node.op]));
    return this.forward.flatMap(({ id: layer, outputs: [value = ''] }) =>
      this.#e.typeOf(value) === 'float32' && this.#e.constantOf(value) === undefined
        ? [{ layer, op: original.get(layer) ?? '', value }]
        : [],
    );
  }

  /** The network's own inputs that the answer depends on, or all: a batch feeds them all. */
  #openInputs(): void {
    for (const id of this.#model.graph.inputs) {
      const { type = 'float32', shape } = this.#model.graph.tensors.get(id) ?? {};
      if (!isKnown(shape)) throw unknownShape(id, shape);
      this.#inputs.push(this.#e.input(id, type, shape));
    }
  }

  #input(hint: string, type: DataType, shape: Shape): TensorId {
    const id = this.#e.input(this.#e.fresh(hint), type, shape);
    this.#inputs.push(id);
    return id;
  }

  /** A value that stays from step to step; what takes its place is told later. */
  #keep(id: TensorId, initial: Tensor): TensorId {
    this.#inputs.push(this.#e.input(id, 'float32', initial.shape));
    this.#initial.set(id, initial);
    return id;
  }

  #constant(id: TensorId): Tensor {
    const { graph, weights } = this.#model;
    return weightOf(weights, graph.tensors.get(id)?.weight ?? '');
  }

  /** A node of the network, in the form it has while training. */
  #write(node: Node, isFrozen: boolean): void {
    const { graph } = this.#model;
    this.#e.at(node.id);
    for (const id of capturedBy(node)) this.#store(id);
    const written = this.#extended(
      this.#formOf({ ...node, inputs: node.inputs.map((id) => this.#read(id)) }, isFrozen),
    );
    this.#e.append(written, graph.tensors);
    this.#active.follow(written);
    this.forward.push(written);
  }

  /** The name a value has in the step; a constant that stays is put there when it is first read. */
  #read(id: TensorId): TensorId {
    const name = this.#names.get(id) ?? id;
    this.#store(name);
    return name;
  }

  #store(id: TensorId): void {
    const info = this.#model.graph.tensors.get(id);
    const stored = info?.weight === undefined ? undefined : this.#model.weights.get(info.weight);
    if (info && stored && !this.#e.has(id)) this.#e.stored(info, stored, this.#constant(id));
  }

  #formOf(node: Node, isFrozen: boolean): Node {
    if (node.op === 'Dropout') return { ...node, inputs: node.inputs.slice(0, 1) };
    if (opIdOf(node) !== 'BatchNormalization') return node;
    const fixed = { ...node, outputs: node.outputs.slice(0, 1), attributes: without(node, 'training_mode') };
    const [mean = '', variance = ''] = node.inputs.slice(3);
    const hasStatistics = this.#names.has(mean) && this.#names.has(variance);
    if (isFrozen || this.#choices.batchNormalization === 'frozen' || !hasStatistics) return fixed;
    return this.#byBatch(node, mean, variance);
  }

  /** Batch normalization by the statistics of the batch, which the running ones follow. */
  #byBatch(node: Node, mean: TensorId, variance: TensorId): Node {
    const running = [mean, variance].map((id) => {
      // The node has read its constants already; from here on they are state.
      if (!this.#initial.has(id)) {
        this.#keep(id, this.#constant(id));
        this.#statistics.push(id);
      }
      return this.#state.get(id) ?? id;
    });
    const [y = ''] = node.outputs;
    const [newMean, newVariance, ...batch] = ['mean', 'variance', 'batch_mean', 'batch_deviation'].map((name) =>
      this.#e.fresh(`${node.id}/${name}`),
    ) as [TensorId, TensorId, TensorId, TensorId];
    this.#state.set(mean, newMean);
    this.#state.set(variance, newVariance);
    return {
      ...node,
      op: 'BatchNormalizationTraining',
      domain: TRAINING_DOMAIN,
      inputs: [...node.inputs.slice(0, 3), ...running],
      outputs: [y, newMean, newVariance, ...batch],
      attributes: without(node, 'training_mode'),
    };
  }

  /** The node with the outputs that its gradient reads, where one will be taken. */
  #extended(node: Node): Node {
    const count = this.#rules.tryGet(opIdOf(node))?.outputs ?? 0;
    const isGiven = (i: number) => (node.outputs[i] ?? '') !== '';
    if (!this.#active.isOnTheWay(node) || Array.from({ length: count }, (_, i) => i).every(isGiven)) return node;
    const outputs = Array.from({ length: Math.max(count, node.outputs.length) }, (_, i) =>
      i >= count || isGiven(i) ? (node.outputs[i] ?? '') : this.#e.fresh(`${node.id}/kept`),
    );
    return { ...node, outputs };
  }

  /** The loss, and the gradients it gives. */
  #writeLoss(): ReadonlyMap<TensorId, TensorId> {
    const e = this.#e;
    const { loss } = this.#choices;
    const { tensor, shape, classAxis } = this.answer;
    e.at('');
    if (loss.id === 'mse') {
      const labels = this.#input('labels', 'float32', shape);
      const [value = '', gradient = ''] = e.trainAll('MeanSquaredErrorLoss', [tensor, labels], 2);
      this.#scores = { labels, loss: value };
      return new Map([[tensor, gradient]]);
    }
    const order = [0, classAxis, ...shape.map((_, i) => i).filter((i) => i > 0 && i !== classAxis)];
    const rows = shape.filter((size, i) => i === 0 || (i !== classAxis && size > 1));
    const labels = this.#input('labels', 'float32', rows);
    const teacher = loss.id === 'distillation' ? this.#input('teacher', 'float32', shape) : undefined;
    const first = (id: TensorId) => transpose(e, id, order);
    const inputs = [first(tensor), labels, ...(teacher === undefined ? [] : [first(teacher)])];
    const [op, attributes]: [string, NamedAttributes] =
      loss.id === 'distillation'
        ? ['DistillationLoss', { temperature: real(loss.temperature), share: real(loss.share) }]
        : ['CrossEntropyLoss', { smoothing: real(loss.smoothing) }];
    const [value = '', gradient = '', correct = ''] = e.trainAll(op, inputs, 3, attributes);
    this.#scores = { labels, loss: value, correct, ...(teacher === undefined ? {} : { teacher }) };
    return new Map([[tensor, transpose(e, gradient, inverseOrder(order))]]);
  }
}

const without = ({ attributes }: Node, name: string): Node['attributes'] =>
  new Map([...attributes].filter(([key]) => key !== name));

const zeros = (shape: Shape): Tensor => ({ type: 'float32', shape, data: new Float32Array(elementCount(shape)) });

/** The nodes that a value is computed by, in the order of the graph. */
function ancestors({ graph }: Model, value: TensorId): readonly Node[] {
  const producers = producersOf(graph);
  const found = new Set<Node>();
  const waiting = [value];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const node = producers.get(id);
    if (!node || found.has(node)) continue;
    found.add(node);
    waiting.push(...readBy(node));
  }
  return graph.nodes.filter((node) => found.has(node));
}
