import {
  type Attribute,
  type Attributes,
  attributeOf,
  encodeWeight,
  type Model,
  type Node,
  type StoredTensor,
  type Tensor,
  type TensorId,
  type TensorInfo,
  type WeightId,
} from '../../ir/index.ts';
import { cannotExpress } from '../errors.ts';

/** Adds a constant and returns its name. */
type AddConstant = (hint: string, tensor: Tensor) => TensorId;

interface Change {
  /** Opset at which the operator's form changed. */
  readonly since: number;
  /** The node in its new form; absent where there is none of the same meaning. */
  readonly rewrite?: (node: Node, constant: AddConstant) => Node;
}

const REDUCTIONS = ['ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceProd', 'ReduceL1', 'ReduceL2', 'ReduceSumSquare'];

/** What changed incompatibly between opset 7 and 21, for operators that quantized networks hold. Source: onnx Changelog.md. */
const CHANGES: ReadonlyMap<string, Change> = new Map<string, Change>([
  ['Clip', { since: 11, rewrite: boundsToInputs }],
  ['Pad', { since: 11, rewrite: padsToInput }],
  ['Squeeze', { since: 13, rewrite: axesToInput }],
  ['Unsqueeze', { since: 13, rewrite: axesToInput }],
  ['ReduceSum', { since: 13, rewrite: axesToInput }],
  ['Softmax', { since: 13, rewrite: explicitAxis }],
  ['LogSoftmax', { since: 13, rewrite: explicitAxis }],
  ...REDUCTIONS.map((op) => [op, { since: 18, rewrite: axesToInput }] as const),
  ['Dropout', { since: 12 }],
  ['Slice', { since: 10 }],
  ['Split', { since: 13 }],
  ['TopK', { since: 11 }],
  ['Upsample', { since: 10 }],
  ['Resize', { since: 11 }],
]);

/** The same network under a newer opset, 13 or 21. Throws `exporters/cannot-express` where an operator has no equal form there. */
export function raiseOpset(model: Model, opset: number): Model {
  const { graph } = model;
  const from = graph.opsets.get('') ?? 0;
  if (from >= opset) return model;
  const tensors = new Map<TensorId, TensorInfo>(graph.tensors);
  const weights = new Map<WeightId, StoredTensor>(model.weights);
  const constant: AddConstant = (hint, tensor) => {
    let id = hint;
    for (let n = 2; tensors.has(id) || weights.has(id); n++) id = `${hint}_${n}`;
    tensors.set(id, { id, type: tensor.type, shape: tensor.shape, weight: id });
    weights.set(id, encodeWeight(id, tensor));
    return id;
  };
  const nodes = graph.nodes.map((node) => {
    const change = node.domain === '' ? CHANGES.get(node.op) : undefined;
    if (!change || from >= change.since || opset < change.since) return node;
    if (change.rewrite) return change.rewrite(node, constant);
    throw cannotExpress('qdq', node.id, `${node.op} of opset ${from} has no equal form in opset ${opset}`);
  });
  return { graph: { ...graph, nodes, tensors, opsets: new Map([...graph.opsets, ['', opset]]) }, weights };
}

const without = (attributes: Attributes, ...names: readonly string[]): Attributes =>
  new Map([...attributes].filter(([name]) => !names.includes(name)));

const int64 = (values: readonly number[]): Tensor => ({
  type: 'int64',
  shape: [values.length],
  data: BigInt64Array.from(values, BigInt),
});

const float = (value: number): Tensor => ({ type: 'float32', shape: [], data: Float32Array.of(value) });

function axesToInput(node: Node, constant: AddConstant): Node {
  const axes = attributeOf(node.attributes, 'axes', 'ints');
  if (!axes) return node;
  const inputs = [node.inputs[0] ?? '', constant(`${node.id}_axes`, int64(axes))];
  return { ...node, inputs, attributes: without(node.attributes, 'axes') };
}

function boundsToInputs(node: Node, constant: AddConstant): Node {
  const bound = (name: string): TensorId => {
    const value = attributeOf(node.attributes, name, 'float');
    return value === undefined ? '' : constant(`${node.id}_${name}`, float(value));
  };
  const inputs = [node.inputs[0] ?? '', bound('min'), bound('max')];
  while (inputs.at(-1) === '') inputs.pop();
  return { ...node, inputs, attributes: without(node.attributes, 'min', 'max') };
}

function padsToInput(node: Node, constant: AddConstant): Node {
  const pads = attributeOf(node.attributes, 'pads', 'ints') ?? [];
  const value = attributeOf(node.attributes, 'value', 'float') ?? 0;
  const inputs = [
    node.inputs[0] ?? '',
    constant(`${node.id}_pads`, int64(pads)),
    constant(`${node.id}_value`, float(value)),
  ];
  return { ...node, inputs, attributes: without(node.attributes, 'pads', 'value') };
}

/** Before 13 all axes from `axis` on were one; with the last axis both forms agree, and label networks have two axes. */
function explicitAxis(node: Node): Node {
  const axis: Attribute = { kind: 'int', value: attributeOf(node.attributes, 'axis', 'int') ?? 1 };
  return { ...node, attributes: new Map([...node.attributes, ['axis', axis]]) };
}
