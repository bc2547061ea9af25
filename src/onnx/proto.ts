/**
 * The messages of onnx.proto that a graph is made of, read as they lie in the file: nothing is checked or connected
 * here beyond the wire format. Unknown fields and documentation strings are passed over.
 *
 * Source: onnx/onnx, onnx/onnx.proto; the numbers in the switches are its field numbers.
 */
import { noOperator } from './errors.ts';
import { readTensor, type TensorProto } from './tensor-proto.ts';
import { appended, EMPTY, type Span, type WireReader } from './wire.ts';

export interface ModelProto {
  irVersion: number;
  producer: string;
  producerVersion: string;
  readonly opsets: { domain: string; version: number }[];
  readonly functions: FunctionProto[];
  graph: GraphProto | undefined;
  /** Fields of ModelProto seen. None in a file that parses: some other protobuf, or chance. */
  knownFields: number;
}

export interface GraphProto {
  name: string;
  readonly nodes: NodeProto[];
  readonly initializers: TensorProto[];
  readonly sparse: SparseTensorProto[];
  readonly inputs: ValueInfoProto[];
  readonly outputs: ValueInfoProto[];
  readonly values: ValueInfoProto[];
}

export interface FunctionProto {
  name: string;
  domain: string;
  overload: string;
  readonly inputs: string[];
  readonly outputs: string[];
  /** Names of attributes without a default. */
  readonly attributes: string[];
  /** Attributes with one. */
  readonly defaults: AttributeProto[];
  readonly nodes: NodeProto[];
  readonly opsets: { domain: string; version: number }[];
  readonly values: ValueInfoProto[];
}

export interface NodeProto {
  name: string;
  op: string;
  domain: string;
  /** Tells functions of one name apart; '' in most files. */
  overload: string;
  readonly inputs: string[];
  readonly outputs: string[];
  readonly attributes: AttributeProto[];
}

export interface AttributeProto {
  name: string;
  /** AttributeProto.AttributeType; 0 where the file (IR version below 2) does not state it. */
  type: number;
  float: number | undefined;
  int: number | undefined;
  string: Uint8Array | undefined;
  tensor: TensorProto | undefined;
  graph: GraphProto | undefined;
  floats: number[];
  ints: number[];
  strings: Uint8Array[];
  tensors: TensorProto[];
  graphs: GraphProto[];
  /** In a function: the name of the calling node's attribute that is meant; '' elsewhere. */
  reference: string;
  /** The whole message, for kinds that are only kept. */
  readonly message: Span;
}

/** Absent `dims`: not even their number is stated. A dimension without value and name is `undefined`. */
export interface ValueInfoProto {
  name: string;
  kind: 'tensor' | 'none' | 'other';
  elementType: number;
  dims: (number | string | undefined)[] | undefined;
}

export interface SparseTensorProto {
  values: TensorProto | undefined;
  indices: TensorProto | undefined;
  dims: number[];
}

/** Counts the fields of ModelProto it sees in `model`, so that a failure can be told from a file of another kind. */
export function readModel(r: WireReader, model: ModelProto): void {
  while (r.next()) {
    if ((r.field >= 1 && r.field <= 8) || r.field === 14 || r.field === 20 || r.field === 25) model.knownFields++;
    switch (r.field) {
      case 1:
        model.irVersion = r.int64();
        break;
      case 2:
        model.producer = r.string();
        break;
      case 3:
        model.producerVersion = r.string();
        break;
      case 7:
        if (model.graph) r.fail('a second graph');
        model.graph = r.message('graph', readGraph);
        break;
      case 8:
        model.opsets.push(r.message('opset_import', readOpset));
        break;
      case 25:
        model.functions.push(r.message('functions', readFunction));
        break;
      default:
        r.skip();
    }
  }
}

function readOpset(r: WireReader): { domain: string; version: number } {
  const opset = { domain: '', version: 0 };
  while (r.next()) {
    if (r.field === 1) opset.domain = r.string();
    else if (r.field === 2) opset.version = r.int64();
    else r.skip();
  }
  return opset;
}

function readFunction(r: WireReader): FunctionProto {
  const made: FunctionProto = {
    name: '',
    domain: '',
    overload: '',
    inputs: [],
    outputs: [],
    attributes: [],
    defaults: [],
    nodes: [],
    opsets: [],
    values: [],
  };
  while (r.next()) {
    switch (r.field) {
      case 1:
        made.name = r.string();
        break;
      case 4:
        made.inputs.push(r.string());
        break;
      case 5:
        made.outputs.push(r.string());
        break;
      case 6:
        made.attributes.push(r.string());
        break;
      case 7:
        made.nodes.push(r.message('node', readNode));
        break;
      case 10:
        made.domain = r.string();
        break;
      case 13:
        made.overload = r.string();
        break;
      default:
        readFunctionPart(r, made);
    }
  }
  return made;
}

function readFunctionPart(r: WireReader, made: FunctionProto): void {
  if (r.field === 9) made.opsets.push(r.message('opset_import', readOpset));
  else if (r.field === 11) made.defaults.push(r.message('attribute_proto', readAttribute));
  else if (r.field === 12) made.values.push(r.message('value_info', readValueInfo));
  else r.skip();
}

