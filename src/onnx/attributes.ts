import { displayName } from '../base/index.ts';
import type { Attribute, Attributes, NodeId } from '../ir/index.ts';
import { type Assembly, type Scope, say } from './assembly.ts';
import type { AttributeProto } from './proto.ts';
import { assemble } from './read-graph.ts';
import { storeTensor } from './tensor-proto.ts';

/** `AttributeProto.AttributeType` by number. */
export const ATTRIBUTE_TYPES = [
  'undefined',
  'float',
  'int',
  'string',
  'tensor',
  'graph',
  'floats',
  'ints',
  'strings',
  'tensors',
  'graphs',
  'sparse_tensor',
  'sparse_tensors',
  'type_proto',
  'type_protos',
] as const;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function readAttributes(protos: readonly AttributeProto[], node: NodeId, a: Assembly, known: Scope): Attributes {
  const attributes = new Map<string, Attribute>();
  for (const proto of protos) {
    if (attributes.has(proto.name)) {
      const message = `'${displayName(proto.name)}' of node '${displayName(node)}' is given twice; the last is used.`;
      say(a, 'onnx/duplicate-attribute', 'warning', message, node);
    }
    attributes.set(proto.name, readAttribute(proto, node, a, known));
  }
  return attributes;
}

function readAttribute(p: AttributeProto, node: NodeId, a: Assembly, known: Scope): Attribute {
  if (p.reference !== '') return readReference(p, node, a);
  const tensor = (i: string) => `${node}.${p.name}${i}`;
  switch (kindOf(p)) {
    case 'float':
      return { kind: 'float', value: p.float ?? 0 };
    case 'int':
      return { kind: 'int', value: p.int ?? 0 };
    case 'string':
      return readString(p, a);
    case 'floats':
      return { kind: 'floats', value: p.floats };
    case 'ints':
      return { kind: 'ints', value: p.ints };
    case 'strings':
      return readStrings(p, a);
    case 'tensor':
      return p.tensor ? { kind: 'tensor', value: storeTensor(p.tensor, tensor(''), a.files) } : opaque(p, a);
    case 'tensors':
      return { kind: 'tensors', value: p.tensors.map((t, i) => storeTensor(t, tensor(`[${i}]`), a.files)) };
    case 'graph':
      return p.graph ? { kind: 'graph', value: assemble(p.graph, a, known) } : opaque(p, a);
    case 'graphs':
      return { kind: 'graphs', value: p.graphs.map((g) => assemble(g, a, known)) };
    default:
      return opaque(p, a);
  }
}

/** In the body of a function, an attribute of the node that calls it. Elsewhere there is nothing it could mean. */
function readReference(p: AttributeProto, node: NodeId, a: Assembly): Attribute {
  if (a.inside === undefined) {
    const message = `'${displayName(p.name)}' of node '${displayName(node)}' refers to an attribute of a function, but is in none; it has no value.`;
    say(a, 'onnx/stray-reference', 'warning', message, node);
  }
  return { kind: 'reference', value: p.reference, type: p.type };
}

/** As stated, or, in files older than the statement, by the field that is there. */
function kindOf(p: AttributeProto): (typeof ATTRIBUTE_TYPES)[number] {
  const stated = ATTRIBUTE_TYPES[p.type];
  if (p.type !== 0) return stated ?? 'undefined';
  if (p.float !== undefined) return 'float';
  if (p.int !== undefined) return 'int';
  if (p.string !== undefined) return 'string';
  if (p.tensor) return 'tensor';
  if (p.graph) return 'graph';
  if (p.floats.length > 0) return 'floats';
  if (p.ints.length > 0) return 'ints';
  if (p.strings.length > 0) return 'strings';
  if (p.tensors.length > 0) return 'tensors';
  if (p.graphs.length > 0) return 'graphs';
  return 'undefined';
}

/** Kept as the whole AttributeProto message, for writing back. */
const opaque = ({ type, message }: AttributeProto, { files }: Assembly): Attribute => ({
  kind: 'opaque',
  name: ATTRIBUTE_TYPES[type] ?? `type ${type}`,
  value: files.source.read(message.at, message.length),
});

/** ONNX strings may be any bytes; those that are not UTF-8 would not survive as text and are kept as they are. */
function readString(p: AttributeProto, a: Assembly): Attribute {
  try {
    return { kind: 'string', value: p.string ? utf8.decode(p.string) : '' };
  } catch {
    return opaque(p, a);
  }
}

function readStrings(p: AttributeProto, a: Assembly): Attribute {
  try {
    return { kind: 'strings', value: p.strings.map((s) => utf8.decode(s)) };
  } catch {
    return opaque(p, a);
  }
}
