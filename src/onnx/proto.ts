/**
 * The messages of onnx.proto that a graph is made of, read as they lie in the file: nothing is checked or connected
 * here beyond the wire format. Unknown fields and documentation strings are passed over.
 *
 * Source: onnx/onnx, onnx/onnx.proto; the numbers in the switches are its field numbers.
 */
import { noOperator } from './errors.ts';
import { readTensor, type TensorProto } from './tensor-proto.ts';
import type { WireReader } from './wire.ts';

export interface ModelProto {
  irVersion: number;
  producer: string;
  producerVersion: string;
  readonly opsets: { domain: string; version: number }[];
  readonly functions: { name: string; domain: string }[];
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

export interface NodeProto {
  name: string;
  op: string;
  domain: string;
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
  readonly floats: number[];
  readonly ints: number[];
  readonly strings: Uint8Array[];
  readonly tensors: TensorProto[];
  readonly graphs: GraphProto[];
  /** The whole message, for kinds that are only kept. */
  readonly message: Uint8Array;
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
  readonly dims: number[];
}

const TWO_32 = 4294967296;
const signed = (low: number, high: number): number => (high | 0) * TWO_32 + low;

/** `onKnown` is called for each field of ModelProto, so that a failure can be told from a file of another kind. */
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
        model.graph = readGraph(r.message('graph'));
        break;
      case 8:
        model.opsets.push(readOpset(r.message('opset_import')));
        break;
      case 25:
        model.functions.push(readFunction(r.message('functions')));
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

function readFunction(r: WireReader): { name: string; domain: string } {
  const made = { name: '', domain: '' };
  while (r.next()) {
    if (r.field === 1) made.name = r.string();
    else if (r.field === 10) made.domain = r.string();
    else r.skip();
  }
  return made;
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
        graph.nodes.push(readNode(r.message('node')));
        break;
      case 2:
        graph.name = r.string();
        break;
      case 5:
        graph.initializers.push(readTensor(r.message('initializer')));
        break;
      case 11:
        graph.inputs.push(readValueInfo(r.message('input')));
        break;
      case 12:
        graph.outputs.push(readValueInfo(r.message('output')));
        break;
      case 13:
        graph.values.push(readValueInfo(r.message('value_info')));
        break;
      case 15:
        graph.sparse.push(readSparse(r.message('sparse_initializer')));
        break;
      default:
        r.skip();
    }
  }
  return graph;
}

function readNode(r: WireReader): NodeProto {
  const node: NodeProto = { name: '', op: '', domain: '', inputs: [], outputs: [], attributes: [] };
  const place = r.place();
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
        node.attributes.push(readAttribute(r.message('attribute')));
        break;
      case 7:
        node.domain = r.string();
        break;
      default:
        r.skip();
    }
  }
  if (node.op === '') throw noOperator(place);
  return node;
}

function readAttribute(r: WireReader): AttributeProto {
  const message = r.whole();
  const a: AttributeProto = {
    name: '',
    type: 0,
    float: undefined,
    int: undefined,
    string: undefined,
    tensor: undefined,
    graph: undefined,
    floats: [],
    ints: [],
    strings: [],
    tensors: [],
    graphs: [],
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
      a.tensor = readTensor(r.message('t'));
      break;
    case 6:
      a.graph = readGraph(r.message('g'));
      break;
    case 7:
      r.floats(a.floats);
      break;
    case 8:
      r.integers((low, high) => a.ints.push(signed(low, high)));
      break;
    case 9:
      a.strings.push(r.view());
      break;
    case 10:
      a.tensors.push(readTensor(r.message('tensors')));
      break;
    case 11:
      a.graphs.push(readGraph(r.message('graphs')));
      break;
    default:
      r.skip();
  }
}

function readValueInfo(r: WireReader): ValueInfoProto {
  const value: ValueInfoProto = { name: '', kind: 'none', elementType: 0, dims: undefined };
  while (r.next()) {
    if (r.field === 1) value.name = r.string();
    else if (r.field === 2) readType(r.message('type'), value);
    else r.skip();
  }
  return value;
}

function readType(r: WireReader, value: ValueInfoProto): void {
  while (r.next()) {
    if (r.field === 1) {
      value.kind = 'tensor';
      readTensorType(r.message('tensor_type'), value);
    } else {
      if (r.field !== 6) value.kind = 'other';
      r.skip();
    }
  }
}

function readTensorType(r: WireReader, value: ValueInfoProto): void {
  while (r.next()) {
    if (r.field === 1) value.elementType = r.int64();
    else if (r.field === 2) value.dims = readShape(r.message('shape'));
    else r.skip();
  }
}

function readShape(r: WireReader): (number | string | undefined)[] {
  const dims: (number | string | undefined)[] = [];
  while (r.next()) {
    if (r.field === 1) dims.push(readDimension(r.message('dim')));
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
  const sparse: SparseTensorProto = { values: undefined, indices: undefined, dims: [] };
  while (r.next()) {
    if (r.field === 1) sparse.values = readTensor(r.message('values'));
    else if (r.field === 2) sparse.indices = readTensor(r.message('indices'));
    else if (r.field === 3) r.integers((low, high) => sparse.dims.push(signed(low, high)));
    else r.skip();
  }
  return sparse;
}
