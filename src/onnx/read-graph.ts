/** From GraphProto to Model: names resolved, constants told from inputs, nodes in order, everything said that was repaired. */
import { displayName } from '../base/index.ts';
import type { Attributes, Graph, Model, Node, NodeId, StoredTensor, TensorId, TensorInfo } from '../ir/index.ts';
import { dataTypeOf } from '../ir/index.ts';
import { type Assembly, type Scope, say } from './assembly.ts';
import { readAttributes } from './attributes.ts';
import { duplicateValue, missingOutput, missingValue } from './errors.ts';
import { inOrder } from './order.ts';
import type { GraphProto, NodeProto, ValueInfoProto } from './proto.ts';
import { densify } from './sparse.ts';
import { MOST_DIMENSIONS, storeTensor } from './tensor-proto.ts';
import { valueShape } from './value-shape.ts';

export function assemble(proto: GraphProto, a: Assembly, outer: Scope = () => false): Model {
  const weights = readWeights(proto, a);
  const inputs = readInputs(proto, weights, a);
  const written = new Set<TensorId>([...inputs, ...weights.keys()]);
  const ids = nodeIds(proto.nodes);
  proto.nodes.forEach((node, i) => {
    for (const output of node.outputs) {
      if (output === '') continue;
      if (written.has(output)) throw duplicateValue(a.files.file, output, `node '${displayName(ids[i] as NodeId)}'`);
      written.add(output);
    }
  });
  const known: Scope = (id) => written.has(id) || outer(id);
  const made = proto.nodes.map((node, i) => readNode(node, ids[i] as NodeId, a, known));
  const { nodes, moved } = inOrder(made, a.files.file);
  if (moved)
    say(a, 'onnx/sorted', 'info', `The nodes of '${displayName(proto.name)}' were not in order of use; they are now.`);
  const outputs = proto.outputs.map((o) => o.name);
  for (const id of outputs) if (!known(id)) throw missingOutput(a.files.file, id, a.inside);
  const tensors = tensorTable(proto, inputs, weights, nodes, a);
  const { opsets, functions } = a;
  const common = { version: 1, name: proto.name, opsets, inputs, outputs, tensors, nodes } as const;
  const graph: Graph = functions ? { ...common, functions } : common;
  return { graph, weights };
}

function readWeights(proto: GraphProto, a: Assembly): Map<TensorId, StoredTensor> {
  const weights = new Map<TensorId, StoredTensor>();
  const add = (id: TensorId, stored: StoredTensor): void => {
    if (weights.has(id)) throw duplicateValue(a.files.file, id, 'an initializer');
    weights.set(id, stored);
  };
  for (const tensor of proto.initializers) {
    if (tensor.name === '') unnamed('initializer', a);
    else add(tensor.name, storeTensor(tensor, tensor.name, a.files));
  }
  for (const sparse of proto.sparse) {
    const stored = densify(sparse, a.files);
    if (stored.id === '') {
      unnamed('sparse initializer', a);
      continue;
    }
    add(stored.id, stored);
    const message = `Sparse weight '${displayName(stored.id)}' was made dense: zeros are stored and counted.`;
    say(a, 'onnx/sparse-weight', 'warning', message);
  }
  return weights;
}

/** '' stands for an absent value, so nothing can read what is called so. */
const unnamed = (what: string, a: Assembly): void =>
  say(a, 'onnx/unnamed', 'warning', `One ${what} has no name; it is left out.`);

/** Up to IR version 3 constants are listed among the inputs, and later they may be: what has a value is not an input. */
function readInputs(proto: GraphProto, weights: ReadonlyMap<TensorId, StoredTensor>, a: Assembly): TensorId[] {
  const inputs = new Set<TensorId>();
  for (const { name } of proto.inputs) {
    if (weights.has(name)) continue;
    if (name === '') {
      unnamed('input', a);
      continue;
    }
    if (inputs.has(name))
      say(a, 'onnx/duplicate-input', 'warning', `Input '${displayName(name)}' is listed twice; once is kept.`);
    inputs.add(name);
  }
  return [...inputs];
}

