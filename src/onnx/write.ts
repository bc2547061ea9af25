/**
 * From Model to file. The bytes depend on the model and the options alone: fields in the order of onnx.proto, maps in
 * their own order, no dates. Weights are written as raw_data, bit for bit as they are stored.
 */
import type {
  Attribute,
  Attributes,
  Dim,
  FunctionDef,
  Graph,
  Model,
  Node,
  StoredTensor,
  TensorId,
  TensorInfo,
} from '../ir/index.ts';
import { dataTypeCode } from '../ir/index.ts';
import { ATTRIBUTE_TYPES } from './attributes.ts';
import { tooLarge } from './errors.ts';
import { WireWriter } from './wire-writer.ts';

export interface WriteOptions {
  /** Names the program in the file; '' writes none. */
  readonly producer?: string;
  readonly producerVersion?: string;
}

/**
 * The model as an .onnx file. Reading it again gives the same graph, local functions and bits of every weight;
 * documentation strings of the original are not in the model, so they are not in the file.
 *
 * Throws `onnx/file-too-large` where the file would have 2 GiB or more.
 */
export function writeOnnx(model: Model, options: WriteOptions = {}): Uint8Array {
  const { graph } = model;
  const opsets = opsetsOf(model);
  const functions = [...(graph.functions?.values() ?? [])];
  for (const { domain } of functions) if (!opsets.has(domain)) opsets.set(domain, 1);
  const w = new WireWriter();
  w.int64(1, irVersionFor(model, opsets.get('') ?? 0));
  if (options.producer) w.string(2, options.producer);
  if (options.producerVersion) w.string(3, options.producerVersion);
  w.message(7, writeGraph(model));
  writeOpsets(w, 8, opsets);
  for (const def of functions) w.message(25, writeFunction(def));
  if (w.length >= 2 ** 31) throw tooLarge(graph.name, w.length);
  return w.done();
}

function writeOpsets(w: WireWriter, field: number, opsets: ReadonlyMap<string, number>): void {
  for (const [domain, version] of opsets) {
    const opset = new WireWriter();
    if (domain !== '') opset.string(1, domain);
    opset.int64(2, version);
    w.message(field, opset);
  }
}

/** A function has no initializers: constants that a pass put into its body are written as Constant nodes. */
function writeFunction({ domain, name, inputs, outputs, attributes, defaults, body }: FunctionDef): WireWriter {
  const { graph, weights } = body;
  const w = new WireWriter();
  w.string(1, name);
  for (const input of inputs) w.string(4, input);
  for (const output of outputs) w.string(5, output);
  for (const attribute of attributes) w.string(6, attribute);
  for (const { id, weight } of graph.tensors.values()) {
    const stored = weight === undefined ? undefined : weights.get(weight);
    if (stored) w.message(7, writeNode(constantNode(id, stored)));
  }
  for (const node of graph.nodes) w.message(7, writeNode(node));
  writeOpsets(w, 9, opsetsOf(body));
  if (domain !== '') w.string(10, domain);
  writeAttributes(w, 11, defaults);
  for (const info of graph.tensors.values())
    if (info.type !== undefined && info.weight === undefined) w.message(12, writeValue(info));
  return w;
}

const constantNode = (id: TensorId, value: StoredTensor): Node => ({
  id: `${id}_constant`,
  op: 'Constant',
  domain: '',
  inputs: [],
  outputs: [id],
  attributes: new Map([['value', { kind: 'tensor', value }]]),
});

/** Every domain that a node uses has an import; those the graph does not state are version 1. */
function opsetsOf(model: Model): Map<string, number> {
  const opsets = new Map(model.graph.opsets);
  for (const { graph } of withBodies(model))
    for (const { domain } of graph.nodes) if (!opsets.has(domain)) opsets.set(domain, 1);
  return opsets;
}

/** The model and the bodies of its nodes, at any depth; local functions are not among them. */
function withBodies(model: Model): Model[] {
  const all = [model];
  for (const { attributes } of model.graph.nodes) {
    for (const attribute of attributes.values()) {
      if (attribute.kind === 'graph') all.push(...withBodies(attribute.value));
      else if (attribute.kind === 'graphs') all.push(...attribute.value.flatMap(withBodies));
    }
  }
  return all;
}

/** First opset that needs each IR version above 4. Source: onnx/helper.py, VERSION_TABLE. */
const IR_SINCE_OPSET: readonly (readonly [opset: number, ir: number])[] = [
  [10, 5],
  [11, 6],
  [12, 7],
  [15, 8],
  [19, 9],
  [21, 10],
  [23, 11],
  [24, 12],
  [25, 13],
];

