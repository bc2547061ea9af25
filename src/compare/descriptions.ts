import type { Attribute, Attributes, Graph, Model, Node, StoredTensor, TensorId } from '../ir/index.ts';
import type { Contents } from './contents.ts';
import { handsOn, operandsOf } from './wiring.ts';

/** Of graphs inside nodes, what is deeper than this is not looked at. */
const DEEPEST = 8;

export const operatorName = ({ op, domain }: Node): string =>
  domain === '' || domain === 'ai.onnx' ? op : `${domain}::${op}`;

/** 'float32 [16, 3, 3, 3]'. */
export const tensorText = ({ type, shape }: Pick<StoredTensor, 'type' | 'shape'>): string =>
  `${type} [${shape.join(', ')}]`;

/** The value of an attribute in words; `contents` says what constants in it hold. Equal texts: equal attributes. */
export function attributeText(attribute: Attribute, contents: Contents, depth = 0): string {
  switch (attribute.kind) {
    case 'tensor':
      return storedText(attribute.value, contents);
    case 'tensors':
      return attribute.value.map((stored) => storedText(stored, contents)).join('; ');
    case 'graph':
      return bodyText(attribute.value, contents, depth);
    case 'graphs':
      return attribute.value.map((body) => bodyText(body, contents, depth)).join('; ');
    case 'opaque':
      return `${attribute.name}, ${attribute.value.length} bytes: ${attribute.value.slice(0, 64).join(' ')}`;
    case 'reference':
      return `the caller's ${attribute.value}`;
    case 'string':
      return attribute.value;
    case 'int':
    case 'float':
      return String(attribute.value);
    default:
      return `[${attribute.value.join(', ')}]`;
  }
}

const storedText = (stored: StoredTensor, contents: Contents): string =>
  `${tensorText(stored)} #${contents.hashOf(stored)}`;

/**
 * A body as text that does not depend on names: values are numbered as they come. What it reads from around it is a number
 * too, for that is compared as an operand of its node.
 */
function bodyText({ graph, weights }: Model, contents: Contents, depth: number): string {
  if (depth >= DEEPEST) return `${graph.nodes.length} layers`;
  const numbers = new Map<TensorId, number>();
  const numberOf = (id: TensorId): string => {
    if (id === '') return '-';
    const stored = weights.get(graph.tensors.get(id)?.weight ?? '');
    if (stored) return storedText(stored, contents);
    if (!numbers.has(id)) numbers.set(id, numbers.size);
    return `%${numbers.get(id)}`;
  };
  const inputs = graph.inputs.map(numberOf).join(' ');
  const nodes = graph.nodes.map((node) => {
    const attributes = attributesText(node.attributes, contents, depth + 1);
    const operands = operandsOf(node).map(numberOf).join(', ');
    return `${node.outputs.map(numberOf).join(' ')} = ${operatorName(node)}(${operands}) ${attributes}`;
  });
  return `(${inputs}) { ${nodes.join('; ')} } → ${graph.outputs.map(numberOf).join(' ')}`;
}

/** Values that an attribute has where it is not written: all ONNX operators that have it agree. */
const NEUTRAL: Readonly<Record<string, RegExp>> = {
  group: /^1$/,
  strides: /^\[1(, 1)*\]$/,
  dilations: /^\[1(, 1)*\]$/,
  pads: /^\[0(, 0)*\]$/,
  output_padding: /^\[0(, 0)*\]$/,
  auto_pad: /^NOTSET$/,
  ceil_mode: /^0$/,
  storage_order: /^0$/,
  count_include_pad: /^0$/,
  transA: /^0$/,
  transB: /^0$/,
  select_last_index: /^0$/,
  keepdims: /^1$/,
  allowzero: /^0$/,
};

/** The attributes of a node as text, by name in the order of names; those that say what holds anyway are left out. */
export function attributeTexts(attributes: Attributes, contents: Contents, depth = 0): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const name of [...attributes.keys()].sort()) {
    const text = attributeText(attributes.get(name) as Attribute, contents, depth);
    if (!NEUTRAL[name]?.test(text)) texts.set(name, text);
  }
  return texts;
}

const attributesText = (attributes: Attributes, contents: Contents, depth: number): string =>
  [...attributeTexts(attributes, contents, depth)].map(([name, text]) => `${name}=${text}`).join(' ');

/** The constant at an operand, through layers that hand it on (weights of quantized layers are stored as codes). */
export type ConstantAt = (id: TensorId) => StoredTensor | undefined;

export function constantsOf({ graph, weights }: Model): ConstantAt {
  const behind = new Map<TensorId, TensorId>();
  for (const node of graph.nodes) {
    const [input = ''] = node.inputs;
    const [output = ''] = node.outputs;
    if (handsOn(node)) behind.set(output, behind.get(input) ?? input);
  }
  return (id) => weights.get(graph.tensors.get(behind.get(id) ?? id)?.weight ?? '');
}

/** What a node is, apart from its name and its neighbours. */
export interface Description {
  readonly operator: string;
  /** Operator, attributes, number of operands and results, shapes of constants. */
  readonly local: string;
  /** As `local`, and what the constants hold, as far as that was read. */
  readonly exact: string;
  /** Operator and shapes of constants, of those with several axes where there are any (a bias may be folded in or not); '' for a node without. */
  readonly weighted: string;
  /** Bytes of constants whose elements are in `exact`. */
  readonly contentBytes: number;
}

export function describeNode(node: Node, graph: Graph, constantAt: ConstantAt, contents: Contents): Description {
  const operator = operatorName(node);
  const shapes: string[] = [];
  const kernels: string[] = [];
  const held: string[] = [];
  let contentBytes = 0;
  node.inputs.forEach((id, port) => {
    const stored = constantAt(id);
    if (!stored) return;
    const shape = `${port}:[${stored.shape.join(',')}]`;
    shapes.push(shape);
    if (stored.shape.length > 1) kernels.push(shape);
    // Through codes, only the shape is comparable.
    if (graph.tensors.get(id)?.weight === undefined) return;
    const text = contents.textOf(stored);
    held.push(`${port}:${stored.type}:${text ?? 'unread'}`);
    if (text !== undefined) contentBytes += stored.shape.reduce((n, d) => n * d, 4);
  });
  const attributes = attributesText(node.attributes, contents, 0);
  const local = `${operator} ${attributes} ${node.inputs.length}→${node.outputs.length} ${shapes.join(' ')}`;
  return {
    operator,
    local,
    exact: `${local} ${held.join(' ')}`,
    weighted: shapes.length === 0 ? '' : `${operator} ${(kernels.length > 0 ? kernels : shapes).join(' ')}`,
    contentBytes,
  };
}
