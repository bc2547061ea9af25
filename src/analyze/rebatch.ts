import {
  encodeWeight,
  isKnown,
  type Model,
  type Node,
  numbersOf,
  type Shape,
  type StageContext,
  type Tensor,
  type TensorInfo,
  tensorOf,
} from '../ir/index.ts';
import { constantValues } from './constant-values.ts';
import { mixesSamples } from './errors.ts';
import { inferShapes, inferValues } from './infer-shapes.ts';
import { setShapes } from './set-shapes.ts';

/**
 * The same network for `count` samples at once: every input [b, …] becomes [count, …], and sizes that the file writes out for
 * one batch (the target of a Reshape or Expand, the initial state of a recurrent layer) follow. Throws `analyze/mixes-samples`
 * naming the node that keeps a network from it: an output's first dimension must be the batch.
 */
export function rebatch(model: Model, count: number, ctx: Pick<StageContext, 'warn'>): Model {
  const batch = batchOf(model);
  if (batch === count) return inferShapes(model, ctx);
  const inputs = new Map(
    model.graph.inputs.map((id) => [id, [count, ...shapeOf(model, id).slice(1)]] as readonly [string, Shape]),
  );
  const shaped = inferShapes(setShapes(withBatchConstants(model, batch, count), { inputs }), ctx);
  for (const node of shaped.graph.nodes) checkBatch(node, model, shaped, batch, count);
  return shaped;
}

/** The batch the inputs share; each must have one. */
function batchOf(model: Model): number {
  const sizes = new Set(model.graph.inputs.map((id) => shapeOf(model, id)[0]));
  const [batch] = sizes;
  if (sizes.size !== 1 || batch === undefined) throw mixesSamples('its inputs have no first dimension in common');
  return batch;
}

function shapeOf({ graph }: Model, id: string): Shape {
  const shape = graph.tensors.get(id)?.shape;
  if (!isKnown(shape)) throw mixesSamples(`the shape of '${id}' is not known`);
  return shape;
}

/** Where a node's constant input states the batch: index of the input, and what becomes of it. */
const constantsWithBatch: Readonly<
  Record<string, Readonly<Record<number, (tensor: Tensor, batch: number, count: number) => Tensor>>>
> = {
  Reshape: { 1: firstSize },
  Expand: { 1: firstSize },
  LSTM: { 5: repeatedState, 6: repeatedState },
  GRU: { 5: repeatedState },
  RNN: { 5: repeatedState },
};

/** A target shape whose first size is the batch. */
function firstSize(tensor: Tensor, batch: number, count: number): Tensor {
  const sizes = Array.from(numbersOf(tensor));
  return sizes[0] === batch ? tensorOf(tensor.type, tensor.shape, [count, ...sizes.slice(1)]) : tensor;
}

/** An initial state [directions, batch, hidden], the same for each sample of one batch of 1. */
function repeatedState(tensor: Tensor, batch: number, count: number): Tensor {
  const [directions = 1, held, hidden = 1] = tensor.shape;
  if (held !== batch || batch !== 1) return tensor;
  const values = numbersOf(tensor);
  const repeated = Float32Array.from({ length: directions * count * hidden }, (_, i) => {
    const direction = Math.floor(i / (count * hidden));
    return values[direction * hidden + (i % hidden)] as number;
  });
  return tensorOf(tensor.type, [directions, count, hidden], repeated);
}

/** Constants that state the batch are replaced node by node: another node may read the same constant for another purpose. */
function withBatchConstants(model: Model, batch: number, count: number): Model {
  const { graph } = model;
  const weights = new Map(model.weights);
  const tensors = new Map<string, TensorInfo>(graph.tensors);
  const independent = constantValues(graph);
  const values = inferValues(model, { warn() {} });
  const nodes = graph.nodes.map((node): Node => {
    const places = node.domain === '' ? constantsWithBatch[node.op] : undefined;
    if (!places) return node;
    const inputs = node.inputs.map((id, index) => {
      const change = places[index];
      const known = change && independent.has(id) ? values.get(id)?.constant : undefined;
      const changed = known && change?.(known, batch, count);
      if (!changed || changed === known) return id;
      const name = `${id} for ${count}`;
      weights.set(name, encodeWeight(name, changed));
      tensors.set(name, { id: name, type: changed.type, shape: changed.shape, weight: name });
      return name;
    });
    return { ...node, inputs };
  });
  return { graph: { ...graph, nodes, tensors }, weights };
}

/** Outputs of the graph must have grown with the batch, in their first dimension alone. */
function checkBatch(node: Node, before: Model, after: Model, batch: number, count: number): void {
  for (const id of node.outputs) {
    if (!before.graph.outputs.includes(id)) continue;
    const [was, is] = [before.graph.tensors.get(id)?.shape, after.graph.tensors.get(id)?.shape];
    const grown = is?.[0] === count && was?.[0] === batch && was.length === is.length;
    if (!grown || is.slice(1).some((size, i) => size !== was[i + 1])) {
      throw mixesSamples(
        `layer '${node.id}' (${node.op}) gives [${is?.join(', ') ?? '?'}] for ${count} samples and [${was?.join(', ') ?? '?'}] for ${batch}`,
      );
    }
  }
}
