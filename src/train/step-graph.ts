import type { Registry } from '../base/index.ts';
import type { Model, NodeId, Shape, Tensor, TensorId } from '../ir/index.ts';
import type { OpDef } from '../ops/index.ts';
import { withStoredConstants } from './constants.ts';
import { nothingToTrain, unknownLayer } from './errors.ts';
import { gradientRules } from './gradients/list.ts';
import type { GradientRule } from './gradients/rule.ts';
import type { Answer } from './head.ts';
import { trainingOps } from './operators/list.ts';
import type { TrainingRecipe } from './recipe.ts';
import { StepBuilder } from './step-builder.ts';

/** What of a recipe decides the graph of a step. */
export type StepChoices = Pick<
  TrainingRecipe,
  'loss' | 'optimizer' | 'weightDecay' | 'clipNorm' | 'batchNormalization' | 'frozen'
>;

/** Beyond what a recipe says. */
export interface StepExtensions {
  /** The output to train on; default the network's first. */
  readonly output?: TensorId;
  /** Operators and gradients, with those of one's own: quantizers, fault injectors. */
  readonly operators?: Registry<OpDef>;
  readonly gradients?: Registry<GradientRule>;
}

/** One trained constant. It is a state input of the step under the name it has in the network. */
export interface Parameter {
  readonly id: TensorId;
  /** The first layer that reads it. */
  readonly layer: NodeId;
  readonly shape: Shape;
  /** Whether the recipe's weight decay applies to it. */
  readonly decays: boolean;
}

/** One training step as a graph that a backend runs again and again (`StepBackend` of `compute`). */
export interface StepGraph {
  readonly model: Model;
  /** State input → the output that takes its place: parameters, moments of the optimizer, running statistics. */
  readonly state: ReadonlyMap<TensorId, TensorId>;
  readonly initialState: ReadonlyMap<TensorId, Tensor>;
  /** In the order of the network. */
  readonly parameters: readonly Parameter[];
  /** Running means and variances that follow the batches: state under the names they have in the network. */
  readonly statistics: readonly TensorId[];
  readonly inputs: {
    /** The network's own inputs. */
    readonly samples: readonly TensorId[];
    /** Classes [N, …] as float32 whole numbers (sizes of 1 left out), or targets of the answer's shape. */
    readonly labels: TensorId;
    /** Class values of the teacher, of the answer's shape; only with distillation. */
    readonly teacher?: TensorId;
    /** [3]: learning rate, 1/(1 − β₁ᵗ), 1/(1 − β₂ᵗ). */
    readonly rates: TensorId;
  };
  readonly outputs: {
    readonly loss: TensorId;
    /** Rows whose first largest class value is the label's; absent without classes. */
    readonly correct?: TensorId;
    /** Norm of all gradients together. */
    readonly norm: TensorId;
  };
  /** The network's value that the loss looks at: before a final Softmax. */
  readonly answer: Answer;
  /** Results of the network's layers in the step, in order: where to look for the first value that is not finite. */
  readonly activations: readonly { readonly layer: NodeId; readonly op: string; readonly value: TensorId }[];
  /** Gradient of each parameter. */
  readonly gradients: ReadonlyMap<TensorId, TensorId>;
  /** Node of the step → layer of the network it works for; '' for loss and optimizer. */
  readonly layers: ReadonlyMap<NodeId, NodeId>;
}

/**
 * The step that trains a network: forward nodes, loss, gradients, and the update of every parameter. Of `model` all shapes must be
 * known, the batch too. A final Softmax is left out (the losses work on class values); the network itself keeps it.
 * Throws `train/no-gradient` naming the layer, `train/nothing-to-train`, `train/unknown-shape`, `train/not-class-values`,
 * `train/unknown-output`, `train/unknown-layer`.
 */
export function stepGraph(model: Model, choices: StepChoices, extensions: StepExtensions = {}): StepGraph {
  const layers = new Set(model.graph.nodes.map((node) => node.id));
  for (const id of choices.frozen) if (!layers.has(id)) throw unknownLayer(id);
  const { operators = trainingOps, gradients = gradientRules, output } = extensions;
  // A constant that no gradient reaches stays as it is; what is left is built again without it.
  const left: TensorId[] = [];
  for (;;) {
    const builder = new StepBuilder(withStoredConstants(model), choices, operators, gradients, { output, left });
    if (builder.parameters.length === 0) throw nothingToTrain(model.graph.name, choices.frozen.length);
    const unreached = builder.differentiate();
    if (unreached.length === 0) return builder.finish();
    left.push(...unreached);
  }
}