/** The names in the file where they are unique; made from operator and position where empty or taken. */
function nodeIds(nodes: readonly NodeProto[]): NodeId[] {
  const taken = new Set<NodeId>();
  const named = nodes.map(({ name }) => {
    if (name === '' || taken.has(name)) return undefined;
    taken.add(name);
    return name;
  });
  return nodes.map(({ op }, i) => {
    let id = named[i] ?? `${op}_${i}`;
    if (named[i] === undefined) for (let n = 1; taken.has(id); n++) id = `${op}_${i}_${n}`;
    taken.add(id);
    return id;
  });
}

const NONE: Attributes = new Map();

export const domainOf = (domain: string): string => (domain === 'ai.onnx' ? '' : domain);

/** Functions of one name are told apart by an overload, which this tool makes part of the name: 'Scale:f16'. */
export const operatorOf = (op: string, overload: string): string => (overload === '' ? op : `${op}:${overload}`);

function readNode(proto: NodeProto, id: NodeId, a: Assembly, known: Scope): Node {
  for (const input of proto.inputs)
    if (input !== '' && !known(input)) throw missingValue(a.files.file, id, input, a.inside);
  const domain = domainOf(proto.domain);
  const attributes = proto.attributes.length === 0 ? NONE : readAttributes(proto.attributes, id, a, known);
  return {
    id,
    op: operatorOf(proto.op, proto.overload),
    domain,
    inputs: proto.inputs,
    outputs: proto.outputs,
    attributes,
  };
}

/** Inputs, constants, then what the nodes write: an order that writing and reading again does not change. */
function tensorTable(
  proto: GraphProto,
  inputs: readonly TensorId[],
  weights: ReadonlyMap<TensorId, StoredTensor>,
  nodes: readonly Node[],
  a: Assembly,
): Map<TensorId, TensorInfo> {
  const stated = new Map<TensorId, ValueInfoProto>();
  for (const value of [...proto.inputs, ...proto.outputs, ...proto.values])
    if (!stated.has(value.name)) stated.set(value.name, value);
  const tensors = new Map<TensorId, TensorInfo>();
  const add = (id: TensorId): void => {
    if (id !== '' && !tensors.has(id)) tensors.set(id, infoOf(id, stated.get(id), a));
  };
  inputs.forEach(add);
  for (const { id, type, shape } of weights.values()) tensors.set(id, { id, type, shape, weight: id });
  for (const node of nodes) node.outputs.forEach(add);
  for (const { name } of proto.outputs) add(name); // in a body: a value of the graph around it
  return tensors;
}

function infoOf(id: TensorId, stated: ValueInfoProto | undefined, a: Assembly): TensorInfo {
  if (!stated || stated.kind === 'none') return { id };
  if (stated.kind === 'other') {
    say(
      a,
      'onnx/not-a-tensor',
      'warning',
      `'${displayName(id)}' is a sequence, map or optional, not a tensor; it has no shape here.`,
    );
    return { id };
  }
  const type = dataTypeOf(stated.elementType);
  if (!type && stated.elementType !== 0)
    say(
      a,
      'onnx/unknown-type',
      'warning',
      `'${displayName(id)}' has element type ${stated.elementType}, which is not known here.`,
    );
  const { dims } = stated;
  if (dims && dims.length > MOST_DIMENSIONS) {
    const message = `'${displayName(id)}' is stated to have ${dims.length} dimensions; its shape is taken as not known.`;
    say(a, 'onnx/too-many-dimensions', 'warning', message);
  }
  const shape = dims && dims.length <= MOST_DIMENSIONS ? valueShape(id, dims, a) : undefined;
  return { id, ...(type && { type }), ...(shape && { shape }) };
}
