import {
  consumersOf,
  type Model,
  type Node,
  numbersOf,
  Rewrite,
  type Tensor,
  type TensorId,
  tensorOf,
} from '../../ir/index.ts';
import { constantOperand, onlyReader } from './constant-operand.ts';

/**
 * Makes layers of their parts, so that a quantizer sees one layer with one bias: Conv followed by an Add of one constant
 * per channel takes it as its bias; MatMul of a matrix by a constant, with or without such an Add, becomes Gemm.
 */
export function fuseBias(model: Model): Model {
  const { graph } = model;
  const consumers = consumersOf(graph);
  const rewrite = new Rewrite(model);
  for (const node of graph.nodes) {
    if (node.domain !== '') continue;
    const isMatrix = node.op === 'MatMul' && isMatrixProduct(model, node);
    if (node.op !== 'Conv' && !isMatrix) continue;
    const layer: Node = isMatrix ? { ...node, op: 'Gemm', attributes: new Map() } : node;
    const add = onlyReader(node.outputs[0] ?? '', consumers, graph.outputs);
    const bias = add?.op === 'Add' && add.domain === '' ? biasOf(model, layer, add) : undefined;
    if (add && bias) {
      const id = rewrite.constant(`${add.id}_bias`, bias);
      rewrite.replace(node.id, { ...layer, inputs: [...layer.inputs.slice(0, 2), id], outputs: add.outputs });
      rewrite.replace(add.id);
    } else if (isMatrix) rewrite.replace(node.id, layer);
  }
  return rewrite.done();
}

const shapeOf = (model: Model, id: TensorId | undefined) => model.graph.tensors.get(id ?? '')?.shape;

const isMatrixProduct = (model: Model, node: Node): boolean =>
  shapeOf(model, node.inputs[0])?.length === 2 && constantOperand(model, node.inputs[1])?.shape.length === 2;

/** The layer's own bias plus the added constant, one element per channel; `undefined` if the Add is something else. */
function biasOf(model: Model, layer: Node, add: Node): Tensor | undefined {
  const other = add.inputs.find((id) => id !== layer.outputs[0]);
  const added = constantOperand(model, other);
  const rank = shapeOf(model, layer.outputs[0])?.length;
  const channels =
    layer.op === 'Conv'
      ? constantOperand(model, layer.inputs[1])?.shape[0]
      : constantOperand(model, layer.inputs[1])?.shape[1];
  if (!added || rank === undefined || channels === undefined) return undefined;
  // Align with the output from the right: the channel is axis 1, every other axis must be 1 there.
  const aligned = [...Array<number>(Math.max(0, rank - added.shape.length)).fill(1), ...added.shape];
  if (aligned.length !== rank || aligned.some((d, axis) => d !== (axis === 1 ? channels : 1))) return undefined;
  const own = (layer.inputs[2] ?? '') === '' ? undefined : constantOperand(model, layer.inputs[2]);
  if ((layer.inputs[2] ?? '') !== '' && !own) return undefined;
  const first = numbersOf(added);
  const second = own && numbersOf(own);
  const sum = Float64Array.from(first, (v, c) => v + (second?.[c] ?? 0));
  return tensorOf(added.type, [channels], sum);
}
