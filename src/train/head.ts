import { attributeOf, isKnown, type Model, type Node, producersOf, type Shape, type TensorId } from '../ir/index.ts';
import { notClassValues, unknownOutput, unknownShape } from './errors.ts';
import type { Loss } from './recipe.ts';

/** The value a loss looks at. */
export interface Answer {
  readonly tensor: TensorId;
  readonly shape: Shape;
  /** Dimension of the classes. */
  readonly classAxis: number;
}

/** Nodes that may stand between a Softmax and the network's output. */
const AFTER_SOFTMAX = new Set(['Identity', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Cast']);

/** The output to train on: the one asked for, or the first. Throws `train/unknown-output`. */
export function trainedOutput({ graph }: Model, wanted?: TensorId): TensorId {
  const output = wanted ?? graph.outputs[0];
  if (output === undefined || !graph.outputs.includes(output)) throw unknownOutput(wanted ?? '', graph.outputs);
  return output;
}

/** The Softmax or LogSoftmax that the output is, perhaps in another shape. */
function finalSoftmax({ graph }: Model, output: TensorId): Node | undefined {
  const producers = producersOf(graph);
  let node = producers.get(output);
  while (node && AFTER_SOFTMAX.has(node.op)) node = producers.get(node.inputs[0] ?? '');
  return node?.op === 'Softmax' || node?.op === 'LogSoftmax' ? node : undefined;
}

/** The network with its class values as its one output: those before the Softmax it ends in. What a teacher is run as. */
export function logitsModel(model: Model, wanted?: TensorId): Model {
  const output = trainedOutput(model, wanted);
  const logits = finalSoftmax(model, output)?.inputs[0] ?? output;
  return { ...model, graph: { ...model.graph, outputs: [logits] } };
}

/** The dimension of the classes among the class values: that of the final Softmax, else the second. */
export function classAxis(model: Model, wanted?: TensorId): number {
  const softmax = finalSoftmax(model, trainedOutput(model, wanted));
  if (!softmax) return 1;
  const opset = model.graph.opsets.get('') ?? 1;
  const axis = attributeOf(softmax.attributes, 'axis', 'int') ?? (opset < 13 ? 1 : -1);
  const rank = model.graph.tensors.get(softmax.inputs[0] ?? '')?.shape?.length ?? 2;
  return axis < 0 ? axis + rank : axis;
}

/**
 * Where a network is compared with what it should give: at an output, or, for losses over classes, before the Softmax it ends in.
 * Throws `train/unknown-output`, `train/unknown-shape`, and `train/not-class-values` where there are no class values.
 */
export function answerOf(model: Model, loss: Loss, wanted?: TensorId): Answer {
  const output = trainedOutput(model, wanted);
  const isClasses = loss.id !== 'mse';
  const tensor = isClasses ? (logitsModel(model, output).graph.outputs[0] as TensorId) : output;
  const shape = model.graph.tensors.get(tensor)?.shape;
  if (!isKnown(shape)) throw unknownShape(tensor, shape);
  const axis = isClasses ? classAxis(model, output) : 1;
  if (isClasses && (shape.length < 2 || axis === 0 || (shape[axis] ?? 0) < 2)) throw notClassValues(output, shape);
  return { tensor, shape, classAxis: axis };
}
