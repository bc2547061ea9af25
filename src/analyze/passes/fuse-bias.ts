import { attributeOf, type Model, type Node, numbersOf, Rewrite, type Tensor, tensorOf } from '../../ir/index.ts';
import { type Look, lookAt } from './look.ts';

const BIASED: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose', 'Gemm']);

/**
 * Makes layers of their parts, so that a quantizer sees one layer with one bias: Conv, ConvTranspose or Gemm followed by an Add of one
 * constant per channel takes it as its bias; MatMul of a matrix by a constant, with or without such an Add, becomes Gemm.
 */
export function fuseBias(model: Model): Model {
  const look = lookAt(model);
  const rewrite = new Rewrite(model);
  const taken = new Set<string>();
  for (const node of model.graph.nodes) {
    if (node.domain !== '' || taken.has(node.id)) continue;
    const isMatrix = node.op === 'MatMul' && isMatrixProduct(node, look);
    if (!BIASED.has(node.op) && !isMatrix) continue;
    const layer: Node = isMatrix ? { ...node, op: 'Gemm', attributes: new Map() } : node;
    const add = look.onlyReader(node.outputs[0]);
    const bias = add?.op === 'Add' && add.domain === '' ? biasOf(layer, add, look) : undefined;
    if (add && bias) {
      const id = rewrite.constant(`${add.id}_bias`, bias);
      rewrite.replace(node.id, { ...layer, inputs: [...layer.inputs.slice(0, 2), id], outputs: add.outputs });
      rewrite.replace(add.id);
      taken.add(add.id);
    } else if (isMatrix) rewrite.replace(node.id, layer);
  }
  return rewrite.done();
}

const isMatrixProduct = (node: Node, look: Look): boolean =>
  look.shape(node.inputs[0])?.length === 2 && look.constantShape(node.inputs[1])?.length === 2;

/** Output channels of a layer with a constant weight; `undefined` where it has none, or scales what it adds. */
export function channelsOf(layer: Node, look: Look): number | undefined {
  const shape = look.constantShape(layer.inputs[1]);
  if (layer.op === 'Conv') return shape?.[0];
  if (layer.op === 'ConvTranspose')
    return shape && (shape[1] as number) * (attributeOf(layer.attributes, 'group', 'int') ?? 1);
  const isPlain = ['alpha', 'beta'].every((name) => (attributeOf(layer.attributes, name, 'float') ?? 1) === 1);
  return isPlain ? shape?.[attributeOf(layer.attributes, 'transB', 'int') === 1 ? 0 : 1] : undefined;
}

/** The layer's own bias plus the added constant, one element per channel; `undefined` if the Add is something else. */
function biasOf(layer: Node, add: Node, look: Look): Tensor | undefined {
  const other = add.inputs.find((id) => id !== layer.outputs[0]);
  const added = look.constant(other);
  const rank = look.shape(layer.outputs[0])?.length;
  const channels = channelsOf(layer, look);
  if (!added || rank === undefined || channels === undefined) return undefined;
  // Align with the output from the right: the channel is axis 1, every other axis must be 1 there.
  const aligned = [...Array<number>(Math.max(0, rank - added.shape.length)).fill(1), ...added.shape];
  if (aligned.length !== rank || aligned.some((d, axis) => d !== (axis === 1 ? channels : 1))) return undefined;
  const ownId = layer.inputs[2] ?? '';
  const own = ownId === '' ? undefined : look.constant(ownId);
  // A Gemm may add a whole matrix, or one number to all.
  if (ownId !== '' && (!own || own.shape.at(-1) !== channels || own.shape.slice(0, -1).some((d) => d !== 1)))
    return undefined;
  const first = numbersOf(added);
  const second = own && numbersOf(own);
  const sum = Float64Array.from(first, (v, c) => v + (second?.[c] ?? 0));
  return tensorOf(added.type, [channels], sum);
}