function readGraph(r: WireReader): GraphProto {
  const graph: GraphProto = {
    name: '',
    nodes: [],
    initializers: [],
    sparse: [],
    inputs: [],
    outputs: [],
    values: [],
  };
  while (r.next()) {
    switch (r.field) {
      case 1:
        graph.nodes.push(r.message('node', readNode));
        break;
      case 2:
        graph.name = r.string();
        break;
      case 5:
        graph.initializers.push(r.message('initializer', readTensor));
        break;
      case 11:
        graph.inputs.push(r.message('input', readValueInfo));
        break;
      case 12:
        graph.outputs.push(r.message('output', readValueInfo));
        break;
      case 13:
        graph.values.push(r.message('value_info', readValueInfo));
        break;
      case 15:
        graph.sparse.push(r.message('sparse_initializer', readSparse));
        break;
      default:
        r.skip();
    }
  }
  return graph;
}

function readNode(r: WireReader): NodeProto {
  const node: NodeProto = { name: '', op: '', domain: '', overload: '', inputs: [], outputs: [], attributes: [] };
  const start = r.position;
  while (r.next()) {
    switch (r.field) {
      case 1:
        node.inputs.push(r.string());
        break;
      case 2:
        node.outputs.push(r.string());
        break;
      case 3:
        node.name = r.string();
        break;
      case 4:
        node.op = r.string();
        break;
      case 5:
        node.attributes.push(r.message('attribute', readAttribute));
        break;
      case 7:
        node.domain = r.string();
        break;
      case 8:
        node.overload = r.string();
        break;
      default:
        r.skip();
    }
  }
  if (node.op === '') throw noOperator(r.place(start));
  return node;
}

function readAttribute(r: WireReader): AttributeProto {
  const message = r.rest();
  const a: AttributeProto = {
    name: '',
    type: 0,
    float: undefined,
    int: undefined,
    string: undefined,
    tensor: undefined,
    graph: undefined,
    floats: EMPTY,
    ints: EMPTY,
    strings: EMPTY,
    tensors: EMPTY,
    graphs: EMPTY,
    reference: '',
    message,
  };
  while (r.next()) {
    switch (r.field) {
      case 1:
        a.name = r.string();
        break;
      case 20:
        a.type = r.int64();
        break;
      case 21:
        a.reference = r.string();
        break;
      default:
        readAttributeValue(r, a);
    }
  }
  return a;
}

function readAttributeValue(r: WireReader, a: AttributeProto): void {
  switch (r.field) {
    case 2:
      a.float = r.float();
      break;
    case 3:
      a.int = r.int64();
      break;
    case 4:
      a.string = r.view();
      break;
    case 5:
      a.tensor = r.message('t', readTensor);
      break;
    case 6:
      a.graph = r.message('g', readGraph);
      break;
    case 7:
      a.floats = r.floats(a.floats);
      break;
    case 8:
      a.ints = r.int64s(a.ints);
      break;
    case 9:
      a.strings = appended(a.strings, r.view());
      break;
    case 10:
      a.tensors = appended(a.tensors, r.message('tensors', readTensor));
      break;
    case 11:
      a.graphs = appended(a.graphs, r.message('graphs', readGraph));
      break;
    default:
      r.skip();
  }
}

function readValueInfo(r: WireReader): ValueInfoProto {
  const value: ValueInfoProto = { name: '', kind: 'none', elementType: 0, dims: undefined };
  while (r.next()) {
    if (r.field === 1) value.name = r.string();
    else if (r.field === 2) Object.assign(value, r.message('type', readType));
    else r.skip();
  }
  return value;
}

type TypeProto = Omit<ValueInfoProto, 'name'>;

function readType(r: WireReader): TypeProto {
  let type: TypeProto = { kind: 'none', elementType: 0, dims: undefined };
  while (r.next()) {
    if (r.field === 1) type = r.message('tensor_type', readTensorType);
    else {
      if (r.field !== 6) type.kind = 'other';
      r.skip();
    }
  }
  return type;
}

function readTensorType(r: WireReader): TypeProto {
  const type: TypeProto = { kind: 'tensor', elementType: 0, dims: undefined };
  while (r.next()) {
    if (r.field === 1) type.elementType = r.int64();
    else if (r.field === 2) type.dims = r.message('shape', readShape);
    else r.skip();
  }
  return type;
}

function readShape(r: WireReader): (number | string | undefined)[] {
  const dims: (number | string | undefined)[] = [];
  while (r.next()) {
    if (r.field === 1) dims.push(r.message('dim', readDimension));
    else r.skip();
  }
  return dims;
}

function readDimension(r: WireReader): number | string | undefined {
  let dim: number | string | undefined;
  while (r.next()) {
    if (r.field === 1) dim = r.int64();
    else if (r.field === 2) dim = r.string();
    else r.skip();
  }
  return dim === '' ? undefined : dim;
}

function readSparse(r: WireReader): SparseTensorProto {
  const sparse: SparseTensorProto = { values: undefined, indices: undefined, dims: EMPTY };
  while (r.next()) {
    if (r.field === 1) sparse.values = r.message('values', readTensor);
    else if (r.field === 2) sparse.indices = r.message('indices', readTensor);
    else if (r.field === 3) sparse.dims = r.int64s(sparse.dims);
    else r.skip();
  }
  return sparse;
}