/** The oldest IR version that allows the model: 4 for constants that are no inputs, more for opsets and element types. */
function irVersionFor(model: Model, opset: number): number {
  let ir = 4;
  for (const [since, version] of IR_SINCE_OPSET) if (opset >= since) ir = version;
  const { functions } = model.graph;
  if (functions && functions.size > 0) ir = Math.max(ir, [...functions.values()].some(needsIr10) ? 10 : 8);
  const bodies = [...(functions?.values() ?? [])].map((def) => def.body);
  for (const { graph } of [model, ...bodies].flatMap(withBodies)) {
    for (const { type } of graph.tensors.values()) {
      if (type?.startsWith('float8')) ir = Math.max(ir, 9);
      if (type === 'int4' || type === 'uint4') ir = Math.max(ir, 10);
    }
  }
  return ir;
}

/** Functions came with IR version 8, their defaults with 9, types of their values with 10. */
const needsIr10 = ({ defaults, body }: FunctionDef): boolean =>
  defaults.size > 0 || [...body.graph.tensors.values()].some((info) => info.type !== undefined);

function writeGraph({ graph, weights }: Model): WireWriter {
  const w = new WireWriter();
  for (const node of graph.nodes) w.message(1, writeNode(node));
  w.string(2, graph.name);
  for (const info of graph.tensors.values()) {
    const stored = info.weight === undefined ? undefined : weights.get(info.weight);
    if (stored) w.message(5, writeTensor(stored, info.id));
  }
  for (const id of graph.inputs) w.message(11, writeValue(graph.tensors.get(id) ?? { id }));
  for (const id of graph.outputs) w.message(12, writeValue(graph.tensors.get(id) ?? { id }));
  for (const info of innerValues(graph)) w.message(13, writeValue(info));
  return w;
}

/** Values that are neither inputs, outputs nor constants, where anything is known of them. */
function innerValues(graph: Graph): TensorInfo[] {
  const elsewhere = new Set<TensorId>([...graph.inputs, ...graph.outputs]);
  return [...graph.tensors.values()].filter(
    ({ id, type, weight }) => type !== undefined && weight === undefined && !elsewhere.has(id),
  );
}

function writeNode(node: Node): WireWriter {
  const w = new WireWriter();
  for (const input of node.inputs) w.string(1, input);
  for (const output of node.outputs) w.string(2, output);
  w.string(3, node.id);
  w.string(4, node.op);
  writeAttributes(w, 5, node.attributes);
  if (node.domain !== '') w.string(7, node.domain);
  return w;
}

function writeAttributes(w: WireWriter, field: number, attributes: Attributes): void {
  for (const [name, attribute] of attributes) {
    if (attribute.kind === 'opaque') w.bytes(field, attribute.value);
    else w.message(field, writeAttribute(name, attribute));
  }
}

function writeAttribute(name: string, attribute: Exclude<Attribute, { kind: 'opaque' }>): WireWriter {
  const w = new WireWriter();
  w.string(1, name);
  switch (attribute.kind) {
    case 'float':
      w.float(2, attribute.value);
      break;
    case 'int':
      w.int64(3, attribute.value);
      break;
    case 'string':
      w.string(4, attribute.value);
      break;
    case 'tensor':
      w.message(5, writeTensor(attribute.value, ''));
      break;
    case 'graph':
      w.message(6, writeGraph(attribute.value));
      break;
    case 'floats':
      w.packedFloats(7, attribute.value);
      break;
    case 'ints':
      w.packedInts(8, attribute.value);
      break;
    case 'strings':
      for (const value of attribute.value) w.string(9, value);
      break;
    case 'tensors':
      for (const value of attribute.value) w.message(10, writeTensor(value, ''));
      break;
    case 'graphs':
      for (const value of attribute.value) w.message(11, writeGraph(value));
      break;
    case 'reference':
      w.string(21, attribute.value);
      w.int64(20, attribute.type);
      return w;
  }
  w.int64(20, ATTRIBUTE_TYPES.indexOf(attribute.kind));
  return w;
}

function writeTensor(stored: StoredTensor, name: string): WireWriter {
  const w = new WireWriter();
  if (stored.shape.length > 0) w.packedInts(1, stored.shape);
  w.int64(2, dataTypeCode(stored.type));
  if (stored.strings) for (const text of stored.strings) w.string(6, text);
  if (name !== '') w.string(8, name);
  if (!stored.strings) w.bytes(9, stored.bytes);
  return w;
}

function writeValue({ id, type, shape }: TensorInfo): WireWriter {
  const w = new WireWriter();
  w.string(1, id);
  if (type === undefined) return w;
  const tensor = new WireWriter();
  tensor.int64(1, dataTypeCode(type));
  if (shape) tensor.message(2, writeShape(shape));
  const wrapped = new WireWriter();
  wrapped.message(1, tensor);
  w.message(2, wrapped);
  return w;
}

/** A dimension that is only numbered ('?0') is written as neither size nor name, which is what it was read from. */
function writeShape(shape: readonly Dim[]): WireWriter {
  const w = new WireWriter();
  for (const dim of shape) {
    const d = new WireWriter();
    if (typeof dim === 'number') d.int64(1, dim);
    else if (!/^\?\d+$/.test(dim)) d.string(2, dim);
    w.message(1, d);
  }
  return w;
}
